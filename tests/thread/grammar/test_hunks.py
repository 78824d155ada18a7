"""Changes as unified diffs keep every line, place and mark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.thread.threads import changes, hunks
from treadle.thread.grammar.blocks import DocumentError, scan
from treadle.thread.grammar.hunks import read_change, read_hunks, write_change, write_hunks
from treadle.thread.model import Change, Hunk

PART = "0123456789abcdef" * 2 + "01234567"


@given(st.lists(hunks(), max_size=4).map(tuple))
def test_hunks_come_back_as_they_were(written: tuple[Hunk, ...]) -> None:
    assert read_hunks(write_hunks(written), 1) == written


@given(changes("edit", "drift", "unplaced"))
def test_changes_come_back_as_they_were(change: Change) -> None:
    (block,) = scan(write_change(change) + "\n")
    assert read_change(block, ("edit", "drift", "unplaced")) == change


@pytest.mark.parametrize(
    ("hunk", "text"),
    [
        (Hunk(2, 2, (" a\n", "-b\n", "+c\n")), "@@ -3,2 +3,2 @@\n a\n-b\n+c\n"),
        (Hunk(2, 2, ("+a\n",)), "@@ -2,0 +3,1 @@\n+a\n"),
        (Hunk(2, 2, ("-a\n",)), "@@ -3,1 +2,0 @@\n-a\n"),
        (Hunk(0, 0, ("+a\n",)), "@@ -0,0 +1,1 @@\n+a\n"),
        (Hunk(0, 0, ()), "@@ -0,0 +0,0 @@\n"),
        (
            Hunk(0, 0, ("-a", "+a\n")),
            "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n",
        ),
        (Hunk(0, 0, ("+a\n",), "matched"), "@@ -0,0 +1,1 @@ matched\n+a\n"),
        (Hunk(0, 0, ("+a\n",), "command", "4.2"), "@@ -0,0 +1,1 @@ command 4.2\n+a\n"),
        (Hunk(0, 0, ("+a\n",), "", f"{PART}:4.2"), f"@@ -0,0 +1,1 @@ {PART}:4.2\n+a\n"),
        (
            Hunk(0, 0, ("+\n",) * 8, "", "", (0, 1, 2, 5, 7)),
            "@@ -0,0 +1,8 @@ hidden 1-3,6,8\n" + "+\n" * 8,
        ),
    ],
)
def test_a_hunk_is_written_as_diff_does(hunk: Hunk, text: str) -> None:
    assert write_hunks((hunk,)) == text
    assert read_hunks(text, 1) == (hunk,)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" a\n", 10),
        ("@@ -1,1 +1,1 @@\n", 10),
        ("@@ -1,1 +1,1 @@\n a\n b\n", 10),
        ("@@ -1,1 +1,2 @@\n a\n@@ -1,1 +1,1 @@\n b\n", 10),
        ("@@ -1,1 +1,1 @@\n a\n@@ -1,1 +1,2 @@\n b\n", 12),
        ("@@ -1,1 +1,1 @@\n\n", 11),
        ("@@ -1,1 +1,1 @@\na\n", 11),
        ("@@ -1,1 +1,1 @@\n a\n\\ no newline\n", 12),
        ("@@ -1,1 +1,1 @@\n\\ No newline at end of file\n a\n", 11),
        ("@@ -0,1 +1,1 @@\n a\n", 10),
        ("@@ -1 +1 @@\n a\n", 10),
        ("@@ -01,1 +1,1 @@\n a\n", 10),
        ("@@ -١,1 +1,1 @@\n a\n", 10),
        ("@@ -1,1 +1,1 @@ guessed\n a\n", 10),
        ("@@ -1,1 +1,1 @@ 0.1\n a\n", 10),
        ("@@ -1,1 +1,1 @@ hidden 2\n a\n", 10),
        ("@@ -1,1 +1,1 @@ hidden 0\n a\n", 10),
        ("@@ -1,1 +1,1 @@ hidden 1,1\n a\n", 10),
        ("@@ -1,1 +1,1 @@ hidden 1-999999999\n a\n", 10),
        ("@@ -1,2 +1,0 @@\n-a\n\\ No newline at end of file\n-b\n", 13),
        ("@@ -1,1 +1,2 @@\n a\n\\ No newline at end of file\n+b\n", 13),
    ],
)
def test_a_damaged_hunk_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(DocumentError) as raised:
        read_hunks(text, 10)
    assert raised.value.line == line


@pytest.mark.parametrize(
    "path", ["", "/a", "../a", "a/../b", "a//b", "a/", ".git/config", "a/.GIT"]
)
def test_a_path_outside_is_refused_unless_it_is_only_told(path: str) -> None:
    for kind in ("edit", "drift"):
        (block,) = scan(write_change(Change(path, kind)) + "\n")
        with pytest.raises(DocumentError, match="is refused"):
            read_change(block, ("edit", "drift"))
    (block,) = scan(write_change(Change(path, "unplaced", reason="outside")) + "\n")
    assert read_change(block, ("unplaced",)).path == path
