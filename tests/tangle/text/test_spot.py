"""Where an edit goes: one place, or none and a reason; never a guess."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from treadle.tangle.text.spot import find
from treadle.thread.model import Edit
from treadle.thread.origin import split_lines

TWICE = "text found more than once"
NOT_FOUND = "text not found"
NO_ANCHOR = "the patch's anchor was not found"
NOTHING = "it replaces nothing in a file with text"


def made(text: str, edit: Edit) -> str:
    """The text after the edit, or why it has no place."""
    fitted, places, why = find(text, edit)
    if places is None:
        return why
    pieces, at = [], 0
    for place in places:
        assert text.startswith(fitted.old, place)
        pieces += [text[at:place], fitted.new]
        at = place + len(fitted.old)
    return "".join([*pieces, text[at:]])


def put(
    old: str,
    new: str,
    *,
    every: bool = False,
    line: int | None = None,
    before: str | None = None,
) -> Edit:
    return Edit("f", "replace", old, new, every, before, line)


def patch(old: str, new: str, *anchors: str) -> Edit:
    return Edit("f", "replace", old, new, loose=True, anchor="\n".join(anchors))


# -- text named exactly -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ("a b c\n", put("b", "x"), "a x c\n"),
        ("a\nb\nc\n", put("a\nb\n", "x\n"), "x\nc\n"),
        ("a\nb", put("b", ""), "a\n"),
        ("a\n", put("b", "x"), NOT_FOUND),
        ("", put("b", "x"), NOT_FOUND),
        ("a a\n", put("a", "x"), TWICE),
        ("a a\n", put("a", "x", every=True), "x x\n"),
        ("aaa\n", put("aa", "x", every=True), "xa\n"),
        ("aaa\n", put("aa", "x"), "xa\n"),
        ("a\nb\na\n", put("a", "x", line=2), "a\nb\nx\n"),
        ("a\nb\na\n", put("a", "x", line=0), "x\nb\na\n"),
        ("a\nb\na\n", put("a", "x", line=1), TWICE),
        ("a a\nb\n", put("a", "x", line=0), TWICE),
        ("a\nb\n\n\na\n", put("a", "x", line=9), "a\nb\n\n\nx\n"),
        ("a\na\n", put("a", "x", before="a\na\n"), "x\na\n"),
        ("a\na\n", put("a", "x", before="a\n"), TWICE),
        ("a\udce9b\n", put("\udce9", "x"), "axb\n"),
    ],
)
def test_text_that_is_replaced(text: str, edit: Edit, expected: str) -> None:
    assert made(text, edit) == expected


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ("a\r\nb\r\n", put("a\nb\n", "x\ny\n"), "x\r\ny\r\n"),
        ("a\r\nb\r\n", put("b", "x\ny"), "a\r\nx\r\ny\r\n"),
        ("a\r\nb\r\n", put("\nb", "\nx"), "a\r\nx\r\n"),
        ("a\r\nb\r\n", put("a\r\n", "x\ny\r\n"), "x\r\ny\r\nb\r\n"),
        ("a\r\nb\n", put("b", "x\ny"), "a\r\nx\ny\n"),
        ("a\r\nb\nc\r\n", put("a\nb", "x"), "x\nc\r\n"),
        ("a\r\nb\nc\r\n", put("a\nb\nc", "x"), NOT_FOUND),
        ("a\r\nb\nc\r\nd\r\n", put("c\nd", "x\ny"), "a\r\nb\nx\r\ny\r\n"),
        ("a\r\na\r\n", put("a\n", "x\n"), TWICE),
        ("a\r\na\r\n", put("a\n", "x\n", line=1), "a\r\nx\r\n"),
        ("a\r\na\r\n", put("a\n", "x\n", every=True), "x\r\nx\r\n"),
        ("a\r\n", put("b", "x"), NOT_FOUND),
    ],
)
def test_an_agent_is_shown_lf_for_a_file_of_crlf(text: str, edit: Edit, expected: str) -> None:
    assert made(text, edit) == expected


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ("", put("", "x\n"), "x\n"),
        ("a\n", put("", "x\n"), NOTHING),
        ("a\nb\n", put("", "x\n", line=0), "x\na\nb\n"),
        ("a\nb\n", put("", "x\n", line=1), "a\nx\nb\n"),
        ("a\nb\n", put("", "x\n", line=2), "a\nb\nx\n"),
        ("a\nb", put("", "x\n", line=2), "a\nb\nx\n"),
        ("a\nb\n", put("", "x\n", line=3), NOTHING),
        ("a\r\nb\r\n", put("", "x\n", line=1), "a\r\nx\r\nb\r\n"),
    ],
)
def test_text_that_replaces_nothing(text: str, edit: Edit, expected: str) -> None:
    assert made(text, edit) == expected


# -- hunks of apply_patch -----------------------------------------------------------

FILE = "class A:\n    def run():\n        go()\n\nclass B:\n    def run():\n        go()\n"


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ("a\nb\n", patch("b\n", "x\n"), "a\nx\n"),
        ("a  \nb\n", patch("a\n", "x\n"), "x\nb\n"),
        ("\ta\nb\n", patch("  a \n", "x\n"), "x\nb\n"),
        ("say “hi” — it’s\n", patch('say "hi" - it\'s\n', "x\n"), "x\n"),
        ("a\u00a0b\n", patch("a b\n", "x\n"), "x\n"),
        ("a b\n", patch("ab\n", "x\n"), NOT_FOUND),
        ("xab\n", patch("ab\n", "y\n"), NOT_FOUND),
        (" a\na\n", patch("a\n", "x\n"), " a\nx\n"),
        ("a\na\n", patch("a\n", "x\n"), "x\na\n"),
        (" a\nb\n", patch("a\nb\n", "a\nx\n"), "a\nx\n"),
        ("a\nb", patch("b\n", "x\n"), "a\nx\n"),
        ("a\nb", patch("a\n", "x\n"), "x\nb"),
        ("a\r\nb\r\n", patch("a\n", "x\n"), "x\nb\r\n"),
        ("a\n\nb\n", patch("a\n\n", "x\n\n"), "x\n\nb\n"),
        ("a\nb\n", patch("a\n\n", "x\n\n"), "x\nb\n"),
        ("a\nb\n", patch("a\n\n", "x\n"), "x\nb\n"),
        ("a\nb\n", patch("a\n\n\n", "x\n"), NOT_FOUND),
        ("a\n", patch("", "x\n"), "a\nx\n"),
        ("a\n\n", patch("", "x\n"), "a\nx\n\n"),
        ("a", patch("", "x\n"), "a\nx\n"),
        ("", patch("", "x\n"), "x\n"),
        ("a\n", patch("", "x\n", "no such line"), "a\nx\n"),
    ],
)
def test_a_hunk_is_found_as_apply_patch_finds_it(text: str, edit: Edit, expected: str) -> None:
    assert made(text, edit) == expected


GO, STOP = "        go()\n", "        stop()\n"


@pytest.mark.parametrize(
    ("anchors", "line"),
    [
        ([], 2),
        (["class A:"], 2),
        (["class B:"], 6),
        (["class B:", "    def run():"], 6),
        (["class A:", "def run():"], 2),
        (["def run():", "def run():"], 6),
        (["", "class B:  "], 6),
    ],
)
def test_a_hunk_is_searched_behind_its_anchors(anchors: list[str], line: int) -> None:
    lines = split_lines(FILE)
    lines[line] = STOP
    assert made(FILE, patch(GO, STOP, *anchors)) == "".join(lines)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (patch(GO, STOP, "class C:"), NO_ANCHOR),
        (patch("class B:\n", "class D:\n", "class C:"), FILE.replace("B", "D")),
        (patch("class A:\n", "class D:\n", "class B:"), NOT_FOUND),
        (patch("class A:\n", "class D:\n", "class B:", "class A:"), FILE.replace("A", "D")),
        (patch("none\n", "class D:\n", "class C:"), NO_ANCHOR),
    ],
)
def test_an_anchor_that_is_not_there(edit: Edit, expected: str) -> None:
    """It does no harm where the hunk stands in one place only."""
    assert made(FILE, edit) == expected


def test_an_exact_anchor_comes_before_one_that_differs_in_space() -> None:
    text = "  def run():\n  go()\ndef run():\n  go()\n"
    edit = patch("  go()\n", "  stop()\n", "def run():")
    assert made(text, edit) == "  def run():\n  go()\ndef run():\n  stop()\n"


def test_behind_an_anchor_a_loose_place_is_better_than_an_exact_one_before_it() -> None:
    edit = patch("go()\n", "stop()\n", "def b():")
    assert made("go()\ndef b():\n  go()\n", edit) == "go()\ndef b():\nstop()\n"


# -- laws ---------------------------------------------------------------------------

few_lines = st.lists(st.sampled_from(["a", " a", "a ", "b", "}", "", "“"]), max_size=8)


@given(few_lines, few_lines, few_lines, few_lines, st.sampled_from(["\n", ""]))
def test_a_hunk_that_stands_there_has_a_place(
    head: list[str], old: list[str], new: list[str], tail: list[str], end: str
) -> None:
    text = "\n".join([*head, *old, *tail]) + end
    assume(text)  # an empty file has not even an empty line
    asked = patch("".join(f"{line}\n" for line in old), "".join(f"{line}\n" for line in new))
    result = made(text, asked)
    assert result not in (NOT_FOUND, NO_ANCHOR)


@given(st.text("ab\r\n", max_size=12), st.text("ab\r\n", max_size=3), st.text("ab\n", max_size=3))
def test_an_exact_place_is_where_the_text_stands(text: str, old: str, new: str) -> None:
    result = made(text, put(old, new))
    if old and "\r" not in text + old:
        once = text.replace(old, new, 1)
        assert result == {0: NOT_FOUND, 1: once}.get(text.count(old), TWICE)


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ("a\n" * 200_000, put("a", "b", line=7), "a\n" * 7 + "b\n" + "a\n" * 199_992),
        ("\n" * 100_000, patch("\n" * 50_000 + "x\n", "y\n"), NOT_FOUND),
        ("\n" * 100_000, patch("\n" * 50_000, "y\n"), "y\n" + "\n" * 50_000),
        ("a\n" * 50_000, patch("b\n" + "\n" * 50_000, "y\n"), NOT_FOUND),
    ],
    ids=["places", "blank", "blanks", "tail"],
)
def test_long_hostile_edits_come_to_an_end(text: str, edit: Edit, expected: str) -> None:
    assert made(text, edit) == expected
