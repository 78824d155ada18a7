"""Which word was meant by one that stands nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.tangle.searching.meant import apart, meant

WORDS = st.text("abc", max_size=5)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("chekpoint", "checkpoint"),
        ("checkpiont", "checkpoint"),
        ("checkpointt", "checkpoint"),
        ("chokpount", ""),
        ("lapm", "lamp"),
        ("lxxp", ""),
        ("hceckpoint", ""),
        ("zeppelin", ""),
    ],
)
def test_a_slip_or_two_are_forgiven(typed: str, told: str) -> None:
    assert meant(typed, [("checkpoint", 3), ("lamp", 2), ("check", 9)]) == told


def test_of_words_equally_near_the_most_common_is_told() -> None:
    assert meant("lanp", [("lamp", 1), ("lane", 4), ("land", 2)]) == "lane"
    assert meant("lanp", []) == ""


@given(WORDS, WORDS)
def test_the_way_there_is_as_far_as_the_way_back(one: str, other: str) -> None:
    assert apart(one, other, 9) == apart(other, one, 9)
    assert (apart(one, other, 9) == 0) == (one == other)


@given(WORDS, st.integers(0, 4), st.sampled_from("abc"))
def test_one_slip_is_one_apart(word: str, at: int, letter: str) -> None:
    at = min(at, len(word))
    assert apart(word, word[:at] + letter + word[at:], 9) == 1
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    assert apart(word, swapped, 9) == (swapped != word)
