"""What holds for any transcript of an agent that is read through the shelf, whatever happened
to its file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.thread.agents import damage
from treadle.thread import agents
from treadle.thread.agents import Source

CASES = Path(__file__).parents[3] / "cases" / "agents"
AGENTS = ("copilot-cli", "cursor", "droid", "pi")
each_agent = pytest.mark.parametrize("agent", AGENTS)


def transcripts(agent: str) -> list[bytes]:
    return [file.read_bytes() for file in sorted((CASES / agent).rglob("*.jsonl"))]


def lines(agent: str) -> list[bytes]:
    return [line for whole in transcripts(agent) for line in whole.split(b"\n") if line]


@each_agent
@settings(max_examples=100)
@given(data=st.data(), wounds=damage.WOUNDS)
def test_damaged_bytes_never_raise(
    agent: str, data: st.DataObject, wounds: list[tuple[int, int, bytes]]
) -> None:
    drawn = data.draw(st.lists(st.sampled_from(lines(agent)), min_size=1, max_size=12))
    broken = damage.wounded(b"\n".join(drawn), wounds)
    damage.assert_sound(agents.read([Source.bytes("x", broken)], agent))
    agents.recognise(broken)


@each_agent
@settings(max_examples=100)
@given(data=st.data())
def test_wrong_types_never_raise(agent: str, data: st.DataObject) -> None:
    usable = st.sampled_from([line for line in lines(agent) if damage.is_object(line)])
    records = [json.loads(line) for line in data.draw(st.lists(usable, min_size=1, max_size=5))]
    for one in records:
        for _ in range(data.draw(st.integers(1, 3))):
            damage.replace_somewhere(data, one)
    text = "\n".join(json.dumps(one) for one in records).encode()
    damage.assert_sound(agents.read([Source.bytes("x", text)], agent))
    agents.recognise(text)


@each_agent
@settings(max_examples=60)
@given(data=st.data())
def test_a_copy_cut_anywhere_adds_nothing_to_the_whole(agent: str, data: st.DataObject) -> None:
    transcript = data.draw(st.sampled_from(transcripts(agent)))
    cut = transcript[: data.draw(st.integers(0, len(transcript)))]
    whole = agents.read([Source.bytes("whole", transcript)], agent)
    both = agents.read([Source.bytes("w", transcript), Source.bytes("c", cut)], agent)
    if len(whole.sessions) == len(both.sessions) == 1 and not whole.sessions[0].problems:
        assert whole.sessions[0].events == both.sessions[0].events


@each_agent
def test_nothing_in_a_file_is_a_problem(agent: str) -> None:
    reading = agents.read([Source.bytes("x", b"\n\n")], agent)
    assert [str(problem) for problem in reading.problems] == ["x:+0: no records in it"]


@each_agent
def test_file_that_cannot_be_opened_is_a_problem(agent: str, tmp_path: Path) -> None:
    reading = agents.read([Source.file(tmp_path / "gone")], agent)
    assert [one.reason for one in reading.problems] == [
        "cannot be opened: No such file or directory"
    ]


@each_agent
def test_edit_over_4_mb_is_left_out_and_said(agent: str) -> None:
    wanted = b'"WICK = 1\\n"'
    (whole,) = [one for one in transcripts(agent) if wanted in one and b"hour < 7" in one]
    large = whole.replace(wanted, wanted.replace(b"WICK", b"W" * (5 << 20)))
    before, after = (agents.read([Source.bytes("x", one)], agent) for one in (whole, large))
    assert any("wick.py over 4 MB, left out" in one.reason for one in after.sessions[0].problems)
    edits = [edit for event in before.sessions[0].events for edit in event.edits]
    kept = [edit for event in after.sessions[0].events for edit in event.edits]
    assert kept == [edit for edit in edits if not edit.path.endswith("wick.py")]
