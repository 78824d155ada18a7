"""Where Codex's rollouts are found, and which belong together."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.homes import (
    Home,
    codex_called,
    codex_id,
    codex_meta,
    codex_turn,
    packed,
    rollout,
)

AGENT = "codex"


def ids(*numbers: int) -> list[str]:
    return [codex_id(number) for number in numbers]


def test_sessions_by_the_folder_of_their_first_line(home: Home, top: Path) -> None:
    home.write(rollout(1), codex_meta(1, top))
    home.write(rollout(2), codex_meta(2, top / "wick"))
    home.write(rollout(3), codex_meta(3, top.parent))
    assert home.sessions(AGENT, top) == ids(1, 2)


def test_a_session_that_goes_on_does_so_in_its_old_file(home: Home, top: Path) -> None:
    home.write(rollout(1, day="2025/11/30"), codex_meta(1, top), at=9000)
    home.write(rollout(2, day="2026/05/04"), codex_meta(2, top), at=1000)
    assert home.sessions(AGENT, top, since=8000) == ids(1)


def test_a_turn_in_another_folder(home: Home, top: Path) -> None:
    home.write(rollout(1), codex_meta(1, top.parent), codex_turn(top))
    assert home.sessions(AGENT, top) == ids(1)


def test_a_folder_that_only_the_surroundings_tell(home: Home, top: Path) -> None:
    told = f"<environment_context>\n  <cwd>{top}</cwd>\n</environment_context>"
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": told}]}
    first = {"id": codex_id(1), "timestamp": "2025-07-01T00:00:00.000Z", "instructions": None}
    home.write(rollout(1), first, message)
    assert home.sessions(AGENT, top) == ids(1)


def test_archived_sessions_count(home: Home, top: Path) -> None:
    home.write(f".codex/archived_sessions/{Path(rollout(1)).name}", codex_meta(1, top))
    assert home.sessions(AGENT, top) == ids(1)


def test_sub_agents_belong_to_their_session(home: Home, top: Path) -> None:
    home.write(rollout(1, clock="10-00-00"), codex_meta(1, top))
    home.write(rollout(2, clock="10-00-01"), codex_meta(2, top, **codex_called(1)))
    home.write(rollout(3, clock="10-00-02"), codex_meta(3, top.parent, **codex_called(2)))
    home.write(rollout(4, clock="10-00-03"), codex_meta(4, top))
    assert sorted(home.files(AGENT, top)) == [
        [rollout(1, clock="10-00-00"), rollout(2, clock="10-00-01"), rollout(3, clock="10-00-02")],
        [rollout(4, clock="10-00-03")],
    ]


def test_a_sub_agent_in_the_repository_brings_its_caller(home: Home, top: Path) -> None:
    home.write(rollout(1, clock="10-00-00"), codex_meta(1, top.parent), at=1000)
    home.write(rollout(2, clock="10-00-01"), codex_meta(2, top, **codex_called(1)), at=5000)
    found = home.found(AGENT, top, since=4000).transcripts
    assert [(one.session, len(one.files)) for one in found] == [(codex_id(1), 2)]


def test_an_older_sub_agent_of_a_session_that_goes_on(home: Home, top: Path) -> None:
    home.write(rollout(1, clock="10-00-00"), codex_meta(1, top), at=5000)
    home.write(rollout(2, clock="10-00-01"), codex_meta(2, top, **codex_called(1)), at=1000)
    home.write(rollout(3, clock="10-00-02"), codex_meta(3, top), at=1000)
    found = home.found(AGENT, top, since=4000).transcripts
    assert [(one.session, len(one.files)) for one in found] == [(codex_id(1), 2)]


def test_sessions_that_call_each_other_end(home: Home, top: Path) -> None:
    home.write(rollout(1), codex_meta(1, top, **codex_called(2)))
    home.write(rollout(2), codex_meta(2, top, **codex_called(1)))
    assert len(home.found(AGENT, top).transcripts) >= 1


def test_a_fork_comes_with_what_it_was_forked_off(home: Home, top: Path) -> None:
    home.write(rollout(1), codex_meta(1, top), at=1000)
    home.write(rollout(2), codex_meta(2, top, forked_from_id=codex_id(1)), at=5000)
    found = home.found(AGENT, top, since=4000).transcripts
    assert [one.session for one in found] == ids(2)
    assert [Path(file).name for file in found[0].files] == [
        Path(rollout(2)).name,
        Path(rollout(1)).name,
    ]


def test_a_packed_rollout(home: Home, top: Path) -> None:
    for number, cwd in ((1, top), (2, top.parent)):
        raw = json.dumps(codex_meta(number, cwd)).encode() + b"\n"
        home.write(f"{rollout(number)}.zst").write_bytes(packed(raw))
    assert home.files(AGENT, top) == [[f"{rollout(1)}.zst"]]
    home.write(rollout(1), codex_meta(1, top))
    assert home.files(AGENT, top) == [[rollout(1)]]


@pytest.mark.parametrize("place", ["moved", "home/Library/Developer/Xcode/CodingAssistant/codex"])
def test_other_places(home: Home, top: Path, tmp_path: Path, place: str) -> None:
    home.env["CODEX_HOME"] = str(tmp_path / "moved")
    home.write(f"../{place}/sessions/2026/05/04/{Path(rollout(1)).name}", codex_meta(1, top))
    assert home.sessions(AGENT, top) == ids(1)


def hint(home: Home, rows: list[tuple[str, str]]) -> sqlite3.Connection:
    (home.path / ".codex").mkdir(exist_ok=True)
    base = sqlite3.connect(home.path / ".codex" / "state_5.sqlite")
    base.execute("pragma journal_mode = wal")
    base.execute("create table threads (id text, rollout_path text, cwd text)")
    base.executemany("insert into threads values ('x', ?, ?)", rows)
    base.commit()
    return base


def test_the_database_hints_at_rollouts_elsewhere(home: Home, top: Path) -> None:
    there = home.write(f"away/{Path(rollout(1)).name}", codex_meta(1, top))
    wrong = home.write(f"away/{Path(rollout(2)).name}", codex_meta(2, top.parent))
    rows = [(str(there), str(top)), (str(wrong), str(top)), ("/gone.jsonl", str(top))]
    with closing(hint(home, rows)):
        listed = sorted(path.name for path in (home.path / ".codex").iterdir())
        assert home.sessions(AGENT, top) == ids(1)
        assert sorted(path.name for path in (home.path / ".codex").iterdir()) == listed
    assert home.sessions(AGENT, top) == ids(1)
    assert [path.name for path in (home.path / ".codex").iterdir()] == ["state_5.sqlite"]


def test_a_database_that_is_none_is_told(home: Home, top: Path) -> None:
    home.write(rollout(1), codex_meta(1, top))
    (home.path / ".codex" / "state_5.sqlite").write_bytes(b"not a database, by far" * 99)
    found = home.found(AGENT, top)
    assert [one.session for one in found.transcripts] == ids(1)
    assert "database" in found.problems[0].reason
