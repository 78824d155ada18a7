"""Who changed whom agrees with git's own blame, along any history."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.scratch import Scratch, lines
from treadle.tangle.asking import descent
from treadle.tangle.asking.descent import changed_by
from treadle.tangle.learnt.kept import Kept
from treadle.thread.repo import Commit


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    made = Scratch(tmp_path / "repo")
    yield made
    made.close()


def changes(scratch: Scratch) -> dict[str, dict[str, int]]:
    return changed_by(scratch.repo, scratch.repo.commits(["HEAD"]))


def blamed(scratch: Scratch, rev: str, path: str) -> Counter[str]:
    """Lines of a file by commit, as git blames them."""
    rows = scratch.git("blame", "--porcelain", rev, "--", path).split("\n")
    ids = [row.split(" ")[0] for row in rows if len(row.split(" ")[0]) == 40]
    return Counter(ids)


def test_lines_that_go_are_their_writers(scratch: Scratch) -> None:
    scratch.write("a", lines("one", "two", "three"))
    first = scratch.commit("First")
    scratch.write("a", lines("one", "2", "three", "four"))
    second = scratch.commit("Second")
    scratch.write("a", lines("1", "three"))
    third = scratch.commit("Third")
    assert changes(scratch) == {
        first.id: {},
        second.id: {first.id: 1},
        third.id: {first.id: 1, second.id: 2},
    }


def test_a_deleted_file_was_all_its_writers(scratch: Scratch) -> None:
    scratch.write("a", lines("one", "two"))
    scratch.write("b", lines("stays"))
    first = scratch.commit("First")
    scratch.delete("a")
    last = scratch.commit("Last")
    assert changes(scratch)[last.id] == {first.id: 2}


def test_lines_keep_their_writers_in_a_renamed_file(scratch: Scratch) -> None:
    scratch.write("a", lines(*"abcdefgh"))
    first = scratch.commit("First")
    scratch.git("mv", "a", "b")
    moved = scratch.commit("Move")
    scratch.write("b", lines(*"abcdefg"))
    last = scratch.commit("Last")
    found = changes(scratch)
    assert (found[moved.id], found[last.id]) == ({}, {first.id: 1})


def test_a_merge_brings_lines_under_their_writers_names(scratch: Scratch) -> None:
    scratch.write("a", lines("one"))
    scratch.commit("First")
    scratch.git("checkout", "-q", "-b", "side")
    scratch.write("b", lines("of", "the", "side"))
    side = scratch.commit("Side")
    scratch.git("checkout", "-q", "-")
    scratch.write("a", lines("one", "more"))
    scratch.commit("Main")
    scratch.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    scratch.write("b", lines("of", "side"))
    last = scratch.commit("Last")
    found = changes(scratch)
    assert found[last.id] == {side.id: 1}
    assert found[scratch.head("HEAD~1").id] == {}


def test_what_was_before_the_walk_is_nobodys(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch.write("a", lines(*"abc"))
    scratch.commit("Old")
    scratch.write("a", lines(*"abcd"))
    second = scratch.commit("Second")
    scratch.write("a", lines("b"))
    last = scratch.commit("Last")
    monkeypatch.setattr(descent, "MOST", 2)
    assert changes(scratch) == {second.id: {}, last.id: {second.id: 1}}


@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_git_on_any_line_of_history(scratch: Scratch, seed: int) -> None:
    """What the last commit deletes is, by writer, what git blamed just before."""
    dice = random.Random(seed)
    text = [f"line {n}" for n in range(20)]
    for number in range(12):
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(text) + 1)
            text[at : at + dice.randint(0, 3)] = [
                f"{number} {dice.random()}" for _ in range(dice.randint(0, 3))
            ]
        text.append(f"end {number}")
        scratch.write("a", lines(*text))
        scratch.commit(f"Commit {number}")
    before = blamed(scratch, "HEAD", "a")
    scratch.delete("a")
    scratch.write("b", lines("else"))
    last = scratch.commit("Gone")
    assert changes(scratch)[last.id] == before


def test_diffs_are_asked_for_once(scratch: Scratch, tmp_path: Path) -> None:
    scratch.write("a\udcff", lines("one"))
    scratch.commit("First")
    scratch.write("a\udcff", lines("two"))
    scratch.commit("Second")
    kept = Kept(str(tmp_path / "kept"))
    commits: list[Commit] = scratch.repo.commits(["HEAD"])
    first = changed_by(scratch.repo, commits, kept)
    assert len(kept.get_all("turned", [commit.id for commit in commits])) == 2
    assert changed_by(scratch.repo, commits, kept) == first
