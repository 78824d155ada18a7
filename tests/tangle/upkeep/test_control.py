"""The negative control: what a foreign session claims is counted, what it truly wrote is not."""

from __future__ import annotations

from tests.support.agents import Agent
from tests.support.checkpoints import Branch, trailer, transcript
from tests.support.scratch import Scratch, numbered
from treadle.tangle.capturing.intake import plan
from treadle.tangle.upkeep.control import Pair, control
from treadle.thread.entire.checkpoints import Checkpoints
from treadle.thread.repo import Commit

ONE, TWO, THREE = "00c9e2351016", "a1b2c3d4e5f6", "b7b7b7b7b7b7"
COMMON = "the third lamp has a new wick\nand its oil was changed on Monday\n"


def worker(scratch: Scratch, name: str) -> Agent:
    made = Agent(scratch, f"0b3c1f2a-0000-4000-8000-00000000000{name}")
    made.prompt("Light the lamp")
    return made


def commits(scratch: Scratch, checkpoint: str) -> Commit:
    return scratch.commit(f"Light\n\n{trailer(checkpoint)}")


def pairs(scratch: Scratch, *told: tuple[str, Agent]) -> list[Pair]:
    """The control over a branch of these checkpoints."""
    branch = Branch(scratch)
    for checkpoint, agent in told:
        branch.add(checkpoint, (agent.name, transcript(agent.session())))
    branch.save()
    points = Checkpoints(scratch.repo)
    return list(control(scratch.repo, points, plan(scratch.repo, points, (), anew=True)))


def test_each_commit_is_paired_with_the_newest_session_before_it_that_is_not_its_own(
    scratch: Scratch,
) -> None:
    one, two = worker(scratch, "1"), worker(scratch, "2")
    found = []
    for checkpoint, agent, number in ((ONE, one, 1), (TWO, one, 2), (THREE, two, 3)):
        agent.edit("lamp.py", f"lamp number {number}\n", f"the agent's lamp {number}\n")
        found.append(commits(scratch, checkpoint))
    told = pairs(scratch, (ONE, one), (TWO, one), (THREE, two))
    assert [pair.commit.id for pair in told] == [found[2].id]
    assert one.name in told[0].session


def test_a_foreign_session_that_wrote_nothing_of_it_claims_nothing(scratch: Scratch) -> None:
    one, two = worker(scratch, "1"), worker(scratch, "2")
    one.edit("lamp.py", "lamp number 1\n", "the first agent's lamp\n")
    commits(scratch, ONE)
    two.edit("oil.py", "oil number 1\n", "the second agent's oil\n")
    commits(scratch, TWO)
    (pair,) = pairs(scratch, (ONE, one), (TWO, two))
    assert (pair.result.added_lines, pair.false) == (1, 0)
    assert pair.result.evidence["unrecorded"] == 1


def test_what_a_foreign_session_claims_is_counted(scratch: Scratch) -> None:
    """It wrote the same lines elsewhere, and one that the commit has too."""
    one, two = worker(scratch, "1"), worker(scratch, "2")
    one.edit("lamp.py", "lamp number 1\n", "lamp number 1\n" + COMMON)
    commits(scratch, ONE)
    one.edit("oil.py", "oil number 2\n", "a mark that both have made here\n")
    scratch.write("oil.py", numbered(12, "oil"))
    two.edit("oil.py", "oil number 2\n", "a mark that both have made here\n")
    two.edit("oil.py", "oil number 5\n", COMMON + "and a line of its own\n")
    commits(scratch, TWO)
    (pair,) = pairs(scratch, (ONE, one), (TWO, two))
    assert pair.result.added_lines == 4
    assert pair.false >= 1
    assert pair.false == 4 - pair.result.evidence["unrecorded"]
    assert pair.result.evidence["proved"] == 0


def test_what_comes_out_byte_for_byte_is_true_and_not_counted(scratch: Scratch) -> None:
    """Sessions share work: both made the very edit that the commit holds."""
    one, two = worker(scratch, "1"), worker(scratch, "2")
    one.edit("lamp.py", "lamp number 1\n", "the first agent's lamp\n")
    commits(scratch, ONE)
    for agent in (one, two):
        scratch.write("oil.py", numbered(12, "oil"))
        agent.edit("oil.py", "oil number 2\n", COMMON)
    commits(scratch, TWO)
    (pair,) = pairs(scratch, (ONE, one), (TWO, two))
    assert (pair.result.evidence["proved"], pair.false) == (2, 0)


def test_a_history_of_one_session_has_no_control(scratch: Scratch) -> None:
    one = worker(scratch, "1")
    for checkpoint, number in ((ONE, 1), (TWO, 2)):
        one.edit("lamp.py", f"lamp number {number}\n", f"the agent's lamp {number}\n")
        commits(scratch, checkpoint)
    assert pairs(scratch, (ONE, one), (TWO, one)) == []
