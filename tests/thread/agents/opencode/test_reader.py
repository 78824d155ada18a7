"""What holds for anything that OpenCode, or somebody in its name, has stored."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.thread.agents import damage
from tests.thread.agents.test_cases import content, sources
from treadle.thread import agents
from treadle.thread.agents import Source
from treadle.thread.agents.events.bounds import LARGEST_EDIT

CASES = Path(__file__).parents[3] / "cases" / "agents" / "opencode"
FILES = [file.read_bytes() for file in sorted(CASES.rglob("*.json"))]
DATABASES = [content(file) for file in sorted(CASES.rglob("*.sql"))]
TABLES = """
CREATE TABLE session (id text, directory text, title text, version text, time_created integer);
CREATE TABLE message (id text, session_id text, time_created integer, data text);
CREATE TABLE part (id text, message_id text, session_id text, time_created integer, data text);
"""


def database(statements: str, *rows: tuple[str, tuple[Any, ...]]) -> bytes:
    with closing(sqlite3.connect(":memory:")) as made:
        made.executescript(TABLES + statements)
        for statement, values in rows:
            made.execute(statement, values)
        made.commit()
        return made.serialize()


def prompt(number: int) -> list[tuple[str, tuple[Any, ...]]]:
    user = json.dumps({"role": "user", "time": {"created": 1_000 * number}})
    text = json.dumps({"type": "text", "text": f"prompt {number}"})
    return [
        ("INSERT INTO message VALUES (?, 's', ?, ?)", (f"msg_{number}", 1_000 * number, user)),
        ("INSERT INTO part VALUES (?, ?, 's', 0, ?)", (f"prt_{number}", f"msg_{number}", text)),
    ]


def prompts(reading: agents.Reading) -> list[str]:
    return [event.text for session in reading.sessions for event in session.events]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'{"id":"ses_1","projectID":"p","directory":"/r","time":{"created":1}}', "opencode"),
        (b'{"id":"msg_1","sessionID":"ses_1","role":"user","time":{"created":1}}', "opencode"),
        (b'{"id":"prt_1","messageID":"msg_1","type":"text","text":"x"}', "opencode"),
        (b'{"id":"prt_1","messageID":"msg_1","type":"tool","x":"' + b"y" * (1 << 16), "opencode"),
        (b'{"info":{"id":"ses_1","directory":"/r","x":"' + b"y" * (1 << 16), "opencode"),
        (b'{"id":"x","type":"text"}', ""),
        (b"SQLite format 3\0" + b"\0" * 80 + b"CREATE TABLE `part` (id text)", "opencode"),
        (b"SQLite format 3\0" + b"\0" * 80 + b"CREATE TABLE sessions (id text)", ""),
        (b"\x37\x7f\x06\x82" + b"\0" * 80 + b'prt_01H{"type":"text"}', "opencode"),
        (b"\x37\x7f\x06\x82" + b"\0" * 80, ""),
    ],
)
def test_recognises_by_the_first_bytes(head: bytes, name: str) -> None:
    assert agents.recognise(head) == name


@settings(max_examples=120)
@given(st.lists(st.sampled_from(FILES), min_size=1, max_size=4), damage.WOUNDS)
def test_damaged_files_never_raise(
    files: list[bytes], wounds: list[tuple[int, int, bytes]]
) -> None:
    given_ = [damage.wounded(file, wounds if at == 0 else []) for at, file in enumerate(files)]
    found = [Source.bytes(str(at), file) for at, file in enumerate(given_)]
    damage.assert_sound(agents.read(found, "opencode"))
    agents.recognise(given_[0])


@settings(max_examples=120)
@given(st.sampled_from(sorted(folder for folder in CASES.iterdir())), st.data())
def test_wrong_types_never_raise(folder: Path, data: st.DataObject) -> None:
    found = []
    for source in sources(folder):
        with source.open() as stream:
            raw = stream.read()
        if damage.is_object(raw) and data.draw(st.booleans()):
            value = json.loads(raw)
            damage.replace_somewhere(data, value)
            raw = json.dumps(value).encode()
        found.append(Source.bytes(source.name, raw))
    damage.assert_sound(agents.read(found, "opencode"))


@settings(max_examples=60)
@given(
    st.integers(0, len(DATABASES) - 1),
    st.lists(st.tuples(st.integers(16, 30_000), st.binary(max_size=9))),
)
def test_damaged_databases_never_raise(which: int, wounds: list[tuple[int, bytes]]) -> None:
    broken = bytearray(DATABASES[which])
    for at, put in wounds:
        at %= len(broken)
        broken[at : at + len(put)] = put[: len(broken) - at]
    damage.assert_sound(agents.read([Source.bytes("opencode.db", bytes(broken))], "opencode"))


@pytest.mark.parametrize("size", [16, 100, 4096, 5000])
def test_database_that_is_cut_off_is_a_problem(size: int) -> None:
    reading = agents.read([Source.bytes("opencode.db", DATABASES[0][:size])], "opencode")
    assert reading.problems
    assert all("database cannot be" in problem.reason for problem in reading.problems)


def test_newest_rows_come_from_the_log(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(sqlite3.connect(path)) as live:
        live.execute("PRAGMA journal_mode = WAL")
        live.execute("PRAGMA wal_autocheckpoint = 0")
        live.executescript(TABLES)
        for statement, values in prompt(1):
            live.execute(statement, values)
        live.commit()
        live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for statement, values in prompt(2):
            live.execute(statement, values)
        live.commit()
        base, log = Source.file(path), Source.file(f"{path}-wal")
        before = (path.read_bytes(), Path(log.name).read_bytes())
        assert prompts(agents.read([base])) == ["prompt 1"]
        assert prompts(agents.read([log, base])) == ["prompt 1", "prompt 2"]
        assert before == (path.read_bytes(), Path(log.name).read_bytes())


def test_log_without_its_database_is_a_problem() -> None:
    log = Source.bytes("other.db-wal", b"\x37\x7f\x06\x82" + b"\0" * 80)
    reading = agents.read([log], "opencode")
    assert [problem.reason for problem in reading.problems] == [
        "a database's log without the database"
    ]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    agents.read([Source.bytes("opencode.db", file) for file in (*DATABASES, DATABASES[0][:99])])
    assert list(tmp_path.iterdir()) == []


def test_view_that_never_ends_is_not_read() -> None:
    endless = (
        "CREATE VIEW session_message AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 "
        "FROM n) SELECT id, 's' AS session_id, 0 AS seq, '{}' AS data FROM n;"
    )
    made = database(endless, *prompt(1))
    assert prompts(agents.read([Source.bytes("opencode.db", made)])) == ["prompt 1"]


def test_column_that_is_computed_for_ever_is_stopped_or_small() -> None:
    greedy = (
        "CREATE TABLE session_message (id text, session_id text, seq integer, "
        "data text AS (hex(zeroblob(40000000))) VIRTUAL);"
        "INSERT INTO session_message (id, session_id, seq) VALUES ('m', 's', 1);"
    )
    made = database(greedy, *prompt(1))
    reading = agents.read([Source.bytes("opencode.db", made)])
    assert prompts(reading) == ["prompt 1"]


def test_table_of_another_shape_is_passed_over() -> None:
    made = database("CREATE TABLE session_message (words text);", *prompt(1))
    assert prompts(agents.read([Source.bytes("opencode.db", made)])) == ["prompt 1"]


def test_sessions_that_call_each_other_end() -> None:
    def session(own: str, other: str) -> list[Source]:
        info = {"id": own, "parentID": other, "directory": "/r", "time": {"created": 1}}
        said = {"id": f"m{own}", "sessionID": own, "role": "user", "time": {"created": 1}}
        text = {"id": f"p{own}", "messageID": f"m{own}", "type": "text", "text": own}
        rows = (info, said, text)
        return [Source.bytes(f"{own}{at}", json.dumps(row).encode()) for at, row in enumerate(rows)]

    reading = agents.read([*session("a", "b"), *session("b", "a")], "opencode")
    assert sorted(prompts(reading)) == ["a", "b"]
    assert len(set(reading.ids.values())) == 1


def test_edit_over_4_mb_is_left_out_and_named() -> None:
    state = {
        "status": "completed",
        "input": {"filePath": "/r/a", "content": "c" * (LARGEST_EDIT + 1)},
    }
    said = {"id": "msg_1", "sessionID": "s", "role": "assistant", "time": {"created": 1}}
    part = {"id": "prt_1", "messageID": "msg_1", "type": "tool", "tool": "write", "state": state}
    found = [
        Source.bytes("m", json.dumps(said).encode()),
        Source.bytes("p", json.dumps(part).encode()),
    ]
    (session,) = agents.read(found, "opencode").sessions
    assert [event.edits for event in session.events] == [()]
    assert [problem.reason for problem in session.problems] == [
        "prt_1: edit of /r/a over 4 MB, left out"
    ]
