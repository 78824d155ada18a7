"""Commits made of other commits and new edits at once, where the sessions of the old ones are
gone."""

from __future__ import annotations

import os
import time

import pytest

from tests.support.desk import Claude, Desk
from tests.support.record import makes_its_commit, steps
from tests.support.scratch import Scratch
from treadle.tangle.blame import blame
from treadle.tangle.learnt.index import Index
from treadle.thread.repo import Commit

_LONG = "the agent's wick {} is trimmed before the lamp is lit at dusk\n"


def light(claude: Claude, number: int, path: str = "lamp.py") -> None:
    """Write a line that is long enough to be recognised."""
    claude.edit(path, f"lamp number {number}\n", _LONG.format(number))


def _told(scratch: Scratch, path: str) -> dict[str, str]:
    """By line of an agent the session that it is told of, ``""`` for nobody."""
    index = Index(scratch.repo)
    try:
        found = blame(index, path)
        told = {}
        for run in found.runs:
            step = index.step(run.origin.part, run.origin.step)
            for line in found.lines[run.start : run.start + run.count]:
                if line.startswith("the agent's"):
                    told[line] = step.session if step else ""
        return told
    finally:
        index.close()


def _two_recorded(desk: Desk, claude: Claude) -> list[Commit]:
    """Two commits of a session whose transcript is gone afterwards."""
    commits = []
    for number in (3, 9):
        light(claude, number)
        commits.append(claude.commits(f"Light {number}")[0])
        desk.queue(commits[-1])
    desk.work()
    claude.path.unlink()
    return commits


def _other(desk: Desk) -> Claude:
    made = Claude(desk, "s2")
    made.prompt("One more lamp")
    return made


_BOTH = {_LONG.format(3): "s1", _LONG.format(9): "s1", _LONG.format(20): "s2"}


def _tells_of_both(desk: Desk, commit: Commit) -> None:
    desk.work()
    thread = desk.document(commit)
    assert makes_its_commit(desk.scratch, thread)
    assert _told(desk.scratch, "lamp.py") == _BOTH
    times = [step.time for _, _, step in steps(thread)]
    assert len(times) == len(set(times))


def test_a_new_session_amends_a_commit_of_one_that_is_gone(desk: Desk, claude: Claude) -> None:
    _two_recorded(desk, claude)
    light(_other(desk), 20)
    amended = desk.scratch.commit("Light 9", "--amend")
    desk.queue(amended)
    desk.queue(amended, "post-rewrite")
    _tells_of_both(desk, amended)


@pytest.mark.parametrize("transcript", ["gone", "long over"])
def test_commits_reset_softly_and_committed_with_a_new_edit(
    desk: Desk, claude: Claude, transcript: str
) -> None:
    kept = claude.path
    _two_recorded(desk, claude)
    if transcript == "long over":
        kept.write_text("")
        os.utime(kept, (time.time() - 3000, time.time() - 3000))
    light(_other(desk), 20)
    desk.scratch.git("reset", "--quiet", "--soft", "HEAD~2")
    whole = desk.scratch.commit("Light them all")
    desk.queue(whole)
    _tells_of_both(desk, whole)


def test_a_squash_merge_with_a_new_edit(desk: Desk, claude: Claude) -> None:
    git = desk.scratch.git
    git("checkout", "--quiet", "-b", "side")
    _two_recorded(desk, claude)
    git("checkout", "--quiet", "main")
    git("merge", "--quiet", "--squash", "side")
    light(_other(desk), 20)
    squash = desk.scratch.commit("Light them all")
    desk.queue(squash)
    _tells_of_both(desk, squash)


def test_it_is_told_once_though_the_agent_s_own_call_ends_later(desk: Desk, claude: Claude) -> None:
    _two_recorded(desk, claude)
    other = _other(desk)
    light(other, 20)
    desk.scratch.git("reset", "--quiet", "--soft", "HEAD~2")
    whole, key, printed = other.commits("Light them all", told=False)
    desk.queue(whole, CLAUDE_CODE_SESSION_ID="s2")
    worker = desk.start()
    desk.until(whole)
    other.printed(key, printed)
    assert worker.wait(60) == 0
    _tells_of_both(desk, whole)
    named = {part.session: part.named for part in desk.document(whole).parts}
    assert named == {"s1": True, "s2": True}
    assert [step.kind for part, _, step in steps(desk.document(whole)) if part.session == "s2"] == [
        "edited",
        "ran",
    ]


def test_a_file_that_was_renamed_on_the_way(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    desk.queue(claude.commits("Light")[0])
    desk.work()
    desk.scratch.git("mv", "lamp.py", "lantern.py")
    light(claude, 9, "lantern.py")
    desk.queue(desk.scratch.commit("Rename"))
    desk.work()
    desk.scratch.git("mv", "lantern.py", "light.py")
    desk.scratch.commit("Rename again")
    desk.scratch.git("reset", "--quiet", "--soft", "HEAD~3")
    whole = desk.scratch.commit("All at once")
    desk.queue(whole)
    desk.work()
    assert makes_its_commit(desk.scratch, desk.document(whole))
    told = _told(desk.scratch, "light.py")
    assert told == {_LONG.format(3): "s1", _LONG.format(9): "s1"}


def test_a_person_s_line_changes_nothing_of_what_the_session_tells(
    desk: Desk, claude: Claude
) -> None:
    light(claude, 3)
    desk.queue(desk.scratch.commit("Light"))
    desk.work()
    desk.scratch.write("oil.py", desk.scratch.read("oil.py") + "a person's drop of oil\n")
    amended = desk.scratch.commit("Light", "--amend")
    desk.queue(amended)
    desk.queue(amended, "post-rewrite")
    desk.work()
    thread = desk.document(amended)
    assert [step.kind for _, _, step in steps(thread)] == ["edited"]
    assert _told(desk.scratch, "lamp.py") == {_LONG.format(3): "s1"}
