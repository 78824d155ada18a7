"""Which calls of a session are still under way, and what a commit waits for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.agents import events
from treadle.tangle.capturing.flight import awaited, in_flight
from treadle.thread.model import Event, Made, Session
from treadle.thread.select import When

TIME = "2026-01-05T09:00:00.000Z"
LATER = "2026-01-05T09:05:00.000Z"
WHEN = When("c" * 40, "Light the lamp", TIME, TIME)


def call(key: str, ok: bool | None = None, kind: str = "ran", **more: str) -> Event:
    return replace(Event(key, kind, TIME, "git commit", ok=ok, tool="Bash"), **more)


def waits(*told: Event, last: str = "", own: bool = False) -> tuple[str, ...] | None:
    return awaited(Session("claude-code", "s1", events=told), WHEN, last, own=own)


SAID = Event("said", "said", TIME, "So be it.")


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([call("a")], [0]),
        ([call("a"), call("b")], [0, 1]),
        ([call("a"), call("b", True)], [0]),
        ([call("a"), SAID], []),
        ([call("a"), replace(SAID, lane="helper")], [0]),
        ([call("a", tool="!")], []),
        ([call("a"), *events("A prompt")], []),
    ],
)
def test_calls_without_result_at_the_end_of_their_lane(told: list[Event], found: list[int]) -> None:
    assert in_flight(told) == found


def test_a_commit_waits_for_the_call_that_seems_to_make_it() -> None:
    assert waits(SAID, call("a")) == ("a",)
    assert waits(SAID, call("a", text="make")) is None
    assert waits(SAID, call("a", text="make"), own=True) == ("a",)
    assert waits(SAID, call("a", time=LATER)) is None


def test_it_waits_for_no_call_once_its_own_is_told() -> None:
    made = replace(call("a", True), made=(Made("c" * 7, "Light the lamp"),))
    assert waits(SAID, made, own=True) is None
    assert waits(call("b"), made, last="a") == ("b",)


def test_it_waits_for_edits_that_its_document_has() -> None:
    assert waits(call("a", kind="edited"), last="a") == ("a",)
    assert waits(call("a", kind="edited"), last="") is None


def test_a_call_that_the_environment_tells_of_and_the_transcript_does_not() -> None:
    assert waits(SAID, own=True) == ()
    assert waits(SAID, replace(SAID, key="later", time=LATER), own=True) is None
