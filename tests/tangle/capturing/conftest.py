"""A desk with a repository on it, and an agent at work there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.desk import Claude, Desk
from tests.support.scratch import Clock, Scratch, numbered


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    scratch = Scratch(tmp_path / "lamp")
    scratch.clock = Clock(datetime.now(UTC) - timedelta(hours=1))
    scratch.write("lamp.py", numbered(30, "lamp"))
    scratch.write("oil.py", numbered(12, "oil"))
    scratch.commit("Begin")
    return Desk(scratch, tmp_path / "home")


@pytest.fixture
def claude(desk: Desk) -> Claude:
    made = Claude(desk, "s1")
    made.prompt()
    return made
