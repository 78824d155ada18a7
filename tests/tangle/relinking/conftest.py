"""What the tests of relinking share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tangle.relinking.loom import Loom


@pytest.fixture
def loom(tmp_path: Path) -> Iterator[Loom]:
    made = Loom(tmp_path / "lamp")
    yield made
    made.scratch.close()
