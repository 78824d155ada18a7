"""The worker, as a process of its own: what it makes of the queue, whatever comes between."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tests.support.desk import Claude, Desk
from tests.support.record import makes_its_commit, steps
from tests.support.scratch import numbered
from tests.tangle.capturing.lamps import again, light, told_once
from treadle.thread.agents.finding.quarters import names
from treadle.thread.hooks.enrolment import ids
from treadle.thread.hooks.script import anew, script
from treadle.thread.waiting.lock import alone


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


# -- the agent's own commits ------------------------------------------------------


def test_several_commits_of_one_call(
    desk: Desk, claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    light(claude, 3)
    light(claude, 4, "oil.py")
    key = claude.calls("Bash", {"command": "git commit -m One lamp.py; git commit -m Two oil.py"})
    printed, commits = [], []
    for path in ("lamp.py", "oil.py"):
        printed.append(desk.scratch.git("commit", "--message", f"Light {path}", path))
        commits.append(desk.scratch.head())
        desk.queue(commits[-1], CLAUDE_CODE_SESSION_ID="s1")
    worker = desk.start()
    desk.until(commits[-1])
    claude.printed(key, "\n".join(printed))
    assert worker.wait(60) == 0
    assert desk.waiting() == []
    told_once(desk, claude)
    again(desk, monkeypatch)


def test_a_quiet_commit_is_named_by_its_command(
    desk: Desk, claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    light(claude, 3)
    commit, key, _ = claude.commits("Light the third lamp", told=False)
    claude.printed(key, "")
    claude.said("Done.")
    desk.queue(commit, CLAUDE_CODE_SESSION_ID="s1")
    desk.work()
    assert [part.named for part in desk.document(commit).parts] == [True]
    assert [s.kind for _, _, s in steps(desk.document(commit))] == ["edited", "ran"]
    assert desk.waiting() == []
    again(desk, monkeypatch)


def test_a_commit_made_by_a_script_is_named_by_the_environment(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    key = claude.calls("Bash", {"command": "make release"})
    commit = desk.scratch.commit("Release")
    claude.printed(key, "released")
    claude.said("Done.")
    desk.queue(commit, CLAUDE_CODE_SESSION_ID="s1")
    desk.work()
    assert [part.named for part in desk.document(commit).parts] == [True]
    assert desk.waiting() == []


def test_an_agent_that_is_updated_in_between(
    desk: Desk, claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, version in enumerate(("2.1.40", "2.2.0")):
        claude.version = version
        light(claude, number)
        commit, _, _ = claude.commits(f"Light {number}")
        desk.queue(commit)
        desk.work()
        assert [part.version for part in desk.document(commit).parts] == [version]
    again(desk, monkeypatch)


def test_a_call_that_never_ends_leaves_its_entry_for_the_next_time(
    desk: Desk, claude: Claude
) -> None:
    light(claude, 3)
    commit, key, printed = claude.commits("Light", told=False)
    desk.queue(commit, CLAUDE_CODE_SESSION_ID="s1")
    worker = desk.start()
    desk.until(commit)
    worker.kill()
    worker.wait()
    assert len(desk.waiting()) == 1
    claude.printed(key, printed)
    desk.work()
    assert desk.waiting() == []
    assert [s.kind for _, _, s in steps(desk.document(commit))] == ["edited", "ran"]
    assert len([told for told in desk.outcomes.last(9) if told.commit == commit.id]) == 1


def test_two_sessions_in_two_work_trees_at_once(
    desk: Desk, claude: Claude, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = tmp_path / "side"
    desk.scratch.git("worktree", "add", "--quiet", "-b", "side", str(side))
    other = Claude(desk, "s2", side)
    other.prompt("Mind the oil")
    commits = []
    for number in range(3):
        for one, top in ((claude, None), (other, side)):
            light(one, number)
            light(one, number, "oil.py")
            commit, _, _ = one.commits(f"Light {number}")
            desk.queue(commit, top=top, CLAUDE_CODE_SESSION_ID=one.name)
            commits.append(commit)
    desk.work()
    assert [[p.session for p in desk.document(c).parts] for c in commits] == [["s1"], ["s2"]] * 3
    told_once(desk, claude, other)
    again(desk, monkeypatch)


# -- what git does to commits -----------------------------------------------------


def test_a_commit_that_was_amended_away_is_passed_over(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    gone, _, _ = claude.commits("Light")
    desk.queue(gone)
    light(claude, 4)
    amended, _, _ = claude.commits("Light", "--amend")
    desk.queue(amended)
    desk.work()
    assert desk.documents().keys() == {amended.id}
    assert [s.kind for _, _, s in steps(desk.document(amended))] == ["edited", "ran"] * 2
    assert makes_its_commit(desk.scratch, desk.document(amended))


def test_an_amended_commit_is_recorded_though_its_session_is_long_over(
    desk: Desk, claude: Claude
) -> None:
    light(claude, 3)
    first = desk.scratch.commit("By hand")
    desk.queue(first)
    desk.work()
    os.utime(claude.path, (time.time() - 3000, time.time() - 3000))
    amended = desk.scratch.commit("By hand, in other words", "--amend")
    desk.queue(amended)
    desk.work()
    assert makes_its_commit(desk.scratch, desk.document(amended))


def test_a_squash_of_recorded_commits_keeps_their_thread(desk: Desk, claude: Claude) -> None:
    git = desk.scratch.git
    git("checkout", "--quiet", "-b", "side")
    for number in (3, 9):
        light(claude, number)
        desk.queue(claude.commits(f"Light {number}")[0])
    desk.work()
    git("checkout", "--quiet", "main")
    git("merge", "--quiet", "--squash", "side")
    squash = desk.scratch.commit("Light them all")
    os.utime(claude.path, (time.time() - 3000, time.time() - 3000))
    desk.queue(squash)
    desk.work()
    assert makes_its_commit(desk.scratch, desk.document(squash))
    assert desk.outcomes.take()[-1].startswith(f"treadle: {squash.id[:6]}  tied again, ")


def test_a_person_s_other_words_do_not_cost_the_agent_its_name(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    desk.queue(claude.commits("Light")[0])
    desk.work()
    desk.scratch.clock.tick(300)
    amended = desk.scratch.commit("In a person's words", "--amend")
    desk.queue(amended)
    desk.queue(amended, "post-rewrite")
    desk.work()
    assert [part.named for part in desk.document(amended).parts] == [True]


@pytest.mark.parametrize("state", ["rebase-merge", "rebase-apply", "sequencer"])
def test_nothing_is_recorded_in_the_middle_of_a_sequence(
    desk: Desk, claude: Claude, state: str
) -> None:
    light(claude, 3)
    commit = desk.scratch.commit("By hand")
    folder = desk.scratch.top / ".git" / state
    folder.mkdir()
    desk.queue(commit)
    worker = desk.start()
    time.sleep(1)
    assert desk.documents() == {}
    folder.rmdir()
    assert worker.wait(60) == 0
    assert desk.documents().keys() == {commit.id}
    assert desk.waiting() == []


def test_a_rebase_brings_commits_that_nobody_recorded(desk: Desk, claude: Claude) -> None:
    git = desk.scratch.git
    git("checkout", "--quiet", "-b", "side")
    for number in (3, 9):
        light(claude, number)
        claude.commits(f"Light {number}")
    git("checkout", "--quiet", "main")
    desk.scratch.write("oil.py", numbered(13, "oil"))
    desk.scratch.commit("Oil")
    git("checkout", "--quiet", "side")
    git("rebase", "--quiet", "main")
    desk.queue(desk.scratch.head(), "post-rewrite")
    desk.work()
    assert desk.documents().keys() == {desk.scratch.head(rev).id for rev in ("HEAD", "HEAD~1")}
    assert desk.waiting() == []
    assert desk.outcomes.take() != []


def test_a_hook_of_an_older_version_is_written_anew(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    path = Path(desk.folder) / "hook"
    older = script(sys.executable, nice="/usr/bin/nice")
    path.parent.mkdir()
    path.write_bytes(older)
    desk.queue(desk.scratch.commit("By hand"))
    desk.work()
    assert path.read_bytes() == anew(older, ids(), names())
    assert b"HOME" in path.read_bytes()


def test_part_of_the_edits_now_and_the_rest_later(
    desk: Desk, claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    light(claude, 3)
    light(claude, 4, "oil.py")
    claude.said("Both are done.")
    for path in ("oil.py", "lamp.py"):
        desk.scratch.git("add", path)
        desk.queue(desk.scratch.commit(path, stage=False))
        desk.work()
        os.utime(claude.path, (time.time() - 3000, time.time() - 3000))
    assert len(desk.documents()) == 2
    told_once(desk, claude)
    again(desk, monkeypatch)


def test_one_edit_that_is_staged_in_parts(
    desk: Desk, claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every part is the agent's, however long the next one is waited for."""
    claude.edit("lamp.py", numbered(30, "lamp").rstrip(), numbered(40, "wick").rstrip())
    whole = (desk.scratch.top / "lamp.py").read_text().splitlines(keepends=True)
    for staged in (4, 11, 40):
        blob = desk.scratch.run(
            "hash-object", "-w", "--stdin", feed="".join(whole[:staged]).encode()
        )
        given = f"100644,{blob.decode().strip()},lamp.py"
        desk.scratch.git("update-index", "--cacheinfo", given)
        desk.queue(desk.scratch.commit(f"Up to {staged}", stage=False))
        desk.work()
        os.utime(claude.path, (time.time() - 3000, time.time() - 3000))
    told = [outcome.line for outcome in desk.outcomes.last(3)]
    for line, count in zip(told, (4, 7, 29), strict=True):
        assert f"{count}/{count} lines explained" in line
    assert not [*(Path(desk.folder) / "pending").iterdir()]
    again(desk, monkeypatch)


def test_the_last_line_of_half_an_edit(desk: Desk, claude: Claude) -> None:
    """Agents name the pieces of lines that they replace; the last has no end."""
    last = "lamp number 29"
    claude.edit(
        "lamp.py", last, f"the evening's own line of lamp\n{last}\nthe night's own line of lamp"
    )
    whole = (desk.scratch.top / "lamp.py").read_text()
    desk.scratch.write("lamp.py", whole.replace("the night's own line of lamp\n", ""))
    desk.queue(desk.scratch.commit("One half"))
    desk.work()
    desk.scratch.write("lamp.py", whole)
    desk.queue(desk.scratch.commit("The other half"))
    desk.work()
    assert ["1/1 lines explained" in outcome.line for outcome in desk.outcomes.last(2)] == [
        True
    ] * 2
    assert not [*(Path(desk.folder) / "pending").iterdir()]


# -- places and times -------------------------------------------------------------


def test_a_folder_of_transcripts_that_is_none_is_named(desk: Desk) -> None:
    (desk.home / ".claude").mkdir()
    (desk.home / ".claude" / "projects").write_text("not a folder")
    desk.scratch.write("lamp.py", "a person's\n")
    desk.queue(desk.scratch.commit("By hand"))
    desk.work()
    assert desk.waiting() == []
    assert len(desk.outcomes.take()) == 1


def test_without_a_home_nothing_is_found_and_that_is_said(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    desk.queue(desk.scratch.commit("By hand"))
    desk.work(HOME="")
    (told,) = desk.outcomes.take()
    assert "no agent's transcript of this repository was found" in told


@pytest.mark.parametrize("date", ["2001-09-09T01:46:40Z", "2040-01-01T00:00:00Z"])
def test_a_clock_that_is_wrong_costs_the_thread_and_no_more(
    desk: Desk, claude: Claude, date: str
) -> None:
    light(claude, 3)
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    desk.scratch.git("commit", "--quiet", "--all", "--message", "Skewed", env=dates)
    desk.queue(desk.scratch.head())
    desk.work()
    assert desk.waiting() == []
    assert len(desk.outcomes.take()) == 1


def test_the_work_trees_git_directory_will_do_and_variables_do_not_lead_astray(
    desk: Desk, tmp_path: Path
) -> None:
    side = tmp_path / "side"
    desk.scratch.git("worktree", "add", "--quiet", "-b", "side", str(side))
    other = Claude(desk, "s2", side)
    other.prompt()
    light(other, 3)
    commit, _, _ = other.commits("Light")
    entry = desk.queue(commit, top=side)
    desk.work(GIT_DIR="/nowhere", GIT_WORK_TREE="/nowhere", GIT_INDEX_FILE="/nowhere")
    assert desk.documents().keys() == {commit.id}
    assert entry.git_dir.endswith("worktrees/side")


def test_a_worker_that_was_started_in_another_home_looks_where_the_commit_was_made(
    desk: Desk, claude: Claude, tmp_path: Path
) -> None:
    claude.prompt()
    light(claude, 3)
    first = desk.scratch.commit("Light")
    elsewhere = Claude(Desk(desk.scratch, tmp_path / "sandbox"), "s2")
    elsewhere.prompt("Let it be brighter")
    light(elsewhere, 4)
    second = desk.scratch.commit("Brighter")
    desk.queue(first, HOME=str(desk.home))
    desk.work(HOME=os.devnull)
    assert desk.documents().keys() == {first.id}
    desk.queue(second, CLAUDE_CONFIG_DIR=str(tmp_path / "sandbox" / ".claude"), HOME="/nowhere")
    desk.work(HOME=os.devnull, CLAUDE_CONFIG_DIR="/nowhere")
    assert desk.documents().keys() == {first.id, second.id}


def test_a_work_tree_that_is_gone_took_no_session_along(desk: Desk, tmp_path: Path) -> None:
    side = tmp_path / "side"
    desk.scratch.git("worktree", "add", "--quiet", "-b", "side", str(side))
    other = Claude(desk, "s2", side)
    other.prompt()
    light(other, 3)
    commit, _, _ = other.commits("Light")
    desk.queue(desk.scratch.head("main"))
    desk.work()
    desk.scratch.git("worktree", "remove", "--force", str(side))
    desk.queue(commit, top=desk.scratch.top)
    desk.work()
    assert desk.documents().keys() == {commit.id}


def test_only_one_worker_works(desk: Desk, claude: Claude) -> None:
    light(claude, 3)
    desk.queue(desk.scratch.commit("By hand"))
    with alone(desk.folder) as mine:
        assert mine
        desk.work()
        assert desk.documents() == {}
    desk.work()
    assert len(desk.documents()) == 1
