"""Histories of fixed seeds, rewritten in every way; ``make fuzz`` plays others without end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.fuzz.operations import OPERATIONS
from tests.fuzz.play import moves, play, shrink

SEEDS = (0, 1, 2, 9, 42, 106, 1337)
"""A seed plays another history where the table of operations was changed."""


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """git finds the tools of the environment we run in."""
    here = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{here}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_living_line_is_told_of_the_step_that_wrote_it(seed: int, tmp_path: Path) -> None:
    todo = moves(seed, 20)
    assert play(tmp_path / "world", todo) == "", todo


def test_every_operation_is_done_alone_after_some_work(tmp_path: Path) -> None:
    for number, (_, operation) in enumerate(OPERATIONS):
        work = [("work_and_commit", number), ("switch", 0), ("work_and_commit", number + 100)]
        todo = [*work, (operation.__name__, number)]
        assert play(tmp_path / "world", todo) == "", todo


def test_the_same_seed_is_the_same_history() -> None:
    assert moves(7, 30) == moves(7, 30)


def test_what_is_wrong_is_seen_and_shrunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oracle can fail: without relinking a rewritten line is told of nobody."""
    from tests.fuzz import world
    from treadle.tangle.relink import Relinked

    monkeypatch.setattr(world, "relink", lambda repo, commits: Relinked((), ()))
    todo = [("agent_edits", 5), ("commit", 6), ("amend_message", 2), ("person_edits", 3)]
    assert "was Origin" in play(tmp_path / "world", todo)
    assert shrink(tmp_path / "world", todo, 10) == todo[:3]
