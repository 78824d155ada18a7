"""Which side's note each commit gets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.git.merge import Merge, merge

NOTES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("123"))


def result(ours: dict[str, str], found: Merge) -> dict[str, str | tuple[str, ...]]:
    """Our notes after the merge; a united one as the sorted pair."""
    merged: dict[str, str | tuple[str, ...]] = {**ours, **found.take}
    merged.update({commit: tuple(sorted(pair)) for commit, pair in found.unite.items()})
    return {commit: blob for commit, blob in merged.items() if commit not in found.drop}


def test_what_only_they_wrote_is_taken_and_what_only_we_wrote_stays() -> None:
    assert merge({}, {"a": "1"}, {"b": "2"}) == Merge({"b": "2"})


def test_the_side_that_changed_a_note_has_it() -> None:
    was = {"a": "1", "b": "1"}
    assert merge(was, {"a": "2", "b": "1"}, {"a": "1", "b": "3"}) == Merge({"b": "3"})


def test_a_note_that_both_changed_is_united() -> None:
    assert merge({"a": "1"}, {"a": "2"}, {"a": "3"}) == Merge({}, {"a": ("2", "3")})


def test_a_note_that_was_removed_there_goes_if_we_left_it_alone() -> None:
    assert merge({"a": "1", "b": "1"}, {"a": "1", "b": "2"}, {}) == Merge(drop=("a",))


def test_a_note_that_was_removed_here_comes_back_only_if_they_changed_it() -> None:
    assert merge({"a": "1", "b": "1"}, {}, {"a": "1", "b": "2"}) == Merge({"b": "2"})


def test_without_a_common_ancestor_nothing_is_removed() -> None:
    assert merge({}, {"a": "1", "b": "1"}, {"a": "2"}) == Merge({}, {"a": ("1", "2")})


@given(NOTES, NOTES, NOTES)
def test_both_sides_come_to_the_same(
    base: dict[str, str], one: dict[str, str], other: dict[str, str]
) -> None:
    here = result(one, merge(base, one, other))
    assert here == result(other, merge(base, other, one))
    assert not merge(base, one, one)


@given(NOTES, NOTES, NOTES)
def test_no_note_is_lost_that_one_side_wrote_after_the_base(
    base: dict[str, str], one: dict[str, str], other: dict[str, str]
) -> None:
    merged = result(one, merge(base, one, other))
    for side in (one, other):
        for commit, blob in side.items():
            assert blob == base.get(commit) or commit in merged
