"""A repository that tests of the door to git may write into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scratch import Scratch


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "lamp")
