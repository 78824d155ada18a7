"""Patches and diffs as edits: read, made again, and never more than they say."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.agents.codex.diff import edits, replacements
from treadle.thread.agents.events.patch import patch
from treadle.thread.model import Edit
from treadle.thread.origin import split_lines

text = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "-\n", "@@ -1 +1 @@\n", " \n", "\n"])).map(
    "".join
)
ending = st.sampled_from(["", "last", "\\ No newline"])


def unified(old: str, new: str, context: int) -> str:
    """As a tool writes it that says where a file does not end in a line's end."""
    told = []
    for line in difflib.unified_diff(split_lines(old), split_lines(new), n=context):
        told.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(told)


def carried_out(old: str, found: list[Edit]) -> str:
    """Each edit at its line, one after the other."""
    for edit in found:
        lines = split_lines(old)
        at = len("".join(lines[: edit.line]))
        assert old.startswith(edit.old, at)
        old = old[:at] + edit.new + old[at + len(edit.old) :]
    return old


@given(text, ending, text, ending, st.integers(0, 3))
def test_diff_makes_the_new_text_again(
    old: str, old_end: str, new: str, new_end: str, context: int
) -> None:
    before, after = old + old_end, new + new_end
    found = replacements("x", unified(before, after, context))
    assert found is not None
    assert carried_out(before, found) == after


@pytest.mark.parametrize(
    "diff",
    [
        "no diff",
        "@@ -1,2 +1 @@\n a\n",
        "@@ -1 +1 @@\n-a\n+b\n+c\n",
        "@@ -1 +1 @@\n-a\n?b\n",
        "@@ -1 +1 @@\n",
        "@@ -99999999999999999999 +1 @@\n",
        "@@ -1 +1 @@\n-a\n+b\nrest\n",
    ],
)
def test_diff_that_is_none(diff: str) -> None:
    assert replacements("x", diff) is None


def test_diff_of_nothing() -> None:
    assert replacements("x", "") == []


@given(st.text(alphabet="@ -+1,\n\\", max_size=80))
def test_any_text_as_a_diff_is_answered(diff: str) -> None:
    replacements("x", diff)


lines = st.lists(
    st.sampled_from(
        [
            "*** Begin Patch",
            "*** End Patch",
            "*** Add File: a",
            "*** Delete File: a",
            "*** Update File: a",
            "*** Move to: b",
            "*** End of File",
            "@@",
            "@@ def",
            " a",
            "-a",
            "+a",
            "",
            "?",
            "***",
        ]
    ),
    max_size=20,
)


@given(lines)
def test_any_lines_as_a_patch_are_answered(told: list[str]) -> None:
    found = patch("\n".join(told))
    for section in found.sections:
        for edit in section.edits:
            assert edit.op in ("replace", "write", "delete", "move")
            assert edit.op != "replace" or edit.old != edit.new


@given(text, text)
def test_added_file_is_exact(before: str, content: str) -> None:
    added = "".join(f"+{line}" for line in split_lines(content))
    found = patch(f"{before}*** Begin Patch\n*** Add File: x\n{added}*** End Patch\n")
    (section,) = found.sections
    assert section.edits == (Edit("x", "write", new=content, before=""),)


def test_hunk_is_searched_behind_the_one_before_it() -> None:
    (section,) = patch("*** Update File: x\n@@\n a\n-b\n+c\n@@ d\n-b\n+c\n").sections
    assert [edit.anchor for edit in section.edits] == ["", "a\nc\nd"]


def test_hunk_without_old_text_has_no_anchor() -> None:
    (section,) = patch("*** Update File: x\n@@ a\n-b\n+c\n@@ d\n+e\n").sections
    assert [(edit.old, edit.anchor) for edit in section.edits] == [("b\n", "a"), ("", "")]


def test_hunk_that_only_removes_leaves_the_anchors_of_the_one_before() -> None:
    (section,) = patch("*** Update File: x\n@@ a\n-b\n+c\n@@\n-d\n@@\n-e\n").sections
    assert [edit.anchor for edit in section.edits] == ["a", "c", "c"]


def test_relative_and_absolute_names_of_one_file() -> None:
    changes = {"/r/a/x": {"type": "add", "content": "1\n"}, "/r/x": {"type": "delete"}}
    asked = patch("*** Delete File: x\n*** Add File: a/x\n+1\n").sections
    found, unread = edits(changes, asked, "/r")
    assert [(edit.path, edit.op) for edit in found] == [("/r/x", "delete"), ("/r/a/x", "write")]
    assert unread == ()
