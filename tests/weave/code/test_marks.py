"""Marks say which words of a line changed, and nothing where everything did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from treadle.thread.model import Hunk
from treadle.weave.code.lines import diff_html, line_html
from treadle.weave.code.marks import marks
from treadle.weave.highlight import tokens


def marked(*lines: str) -> list[list[str]]:
    """The marked pieces of each line."""
    split = [(line[0], line[1:]) for line in lines]
    found = marks(split)
    return [[text[a:b] for a, b in found.get(at, ())] for at, (_, text) in enumerate(split)]


def test_a_word_that_came_is_marked() -> None:
    found = marked("-from math import cos, radians", "+from math import cos, radians, sin")
    assert found == [[], [", sin"]]


def test_a_word_that_was_exchanged_is_marked_on_both_sides() -> None:
    assert marked("-    return height - 1", "+    return height + 1") == [["-"], ["+"]]


def test_lines_without_much_in_common_are_not_marked() -> None:
    assert marked("-import os", "+class Turn(NamedTuple):") == [[], []]


def test_a_removed_line_finds_its_pair_among_more_added_ones() -> None:
    found = marked("-turn(harbour, begin)", "+# Look first", "+turn(harbour, begin, end)")
    assert found == [[], [], [", end"]]


def test_lines_apart_are_no_pair() -> None:
    assert marked("-turn(begin)", " middle", "+turn(begin, end)") == [[], [], []]


@pytest.mark.parametrize("lines", [(), ("-a",), ("+a",), ("-", "+"), ("- ", "+  ")])
def test_next_to_nothing_is_marked_by_nothing(lines: tuple[str, ...]) -> None:
    assert not any(marked(*lines))


def test_very_wide_and_very_many_lines_are_left_alone() -> None:
    assert not any(marked("-" + "a " * 1000, "+" + "a " * 1000 + "b"))
    assert not any(marked(*["-a b c d"] * 100, *["+a b c e"] * 101))


@given(some.text("ab <&\t\"'é", max_size=30), some.text("ab <&\t\"'é", max_size=30))
def test_a_mark_changes_no_letter(old: str, new: str) -> None:
    found = marks([("-", old), ("+", new)])
    for at, text in enumerate((old, new)):
        (line,) = tokens(text + "\n", "a.py") or [[]]
        plain = line_html(line)
        with_marks = line_html(line, found.get(at, ()))
        assert with_marks.replace("<mark>", "").replace("</mark>", "") == plain
        assert with_marks.count("<mark>") == with_marks.count("</mark>")


def test_a_diff_shows_them() -> None:
    html = diff_html("a.txt", [Hunk(0, 0, ("-was there one\n", "+was there two\n"))], 10)
    assert "there <mark>one</mark>" in html
    assert "there <mark>two</mark>" in html
