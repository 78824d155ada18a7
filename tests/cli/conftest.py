"""The lamp repository, built once and copied for each test that may change it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.lamp import Lamp, run


@pytest.fixture(scope="session")
def built_lamp(tmp_path_factory: pytest.TempPathFactory) -> Lamp:
    """The recorded repository; to be looked at only."""
    lamp = Lamp(tmp_path_factory.mktemp("lamp") / "repo")
    lamp.build()
    done = run("record", "HEAD~1", "--from", lamp.transcript, at=lamp.top)
    assert done.code == 0, done
    lamp.close()
    return lamp


@pytest.fixture
def lamp(built_lamp: Lamp, tmp_path: Path) -> Iterator[Lamp]:
    """A copy of the recorded repository."""
    for name in ("repo", "transcript.jsonl"):
        source = built_lamp.top.parent / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, symlinks=True)
        else:
            shutil.copy(source, tmp_path / name)
    copy = Lamp(tmp_path / "repo", init=False)
    copy.clock.now = built_lamp.clock.now
    yield copy
    copy.close()


@pytest.fixture
def bare_lamp(lamp: Lamp) -> Lamp:
    """The same repository before anything was recorded."""
    lamp.git("update-ref", "-d", "refs/notes/treadle")
    shutil.rmtree(lamp.top / ".git" / "treadle")
    return lamp
