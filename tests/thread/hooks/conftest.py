"""A repository whose hooks tests may fill."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.hooked import PLACE, Hooked


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    return Hooked(tmp_path / PLACE / "repo")
