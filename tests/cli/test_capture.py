"""Backfill and status, and what is said of what was recorded in the background."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.lamp import run
from tests.cli.test_guide import keys, section
from tests.support.desk import Claude, Desk
from tests.support.scratch import Clock, Scratch, numbered
from treadle.thread.waiting.outcomes import Outcome


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    scratch = Scratch(tmp_path / "lamp")
    scratch.clock = Clock(datetime.now(UTC) - timedelta(hours=1))
    scratch.write("lamp.py", numbered(30, "lamp"))
    scratch.commit("Begin")
    return Desk(scratch, tmp_path / "home")


@pytest.fixture
def claude(desk: Desk) -> Claude:
    made = Claude(desk, "s1")
    made.prompt()
    return made


def light(claude: Claude, number: int) -> None:
    claude.edit("lamp.py", f"lamp number {number}\n", f"the agent's lamp {number}\n")


def told(name: str, output: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(output)
    words = keys(found) | {key for rows in found.values() for key in keys(rows)}
    assert [
        word for word in words if f"`{word}`" not in section(name) and word not in CLASSES
    ] == []
    return found


CLASSES = {"proved", "replayed", "matched", "command", "neighbour", "unrecorded"}


def test_backfill_records_the_history_once(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    own, _, _ = claude.commits("Light")
    light(claude, 4)
    person = desk.scratch.commit("By hand")
    env = {"HOME": str(desk.home)}
    dry = run("backfill", "--dry-run", at=desk.scratch.top, env=env)
    assert "2 documents would be written" in dry.out
    assert desk.documents() == {}
    done = run("backfill", at=desk.scratch.top, env=env)
    first, second, summary, rest = done.out.splitlines()
    assert first == f"{own.id[:8]}  1/1 lines (1 proved), claude-code named  Light"
    assert second == f"{person.id[:8]}  1/1 lines (1 proved), claude-code found  By hand"
    assert summary == "2 documents written, 0 were there already; 100 % of lines explained"
    assert rest == "1 commit holds nothing of these sessions"
    before = desk.documents()
    found = told("backfill", run("backfill", "--json", at=desk.scratch.top, env=env).out)
    assert (found["documents_written"], found["documents_already_there"]) == (0, 2)
    assert desk.documents() == before


def test_backfill_takes_only_the_commits_named(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    first = desk.scratch.commit("One")
    light(claude, 4)
    desk.scratch.commit("Two")
    env = {"HOME": str(desk.home)}
    found = told("backfill", run("backfill", "HEAD~1", "--json", at=desk.scratch.top, env=env).out)
    assert desk.documents().keys() == {first.id}
    assert found["explained_lines"] == 1


def test_backfill_without_transcripts_says_so(desk: Desk) -> None:
    done = run("backfill", at=desk.scratch.top)
    assert (done.code, "no agent's transcript" in done.out) == (0, True)


def test_status_tells_what_was_recorded_what_waits_and_what_is_pending(
    desk: Desk, claude: Claude
) -> None:
    light(claude, 3)
    commit = desk.scratch.commit("One")
    light(claude, 4)
    desk.queue(commit)
    desk.work()
    state = desk.scratch.top / ".git" / "rebase-merge"
    state.mkdir()
    desk.queue(commit)
    env = {"HOME": str(desk.home)}
    said = run("status", at=desk.scratch.top, env=env)
    line = f"{commit.id[:6]}  1 prompt, 1 step, 1/1 lines explained (claude-code)"
    assert said.err == f"treadle: {line}\n"
    assert said.out.splitlines()[1] == f"  {line}"
    assert "until the rebase is over" in said.out
    assert "pending: Claude Code s1: 1 edit that no commit took whole yet" in said.out
    assert "newest Claude Code session: just now" in said.out
    found = told("status", run("status", "--json", at=desk.scratch.top, env=env).out)
    assert [row["edits"] for row in found["pending"]] == [1]


def test_news_are_said_once_by_any_command_and_hold_no_control_characters(desk: Desk) -> None:
    desk.outcomes.add(Outcome("nothing", "no thread for 3f2a1c: \x1b[31mred"), 0.0)
    first = run("log", at=desk.scratch.top)
    assert "treadle: no thread for 3f2a1c:  [31mred\n" in first.err
    assert "3f2a1c" not in run("log", at=desk.scratch.top).err


def test_a_command_takes_up_what_a_killed_worker_left(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    commit = desk.scratch.commit("One")
    desk.queue(commit)
    run("log", at=desk.scratch.top, env={"HOME": str(desk.home)})
    assert desk.until(commit)


def test_a_repository_that_cannot_be_written_can_be_asked(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    os.chmod(desk.scratch.top / ".git", 0o500)
    try:
        assert run("status", at=desk.scratch.top, env={"HOME": str(desk.home)}).code == 0
    finally:
        os.chmod(desk.scratch.top / ".git", 0o700)


def test_backfill_on_a_branch_without_a_commit(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    commit = desk.scratch.commit("By hand")
    desk.scratch.git("checkout", "--quiet", "--orphan", "empty")
    done = run("backfill", at=desk.scratch.top, env={"HOME": str(desk.home)})
    assert done.code == 0, done
    assert desk.documents().keys() == {commit.id}


def test_a_commit_that_no_hook_could_note_is_told_until_somebody_looked(desk: Desk) -> None:
    top, env = desk.scratch.top, {"HOME": str(desk.home)}
    assert run("init", at=top, env=env).code == 0
    folder = top / ".git" / "treadle"
    after = desk.scratch.clock.now.timestamp() + 5
    os.utime(folder / "init.json", (after, after))
    queue = folder / "queue"
    for left in queue.iterdir() if queue.is_dir() else ():
        left.unlink()
    if queue.is_dir():
        queue.rmdir()
    queue.write_text("in the way")
    missed = desk.scratch.commit("Nobody saw it")
    queue.unlink()
    said = run("status", at=top, env=env).out
    assert f"1 commit made here that no hook noted: {missed.id[:8]}" in said
    assert told("status", run("status", "--json", at=top, env=env).out)["unnoted"] == [missed.id]
    assert run("backfill", "HEAD", at=top, env=env).code == 0
    assert "no hook noted" not in run("status", at=top, env=env).out
