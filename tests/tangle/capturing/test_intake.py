"""Importing a checkpoints branch: each commit its document, once, whatever the branch lacks."""

from __future__ import annotations

import pytest

from tests.support.agents import Agent
from tests.support.checkpoints import Branch, trailer, transcript
from tests.support.record import claims, document, ids, keep, makes_its_commit, steps
from tests.support.scratch import Scratch
from treadle.tangle.capturing.intake import Plan, intake, plan
from treadle.tangle.solve import Solution
from treadle.thread.document import render
from treadle.thread.entire.checkpoints import Checkpoints
from treadle.thread.repo import Commit
from treadle.thread.store import Store

ONE, TWO, THREE = "00c9e2351016", "a1b2c3d4e5f6", "b7b7b7b7b7b7"


@pytest.fixture
def agent(scratch: Scratch) -> Agent:
    made = Agent(scratch, "0b3c1f2a-0000-4000-8000-000000000001")
    made.prompt("Light the lamp")
    return made


def light(agent: Agent, number: int, path: str = "lamp.py") -> None:
    stem = path.removesuffix(".py")
    agent.edit(path, f"{stem} number {number}\n", f"the agent's {stem} {number}\n")


def commits(scratch: Scratch, message: str, *checkpoints: str) -> Commit:
    """A commit that names checkpoints."""
    return scratch.commit(f"{message}\n\n" + "".join(map(trailer, checkpoints)))


def planned(scratch: Scratch, *revs: str) -> Plan:
    return plan(scratch.repo, Checkpoints(scratch.repo), revs)


def imports(scratch: Scratch, *revs: str) -> dict[str, Solution]:
    """Import and store; the solutions of this import alone."""
    points = Checkpoints(scratch.repo)
    found = {
        imported.commit.id: imported.solution
        for imported in intake(scratch.repo, points, plan(scratch.repo, points, revs))
        if imported.solution is not None
    }
    keep(scratch, found)
    return found


def evidence(scratch: Scratch, commit: Commit) -> dict[str, str]:
    """The class of each added line of a stored document that makes its commit."""
    thread = document(scratch, commit)
    assert makes_its_commit(scratch, thread)
    return {text: origin.evidence for _, text, origin in claims(scratch, commit, thread)}


def test_a_commit_gets_the_thread_of_its_checkpoint(scratch: Scratch, agent: Agent) -> None:
    agent.said("The third lamp is out.")
    light(agent, 3)
    commit = commits(scratch, "Light", ONE)
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    assert imports(scratch).keys() == {commit.id}
    thread = document(scratch, commit)
    assert [part.session for part in thread.parts] == [agent.name]
    assert [turn.prompt for part in thread.parts for turn in part.turns] == ["Light the lamp"]
    assert thread.complete
    assert evidence(scratch, commit) == {"the agent's lamp 3\n": "proved"}


def test_importing_twice_writes_nothing(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    commits(scratch, "Light", ONE)
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    imports(scratch)
    tip = Store(scratch.repo).tip()
    assert planned(scratch).commits == ()
    assert planned(scratch).stored == 1
    assert imports(scratch) == {}
    assert Store(scratch.repo).tip() == tip


def test_copies_of_a_session_are_united_over_its_checkpoints(
    scratch: Scratch, agent: Agent
) -> None:
    light(agent, 3)
    first = commits(scratch, "Light", ONE)
    early = transcript(agent.session())
    light(agent, 5)
    second = commits(scratch, "More light", TWO)
    branch = Branch(scratch).add(ONE, (f"2026-01-05-{agent.name}", early))
    branch.add(TWO, (agent.name, transcript(agent.session()))).save()
    imports(scratch)
    assert evidence(scratch, first) == {"the agent's lamp 3\n": "proved"}
    assert evidence(scratch, second) == {"the agent's lamp 5\n": "proved"}
    sessions = {p.session for c in (first, second) for p in document(scratch, c).parts}
    assert sessions == {agent.name}


def test_a_copy_that_was_taken_too_early_is_completed_by_a_later_one(
    scratch: Scratch, agent: Agent
) -> None:
    early = transcript(agent.session())
    light(agent, 3)
    first = commits(scratch, "Light", ONE)
    light(agent, 5)
    commits(scratch, "More light", TWO)
    branch = Branch(scratch).add(ONE, (agent.name, early))
    branch.add(TWO, (agent.name, transcript(agent.session()))).save()
    imports(scratch)
    assert evidence(scratch, first) == {"the agent's lamp 3\n": "proved"}


def test_a_later_import_takes_up_where_the_first_one_ended(scratch: Scratch, agent: Agent) -> None:
    light(agent, 2, "oil.py")
    light(agent, 3)
    scratch.git("add", "lamp.py")
    first = scratch.commit(f"Light\n\n{trailer(ONE)}", stage=False)
    branch = Branch(scratch).add(ONE, (agent.name, transcript(agent.session())))
    branch.save()
    assert imports(scratch).keys() == {first.id}
    before = Store(scratch.repo).get(first.id)
    light(agent, 5)
    second = commits(scratch, "More light", TWO)
    branch.add(TWO, (agent.name, transcript(agent.session()))).save()
    assert imports(scratch).keys() == {second.id}
    assert Store(scratch.repo).get(first.id) == before
    (part,) = ids(document(scratch, first))
    told = [(step.kind, step.origin) for _, _, step in steps(document(scratch, second))]
    assert told == [("took", f"{part}:1.1"), ("edited", "")]
    assert set(evidence(scratch, second).values()) == {"proved"}


def test_all_at_once_and_one_after_the_other_give_the_same_documents(
    scratch: Scratch, agent: Agent
) -> None:
    made = []
    branch = Branch(scratch)
    for number, checkpoint in enumerate((ONE, TWO, THREE)):
        light(agent, number)
        agent.said(f"That was {number}.")
        made.append(commits(scratch, f"Light {number}", checkpoint))
        branch.add(checkpoint, (agent.name, transcript(agent.session())))
    branch.save()
    for commit in made:
        imports(scratch, f"{commit.id}^!")
    store = Store(scratch.repo)
    single = {commit.id: store.get(commit.id) for commit in made}
    scratch.git("update-ref", "-d", "refs/notes/treadle")
    together = imports(scratch)
    assert {id_: render(found.redacted.thread) for id_, found in together.items()} == single


def test_a_session_without_a_transcript_makes_the_document_partial(
    scratch: Scratch, agent: Agent
) -> None:
    light(agent, 3)
    commit = commits(scratch, "Light", ONE)
    branch = Branch(scratch).add(ONE, (agent.name, transcript(agent.session())), ("gone", None))
    branch.save()
    imports(scratch)
    assert not document(scratch, commit).complete


def test_a_checkpoint_that_is_not_there_is_named(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    commit = commits(scratch, "Light", TWO)
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    found = planned(scratch)
    assert (found.commits, found.missing) == ((), ((commit.id, TWO),))


def test_a_commit_with_several_trailers_gets_all_their_sessions(
    scratch: Scratch, agent: Agent
) -> None:
    other = Agent(scratch, "0b3c1f2a-0000-4000-8000-000000000002")
    other.prompt("Mind the oil")
    light(agent, 3)
    light(other, 2, "oil.py")
    commit = commits(scratch, "Squash", ONE, TWO, THREE)
    branch = Branch(scratch).add(ONE, (agent.name, transcript(agent.session())))
    branch.add(TWO, (other.name, transcript(other.session()))).save()
    imports(scratch)
    thread = document(scratch, commit)
    assert [part.session for part in thread.parts] == [agent.name, other.name]
    assert not thread.complete
    assert set(evidence(scratch, commit).values()) == {"proved"}


def test_a_checkpoint_that_two_commits_share_serves_both(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    light(agent, 2, "oil.py")
    scratch.git("add", "oil.py")
    first = scratch.commit(f"Oil\n\n{trailer(ONE)}", stage=False)
    second = commits(scratch, "Lamp", ONE)
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    imports(scratch)
    assert evidence(scratch, first) == {"the agent's oil 2\n": "proved"}
    assert evidence(scratch, second) == {"the agent's lamp 3\n": "proved"}


def test_an_amended_commit_is_explained_by_all_its_edits(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    agent.commits(f"Light\n\n{trailer(ONE)}")
    light(agent, 5)
    agent.commits(f"Light\n\n{trailer(ONE)}", "--amend")
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    imports(scratch)
    assert set(evidence(scratch, scratch.head()).values()) == {"proved"}


def test_a_rebased_commit_is_explained_on_its_new_base(scratch: Scratch, agent: Agent) -> None:
    scratch.git("checkout", "--quiet", "-b", "side")
    light(agent, 3)
    agent.commits(f"Light\n\n{trailer(ONE)}")
    scratch.git("checkout", "--quiet", "main")
    scratch.write("lamp.py", "a person's line above\n" + scratch.read("lamp.py"))
    scratch.commit("Main")
    scratch.git("checkout", "--quiet", "side")
    scratch.clock.tick(7200)
    scratch.git("rebase", "--quiet", "main")
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    imports(scratch)
    assert evidence(scratch, scratch.head()) == {"the agent's lamp 3\n": "proved"}


def test_a_merge_gets_no_document(scratch: Scratch, agent: Agent) -> None:
    scratch.git("checkout", "--quiet", "-b", "side")
    light(agent, 3)
    side = commits(scratch, "Side", ONE)
    scratch.git("checkout", "--quiet", "main")
    scratch.commit("Main")
    scratch.git("merge", "--quiet", "--no-edit", "-m", f"Merge\n\n{trailer(ONE)}", "side")
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    assert imports(scratch).keys() == {side.id}


def test_a_commit_of_which_the_session_wrote_nothing_gets_what_was_said(
    scratch: Scratch, agent: Agent
) -> None:
    agent.said("I only look.")
    scratch.write("lamp.py", "a person's\n")
    commit = commits(scratch, "By hand", ONE)
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    imports(scratch)
    assert evidence(scratch, commit) == {"a person's\n": "unrecorded"}


@pytest.mark.parametrize("text", [b"", b"no transcript\n", b"\xff\0\n", b"{}\n", b"[" * 20_000])
def test_a_transcript_that_cannot_be_read_is_named(
    scratch: Scratch, agent: Agent, text: bytes
) -> None:
    light(agent, 3)
    commit = commits(scratch, "Light", ONE)
    Branch(scratch).add(ONE, (agent.name, text)).save()
    points = Checkpoints(scratch.repo)
    (imported,) = intake(scratch.repo, points, planned(scratch))
    assert imported.commit == commit
    assert [problem.file for problem in imported.problems] == ["00/c9e2351016/0/full.jsonl"]
    assert imported.solution is not None
    assert not imported.solution.redacted.thread.complete
    assert makes_its_commit(scratch, imported.solution.redacted.thread)


def test_a_document_that_somebody_damaged_does_not_stop_the_import(
    scratch: Scratch, agent: Agent
) -> None:
    light(agent, 3)
    first = commits(scratch, "Light", ONE)
    branch = Branch(scratch).add(ONE, (agent.name, transcript(agent.session())))
    branch.save()
    Store(scratch.repo).put_rendered({first.id: f"my own note on {agent.name}\n".encode()})
    light(agent, 5)
    second = commits(scratch, "More light", TWO)
    branch.add(TWO, (agent.name, transcript(agent.session()))).save()
    points = Checkpoints(scratch.repo)
    (imported,) = intake(scratch.repo, points, planned(scratch))
    assert imported.commit == second
    assert [problem.file for problem in imported.problems] == [f"document of {first.id[:12]}"]


def test_a_branch_of_the_remote_counts_as_history_and_entires_own_does_not(
    scratch: Scratch, agent: Agent
) -> None:
    scratch.git("checkout", "--quiet", "-b", "side")
    light(agent, 3)
    side = commits(scratch, "Side", ONE)
    scratch.git("checkout", "--quiet", "main")
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    assert [commit.id for commit in planned(scratch).commits] == [side.id]
    assert planned(scratch, "main").commits == ()


def test_only_the_commits_that_are_named_are_imported(scratch: Scratch, agent: Agent) -> None:
    light(agent, 3)
    first = commits(scratch, "One", ONE)
    light(agent, 5)
    commits(scratch, "Two", ONE)
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    assert imports(scratch, "HEAD~1").keys() == {first.id}
