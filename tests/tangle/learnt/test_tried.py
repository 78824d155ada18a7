"""The history of a line within its thread: which attempts it replaced, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.archive import store
from tests.support.record import record
from tests.support.scratch import Scratch, numbered
from treadle.tangle.asking.answer import why
from treadle.tangle.learnt.index import Index
from treadle.thread.origin import Over

FILE = "lamp.py"


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    made = Scratch(tmp_path / "lamp")
    made.write(FILE, numbered(12, "lamp"))
    made.commit("Begin")
    yield made
    made.close()


def recorded(scratch: Scratch, *agents: Agent) -> list[Over]:
    """What the index keeps of the file after the work is committed and recorded."""
    commit = scratch.commit("Light it")
    thread = record(scratch, [commit], *agents)[commit.id]
    store(scratch, commit, thread)
    with closing(Index(scratch.repo)) as index:
        index.learn([commit.id])
        found = index.replaced([(commit.id, FILE), (commit.id, "none")])
        assert found.keys() <= {(commit.id, FILE)}
        return found.get((commit.id, FILE), [])


def tried(scratch: Scratch, line: int) -> list[tuple[str, str, str]]:
    with closing(Index(scratch.repo)) as index:
        return [(one.address, one.what, one.reason) for one in why(index, FILE, line).tried]


def test_an_attempt_that_failed_its_test(scratch: Scratch) -> None:
    agent = Agent(scratch)
    agent.prompt("Light the lamp")
    agent.said("I try gas.")
    agent.edit(FILE, "lamp number 3\n", "gas for lamp 3\nand more gas\n")
    agent.ran("make test\nls", "1 failed", ok=False)
    agent.said("Oil burns better.")
    agent.edit(FILE, "gas for lamp 3\n", "oil for lamp 3\n")
    agent.edit(FILE, "lamp number 9\n", "the ninth lamp\n")
    (over,) = recorded(scratch, agent)
    assert (over.start, over.count) == (3, 1)
    (one,) = over.replaced
    assert (one.step, one.reason) == ("1.2", "I try gas.")
    assert (one.cause, one.at, one.said) == ("failed", "1.3", "make test")
    assert tried(scratch, 4) == [
        ("1.2", "replaced by 1.5, after 1.3 failed (make test)", "I try gas.")
    ]
    assert tried(scratch, 5) == []


def test_an_attempt_that_the_person_corrected(scratch: Scratch) -> None:
    agent = Agent(scratch)
    agent.prompt("Light the lamp")
    agent.edit(FILE, "lamp number 3\n", "gas for lamp 3\n")
    agent.prompt("No, oil!\nNever gas.")
    agent.edit(FILE, "gas for lamp 3\n", "oil for lamp 3\n")
    (over,) = recorded(scratch, agent)
    assert [(one.step, one.cause, one.said) for one in over.replaced] == [
        ("1.1", "asked", "No, oil!")
    ]
    assert tried(scratch, 4)[0][1] == "replaced by 2.1, when it was asked: No, oil!"


def test_lines_that_replaced_only_what_was_committed_before(scratch: Scratch) -> None:
    agent = Agent(scratch)
    agent.prompt("Light the lamp")
    agent.edit(FILE, "lamp number 3\n", "oil for lamp 3\n")
    agent.edit(FILE, "lamp number 9\n", "oil for lamp 9\n")
    assert recorded(scratch, agent) == []


def test_the_attempts_of_several_steps_are_told_each(scratch: Scratch) -> None:
    agent = Agent(scratch)
    agent.prompt("Light the lamps")
    agent.edit(FILE, "lamp number 3\n", "gas for lamp 3\n")
    agent.edit(FILE, "lamp number 4\n", "gas for lamp 4\n")
    agent.edit(FILE, "gas for lamp 3\ngas for lamp 4\n", "oil for lamp 3\noil for lamp 4\n")
    (over,) = recorded(scratch, agent)
    assert (over.start, over.count) == (3, 2)
    assert [(one.step, one.cause) for one in over.replaced] == [("1.1", ""), ("1.2", "")]
    assert [row[1] for row in tried(scratch, 5)] == ["replaced by 1.3"] * 2


def test_another_session_s_attempt_is_told_with_its_part(scratch: Scratch) -> None:
    one, other = Agent(scratch, "s1"), Agent(scratch, "s2")
    other.events, one.events = [], []
    one.prompt("Light the lamp")
    one.edit(FILE, "lamp number 3\n", "gas for lamp 3\n")
    one.edit(FILE, "lamp number 9\n", "gas for lamp 9\n")
    other.prompt("Mind the oil")
    other.edit(FILE, "gas for lamp 3\n", "oil for lamp 3\n")
    (over,) = recorded(scratch, one, other)
    (attempt,) = over.replaced
    assert (attempt.step, attempt.cause, attempt.said) == ("1.1", "asked", "Mind the oil")
    assert tried(scratch, 4)[0][0] == f"{attempt.part[:8]}:1.1"
