"""The worker where something is wrong: with transcripts, refs, entries, or with itself."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.desk import Claude, Desk
from tests.support.record import makes_its_commit, steps
from tests.support.rollout import Rollout
from tests.support.scratch import numbered
from tests.tangle.capturing.lamps import again, light, told_once
from treadle.tangle.capturing import drain
from treadle.thread.repo import Repo
from treadle.thread.waiting.queue import Entry

KILLS = int(os.environ.get("TREADLE_KILLS", "20"))
"""How often the worker is killed; each commit is recorded under two that are."""


# -- transcripts that go away, or are not whole -----------------------------------


@pytest.mark.parametrize("staged", ["oil.py", "lamp.py"])
def test_what_is_pending_outlives_its_transcript(desk: Desk, claude: Claude, staged: str) -> None:
    """With and without the transcript the second document is the same."""
    light(claude, 3)
    claude.prompt("And the oil")
    light(claude, 4, "oil.py")
    claude.said("Both are done.")
    desk.scratch.git("add", staged)
    first = desk.scratch.commit("One", stage=False)
    desk.queue(first)
    desk.work()
    (kept,) = (Path(desk.folder) / "pending").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    second = desk.scratch.commit("Two")
    desk.queue(second)
    desk.work()
    assert not kept.exists()
    whole = desk.documents()
    desk.scratch.git("notes", "--ref", "treadle", "remove", first.id, second.id)
    for name in ("looked", "log", "news"):
        (Path(desk.folder) / name).unlink()
    desk.scratch.git("checkout", "--quiet", "--detach", first.id)
    desk.scratch.git("branch", "--force", "main", first.id)
    desk.queue(first)
    desk.work()
    assert kept.exists()
    claude.path.unlink()
    desk.scratch.git("branch", "--force", "main", second.id)
    desk.queue(second)
    desk.work()
    assert desk.documents() == whole
    assert not kept.exists()


def test_a_torn_last_line_is_read_when_it_is_whole(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    whole = claude.path.read_text()
    claude.path.write_text(whole[:-40])
    commit = desk.scratch.commit("By hand")
    desk.queue(commit)
    worker = desk.start()
    desk.until(commit)
    claude.path.write_text(whole)
    assert worker.wait(60) == 0
    assert desk.waiting() == []
    ((_, _, step),) = steps(desk.document(commit))
    assert step.ok is True


# -- what goes wrong --------------------------------------------------------------


def test_a_call_whose_end_is_told_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codex answers its call first, then tells in full what the command printed."""
    monkeypatch.setenv("HOME", str(desk.home))
    monkeypatch.setattr(drain, "_SECOND", 60.0)
    session = Rollout(desk.scratch, folder=str(desk.scratch.top))
    session.prompt("Light it.")
    session.patch("account", "lamp.py", desk.scratch.read("lamp.py") + "lit\n")
    call = session.starts("git commit -qam 'Light it' && ./tell-everybody")
    commit = desk.scratch.commit("Light it")
    session.leave(desk.home)
    desk.queue(commit, CODEX_THREAD_ID=session.id)
    with Repo.open(desk.scratch.top) as repo:
        worker = drain.Drain(repo, desk.folder)
        worker.take()
        session.ends(call, "told A…\n")
        session.leave(desk.home)
        worker.take()
        assert desk.waiting() != []
        session.tells_in_full(call, "told A\ntold B\n")
        session.leave(desk.home)
        assert any(watch.told() for watch in worker.watches)
        worker.take()
    (_, _, last) = list(steps(desk.document(commit)))[-1]
    assert last.output == "told A\ntold B"
    again(desk, monkeypatch)


def test_files_that_are_no_entries_are_removed(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    commit = desk.scratch.commit("By hand")
    desk.queue(commit)
    queue = Path(desk.folder) / "queue"
    for name, text in (("a", b""), ("b", b"\xff\0" * 999), ("c", b"post-commit\nHEAD\n/\n\nend")):
        (queue / name).write_bytes(text)
        os.utime(queue / name, (1, 1))
    os.mkfifo(queue / "d")
    (queue / "e").symlink_to("/etc/passwd")
    desk.work()
    assert desk.documents().keys() == {commit.id}
    assert [one.name for one in queue.iterdir() if one.is_file() and not one.is_symlink()] == []


def test_a_notes_ref_that_is_locked_is_tried_again(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    commit = desk.scratch.commit("By hand")
    lock = desk.scratch.top / ".git" / "refs" / "notes" / "treadle.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    desk.queue(commit)
    desk.work()
    assert len(desk.waiting()) == 1
    (told,) = desk.outcomes.take()
    assert "it will be tried again" in told
    lock.unlink()
    desk.work()
    assert desk.documents().keys() == {commit.id}
    assert desk.waiting() == []


def test_a_commit_that_cannot_be_solved_is_given_up_and_stops_no_other(
    desk: Desk, claude: Claude
) -> None:
    light(claude, 3)
    first = desk.scratch.commit("One")
    light(claude, 4)
    second = desk.scratch.commit("Two")
    (desk.scratch.top / ".git" / "shallow").write_text(f"{first.id}\n")
    entry = desk.queue(first)
    desk.queue(second)
    (Path(desk.folder) / "tries.json").write_text(json.dumps({entry.name: 17}))
    for left in (1, 1, 0):
        desk.work()
        assert len(desk.waiting()) == left
    assert desk.documents().keys() == {second.id}
    assert desk.waiting() == []
    assert [told.result for told in desk.outcomes.last(9) if told.commit == first.id] == [
        "given up"
    ]


def test_killed_at_any_moment_nothing_is_lost(
    desk: Desk, claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    rnd = random.Random(20)
    commits = []
    desk.scratch.write("many.py", numbered(KILLS, "many"))
    desk.scratch.commit("Many")
    for number in range(KILLS // 2):
        light(claude, number, "many.py")
        commits.append(claude.commits(f"Light {number}")[0])
        for _ in range(2):
            desk.queue(commits[-1])
            worker = desk.start()
            time.sleep(rnd.uniform(0, 0.8))
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    desk.work()
    assert desk.waiting() == []
    assert desk.documents().keys() == {commit.id for commit in commits}
    assert all(makes_its_commit(desk.scratch, desk.document(commit)) for commit in commits)
    desk.scratch.git("fsck", "--strict")
    told_once(desk, claude)
    again(desk, monkeypatch)


# -- clocks ---------------------------------------------------------------------------


def commit_at(desk: Desk, moment: datetime) -> Entry:
    date = moment.isoformat()
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    desk.scratch.git("commit", "--quiet", "--all", "--message", "Light", env=dates)
    return desk.queue(desk.scratch.head())


@pytest.mark.parametrize(("session", "commit"), [(30, 0), (0, -30)])
def test_a_session_later_than_its_commit_makes_one_ask_for_the_clock(
    session: int, commit: int, desk: Desk, claude: Claude
) -> None:
    now = datetime.now(UTC)
    desk.scratch.clock.now = now + timedelta(minutes=session, seconds=10)
    light(claude, 3)
    commit_at(desk, now + timedelta(minutes=commit))
    desk.work()
    (told,) = desk.outcomes.take()
    why = "its newest Claude Code session is 30 minutes ahead of the commit: is a clock wrong?"
    assert told.endswith(why)


def test_a_session_that_went_on_after_a_commit_is_no_matter_of_clocks(
    desk: Desk, claude: Claude
) -> None:
    then = datetime.now(UTC) - timedelta(minutes=30)
    desk.scratch.clock.now = datetime.now(UTC) - timedelta(minutes=5)
    desk.scratch.write("lamp.py", "a person's\n")
    noted = commit_at(desk, then)
    claude.said("Still here.")
    os.utime(Path(desk.folder, "queue", noted.name), (then.timestamp(), then.timestamp()))
    desk.work()
    (told,) = desk.outcomes.take()
    assert "none of its lines is in the newest Claude Code session" in told
