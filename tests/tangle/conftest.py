"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.archive import Archive
from tests.support.scratch import Scratch, numbered


@pytest.fixture(scope="session")
def first_archive(tmp_path_factory: pytest.TempPathFactory, plain_git: None) -> Archive:
    """The history that every test has a copy of."""
    made = Archive(tmp_path_factory.mktemp("archive") / "lamp")
    made.scratch.close()
    return made


@pytest.fixture
def archive(first_archive: Archive, tmp_path: Path) -> Iterator[Archive]:
    """A small history with documents, to do with as one likes."""
    made = first_archive.copy(tmp_path / "lamp")
    yield made
    made.scratch.close()


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    """A repository of two files with a first commit."""
    made = Scratch(tmp_path / "lamp")
    made.write("lamp.py", numbered(30, "lamp"))
    made.write("oil.py", numbered(12, "oil"))
    made.commit("Begin")
    yield made
    made.close()


@pytest.fixture
def agent(scratch: Scratch) -> Agent:
    """An agent that was asked something."""
    made = Agent(scratch)
    made.prompt("Light the lamp")
    return made
