"""What a commit's message says of Entire's records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.entire.trailers import checkpoints, is_id, plain, sessions, unreadable

HEX, ULID = "00c9e2351016", "01KVBJCWYA4YW6J5M9GP655HZN"


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Light\n", []),
        (f"Light\n\nEntire-Checkpoint: {HEX}\n", [HEX]),
        (f"Light\n\nEntire-Checkpoint: {ULID}\n", [ULID]),
        (f"Light\r\n\r\nEntire-Checkpoint: {HEX}\r\n", [HEX]),
        (f"Light\n\nEntire-Checkpoint:{HEX}", [HEX]),
        (f"Squash\n\n    Entire-Checkpoint: {HEX}\n\n    Entire-Checkpoint: {ULID}\n", [HEX, ULID]),
        (f"Squash\n\nEntire-Checkpoint: {HEX}\nEntire-Checkpoint: {HEX}\n", [HEX]),
        (f"Both\n\nEntire-Checkpoint: {HEX}, {ULID}\n", [HEX, ULID]),
        (f"Both\n\nEntire-Checkpoint: {HEX} {ULID} (two)\n", [HEX, ULID]),
        (f"Talk of Entire-Checkpoint: {HEX} here\n", []),
    ],
)
def test_a_message_names_checkpoints(message: str, found: list[str]) -> None:
    assert checkpoints(message) == found
    assert unreadable(message) == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("00c9", "00c9"),
        ("00C9E2351016", "00C9E2351016"),
        ("91KVBJCWYA4YW6J5M9GP655HZN", "91KVBJCWYA4YW6J5M9GP655HZN"),
        ("01KVBJCWYA4YW6J5M9GP655HZI", "01KVBJCWYA4YW6J5M9GP655HZI"),
        ("\x1b[31mred", "??31mred"),
        ("x" * 90, "x" * 40),
    ],
)
def test_a_value_that_is_no_id_is_shown_and_not_used(value: str, shown: str) -> None:
    message = f"Light\n\nEntire-Checkpoint: {value}\n"
    assert checkpoints(message) == []
    assert unreadable(message) == [shown]


def test_an_empty_trailer_names_nothing() -> None:
    assert checkpoints("Light\n\nEntire-Checkpoint:\n") == []
    assert unreadable("Light\n\nEntire-Checkpoint:\n") == []


def test_older_trailers_name_sessions() -> None:
    message = (
        "Light\n\n"
        "Entire-Session: 2026-01-05-s1\n"
        "Entire-Session: s2\n"
        "Entire-Metadata: .entire/metadata/2026-01-05-s1\n"
        "Entire-Metadata-Task: .entire/metadata/s3/tasks/toolu_1\n"
        "Entire-Metadata: ../elsewhere/s4\n"
        "Entire-Metadata: .entire/metadata/../../s5\n"
        "Entire-Strategy: auto-commit\n"
    )
    assert sessions(message) == ["s1", "s2", "s3"]


def test_a_day_alone_is_an_id() -> None:
    assert (plain("2026-01-05-s1"), plain("2026-01-05-"), plain(" s1 ")) == (
        "s1",
        "2026-01-05-",
        "s1",
    )


@given(st.text())
def test_no_message_stops_the_reading(message: str) -> None:
    assert all(map(is_id, checkpoints(f"Entire-Checkpoint: {message}")))
    assert all(value.isprintable() for value in unreadable(f"Entire-Checkpoint: {message}"))
    sessions(f"Entire-Session: {message}\nEntire-Metadata: {message}")
