"""The benchmark runs where there is something to measure, and says so where there is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import CORPUS
from treadle.tangle.learnt.index import Index
from treadle.thread.repo import Repo
from treadle.weave.weaving import Wish, weave

ROOT = Path(__file__).parents[1]
AS_INES = ("-c", "user.name=Ines", "-c", "user.email=ines@slackwater.example")


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


def git(where: Path, *args: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *args], cwd=where, check=True)


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


def test_pages_of_files_that_are_measured_alone_are_those_of_the_site(tmp_path: Path) -> None:
    clone, site, alone = tmp_path / "clone", tmp_path / "site", tmp_path / "alone"
    clone.mkdir()
    git(clone, "init", "-q")
    for name, text in {"tide.py": "def tide():\n    pass\n", "weir.md": "# Weir\n"}.items():
        (clone / name).write_text(text)
    git(clone, "add", ".")
    git(clone, *AS_INES, "commit", "-qm", "Tell the tide")
    with Repo.open(str(clone)) as repo, closing(Index(repo)) as index:
        weave(index, site, Wish())
    alone.mkdir()
    subprocess.run(
        [sys.executable, "-m", "bench.file_pages", str(clone), str(alone)], cwd=ROOT, check=True
    )
    expected = {page.name: page.read_bytes() for page in (site / "file").iterdir()}
    assert expected.keys() == {"tide.py.html", "weir.md.html"}
    assert {page.name: page.read_bytes() for page in alone.rglob("*.html")} == expected


def test_the_hook_is_measured_beside_an_empty_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.hook", "2"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rounds"] == 2
    assert told["commit_ms"]["ours"]["median"] > 0
    assert "p95" in told["ours_over_empty_ms"]
