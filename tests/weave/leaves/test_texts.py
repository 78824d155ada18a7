"""Texts are read for their pages and let go, in whatever process, whatever the size."""

from __future__ import annotations

import pickle
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.lamp import Lamp
from treadle.tangle.learnt.index import Index
from treadle.thread.repo import Repo
from treadle.weave.gathering.book import gather
from treadle.weave.leaves import texts as module
from treadle.weave.leaves.texts import Blobs, held, measure

MANY, EACH = 24, 500_000


@pytest.fixture
def lamp(tmp_path: Path) -> Lamp:
    made = Lamp(tmp_path / "repo")
    made.build()
    made.close()
    return made


def test_a_book_remembers_no_text(lamp: Lamp) -> None:
    for n in range(MANY):
        line = f"{n} " + "x" * 97 + "\n"
        (lamp.top / f"large-{n}.txt").write_text(line * (EACH // len(line)))
    lamp.git("add", "-A")
    lamp.git("commit", "-qm", "Much text")
    with Repo.open(lamp.top) as repo, closing(Index(repo)) as index:
        gather(index)
        tracemalloc.start()
        book = gather(index)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert sum(file.text.size for file in book.files if file.text) > MANY * EACH * 0.9
    assert peak < MANY * EACH / 3


def test_a_text_is_read_in_another_process_too(lamp: Lamp) -> None:
    with Repo.open(lamp.top) as repo, closing(Index(repo)) as index:
        file = next(file for file in gather(index).files if file.text and file.text.lines > 3)
        assert file.text
        other = pickle.loads(pickle.dumps(file.text))
        assert other.read() == file.text.read() != ""
        other.blobs.close()


def test_a_text_without_a_repository_comes_along() -> None:
    text = held("a\n\udcffb")
    assert pickle.loads(pickle.dumps(text)).read() == "a\n\udcffb"
    assert (text.lines, text.size) == (2, 4)


def test_an_empty_text_has_no_lines() -> None:
    assert (held("").lines, held("").read()) == (0, "")


def test_a_file_that_is_too_large_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 10)
    blobs = Blobs(None)
    blobs.held = {"small": b"a\n", "bytes": b"a\0b"}
    sizes = {"gone": None, "large": 11, "small": 2, "bytes": 3}
    found = dict(measure(blobs, sizes))
    assert {blob: why for blob, (_, why) in found.items()} == {
        "gone": "not in this clone",
        "large": "large",
        "small": "",
        "bytes": "binary",
    }
