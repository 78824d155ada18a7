"""What a session tells of its beginning stays the same when more of it is told."""

from __future__ import annotations

import json

from treadle.thread.agents import Source, read


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
