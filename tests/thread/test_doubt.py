"""Doubts by line and as runs, and what points to steps when their parts get other names."""

from __future__ import annotations

from hypothesis import given

from tests.thread.threads import doubts
from treadle.thread import pointer
from treadle.thread.doubt import LAST, MANY, by_line, joined, runs
from treadle.thread.model import Doubt, Entry, Row

PART, CLEAN = "a" * 40, "b" * 40


@given(doubts())
def test_runs_say_the_same_of_every_line(told: tuple[Doubt, ...]) -> None:
    lines = by_line(told, LAST)
    assert by_line(runs(lines), LAST) == lines
    assert joined(told) == runs(lines)


@given(doubts(), doubts())
def test_two_that_are_joined_say_what_either_says(
    one: tuple[Doubt, ...], other: tuple[Doubt, ...]
) -> None:
    lines = by_line([*one, *other], LAST)
    assert joined([*one, *other]) == joined([*other, *one]) == runs(lines)


def test_a_run_of_any_length_is_as_long_as_the_file() -> None:
    endless = Doubt(2, LAST - 1, ("-1",))
    assert by_line([endless], 4) == {2: {"-1"}, 3: {"-2"}}
    assert by_line([endless], 1) == {}
    assert joined([endless, Doubt(3, 1, ("",))]) == (
        Doubt(2, 1, ("-1",)),
        Doubt(3, 1, ("", "-2")),
        Doubt(4, LAST - 3, ("-3",)),
    )


def test_lines_that_may_be_lines_that_follow_one_another_are_one_run() -> None:
    told = {4: {"-7", f"{PART}:1.2"}, 5: {"-8", f"{PART}:1.2"}, 6: {"-8"}, 9: {""}}
    assert runs(told) == (
        Doubt(4, 2, ("-7", f"{PART}:1.2")),
        Doubt(6, 1, ("-8",)),
        Doubt(9, 1, ("",)),
    )


def test_of_too_many_that_a_line_may_be_nobody_knows() -> None:
    assert runs({0: {f"+{n}" for n in range(1, MANY + 2)}}) == (Doubt(0, 1, ("",)),)


def test_a_doubt_follows_a_part_that_was_cleaned() -> None:
    file = Entry("100644", "c" * 40)
    row = Row("lamp.py", file, file, doubts=(Doubt(3, 1, ("-4", f"{PART}:2.1")),))
    assert pointer.row(row, {PART: CLEAN}).doubts == (Doubt(3, 1, ("-4", f"{CLEAN}:2.1")),)
    assert pointer.row(row, {"d" * 40: CLEAN}) is row
