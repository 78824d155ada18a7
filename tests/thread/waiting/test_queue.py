"""The queue's files: what a hook writes is read, whatever else lies there is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from treadle.thread.waiting.lock import alone
from treadle.thread.waiting.queue import Entry, Queue, going_on, write
from treadle.thread.waiting.tries import Tries

ENTRY = Entry("1.post-commit", "post-commit", "a" * 40, "/lamp/.git", "/lamp", {"NAME": "s=1"})


def queued(folder: Path, text: str, name: str = "1.post-commit", age: float = 10) -> list[Entry]:
    path = folder / "queue" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return Queue(str(folder)).entries(path.stat().st_mtime + age)


def test_what_was_written_is_read_and_removed(tmp_path: Path) -> None:
    write(str(tmp_path), ENTRY)
    queue = Queue(str(tmp_path))
    (found,) = queue.entries()
    assert (found.commit, found.git_dir, found.top) == ("a" * 40, "/lamp/.git", "/lamp")
    assert found.variables == {"NAME": "s=1"}
    queue.remove(found)
    queue.remove(found)
    assert queue.entries() == []


def test_a_file_that_is_being_written_is_left_alone_for_a_moment(tmp_path: Path) -> None:
    text = "post-commit\n" + "a" * 40 + "\n/lamp/.git\n/lamp\n"
    assert queued(tmp_path, text, age=1) == []
    assert Queue(str(tmp_path)).names() != frozenset()
    assert len(queued(tmp_path, text + "end\n", age=1)) == 1
    assert queued(tmp_path, text, age=3) == []
    assert Queue(str(tmp_path)).names() == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "end\n",
        "post-commit\nHEAD\n/lamp/.git\n/lamp\nend\n",
        f"post-commit\n{'a' * 40}\nlamp/.git\n/lamp\nend\n",
        f"pre-push\n{'a' * 40}\n/lamp/.git\n/lamp\nend\n",
        "\0" * 999,
    ],
)
def test_what_is_no_entry_goes(tmp_path: Path, text: str) -> None:
    assert queued(tmp_path, text) == []
    assert Queue(str(tmp_path)).names() == frozenset()


def test_the_oldest_comes_first(tmp_path: Path) -> None:
    text = f"post-commit\n{'a' * 40}\n/lamp/.git\n\nend\n"
    for name, time in (("b", 3), ("a", 5), ("c", 1)):
        queued(tmp_path, text, name)
        os.utime(tmp_path / "queue" / name, (time, time))
    assert [entry.name for entry in Queue(str(tmp_path)).entries()] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("name", "word"), [("rebase-merge", "rebase"), ("MERGE_HEAD", "merge"), ("index.lock", "")]
)
def test_what_git_is_in_the_middle_of(tmp_path: Path, name: str, word: str) -> None:
    (tmp_path / name).touch()
    assert going_on(str(tmp_path)) == word


def test_the_lock_is_held_by_one_and_ends_with_it(tmp_path: Path) -> None:
    folder = str(tmp_path / "new")
    with alone(folder) as first, alone(folder) as second:
        assert (first, second) == (True, False)
    with alone(folder) as again:
        assert again


def test_tries_are_counted_and_forgotten(tmp_path: Path) -> None:
    tries = Tries(str(tmp_path))
    assert [tries.count("a"), tries.count("a"), tries.count("b")] == [1, 2, 1]
    tries.forget("a")
    assert tries.count("a") == 1
    (tmp_path / "tries.json").write_text("[" * 99_999)
    assert tries.count("a") == 1
