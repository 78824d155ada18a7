"""What is done to transcripts to see whether a reader stands it, and what must hold after it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from treadle.thread import agents
from treadle.thread.model import EVENT_KINDS

HOUR = "2026-05-04T10:00:00.000Z"

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)

WOUNDS = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 60), st.binary(max_size=4)))


def wounded(text: bytes, wounds: list[tuple[int, int, bytes]]) -> bytes:
    """Bytes with some of them replaced, at each place by others."""
    wounded = bytearray(text)
    for at, length, put in wounds:
        wounded[at : at + length] = put
    return bytes(wounded)


def replace_somewhere(data: st.DataObject, value: Any) -> None:
    """Put another value in the place of one that is drawn, at any depth."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        inner = value[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            value[key] = data.draw(VALUES)
            return
        value = inner


def is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def assert_sound(reading: agents.Reading) -> None:
    """Every event is one, every key is there once, and everything can be written down."""
    for session in reading.sessions:
        keys = [event.key for event in session.events]
        assert len(keys) == len(set(keys))
        for event in session.events:
            assert event.kind in EVENT_KINDS
            assert event.time == "" or len(event.time) == len(HOUR)
            repr(event).encode("utf-8")
            for text in (event.key, event.text, event.output, event.cwd, event.tool):
                text.encode("utf-8")
            for edit in event.edits:
                "".join((edit.path, edit.old, edit.new, edit.before or "", edit.to)).encode("utf-8")
    for problem in (*reading.problems, *(p for s in reading.sessions for p in s.problems)):
        str(problem).encode("utf-8")
