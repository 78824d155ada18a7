"""A home with agents in it, and a work tree whose name has letters that agents write otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.homes import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    folder = tmp_path / "src" / "lamp.house_1"
    (folder / ".git").mkdir(parents=True)
    return folder
