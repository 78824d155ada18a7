"""``treadle relink``, the real program."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

from tests.cli.lamp import PROGRAM, run
from tests.support.agents import Agent
from tests.support.record import makes_its_commit, record
from tests.support.scratch import Scratch, numbered
from treadle.thread.document import parse
from treadle.thread.store import Store

COMMITS = 30


def rebased(top: Path) -> tuple[Scratch, dict[str, bytes]]:
    """A repository whose recorded commits were all rebased; their documents, by old commit."""
    scratch = Scratch(top)
    scratch.write("lamp.py", numbered(COMMITS, "a lamp of the old house"))
    scratch.write("oil.txt", "by hand\n")
    begin = scratch.commit("Begin")
    for number in range(COMMITS):
        agent = Agent(scratch, name=f"s{number}")
        agent.prompt(f"Mind lamp {number}")
        old = scratch.read("lamp.py").split("\n")[number] + "\n"
        agent.edit("lamp.py", old, f"lamp {number} of the new house is lit\n")
        record(scratch, [scratch.commit(f"Light {number}")], agent)
    before = dict(Store(scratch.repo).get_all(Store(scratch.repo).notes()))
    scratch.git("branch", "base", begin.id)
    scratch.git("checkout", "--quiet", "base")
    scratch.write("oil.txt", "by hand, once more\n")
    scratch.commit("By hand")
    scratch.git("checkout", "--quiet", "main")
    scratch.git("rebase", "--quiet", "base")
    return scratch, before


def test_killed_at_any_moment_nothing_is_lost(tmp_path: Path) -> None:
    scratch, before = rebased(tmp_path / "lamp")
    assert len(before) == COMMITS
    moments = random.Random(11)
    for _ in range(8):
        process = subprocess.Popen([*PROGRAM, "relink"], cwd=scratch.top, stdout=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.1, 0.9))
        process.kill()
        process.wait()
        for lock in (scratch.top / ".git").rglob("*.lock"):
            lock.unlink()
        stored = dict(Store(scratch.repo).get_all(Store(scratch.repo).notes()))
        assert before.items() <= stored.items()
        assert all(parse(text).parts for text in stored.values())
    assert run("relink", at=scratch.top).code == 0
    commits = scratch.repo.commits(["base..main"])
    assert len(commits) == COMMITS
    stored = dict(Store(scratch.repo).get_all(commit.id for commit in commits))
    assert all(makes_its_commit(scratch, parse(stored[one.id])) for one in commits)
    told = run("relink", at=scratch.top)
    assert Store(scratch.repo).notes().keys() == before.keys() | stored.keys(), told
