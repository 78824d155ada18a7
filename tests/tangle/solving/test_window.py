"""Which edits a commit is made of, in histories that are not told in order."""

from __future__ import annotations

from tests.support.agents import Agent
from tests.support.record import added_by, claims, makes_its_commit, reasons, record, steps
from tests.support.scratch import Scratch
from treadle.thread.model import Thread
from treadle.thread.repo import Commit


def classes(scratch: Scratch, commit: Commit, thread: Thread) -> dict[str, str]:
    assert makes_its_commit(scratch, thread)
    return {text: origin.evidence for _, text, origin in claims(scratch, commit, thread)}


def light(agent: Agent, number: int, path: str = "lamp.py") -> None:
    """The agent rewrites one numbered line."""
    stem = path.removesuffix(".py")
    agent.edit(path, f"{stem} number {number}\n", f"the agent's {stem} {number}\n")


def test_edits_that_came_after_the_commit_are_not_its(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    commit = scratch.commit()
    light(agent, 4)
    thread = record(scratch, [commit], agent)[commit.id]
    assert classes(scratch, commit, thread) == {"the agent's lamp 3\n": "proved"}
    assert reasons(thread) == []


def test_an_amended_commit_is_proved_by_all_its_edits(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    agent.commits("Light")
    light(agent, 5)
    agent.commits("Light", "--amend")
    commit = scratch.head()
    thread = record(scratch, [commit], agent)[commit.id]
    assert set(classes(scratch, commit, thread).values()) == {"proved"}


def test_a_commit_and_its_amended_form_can_both_be_recorded(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    agent.commits("Light")
    first = scratch.head()
    light(agent, 5)
    agent.commits("Light", "--amend")
    second = scratch.head()
    threads = record(scratch, [first, second], agent)
    found = classes(scratch, second, threads[second.id])
    assert set(found.values()) == {"proved"}
    assert next(step.kind for _, _, step in steps(threads[second.id])) == "took"


def test_an_edit_left_over_from_an_earlier_commit_proves_a_later_one(
    scratch: Scratch, agent: Agent
) -> None:
    light(agent, 3)
    light(agent, 2, "oil.py")
    scratch.git("add", "oil.py")
    agent.commits("Oil", stage=False)
    first = scratch.head()
    light(agent, 5)
    second = scratch.commit("Lamp")
    threads = record(scratch, [first, second], agent)
    assert classes(scratch, second, threads[second.id]) == {
        "the agent's lamp 3\n": "proved",
        "the agent's lamp 5\n": "proved",
    }


def test_an_edit_that_was_reverted_and_made_again_is_proved(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    first = scratch.commit("Light")
    scratch.git("revert", "--no-edit", first.id)
    scratch.clock.tick()
    agent.said("Once more.")
    light(agent, 3)
    again = scratch.commit("Light again")
    threads = record(scratch, [first, scratch.head("HEAD~1"), again], agent)
    assert classes(scratch, again, threads[again.id]) == {"the agent's lamp 3\n": "proved"}


def test_what_was_tried_and_replaced_stays_as_a_step(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    agent.edit("lamp.py", "the agent's lamp 3\n", "a second try\n")
    agent.edit("lamp.py", "a second try\n", "a third try\n")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert classes(scratch, commit, thread) == {"a third try\n": "proved"}
    assert [added_by(thread, f"1.{n}") for n in (1, 2, 3)] == [
        ["the agent's lamp 3\n"],
        ["a second try\n"],
        ["a third try\n"],
    ]


def test_a_rebased_commit_is_proved_on_its_new_base(scratch: Scratch, agent: Agent) -> None:
    scratch.git("checkout", "--quiet", "-b", "side")
    light(agent, 3)
    scratch.commit("Side")
    scratch.git("checkout", "--quiet", "main")
    scratch.write("lamp.py", "a person's line above\n" + scratch.read("lamp.py"))
    scratch.commit("Main")
    scratch.git("checkout", "--quiet", "side")
    scratch.git("rebase", "--quiet", "main")
    commit = scratch.head()
    thread = record(scratch, [commit], agent)[commit.id]
    assert classes(scratch, commit, thread) == {"the agent's lamp 3\n": "proved"}
