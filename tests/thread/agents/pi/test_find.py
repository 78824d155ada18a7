"""Where pi's transcripts are found."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.homes import Home
from treadle.thread.agents.finding.seen import Seen

AGENT = "pi"
PLACE = ".pi/agent/sessions"


def session(home: Home, own: str, cwd: Path, *, folder: str = "--x--", at: float = 0) -> Path:
    header = {"type": "session", "version": 3, "id": own, "timestamp": "t", "cwd": str(cwd)}
    call = {"type": "message", "message": {"role": "assistant", "cwd": "/elsewhere"}}
    return home.write(f"{PLACE}/{folder}/2026_{own}.jsonl", header, call, at=at)


def test_the_header_decides_and_not_the_name_of_the_folder(home: Home, top: Path) -> None:
    session(home, "s1", top, folder="--one--")
    session(home, "s2", top / "sub", folder="--two--")
    session(home, "other", top.parent, folder="--one--")
    assert home.sessions(AGENT, top) == ["s1", "s2"]


def test_sessions_that_ended_before_are_left_out(home: Home, top: Path) -> None:
    session(home, "s1", top, at=1000)
    session(home, "s2", top, at=2000)
    assert home.sessions(AGENT, top, since=1500) == ["s2"]


def test_a_variable_moves_the_place(home: Home, top: Path) -> None:
    session(home, "s1", top)
    (home.path / ".pi/agent").rename(home.path / "moved")
    assert home.sessions(AGENT, top) == []
    home.env["PI_CODING_AGENT_DIR"] = str(home.path / "moved")
    assert home.sessions(AGENT, top) == ["s1"]


def test_a_folder_in_another_repository_inside_is_not_ours(home: Home, top: Path) -> None:
    (top / "inner" / ".git").mkdir(parents=True)
    session(home, "s1", top / "inner")
    assert home.sessions(AGENT, top) == []


def test_what_was_seen_is_not_opened_again(home: Home, top: Path, tmp_path: Path) -> None:
    file = session(home, "s1", top, at=1000)
    with Seen.open(str(tmp_path / "memory")) as memory:
        assert len(home.found(AGENT, top, memory=memory).transcripts) == 1
    file.write_bytes(b"x" * file.stat().st_size)
    os.utime(file, (1000, 1000))
    with Seen.open(str(tmp_path / "memory")) as memory:
        (one,) = home.found(AGENT, top, memory=memory).transcripts
    assert one.session == "s1"


def test_what_is_no_session_is_passed_over(home: Home, top: Path) -> None:
    home.write(f"{PLACE}/--x--/empty.jsonl")
    home.write(f"{PLACE}/--x--/foreign.jsonl", {"type": "message", "cwd": str(top)})
    (home.path / PLACE / "--x--" / "torn.jsonl").write_bytes(b'{"type":"session","cwd":"\xff')
    assert home.sessions(AGENT, top) == []
