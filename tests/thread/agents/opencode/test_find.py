"""Where OpenCode's sessions are found: in its databases of both versions, and in its old files."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.homes import Home
from treadle.thread import agents
from treadle.thread.agents.finding.find import sources

AGENT = "opencode"
SHARE = ".local/share/opencode"


def base(home: Home, name: str = "opencode.db", table: str = "session") -> sqlite3.Connection:
    (home.path / SHARE).mkdir(parents=True, exist_ok=True)
    made = sqlite3.connect(home.path / SHARE / name)
    made.execute("pragma journal_mode = wal")
    made.execute(
        f"create table {table} (id text, parent_id text, directory text, title text,"
        " time_created integer, time_updated integer)"
    )
    made.execute(
        "create table message (id text, session_id text, time_created integer,"
        " time_updated integer, data text)"
    )
    return made


def session(
    made: sqlite3.Connection, id_: str, cwd: Path, parent: str = "", at: int = 0, table: str = ""
) -> None:
    row = (id_, parent, str(cwd), "", at, at)
    made.execute(f"insert into {table or 'session'} values (?, ?, ?, ?, ?, ?)", row)
    said = json.dumps({"role": "user", "time": {"created": at}, "summary": {"title": id_}})
    made.execute("insert into message values (?, ?, ?, ?, ?)", (f"msg_{id_}", id_, at, at, said))
    made.commit()


@pytest.mark.parametrize("table", ["session", "session_v2"])
def test_sessions_in_a_database(home: Home, top: Path, table: str) -> None:
    with closing(base(home, table=table)) as made:
        session(made, "s1", top, table=table)
        session(made, "s2", top / "wick", table=table)
        session(made, "other", top.parent, table=table)
        assert home.sessions(AGENT, top) == ["s1", "s2"]


def test_what_is_still_in_the_log(home: Home, top: Path) -> None:
    with closing(base(home)) as made:
        session(made, "s1", top)
        log = f"{SHARE}/opencode.db-wal"
        assert (home.path / log).stat().st_size
        listed = sorted(os.listdir(home.path / SHARE))
        assert home.files(AGENT, top) == [[f"{SHARE}/opencode.db", log]]
        assert sorted(os.listdir(home.path / SHARE)) == listed
    assert home.files(AGENT, top) == [[f"{SHARE}/opencode.db"]]
    assert os.listdir(home.path / SHARE) == ["opencode.db"]


def test_a_log_that_was_left_behind(home: Home, top: Path, tmp_path: Path) -> None:
    with closing(base(home)) as made:
        session(made, "s1", top)
        for end in ("", "-wal"):
            left = tmp_path / f"opencode.db{end}"
            left.write_bytes((home.path / SHARE / f"opencode.db{end}").read_bytes())
    home.folders[AGENT] = [str(tmp_path)]
    assert home.sessions(AGENT, top) == ["s1"]
    assert not (tmp_path / "opencode.db-shm").exists()


def test_sub_agents_and_their_times_are_their_session_s(home: Home, top: Path) -> None:
    with closing(base(home)) as made:
        session(made, "s1", top, at=1_000_000)
        session(made, "sub", top, "s1", at=5_000_000)
        session(made, "old", top, at=2_000_000)
        found = home.found(AGENT, top, since=4000).transcripts
        assert [(one.session, one.changed) for one in found] == [("s1", 5000)]


def test_a_session_whose_row_lags_behind_its_messages(home: Home, top: Path) -> None:
    with closing(base(home)) as made:
        session(made, "s1", top, at=1_000_000)
        made.execute("update message set time_updated = 9000000")
        made.commit()
        assert home.sessions(AGENT, top, since=4000) == ["s1"]


def test_only_the_sessions_that_were_found_are_read(home: Home, top: Path) -> None:
    with closing(base(home)) as made:
        for name, cwd in (("s1", top), ("other", top.parent)):
            session(made, name, cwd)
        found = home.found(AGENT, top).transcripts
        assert [one.id for one in agents.read(sources(found), AGENT).sessions] == []
        made.execute(
            "create table part (id text, message_id text, session_id text, time_created integer,"
            " time_updated integer, data text)"
        )
        said = json.dumps({"type": "text", "text": "Trim the lamp."})
        for name in ("s1", "other"):
            row = (f"prt_{name}", f"msg_{name}", name, 0, 0, said)
            made.execute("insert into part values (?, ?, ?, ?, ?, ?)", row)
        made.commit()
        found = home.found(AGENT, top).transcripts
        assert [one.id for one in agents.read(sources(found), AGENT).sessions] == ["s1"]


def tree(home: Home, id_: str, cwd: Path, **more: object) -> None:
    info = {"id": id_, "directory": str(cwd), "time": {"created": 1}, **more}
    home.write(f"{SHARE}/storage/session/p1/{id_}.json", info)
    home.write(f"{SHARE}/storage/message/{id_}/msg_{id_}.json", {"id": f"msg_{id_}"})
    home.write(f"{SHARE}/storage/part/msg_{id_}/prt_{id_}.json", {"id": f"prt_{id_}"})


def test_sessions_in_files(home: Home, top: Path) -> None:
    tree(home, "ses_1", top)
    tree(home, "ses_2", top, parentID="ses_1")
    tree(home, "ses_3", top.parent)
    assert home.files(AGENT, top) == [
        [
            f"{SHARE}/storage/{path}"
            for id_ in ("ses_1", "ses_2")
            for path in (
                f"session/p1/{id_}.json",
                f"message/{id_}/msg_{id_}.json",
                f"part/msg_{id_}/prt_{id_}.json",
            )
        ]
    ]


def test_files_are_left_alone_where_a_database_has_the_session(home: Home, top: Path) -> None:
    tree(home, "ses_1", top)
    tree(home, "ses_2", top)
    with closing(base(home)) as made:
        session(made, "ses_1", top)
    ends = {one.session: len(one.files) for one in home.found(AGENT, top).transcripts}
    assert ends == {"ses_1": 1, "ses_2": 3}


def test_an_id_that_leaves_its_folder(home: Home, top: Path) -> None:
    home.write(f"{SHARE}/storage/secret.json", {"a": 1})
    home.write(f"{SHARE}/storage/session/p/x.json", {"id": "../../storage", "directory": str(top)})
    assert home.files(AGENT, top) == [[f"{SHARE}/storage/session/p/x.json"]]


def test_other_places(home: Home, top: Path) -> None:
    home.env["XDG_DATA_HOME"] = str(home.path / "share")
    home.env["OPENCODE_DB"] = str(home.path / "mine.db")
    with closing(base(home, "opencode-beta.db")) as made:
        session(made, "beta", top)
    with closing(base(home, "../../../mine.db")) as made:
        session(made, "mine", top)
    home.write(
        "share/opencode/storage/session/p/ses_1.json", {"id": "ses_1", "directory": str(top)}
    )
    assert home.sessions(AGENT, top) == ["beta", "mine", "ses_1"]
