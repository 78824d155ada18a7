"""Copies put together: what leads, what is inserted, what goes by time."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.agents.reading.union import merge, unite


def timeless(_: str) -> str:
    return ""


def test_prefix_adds_nothing() -> None:
    assert unite(["ab", "abcd", "abc"], timeless) == list("abcd")


def test_new_keys_follow_the_nearest_common_one() -> None:
    assert unite(["abcd", "abxy"], timeless) == list("abxycd")


def test_longest_copy_leads_where_orders_differ() -> None:
    assert unite(["abc", "dcba"], timeless) == list("dcba")


def test_copies_without_a_common_key_go_by_time() -> None:
    assert unite(["13", "2456"], lambda key: key) == list("123456")


def test_beginning_that_only_another_copy_has_goes_by_time() -> None:
    assert unite(["3456", "1256"], lambda key: key) == list("123456")


def test_nothing() -> None:
    assert unite([], timeless) == []
    assert unite(["", ""], timeless) == []


def test_side_without_a_time_goes_first() -> None:
    times = {"1": "1", "2": "2", "x": "", "y": ""}
    assert merge(list("12"), "xy", times.__getitem__) == list("xy12")


def test_clock_that_jumps_back_keeps_the_order() -> None:
    times = {"a": "5", "b": "1", "c": "6", "x": "3", "y": "5"}
    assert merge(list("abc"), "xy", times.__getitem__) == list("xabyc")


copies = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=4)


@given(copies)
def test_union_has_every_key_once(found: list[list[str]]) -> None:
    united = unite(found, lambda key: key)
    assert sorted(united) == sorted({key for copy in found for key in copy})


@given(copies, st.randoms(use_true_random=False))
def test_union_does_not_depend_on_the_order_of_copies(
    found: list[list[str]], chance: Random
) -> None:
    shuffled = found[:]
    chance.shuffle(shuffled)
    assert unite(found, timeless) == unite(shuffled, timeless)


@given(st.integers(0, 20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20))))
def test_slices_of_one_history_unite_to_it(size: int, cuts: list[tuple[int, int]]) -> None:
    history = [f"{at:02}" for at in range(size)]
    slices = [history[min(cut) : max(cut)] for cut in cuts]
    assert unite([history, *slices], lambda key: key) == history
    assert unite(slices, lambda key: key) == sorted({key for one in slices for key in one})
