"""Where an edit's text stands, exactly and as patches find it."""

from __future__ import annotations

import pytest

from treadle.tangle.replay import Seen, replay
from treadle.thread.model import Edit

PATCHES = [
    ("a\nb \nc\n", "a\nb\n", "a\nB\n", "", "a\nB\nc\n"),
    ("a\n  b\nc\n", "b\n", "B\n", "", "a\nB\nc\n"),
    ("x\na\nx\na\n", "a\n", "b\n", "x\nx", "x\na\nx\nb\n"),
    ("a\nb", "b\n", "c\n", "", "a\nc\n"),
    ("a\nb", "", "z\n", "", "a\nb\nz\n"),
    ("say “lamp”\n", 'say "lamp"\n', "say light\n", "", "say light\n"),
]


def after(text: str, edit: Edit) -> str | None:
    """The text after one edit; None where it has no place."""
    (outcome,) = replay(text, [Seen(edit)], eager=False)
    return None if outcome.reason else outcome.after


@pytest.mark.parametrize(("text", "old", "new", "anchor", "wanted"), PATCHES)
def test_a_patch_finds_its_lines(text: str, old: str, new: str, anchor: str, wanted: str) -> None:
    assert after(text, Edit("f", "replace", old, new, loose=True, anchor=anchor)) == wanted


def test_a_patch_whose_lines_are_not_there_has_no_place() -> None:
    assert after("a\n", Edit("f", "replace", "b\n", "c\n", loose=True)) is None


def test_text_that_stands_twice_wants_a_line() -> None:
    assert after("a\nx\na\n", Edit("f", "replace", "a\n", "b\n")) is None
    assert after("a\nx\na\n", Edit("f", "replace", "a\n", "b\n", line=2)) == "a\nx\nb\n"
    assert after("a\nx\na\n", Edit("f", "replace", "a\n", "b\n", line=1)) is None


def test_an_insertion_goes_before_its_line() -> None:
    assert after("a\nb\n", Edit("f", "replace", "", "x\n", line=1)) == "a\nx\nb\n"
    assert after("a\nb\n", Edit("f", "replace", "", "x\n")) is None
