"""One way to the document: whoever asks, and whenever, the same commits get the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.support.agents import Agent
from tests.support.record import document, keep, makes_its_commit, steps
from tests.support.scratch import Scratch
from treadle.tangle.capture import capture, here
from treadle.tangle.solve import Solution
from treadle.thread.document import render
from treadle.thread.model import Session
from treadle.thread.repo import Commit
from treadle.thread.store import Store


def light(agent: Agent, number: int, path: str = "lamp.py") -> None:
    stem = path.removesuffix(".py")
    agent.edit(path, f"{stem} number {number}\n", f"the agent's {stem} {number}\n")


def captured(
    scratch: Scratch, commits: Sequence[Commit], *told: Agent | Session, **more: Sequence[str]
) -> dict[str, Solution]:
    """Capture and store; the threads of the commits that have one."""
    sessions = [one.session() if isinstance(one, Agent) else one for one in told]
    found = capture(scratch.repo, commits, sessions, more)
    solved = {one.commit.id: one.solution for one in found if one.solution is not None}
    keep(scratch, solved)
    return solved


def documents(scratch: Scratch) -> dict[str, bytes]:
    store = Store(scratch.repo)
    return dict(store.get_all(store.notes()))


def told_once(scratch: Scratch, *agents: Agent) -> None:
    """Every event of the sessions stands in at most one document, and every edit in just one."""
    times: Counter[str] = Counter()
    for commit in Store(scratch.repo).notes():
        thread = document(scratch, scratch.head(commit))
        times.update(s.time for _, _, s in steps(thread) if s.kind != "took")
    assert set(times.values()) <= {1}
    edits = {event.time for agent in agents for event in agent.events if event.edits}
    assert edits <= times.keys()


def again(scratch: Scratch, commits: Sequence[Commit], *agents: Agent) -> None:
    """From the finished transcripts, all at once, come the documents that are there."""
    before = documents(scratch)
    scratch.git("update-ref", "-d", "refs/notes/treadle")
    found = captured(scratch, list(reversed(commits)), *agents)
    assert {id_: render(solution.redacted.thread) for id_, solution in found.items()} == before


def named(scratch: Scratch, commit: Commit) -> dict[str, bool]:
    return {part.session: part.named for part in document(scratch, commit).parts}


# -- who takes part -----------------------------------------------------------------


def test_the_session_that_made_the_commit_is_named(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    agent.commits("Light")
    captured(scratch, [scratch.head()], agent)
    assert named(scratch, scratch.head()) == {"s1": True}


def test_a_session_of_this_work_tree_joins_a_person_s_commit(
    scratch: Scratch, agent: Agent
) -> None:
    light(agent, 3)
    commit = scratch.commit("By hand")
    captured(scratch, [commit], agent)
    assert named(scratch, commit) == {"s1": False}
    assert makes_its_commit(scratch, document(scratch, commit))


def test_the_environment_names_a_session(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    commit = scratch.commit("By a script")
    captured(scratch, [commit], agent, **{commit.id: ["s1"]})
    assert named(scratch, commit) == {"s1": True}


def test_a_session_that_was_only_open_does_not_join(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    scratch.git("stash", "--quiet")
    scratch.write("oil.py", "a person's oil\n")
    assert captured(scratch, [scratch.commit("By hand")], agent) == {}


def test_a_session_of_another_work_tree_does_not_join_for_a_common_line(
    scratch: Scratch, agent: Agent, tmp_path: Path
) -> None:
    scratch.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = Scratch(tmp_path / "side", init=False)
    other = Agent(side, "s2")
    other.prompt("Elsewhere")
    agent.edit("lamp.py", "lamp number 3\n", "import the_lamp\nthe agent's lamp 3\n")
    side.clock = scratch.clock
    other.edit("lamp.py", "lamp number 9\n", "import the_lamp\nthe other's lamp 9\n")
    mine, theirs = scratch.commit("Mine"), side.commit("Theirs")
    captured(scratch, [mine, theirs], agent, other)
    assert named(scratch, mine) == {"s1": False}
    assert named(scratch, theirs) == {"s2": False}


def test_an_edit_that_was_left_lying_for_days_is_no_sign(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    scratch.git("stash", "--quiet")
    scratch.clock.tick(8 * 86400)
    scratch.write("lamp.py", scratch.read("lamp.py") + "the agent's lamp 3\n")
    assert captured(scratch, [scratch.commit("By hand")], agent) == {}


def test_a_folder_known_by_a_link_is_the_work_tree(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    link = scratch.top.parent / "link"
    link.symlink_to(scratch.top)
    session = agent.session()
    events = tuple(
        replace(
            event,
            cwd=event.cwd.replace(str(scratch.top), str(link)),
            edits=tuple(
                replace(edit, path=edit.path.replace(str(scratch.top), str(link)))
                for edit in event.edits
            ),
        )
        for event in session.events
    )
    assert here(replace(session, events=events), [str(scratch.top)])
    commit = scratch.commit("By hand")
    captured(scratch, [commit], replace(session, events=events))
    assert named(scratch, commit) == {"s1": False}


# -- each event once ----------------------------------------------------------------


def test_many_commits_of_one_session_share_its_events(scratch: Scratch, agent: Agent) -> None:
    commits = []
    for number in range(4):
        light(agent, number)
        agent.said(f"That was {number}.")
        if number % 2:
            agent.commits(f"Light {number}")
            commits.append(scratch.head())
        else:
            commits.append(scratch.commit(f"By hand {number}"))
        captured(scratch, commits[-1:], agent)
    assert len(documents(scratch)) == 4
    told_once(scratch, agent)
    again(scratch, commits, agent)


def test_part_of_the_edits_now_and_the_rest_later(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    light(agent, 4, "oil.py")
    agent.said("Both are done.")
    scratch.git("add", "oil.py")
    first = scratch.commit("Oil", stage=False)
    captured(scratch, [first], agent)
    second = scratch.commit("Lamp")
    captured(scratch, [second], agent)
    told_once(scratch, agent)
    assert "took" in {step.kind for _, _, step in steps(document(scratch, second))}
    again(scratch, [first, second], agent)


def test_two_branches_in_turn(scratch: Scratch, agent: Agent) -> None:
    scratch.git("branch", "side")
    commits = []
    for number, branch in enumerate(("main", "side", "main", "side")):
        scratch.git("checkout", "--quiet", branch)
        light(agent, number + 5 * (branch == "side"))
        commits.append(scratch.commit(f"Light {number}"))
        captured(scratch, commits[-1:], agent)
    told_once(scratch, agent)
    again(scratch, commits, agent)


def test_a_commit_that_was_missed_takes_nothing_twice(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    missed = scratch.commit("Missed")
    light(agent, 4)
    later = scratch.commit("Later")
    captured(scratch, [later], agent)
    captured(scratch, [missed], agent)
    told_once(scratch, agent)
    assert makes_its_commit(scratch, document(scratch, missed))
    assert [s.kind for _, _, s in steps(document(scratch, missed))] == ["took"]


def test_a_document_in_the_middle_that_was_lost_comes_back(scratch: Scratch, agent: Agent) -> None:
    commits = []
    for number in range(3):
        light(agent, number)
        commits.append(scratch.commit(f"Light {number}"))
    captured(scratch, commits, agent)
    before = documents(scratch)
    scratch.git("notes", "--ref", "treadle", "remove", commits[1].id)
    captured(scratch, commits[1:2], agent)
    assert documents(scratch)[commits[1].id] == before[commits[1].id]
    told_once(scratch, agent)


def test_what_an_amended_commit_held_is_told_again(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    captured(scratch, [scratch.commit("Light")], agent)
    light(agent, 5)
    amended = scratch.commit("Light", "--amend")
    captured(scratch, [amended], agent)
    assert [s.kind for _, _, s in steps(document(scratch, amended))] == ["edited", "edited"]
