"""A session that serves many commits: each event is told once, each edit is taken once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.record import (
    added_by,
    changes,
    claims,
    document,
    ids,
    keep,
    makes_its_commit,
    reasons,
    record,
    rendered,
    solve_all,
    steps,
)
from tests.support.scratch import Scratch
from treadle.tangle.capturing.manual import solve_commit
from treadle.tangle.record import Recorder, jobs
from treadle.tangle.solve import Solution
from treadle.thread.document import render
from treadle.thread.errors import UserError
from treadle.thread.model import Edit, Session, Thread
from treadle.thread.repo import Commit, Repo
from treadle.thread.select import Ref


def edits(agent: Agent, number: int, path: str = "lamp.py") -> None:
    """The agent rewrites one numbered line."""
    stem = path.removesuffix(".py")
    agent.edit(path, f"{stem} number {number}\n", f"the agent's {stem} {number}\n")


def told(threads: dict[str, Thread]) -> Counter[str]:
    """How often each event's text stands in the documents (prompts that are continued do not)."""
    found: Counter[str] = Counter()
    for thread in threads.values():
        found.update(step.time for _, _, step in steps(thread) if step.kind != "took")
        found.update(
            turn.time for part in thread.parts for turn in part.turns if not turn.continued
        )
    return found


def afterwards(scratch: Scratch, commit: Commit, *agents: Agent) -> Solution:
    """What recording one commit gives that has the earlier documents to go by, and no memory."""
    sessions = [one.session() for one in agents]
    with Repo.open(scratch.top) as repo:
        return solve_commit(repo, commit, sessions)


def three_commits(scratch: Scratch, agent: Agent) -> list[Commit]:
    """A session over three commits: the agent's own, a person's, and one with a tail."""
    edits(agent, 1)
    agent.commits("First")
    agent.said("Now the next.")
    edits(agent, 5)
    agent.ran("make test", "ok")
    second = scratch.commit("Second")
    agent.prompt("And the oil")
    edits(agent, 3, "oil.py")
    edits(agent, 9)
    third = scratch.commit("Third")
    agent.said("Done.")
    return [scratch.repo.commits(["HEAD~2"])[-1], second, third]


# -- many commits of one session ----------------------------------------------------


def test_every_event_stands_in_exactly_one_document(scratch: Scratch, agent: Agent) -> None:
    commits = three_commits(scratch, agent)
    threads = record(scratch, commits, agent)
    assert len(threads) == 3
    found = told(threads)
    assert set(found.values()) == {1}
    assert set(found) == {event.time for event in agent.events[:-1]}


def test_the_governing_prompt_is_repeated_where_a_turn_goes_on(
    scratch: Scratch, agent: Agent
) -> None:
    first, second, third = record(scratch, three_commits(scratch, agent), agent).values()
    turns = [
        [(turn.number, turn.prompt, turn.continued) for part in t.parts for turn in part.turns]
        for t in (first, second, third)
    ]
    assert turns == [
        [(1, "Light the lamp", False)],
        [(1, "Light the lamp", True)],
        [(1, "Light the lamp", True), (2, "And the oil", False)],
    ]
    assert [part.continues for t in (first, second, third) for part in t.parts] == [
        "",
        "s1-3",
        "s1-5",
    ]


def test_what_came_after_the_last_edit_waits_for_the_next_commit(
    scratch: Scratch, agent: Agent
) -> None:
    _, second, third = record(scratch, three_commits(scratch, agent), agent).values()
    assert [step.kind for _, _, step in steps(second)] == ["said", "edited"]
    assert [step.kind for _, _, step in steps(third)] == ["ran", "edited", "edited"]


def test_recording_all_again_writes_the_same_bytes(scratch: Scratch, agent: Agent) -> None:
    commits = three_commits(scratch, agent)
    solutions = solve_all(scratch, commits, agent)
    assert keep(scratch, solutions) == 3
    assert keep(scratch, solve_all(scratch, commits, agent)) == 0


def test_each_commit_recorded_when_it_was_made_gives_the_same_bytes(
    scratch: Scratch, agent: Agent
) -> None:
    commits = three_commits(scratch, agent)
    at_once = rendered(solve_all(scratch, commits, agent))
    for commit in commits:
        alone = afterwards(scratch, commit, agent)
        assert render(alone.redacted.thread) == at_once[commit.id]
        keep(scratch, {commit.id: alone})
    for commit in reversed(commits):
        again = afterwards(scratch, commit, agent)
        assert render(again.redacted.thread) == at_once[commit.id]


def test_a_transcript_that_went_on_changes_no_earlier_document(
    scratch: Scratch, agent: Agent
) -> None:
    commits = three_commits(scratch, agent)
    before = rendered(solve_all(scratch, commits, agent))
    agent.prompt("And more")
    edits(agent, 20)
    agent.edit("lamp.py", "the agent's lamp 5\n", "the agent's lamp 5, again\n")
    assert rendered(solve_all(scratch, commits, agent)) == before


def test_sessions_in_another_order_give_the_same_documents(scratch: Scratch, agent: Agent) -> None:
    other = Agent(scratch, "s2")
    other.prompt("Mind the oil")
    edits(agent, 1)
    edits(other, 2, "oil.py")
    commit = scratch.commit()
    one = rendered(solve_all(scratch, [commit], agent, other))
    assert rendered(solve_all(scratch, [commit], other, agent)) == one


# -- half of the work is committed --------------------------------------------------


def halves(scratch: Scratch, agent: Agent) -> tuple[Commit, Commit]:
    """Two edits of one file; the first commit holds the later of them, the second the rest."""
    edits(agent, 2)
    edits(agent, 25)
    both = scratch.read("lamp.py")
    scratch.write("lamp.py", both.replace("the agent's lamp 2\n", "lamp number 2\n"))
    first = scratch.commit("The later half")
    scratch.write("lamp.py", both)
    agent.said("I look around.")
    return first, scratch.commit("The rest")


def test_the_rest_is_taken_later_with_a_pointer_to_where_it_was_told(
    scratch: Scratch, agent: Agent
) -> None:
    first, rest = halves(scratch, agent)
    threads = record(scratch, [first, rest], agent)
    assert all(makes_its_commit(scratch, thread) for thread in threads.values())
    (part,) = ids(threads[first.id])
    assert added_by(threads[first.id], "1.2") == ["the agent's lamp 25\n"]
    took = [step for _, _, step in steps(threads[rest.id]) if step.kind == "took"]
    assert [step.origin for step in took] == [f"{part}:1.1"]
    assert {origin.part for _, _, origin in claims(scratch, rest, threads[rest.id])} == {part}
    assert set(told(threads).values()) == {1}


def test_the_rest_is_taken_in_the_same_way_when_only_the_documents_remember(
    scratch: Scratch, agent: Agent
) -> None:
    first, rest = halves(scratch, agent)
    at_once = rendered(solve_all(scratch, [first, rest], agent))
    for commit in (first, rest):
        alone = afterwards(scratch, commit, agent)
        assert render(alone.redacted.thread) == at_once[commit.id]
        keep(scratch, {commit.id: alone})


def test_a_file_that_was_left_out_is_taken_later(scratch: Scratch, agent: Agent) -> None:
    edits(agent, 2)
    edits(agent, 3, "oil.py")
    scratch.git("add", "oil.py")
    first = scratch.commit("The oil", stage=False)
    rest = scratch.commit("The lamp")
    threads = record(scratch, [first, rest], agent)
    assert reasons(threads[first.id]) == ["not in this commit"]
    assert [step.kind for _, _, step in steps(threads[rest.id])] == ["took"]
    found = claims(scratch, rest, threads[rest.id])
    assert [(origin.part, origin.step) for _, _, origin in found] == [
        (ids(threads[first.id])[0], "1.1")
    ]


def two_in_one(scratch: Scratch, agent: Agent) -> tuple[Commit, Commit]:
    """One call that edits two files, committed one after the other."""
    pairs = []
    for path, stem in (("lamp.py", "lamp"), ("oil.py", "oil")):
        old, new = f"{stem} number 4\n", f"the agent's fourth {stem}\n"
        scratch.write(path, scratch.read(path).replace(old, new))
        pairs.append(Edit(agent.path(path), "replace", old, new))
    agent.tells(*pairs)
    scratch.git("add", "oil.py")
    return scratch.commit("The oil", stage=False), scratch.commit("The lamp")


def test_a_call_with_two_files_can_be_taken_in_halves(scratch: Scratch, agent: Agent) -> None:
    first, rest = two_in_one(scratch, agent)
    threads = record(scratch, [first, rest], agent)
    assert [step.kind for _, _, step in steps(threads[rest.id])] == ["took"]
    assert [c.path for c in changes(threads[rest.id], "edit")] == ["lamp.py"]


def test_a_call_taken_in_halves_is_remembered_by_the_documents(
    scratch: Scratch, agent: Agent
) -> None:
    first, rest = two_in_one(scratch, agent)
    at_once = rendered(solve_all(scratch, [first, rest], agent))
    for commit in (first, rest):
        alone = afterwards(scratch, commit, agent)
        assert render(alone.redacted.thread) == at_once[commit.id]
        keep(scratch, {commit.id: alone})
    recorder = Recorder(scratch.repo)
    recorder.add("k", agent.session())
    recorder.recall(document(scratch, first))
    reel = recorder.reels["k"]
    taken = recorder.progress["k"].taken
    assert {path for path, refs in reel.edits.items() for ref in refs if ref in taken} == {"oil.py"}


def test_two_edits_of_one_file_in_one_call_are_remembered_apart(
    scratch: Scratch, agent: Agent
) -> None:
    text = scratch.read("lamp.py")
    pairs = []
    for number in (2, 25):
        old, new = f"lamp number {number}\n", f"the agent's lamp {number}\n"
        pairs.append(Edit(agent.path("lamp.py"), "replace", old, new))
        text = text.replace(old, new)
    agent.tells(*pairs)
    scratch.write("lamp.py", text.replace("the agent's lamp 2\n", "lamp number 2\n"))
    first = scratch.commit("The later half")
    scratch.write("lamp.py", text)
    rest = scratch.commit("The rest")
    at_once = rendered(solve_all(scratch, [first, rest], agent))
    for commit in (first, rest):
        alone = afterwards(scratch, commit, agent)
        assert render(alone.redacted.thread) == at_once[commit.id]
        keep(scratch, {commit.id: alone})
    recorder = Recorder(scratch.repo)
    recorder.add("k", agent.session())
    recorder.recall(document(scratch, first))
    assert recorder.progress["k"].taken == {Ref(1, 1)}
    recorder.recall(document(scratch, rest))
    assert recorder.progress["k"].taken == {Ref(1, 0), Ref(1, 1)}


# -- what is asked of one commit ----------------------------------------------------


def test_a_session_that_wrote_nothing_of_the_commit_is_refused(
    scratch: Scratch, agent: Agent
) -> None:
    scratch.write("lamp.py", "a person's\n")
    with pytest.raises(UserError, match="none of the transcripts' edits is in the diff"):
        afterwards(scratch, scratch.commit(), agent)


def test_a_shallow_clone_without_the_parent_says_what_to_fetch(
    scratch: Scratch, agent: Agent, tmp_path: Path
) -> None:
    edits(agent, 2)
    commit = scratch.commit()
    scratch.git("clone", "--quiet", "--depth=1", f"file://{scratch.top}", str(tmp_path / "cut"))
    cut = Scratch(tmp_path / "cut", init=False)
    with pytest.raises(UserError, match="its parent's files are not in this clone") as caught:
        solve_commit(cut.repo, commit, [agent.session()])
    assert "--deepen=1" in caught.value.hint


def test_a_forced_job_keeps_the_slice_though_nothing_of_it_is_in_the_commit(
    scratch: Scratch, agent: Agent
) -> None:
    agent.said("I only look.")
    scratch.write("lamp.py", "a person's\n")
    commit = scratch.commit()
    recorder = Recorder(scratch.repo)
    recorder.add("k", agent.session())
    (job,) = jobs(scratch.repo, [commit], {commit.id: ["k"]}, force=True)
    solution = recorder.solve(job)
    assert solution is not None
    assert [step.kind for _, _, step in steps(solution.redacted.thread)] == ["said"]
    assert makes_its_commit(scratch, solution.redacted.thread)


def test_a_transcript_that_is_not_here_makes_the_document_partial(
    scratch: Scratch, agent: Agent
) -> None:
    edits(agent, 2)
    commit = scratch.commit()
    recorder = Recorder(scratch.repo)
    recorder.add("k", agent.session())
    (job,) = jobs(scratch.repo, [commit], {commit.id: ["k", "gone"]})
    solution = recorder.solve(job)
    assert solution is not None
    assert not solution.redacted.thread.complete


def test_a_stored_part_whose_events_the_session_lacks_moves_nothing(
    scratch: Scratch, agent: Agent
) -> None:
    first, *_ = three_commits(scratch, agent)
    record(scratch, [first], agent)
    stored = document(scratch, first)
    for cut in (agent.events[1:], agent.events[:2], []):
        recorder = Recorder(scratch.repo)
        recorder.add("k", Session(agent.agent, agent.name, events=tuple(cut)))
        recorder.recall(stored)
        progress = recorder.progress["k"]
        assert (progress.taken, progress.stored) == (frozenset(), {})
