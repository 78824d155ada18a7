"""The benchmark runs where there is something to measure, and says so where there is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CORPUS

ROOT = Path(__file__).parents[1]


def bench(at: Path, corpus: str) -> str:
    """What ``python -m bench`` prints; its results go beside the copy that is run."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--brief"],
        cwd=at,
        env={**os.environ, "TREADLE_CORPUS": corpus, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("corpus", ["", "/nonexistent"])
def test_without_a_corpus_it_says_in_a_line_that_it_skips(corpus: str) -> None:
    told = bench(ROOT, corpus)
    assert told.count("\n") == 1
    assert "TREADLE_CORPUS" in told


@pytest.mark.corpus
def test_each_bundle_gets_its_figures(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "bench", tmp_path / "bench")
    smallest = min(Path(CORPUS).glob("*.bundle"), key=lambda path: path.stat().st_size)
    (tmp_path / "corpus").mkdir()
    shutil.copy(smallest, tmp_path / "corpus")
    told = bench(tmp_path, str(tmp_path / "corpus"))
    assert "blame / git blame" in told
    figures = json.loads((tmp_path / "bench" / "results.json").read_text())
    assert figures["version"] == 1
    (repository,) = figures["repositories"]
    assert repository["lines"]["all"]["exact"] == repository["lines"]["all"]["commits"]
    for name in ("import", "check", "check again", "why", "blame", "git blame", "log", "weave"):
        assert repository["times"][name]["median_s"] > 0


def test_the_hook_is_measured_beside_an_empty_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.hook", "2"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rounds"] == 2
    assert told["commit_ms"]["ours"]["median"] > 0
    assert "p95" in told["ours_over_empty_ms"]
