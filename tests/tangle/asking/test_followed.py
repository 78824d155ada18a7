"""Blame of lines whose commit only points to the step that wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.desk import Claude, Desk
from tests.support.record import claims, steps
from tests.tangle.capturing.conftest import claude, desk
from tests.tangle.capturing.lamps import light
from treadle.tangle.asking.followed import steps_of
from treadle.tangle.blame import blame
from treadle.tangle.learnt.index import Index
from treadle.thread.store import Store

__all__ = ["claude", "desk"]


@pytest.fixture
def taken(desk: Desk, claude: Claude, tmp_path: Path) -> Desk:
    """A commit that an agent made of what it had picked of another branch."""
    git = desk.scratch.git
    git("checkout", "--quiet", "-b", "side")
    claude.said("The third lamp was dark.")
    light(claude, 3)
    picked = claude.commits("Light")[0]
    desk.queue(picked)
    desk.work()
    git("checkout", "--quiet", "main")
    git("cherry-pick", "--no-commit", picked.id)
    again = claude.commits("Light again")[0]
    desk.queue(again)
    desk.work()
    assert "took" in [step.kind for _, _, step in steps(desk.document(again))]
    return desk


def _reasons(desk: Desk) -> list[str]:
    index = Index(desk.scratch.repo)
    try:
        runs = blame(index, "lamp.py").runs
        return [line.reason for line in steps_of(index, runs).values()]
    finally:
        index.close()


def test_the_reason_is_that_of_the_document_that_holds_the_step(taken: Desk) -> None:
    assert _reasons(taken) == ["The third lamp was dark."]
    assert _reasons(taken) == ["The third lamp was dark."]


def test_where_that_document_is_gone_the_prompt_is_told(taken: Desk) -> None:
    taken.scratch.git("branch", "--quiet", "-D", "side")
    head = taken.scratch.head().id
    gone = [commit for commit in Store(taken.scratch.repo).notes() if commit != head]
    taken.scratch.git("notes", "--ref", "treadle", "remove", *gone)
    taken.scratch.close()
    assert _reasons(taken) == ["Light the lamp"]


def test_a_line_that_only_its_text_tells_is_of_the_step_that_was_told_of_first(
    desk: Desk, claude: Claude
) -> None:
    """On the other branch the edit has no place, but its line stands there all the same."""
    scratch, line = desk.scratch, "a lamp that the agent hung below what nobody told of\n"
    scratch.git("checkout", "--quiet", "-b", "side")
    scratch.write("lamp.py", "by hand, on the side\n" + scratch.read("lamp.py"))
    scratch.commit("By hand")
    claude.said("There is room for one more.")
    claude.edit("lamp.py", "by hand, on the side\n", f"by hand, on the side\n{line}")
    first = claude.commits("Light")[0]
    scratch.git("checkout", "--quiet", "main")
    scratch.write("lamp.py", scratch.read("lamp.py") + line)
    again = claude.commits("Light again")[0]
    desk.queue(first)
    desk.queue(again)
    desk.work()
    told = [
        {text: origin for _, text, origin in claims(scratch, commit, desk.document(commit))}
        for commit in (first, again)
    ]
    assert told[0][line].part
    assert (told[1][line].part, told[1][line].step) == (told[0][line].part, told[0][line].step)
    assert _reasons(desk) == ["There is room for one more."]
