"""Splices turn one text into the other, and hunks made of them apply."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.tangle.apply import File, apply_change
from treadle.tangle.solving.place import spliced
from treadle.tangle.text.diff import CONTEXT, Splice, dress, splices
from treadle.thread.model import Change
from treadle.thread.origin import split_lines

few_words = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "}\n", "\n", "d\r\n"]), max_size=24)
texts = st.one_of(
    few_words.map("".join),
    st.builds(lambda lines, end: "".join(lines) + end, few_words, st.sampled_from(["", "a", "}"])),
    st.text(st.sampled_from("ab\n\r\udc80é\u2028"), max_size=40),
)


def taken(lines: Sequence[str], cuts: Sequence[Splice]) -> list[str]:
    """What the splices say they remove."""
    return [line for cut in cuts for line in lines[cut.start : cut.start + len(cut.removed)]]


@given(texts, texts)
def test_splices_turn_the_old_text_into_the_new_one(old: str, new: str) -> None:
    before, after = split_lines(old), split_lines(new)
    cuts = splices(before, after)
    assert spliced(before, cuts) == after
    assert taken(before, cuts) == [line for cut in cuts for line in cut.removed]


@given(texts, texts)
def test_splices_stand_in_order_and_none_touches_the_next(old: str, new: str) -> None:
    cuts = splices(split_lines(old), split_lines(new))
    for cut, following in pairwise(cuts):
        assert cut.start + len(cut.removed) < following.start
    assert all(cut.removed or cut.added for cut in cuts)


@given(texts)
def test_a_text_against_itself_has_no_splices(text: str) -> None:
    assert splices(split_lines(text), split_lines(text)) == []


@given(texts, texts, st.integers(0, CONTEXT))
def test_hunks_apply_to_the_old_text_and_give_the_new_one(old: str, new: str, context: int) -> None:
    before, after = split_lines(old), split_lines(new)
    hunks = dress(before, splices(before, after), context)
    file = File.of(old)
    apply_change(file, Change("a", "edit", hunks=hunks), 0, "1.1")
    assert file.text == new
    assert [mark is not None for mark in file.marks].count(True) == sum(
        line[0] == "+" for hunk in hunks for line in hunk.lines
    )
    for hunk in hunks:
        there = [line[1:] for line in hunk.lines if line[0] != "-"]
        assert after[hunk.new : hunk.new + len(there)] == there


@given(texts, texts)
def test_hunks_do_not_overlap(old: str, new: str) -> None:
    before = split_lines(old)
    end = 0
    for hunk in dress(before, splices(before, split_lines(new))):
        assert hunk.old >= end
        end = hunk.old + sum(line[0] != "+" for line in hunk.lines)


def test_a_line_that_stands_once_on_both_sides_holds_the_alignment() -> None:
    old = ["}\n", "def draw():\n", "}\n", "}\n"]
    new = ["}\n", "}\n", "def draw():\n", "}\n", "}\n", "}\n"]
    kept = ["def draw():\n"]
    cuts = splices(old, new)
    assert all(line not in cut.removed + cut.added for cut in cuts for line in kept)


def test_changes_near_each_other_share_a_hunk_and_far_ones_do_not() -> None:
    old = [f"{number}\n" for number in range(30)]
    near = [Splice(10, ("10\n",), ("x\n",)), Splice(17, ("17\n",), ("y\n",))]
    far = [Splice(10, ("10\n",), ("x\n",)), Splice(18, ("18\n",), ("y\n",))]
    assert len(dress(old, near)) == 1
    assert len(dress(old, far)) == 2


def test_the_second_hunk_counts_the_lines_the_first_one_added() -> None:
    old = [f"{number}\n" for number in range(30)]
    first, second = dress(old, [Splice(2, (), ("a\n", "b\n")), Splice(20, ("20\n",), ())])
    assert (first.old, first.new) == (0, 0)
    assert (second.old, second.new) == (17, 19)


@pytest.mark.parametrize(
    ("old", "new"),
    [("a", "a\n"), ("a\n", "a"), ("", "a"), ("a", ""), ("a\nb", "b"), ("a\r\n", "a\n")],
)
def test_ends_of_lines_are_part_of_the_lines(old: str, new: str) -> None:
    before = split_lines(old)
    file = File.of(old)
    cuts = splices(before, split_lines(new))
    apply_change(file, Change("a", "edit", hunks=dress(before, cuts)), 0, "1.1")
    assert file.text == new


def test_large_texts_without_a_common_line_are_aligned_at_once() -> None:
    old = [f"old {number % 7}\n" for number in range(60_000)]
    new = [f"old {number % 5}\n" for number in range(60_000)]
    begun = time.monotonic()
    assert spliced(old, splices(old, new)) == new
    assert time.monotonic() - begun < 20
