"""What holds for any transcript of Claude Code, whatever happened to its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.thread import agents
from treadle.thread.agents import Source
from treadle.thread.agents.events.bounds import LARGEST_EDIT
from treadle.thread.model import EVENT_KINDS, Event

CASES = Path(__file__).parents[3] / "cases" / "agents" / "claude-code"
TRANSCRIPTS = [file.read_bytes() for file in sorted(CASES.rglob("*.jsonl"))]
LINES = [line for transcript in TRANSCRIPTS for line in transcript.split(b"\n") if line]
HOUR = "2026-05-04T10:00:00.000Z"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)


def record(kind: str, uuid: str, content: Any, **more: Any) -> str:
    outer = {"type": kind, "uuid": uuid, "sessionId": "s", "timestamp": HOUR, "cwd": "/r", **more}
    return json.dumps({**outer, "message": {"role": kind, "content": content}})


def call(uuid: str, name: str, **asked: Any) -> str:
    block = {"type": "tool_use", "id": f"toolu_{uuid}", "name": name, "input": asked}
    return record("assistant", uuid, [block])


def result(uuid: str, told: Any, text: str = "ok") -> str:
    block = {"type": "tool_result", "tool_use_id": f"toolu_{uuid}", "content": text}
    return record("user", f"{uuid}-result", [block], toolUseResult=told)


def read(*copies: list[str]) -> agents.Reading:
    texts = ["\n".join(copy) + "\n" for copy in copies]
    sources = [Source.bytes(f"{at}.jsonl", text.encode()) for at, text in enumerate(texts)]
    return agents.read(sources, "claude-code")


def only(*lines: str) -> Event:
    (session,) = read(list(lines)).sessions
    (event,) = session.events
    return event


def assert_sound(reading: agents.Reading) -> None:
    for session in reading.sessions:
        keys = [event.key for event in session.events]
        assert len(keys) == len(set(keys))
        for event in session.events:
            assert event.kind in EVENT_KINDS
            assert event.time == "" or len(event.time) == len(HOUR)
            repr(event).encode("utf-8")
            event.text.encode("utf-8")
            event.output.encode("utf-8")
    for problem in (*reading.problems, *(p for s in reading.sessions for p in s.problems)):
        str(problem).encode("utf-8")


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 60), st.binary(max_size=4))),
)
def test_damaged_bytes_never_raise(
    lines: list[bytes], wounds: list[tuple[int, int, bytes]]
) -> None:
    text = bytearray(b"\n".join(lines))
    for at, length, bytes_ in wounds:
        text[at : at + length] = bytes_
    assert_sound(agents.read([Source.bytes("x", bytes(text))], "claude-code"))
    agents.recognise(bytes(text))


@settings(max_examples=150)
@given(st.data())
def test_wrong_types_never_raise(data: st.DataObject) -> None:
    records = [json.loads(line) for line in data.draw(st.lists(usable, min_size=1, max_size=5))]
    for one in records:
        for _ in range(data.draw(st.integers(1, 3))):
            replace_somewhere(data, one)
    text = "\n".join(json.dumps(one) for one in records)
    assert_sound(agents.read([Source.bytes("x", text.encode())], "claude-code"))


def is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


usable = st.sampled_from([line for line in LINES if is_json(line)])


def replace_somewhere(data: st.DataObject, value: Any) -> None:
    """Put another value in the place of one that is drawn, at any depth."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        inner = value[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            value[key] = data.draw(JSON)
            return
        value = inner


@settings(max_examples=80)
@given(st.sampled_from(TRANSCRIPTS), st.data())
def test_a_copy_cut_anywhere_adds_nothing_to_the_whole(
    transcript: bytes, data: st.DataObject
) -> None:
    cut = transcript[: data.draw(st.integers(0, len(transcript)))]
    whole = agents.read([Source.bytes("whole", transcript)], "claude-code")
    both = agents.read([Source.bytes("w", transcript), Source.bytes("c", cut)], "claude-code")
    if len(whole.sessions) == len(both.sessions) == 1 and not whole.sessions[0].problems:
        assert whole.sessions[0].events == both.sessions[0].events


@settings(max_examples=80)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=12))
def test_copies_that_each_miss_something_unite_to_all(missing: list[int]) -> None:
    lines = [record("user", f"u{at}", f"prompt {at}") for at in range(len(missing))]
    copies = [
        [line for line, skip in zip(lines, missing, strict=True) if skip != copy]
        for copy in range(3)
    ]
    (session,) = read(*copies).sessions
    assert {event.text for event in session.events} == {f"prompt {at}" for at in range(len(lines))}


def test_unrelated_sessions_stay_apart() -> None:
    reading = read([record("user", "u1", "one")], [record("user", "u2", "two", sessionId="other")])
    assert [session.id for session in reading.sessions] == ["s", "other"]


def test_first_session_keeps_its_id_when_it_was_resumed_twice() -> None:
    def copy(session: str, count: int) -> list[str]:
        return [record("user", f"u{at}", f"{at}", sessionId=session) for at in range(count)]

    reading = read(copy("c", 4), copy("a", 2), copy("b", 3))
    assert reading.ids == {"a": "a", "b": "a", "c": "a"}


def test_whole_file_that_was_read_is_exact() -> None:
    told = {"filePath": "/r/a", "content": "\tx\n", "startLine": 1, "numLines": 2, "totalLines": 2}
    event = only(call("a", "Read", file_path="/r/a"), result("a", {"file": told}))
    assert [(read.path, read.text) for read in event.reads] == [("/r/a", "\tx\n")]


@pytest.mark.parametrize(
    "change",
    [{"startLine": 2}, {"numLines": 1}, {"totalLines": 9}, {"truncated": True}, {"content": "\tx"}],
)
def test_part_of_a_file_that_was_read_is_no_snapshot(change: dict[str, Any]) -> None:
    told = {"filePath": "/r/a", "content": "\tx\n", "startLine": 1, "numLines": 2, "totalLines": 2}
    event = only(call("a", "Read", file_path="/r/a"), result("a", {"file": {**told, **change}}))
    assert event.reads == ()


def test_edit_over_4_mb_is_left_out_and_named() -> None:
    asked = {"file_path": "/r/a", "old_string": "b", "new_string": "c" * (LARGEST_EDIT + 1)}
    (session,) = read([call("a", "Edit", **asked)]).sessions
    assert [(event.kind, event.edits) for event in session.events] == [("edited", ())]
    assert [problem.reason for problem in session.problems] == ["edit of /r/a over 4 MB, left out"]


def test_edit_just_under_4_mb_is_never_cut() -> None:
    new = "c\n" * (LARGEST_EDIT // 2)
    event = only(call("a", "Edit", file_path="/r/a", old_string="b", new_string=new))
    assert event.edits[0].new == new


def test_tabs_come_from_the_texts_and_never_from_the_patch() -> None:
    told = {
        "filePath": "/r/a",
        "oldString": "\tb",
        "newString": "\tc",
        "originalFile": "a\n\tb\n",
        "structuredPatch": [
            {"oldStart": 1, "oldLines": 2, "newStart": 1, "newLines": 2, "lines": [" a", "-  b"]}
        ],
    }
    (edit,) = only(call("a", "Edit"), result("a", told)).edits
    assert (edit.old, edit.new, edit.line) == ("\tb", "\tc", 1)


def test_line_is_where_the_old_text_begins() -> None:
    old = "keep\nkeep too\nchange\n"
    told = {
        "filePath": "/r/a",
        "oldString": old,
        "newString": old.replace("change", "changed"),
        "originalFile": None,
        "structuredPatch": [
            {"oldStart": 10, "oldLines": 4, "lines": [" keep", " keep too", "-change", "+changed"]}
        ],
    }
    (edit,) = only(call("a", "Edit"), result("a", told)).edits
    assert (edit.line, edit.before) == (9, None)


def test_million_bad_lines_make_few_problems() -> None:
    reading = agents.read([Source.bytes("x", b"?\n" * 5000)], "claude-code")
    assert reading.sessions == ()
    assert len(reading.problems) == 101
    assert reading.problems[-1].reason == "4900 more problems"


def test_long_prompt_is_cut_in_the_middle_and_says_so() -> None:
    text = only(record("user", "u", "a" * (1 << 20))).text
    assert len(text) < 300_000
    assert "characters cut]" in text


def test_many_identical_copies_decode_once() -> None:
    lines = [record("user", f"u{at}", "x" * 1000) for at in range(50)]
    reading = read(*[lines] * 40)
    assert [len(session.events) for session in reading.sessions] == [50]
