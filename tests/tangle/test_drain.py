"""The worker, as a process of its own: what it makes of the queue, whatever comes between."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.desk import Claude, Desk
from tests.support.record import makes_its_commit, steps
from tests.support.scratch import Scratch, numbered
from treadle.tangle.capture import REFS, capture
from treadle.tangle.gather import gather, seek
from treadle.thread.document import render


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    scratch = Scratch(tmp_path / "lamp")
    scratch.write("lamp.py", numbered(30, "lamp"))
    scratch.write("oil.py", numbered(12, "oil"))
    scratch.commit("Begin")
    return Desk(scratch, tmp_path / "home")


@pytest.fixture
def claude(desk: Desk) -> Claude:
    made = Claude(desk, "s1")
    made.prompt()
    return made


def light(claude: Claude, number: int, path: str = "lamp.py") -> None:
    stem = path.removesuffix(".py")
    claude.edit(path, f"{stem} number {number}\n", f"the agent's {stem} {number}\n")


def again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the finished transcripts come the documents that are there."""
    monkeypatch.setenv("HOME", str(desk.home))
    repo, before = desk.scratch.repo, desk.documents()
    desk.scratch.git("update-ref", "-d", "refs/notes/treadle")
    sessions = gather(seek(repo, desk.folder, repo.worktrees())).sessions
    found = capture(repo, repo.commits(["HEAD"], *REFS), sessions)
    made = {c.commit.id: render(c.solution.redacted.thread) for c in found if c.solution}
    assert made == before


def test_a_person_s_commit_is_recorded(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    claude.said("Done.")
    commit = desk.scratch.commit("By hand")
    desk.queue(commit)
    desk.work()
    assert makes_its_commit(desk.scratch, desk.document(commit))
    assert desk.waiting() == []
    told = f"{commit.id[:6]}  1 prompt, 1 step, 1/1 lines explained (claude-code)"
    assert desk.outcomes.take() == [f"treadle: {told}"]
    assert [outcome.line for outcome in desk.outcomes.last(9)] == [told]


def test_a_commit_in_the_agent_s_own_call_is_finished_when_its_result_is_there(
    desk: Desk, claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    light(claude, 3)
    commit, key, printed = claude.commits("Light", told=False)
    desk.queue(commit, CLAUDE_CODE_SESSION_ID="s1")
    worker = desk.start()
    first = desk.until(commit)
    assert desk.waiting() != []
    claude.printed(key, printed)
    assert worker.wait(60) == 0
    assert desk.waiting() == []
    assert desk.documents()[commit.id] != first
    assert [s.kind for _, _, s in steps(desk.document(commit))] == ["edited", "ran"]
    assert [part.named for part in desk.document(commit).parts] == [True]
    claude.said("Done.")
    again(desk, monkeypatch)


def test_a_commit_without_a_session_says_why(desk: Desk, claude: Claude) -> None:
    desk.scratch.write("lamp.py", "a person's\n")
    commit = desk.scratch.commit("By hand")
    desk.queue(commit)
    desk.work()
    assert desk.documents() == {}
    assert desk.waiting() == []
    (told,) = desk.outcomes.take()
    assert told.startswith(f"treadle: no thread for {commit.id[:6]}: ")
