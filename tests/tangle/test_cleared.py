"""A folder that is removed takes its files along, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.record import record
from tests.support.scratch import Scratch, numbered
from treadle.thread.model import Thread


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    made = Scratch(tmp_path / "lamp")
    for path in ("lamp.py", "old/wick.py", "old/deep/oil.py", "old.py"):
        made.write(path, numbered(9, path))
    made.commit("Begin")
    yield made
    made.close()


@pytest.fixture
def agent(scratch: Scratch) -> Agent:
    made = Agent(scratch)
    made.prompt("Clear away")
    return made


def changes(thread: Thread) -> list[tuple[str, str, str, str]]:
    """Step, kind, operation and path of every change."""
    return [
        (f"{turn.number}.{step.number}", change.kind, change.op, change.path)
        for part in thread.parts
        for turn in part.turns
        for step in turn.steps
        for change in step.changes
    ]


def clear(scratch: Scratch, *paths: str) -> None:
    for path in paths:
        scratch.delete(path)


@pytest.mark.parametrize("command", ["rm -rf old", "rm -r old/", "git rm -rq ./old", "rm -rf $PWD"])
def test_files_go_with_their_folder(scratch: Scratch, agent: Agent, command: str) -> None:
    agent.ran(command)
    agent.edit("lamp.py", "lamp.py number 3\n", "the third lamp\n")
    clear(scratch, "old/wick.py", "old/deep/oil.py")
    commit = scratch.commit("Clear")
    thread = record(scratch, [commit], agent)[commit.id]
    known = [] if "$" in command else ["old/deep/oil.py", "old/wick.py"]
    assert changes(thread) == [
        *(("1.1", "edit", "delete", path) for path in known),
        ("1.2", "edit", "", "lamp.py"),
    ]
    left = sorted(change.path for change in thread.placement.residue)
    assert left == sorted({"old/deep/oil.py", "old/wick.py"} - set(known))


def test_removing_a_folder_is_enough_to_join(scratch: Scratch, agent: Agent) -> None:
    agent.ran("rm -rf old")
    clear(scratch, "old/wick.py", "old/deep/oil.py")
    first = scratch.commit("Clear")
    agent.prompt("Go on")
    agent.edit("lamp.py", "lamp.py number 3\n", "the third lamp\n")
    second = scratch.commit("Light")
    threads = record(scratch, [first, second], agent)
    assert [row[3] for row in changes(threads[first.id])] == ["old/deep/oil.py", "old/wick.py"]
    assert changes(threads[second.id]) == [("1.1", "edit", "", "lamp.py")]


def test_what_was_made_anew_is_not_deleted(scratch: Scratch, agent: Agent) -> None:
    agent.ran("rm -rf old && make old")
    scratch.write("old/wick.py", numbered(9, "new wick"))
    agent.edit("lamp.py", "lamp.py number 3\n", "the third lamp\n")
    commit = scratch.commit("Make anew")
    thread = record(scratch, [commit], agent)[commit.id]
    assert ("1.2", "edit", "", "lamp.py") in changes(thread)
    assert all(kind != "edit" or path == "lamp.py" for _, kind, _, path in changes(thread))


def test_a_failed_removal_removes_nothing(scratch: Scratch, agent: Agent) -> None:
    agent.ran("rm -rf old", "rm: Permission denied", ok=False)
    agent.edit("lamp.py", "lamp.py number 3\n", "the third lamp\n")
    clear(scratch, "old/wick.py")
    commit = scratch.commit("Clear")
    thread = record(scratch, [commit], agent)[commit.id]
    assert changes(thread) == [("1.2", "edit", "", "lamp.py")]
