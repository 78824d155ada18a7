"""What a session tells of its beginning stays the same when more of it is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.thread.agents.test_cases import FOLDERS
from treadle.thread.agents import Source, read
from treadle.thread.model import Event

_DEEDS = ("ran", "edited")


def _said(number: int, version: str) -> bytes:
    record = {
        "type": "user",
        "uuid": f"u{number}",
        "parentUuid": f"u{number - 1}" if number else None,
        "sessionId": "s",
        "version": version,
        "cwd": "/loom",
        "timestamp": f"2026-01-05T09:00:0{number}.000Z",
        "message": {"role": "user", "content": f"prompt {number}"},
    }
    return json.dumps(record).encode() + b"\n"


def test_an_agent_that_was_updated_in_the_middle_of_a_session() -> None:
    text = _said(0, "2.1.5") + _said(1, "2.1.6")
    early = read([Source.bytes("s.jsonl", _said(0, "2.1.5"))]).sessions[0]
    late = read([Source.bytes("s.jsonl", text)]).sessions[0]
    assert early.version == late.version == "2.1.5"
    assert late.events[: len(early.events)] == early.events


def transcripts(folder: Path) -> list[Path]:
    """The files of a case, without what is expected of it."""
    return [one for one in folder.rglob("*") if one.is_file() and one.suffix != ".txt"]


LONE = [folder for folder in FOLDERS if [one.suffix for one in transcripts(folder)] == [".jsonl"]]


@pytest.mark.parametrize("folder", LONE, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_what_stands_before_a_command_or_an_edit_that_is_over_stays(folder: Path) -> None:
    """But for calls without an answer: what waits for one is not final."""
    (file,) = transcripts(folder)
    rows = file.read_bytes().split(b"\n")

    def told(count: int) -> dict[str, tuple[Event, ...]]:
        source = Source.bytes(file.name, b"".join(row + b"\n" for row in rows[:count]))
        return {one.id: one.events for one in read([source], folder.parent.name).sessions}

    whole = told(len(rows))
    for count in range(1, len(rows)):
        for session, events in told(count).items():
            over = [i for i, one in enumerate(events) if one.kind in _DEEDS and one.ok is not None]
            before = events[: max(over, default=0)]
            late = whole.get(session, ())
            assert len(late) >= len(before)
            for early, final in zip(before, late, strict=False):
                assert early == final or (early.ok is None and early.key == final.key), count
