"""What holds for any transcript of Qwen Code, whatever happened to its file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.thread.agents import damage
from treadle.thread import agents
from treadle.thread.agents import Source

CASES = Path(__file__).parents[3] / "cases" / "agents" / "qwen"
TRANSCRIPTS = [file.read_bytes() for file in sorted(CASES.rglob("*.jsonl"))]
LINES = [line for transcript in TRANSCRIPTS for line in transcript.split(b"\n") if line]
RECORD = (
    b'{"uuid":"u","sessionId":"s","timestamp":"2026-05-04T10:00:00.000Z","type":"user",'
    b'"message":{"role":"user","parts":[{"text":"Hello."}]}}\n'
)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (RECORD, "qwen"),
        (RECORD.replace(b'"uuid":"u",', b""), "qwen"),
        (
            b'{"uuid":"y","sessionId":"s","timestamp":"t","type":"system","systemPayload":{}}\n'
            + RECORD,
            "qwen",
        ),
        (RECORD.replace(b'"sessionId":"s",', b""), ""),
    ],
)
def test_recognises_by_the_first_bytes(head: bytes, name: str) -> None:
    assert agents.recognise(head) == name


@settings(max_examples=150)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=12), damage.WOUNDS)
def test_damaged_bytes_never_raise(
    lines: list[bytes], wounds: list[tuple[int, int, bytes]]
) -> None:
    broken = damage.wounded(b"\n".join(lines), wounds)
    damage.assert_sound(agents.read([Source.bytes("x", broken)], "qwen"))
    agents.recognise(broken)


@settings(max_examples=150)
@given(st.data())
def test_wrong_types_never_raise(data: st.DataObject) -> None:
    usable = st.sampled_from([line for line in LINES if damage.is_object(line)])
    records = [json.loads(line) for line in data.draw(st.lists(usable, min_size=1, max_size=5))]
    for one in records:
        for _ in range(data.draw(st.integers(1, 3))):
            damage.replace_somewhere(data, one)
    text = "\n".join(json.dumps(one) for one in records)
    damage.assert_sound(agents.read([Source.bytes("x", text.encode())], "qwen"))


@settings(max_examples=60)
@given(st.sampled_from(TRANSCRIPTS), st.data())
def test_a_copy_cut_anywhere_adds_nothing_to_the_whole(
    transcript: bytes, data: st.DataObject
) -> None:
    cut = transcript[: data.draw(st.integers(0, len(transcript)))]
    whole = agents.read([Source.bytes("whole", transcript)], "qwen")
    both = agents.read([Source.bytes("w", transcript), Source.bytes("c", cut)], "qwen")
    if len(whole.sessions) == len(both.sessions) == 1 and not whole.sessions[0].problems:
        assert whole.sessions[0].events == both.sessions[0].events
