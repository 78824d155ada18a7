"""Blame of lines whose commit only points to the step that wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.desk import Claude, Desk
from tests.support.record import steps
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
