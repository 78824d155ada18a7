"""The door: what it recognises, and sources that nobody should open."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from treadle.thread import agents
from treadle.thread.agents import Source

RECORD = (
    b'{"type":"user","uuid":"u","parentUuid":null,"sessionId":"s","isSidechain":false,'
    b'"message":{"role":"user","content":"Hello."}}\n'
)


def reasons(reading: agents.Reading) -> list[str]:
    assert reading.sessions == ()
    return [problem.reason for problem in reading.problems]


def test_every_reader_has_a_name() -> None:
    assert "claude-code" in agents.names()


def test_unknown_reader_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        agents.read([], "abacus")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (RECORD, "claude-code"),
        (RECORD[:-1], "claude-code"),
        (RECORD * 2, "claude-code"),
        (RECORD.replace(b"Hello.", b"x" * 90_000)[: 1 << 16], "claude-code"),
        (b'{"type":"summary","summary":"Lamp","leafUuid":"l"}\n' + RECORD, "claude-code"),
        (b"not json\n\n" + RECORD, "claude-code"),
        (RECORD.replace(b'"content":"Hello."', b'"parts":[{"text":"Hello."}]'), ""),
        (b'{"timestamp":"t","type":"session_meta","payload":{"id":"s"}}\n', "codex"),
        (b'{\n  "sessionId": "s",\n  "messages": []\n}\n', ""),
        (b"# aider chat started at 2026-05-04\n", ""),
        (b"", ""),
        (b"\xff\xfe\x00", ""),
        (b"[" * 70_000, ""),
    ],
)
def test_recognises_by_the_first_bytes(head: bytes, name: str) -> None:
    assert agents.recognise(head) == name


def test_nothing_to_read() -> None:
    assert agents.read([]) == agents.Reading()


@pytest.mark.parametrize("agent", ["", "claude-code"])
def test_missing_file(tmp_path: Path, agent: str) -> None:
    reading = agents.read([Source.file(tmp_path / "gone.jsonl")], agent)
    assert reasons(reading) == ["cannot be opened: No such file or directory"]
    assert reading.problems[0].file == str(tmp_path / "gone.jsonl")


@pytest.mark.parametrize("agent", ["", "claude-code"])
def test_directory_fifo_and_device(tmp_path: Path, agent: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    paths = [tmp_path, tmp_path / "fifo", Path("/dev/zero")]
    reading = agents.read([Source.file(path) for path in paths], agent)
    assert reasons(reading) == ["cannot be opened: not a regular file"] * 3


def test_unreadable_path() -> None:
    assert reasons(agents.read([Source.file("a\0b")])) == ["cannot be opened: embedded null byte"]


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert reasons(agents.read([Source.file(tmp_path / "empty")])) == ["empty"]


def test_file_of_nobody() -> None:
    reading = agents.read([Source.bytes("x", b"hello\n"), Source.bytes("y", RECORD)])
    assert [session.id for session in reading.sessions] == ["s"]
    assert [str(problem) for problem in reading.problems] == ["x:+0: no reader knows this format"]


def test_link_to_a_transcript_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(RECORD)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert len(agents.read([Source.file(tmp_path / "link")]).sessions) == 1


def test_file_that_breaks_while_it_is_read() -> None:
    class Broken(BytesIO):
        def readline(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().readline(size)

    def opened() -> BinaryIO:
        return Broken(RECORD * 3)

    (session,) = agents.read([Source("x", opened)], "claude-code").sessions
    (problem,) = session.problems
    assert (problem.offset, problem.reason) == (
        len(RECORD),
        "cannot be read on: Input/output error",
    )
    assert len(session.events) == 1


def test_line_of_50_mb() -> None:
    long = RECORD.replace(b"Hello.", b"x" * (50 << 20))
    (session,) = agents.read([Source.bytes("x", long + RECORD.replace(b'"u"', b'"v"'))]).sessions
    assert [len(event.text) < 300_000 for event in session.events] == [True, True]


@pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"a":', b"1" + b"}")])
def test_nesting_10000_deep(brackets: tuple[bytes, bytes]) -> None:
    opening, closing = brackets
    deep = opening * 10_000 + closing * 10_000
    evil = RECORD.replace(b'"Hello."', deep)
    (session,) = agents.read([Source.bytes("x", evil + RECORD)], "claude-code").sessions
    assert [event.text for event in session.events] == ["Hello."]


def test_byte_order_mark() -> None:
    assert len(agents.read([Source.bytes("x", b"\xef\xbb\xbf" + RECORD)]).sessions) == 1


CASES = Path(__file__).parents[2] / "cases" / "agents"
PLAIN = [
    pytest.param(file, id=file.parent.relative_to(CASES).as_posix())
    for file in sorted(CASES.glob("*/plain-turn/*.jsonl"))
]


@pytest.mark.parametrize("file", PLAIN)
def test_a_damaged_line_stands_behind_the_events_before_it(file: Path) -> None:
    agent = file.relative_to(CASES).parts[0]
    lines = file.read_bytes().splitlines(keepends=True)
    known = {event.key for event in read(agent, *lines).sessions[0].events}
    for at in range(1, len(lines)):
        (session,) = read(agent, *lines[:at], b'{"torn": \n', *lines[at:]).sessions
        (problem,) = (one for one in session.problems if "not JSON" in one.reason)
        before = [event.key for one in read(agent, *lines[:at]).sessions for event in one.events]
        assert problem.after == next(reversed([key for key in before if key in known]), "")


def read(agent: str, *lines: bytes) -> agents.Reading:
    return agents.read([Source.bytes("t.jsonl", b"".join(lines))], agent)
