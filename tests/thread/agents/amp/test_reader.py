"""What holds for any thread of Amp, whatever happened to its file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.thread.agents import damage
from treadle.thread import agents
from treadle.thread.agents import Source

CASES = Path(__file__).parents[3] / "cases" / "agents" / "amp"
THREADS = [file.read_bytes() for file in sorted(CASES.rglob("*.json")) if file.stem != "torn"]
WHOLE = [thread for thread in THREADS if b'"messages"' in thread]


@settings(max_examples=150)
@given(st.sampled_from(THREADS), damage.WOUNDS)
def test_damaged_bytes_never_raise(thread: bytes, wounds: list[tuple[int, int, bytes]]) -> None:
    broken = damage.wounded(thread, wounds)
    damage.assert_sound(agents.read([Source.bytes("x", broken)], "amp"))
    agents.recognise(broken)


@settings(max_examples=150)
@given(st.data())
def test_wrong_types_never_raise(data: st.DataObject) -> None:
    thread = json.loads(data.draw(st.sampled_from(THREADS)))
    for _ in range(data.draw(st.integers(1, 4))):
        damage.replace_somewhere(data, thread)
    damage.assert_sound(agents.read([Source.bytes("x", json.dumps(thread).encode())], "amp"))


@settings(max_examples=60)
@given(st.sampled_from(WHOLE), st.integers(0, 9))
def test_an_earlier_state_of_a_thread_adds_nothing(thread: bytes, count: int) -> None:
    early = json.loads(thread)
    early["messages"] = early["messages"][:count]
    before = Source.bytes("early", json.dumps(early).encode())
    whole = Source.bytes("whole", thread)
    alone, both = (agents.read(found, "amp") for found in ([whole], [before, whole]))
    assert [one.events for one in alone.sessions] == [one.events for one in both.sessions]


@pytest.mark.parametrize(
    "uri", ["file://[", "file:///%ff%00[", "https://example.org/lamp", "file:///a\0b", "", 7]
)
def test_folder_that_is_none_is_no_folder(uri: object) -> None:
    thread = {
        "id": "T-5eed0001-0000-4000-8000-000000000001",
        "env": {"initial": {"trees": [{"uri": uri}]}},
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Go."}]}],
    }
    source = Source.bytes("x", json.dumps(thread).encode())
    (session,) = agents.read([source], "amp").sessions
    assert [event.text for event in session.events] == ["Go."]


def test_document_over_64_mb_is_skipped_and_said() -> None:
    large = b'{"id": "T-5eed0001-0000-4000-8000-000000000001", "messages": ["' + b"x" * (64 << 20)
    assert [str(one) for one in agents.read([Source.bytes("x", large)], "amp").problems] == [
        "x:+0: document over 64 MB, skipped"
    ]


def test_file_that_cannot_be_opened_is_a_problem(tmp_path: Path) -> None:
    reading = agents.read([Source.file(tmp_path / "gone")], "amp")
    assert [one.reason for one in reading.problems] == [
        "cannot be opened: No such file or directory"
    ]
