"""Seconds and the texts of times, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.grammar.moment import seconds, utc


@given(st.integers(0, 200_000_000_000))
def test_whole_seconds_come_back(moment: int) -> None:
    assert seconds(utc(moment)) == moment


@pytest.mark.parametrize(
    "text", ["2026-03-02T09:00:00Z", "2026-03-02T09:00:00", "2026-03-02T11:00:00+02:00"]
)
def test_a_time_without_a_zone_is_in_utc(text: str) -> None:
    assert utc(seconds(text)) == "2026-03-02T09:00:00.000Z"


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "9" * 400])
def test_what_is_no_time_is_none(text: str) -> None:
    assert seconds(text) == 0


def test_a_moment_beyond_all_years_has_no_text() -> None:
    assert utc(1e30) == ""
