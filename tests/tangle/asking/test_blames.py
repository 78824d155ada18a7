"""Blames that are kept are those that git would give now."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.archive import Archive, forget, store
from tests.support.scratch import Scratch, numbered
from treadle.tangle.asking.blames import blame_tree
from treadle.tangle.blame import Run, blame
from treadle.tangle.learnt.index import Index
from treadle.tangle.learnt.kept import Kept
from treadle.thread.document import render
from treadle.thread.repo import Repo

PATHS = ("a.txt", "b/c.txt", "d é.txt")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with closing(Kept(str(tmp_path / "kept"))) as found:
        yield found


def tree(repo: Repo, kept: Kept, head: str = "HEAD") -> dict[str, tuple[Run, ...]]:
    id_ = repo.resolve(head)
    with closing(Index(repo)) as index:
        return blame_tree(index, list(repo.tree(id_)), id_, kept)


def one_by_one(repo: Repo, head: str = "HEAD") -> dict[str, tuple[Run, ...]]:
    with closing(Index(repo)) as index:
        return {path: blame(index, path, head).runs for path in repo.tree(repo.resolve(head))}


class Wanderer:
    """Makes a history at random: edits, reverts, branches, merges, ways back."""

    def __init__(self, top: Path, seed: int) -> None:
        self.scratch = Scratch(top)
        self.chance = random.Random(seed)
        for path in PATHS:
            self.scratch.write(path, numbered(12, path))
        self.scratch.commit("Begin")

    def step(self) -> None:
        self.chance.choice([self.edit, self.edit, self.revert, self.merge, self.back])()

    def edit(self) -> None:
        path = self.chance.choice(PATHS)
        lines = self.scratch.read(path).split("\n")[:-1]
        at = self.chance.randrange(len(lines))
        lines[at : at + self.chance.randrange(3)] = [f"line {self.chance.random()}"]
        self.scratch.write(path, "".join(line + "\n" for line in lines))
        self.scratch.commit("Edit")

    def revert(self) -> None:
        """Give a file the content it had before: the same blob, another history."""
        path = self.chance.choice(PATHS)
        listed = self.scratch.git("rev-list", "HEAD", "--", path).split("\n")
        self.scratch.git("checkout", "-q", self.chance.choice(listed), "--", path)
        self.scratch.commit("Revert")

    def merge(self) -> None:
        """Merge a branch from some way back, as one parent or as the other."""
        listed = self.scratch.git("rev-list", "-5", "HEAD").split("\n")
        main = listed[0]
        self.scratch.git("checkout", "-q", "--detach", self.chance.choice(listed))
        self.edit()
        self.chance.choice([self.edit, self.revert])()
        ways = [self.scratch.head().id, main]
        self.chance.shuffle(ways)
        self.scratch.git("checkout", "-q", "--detach", ways[0])
        side = self.chance.choice(["ours", "theirs"])
        self.scratch.git("merge", "-q", "--no-ff", "-X", side, "-m", "Merge", ways[1])
        self.scratch.clock.tick()

    def back(self) -> None:
        listed = self.scratch.git("rev-list", "-4", "HEAD").split("\n")
        self.scratch.git("checkout", "-q", "--detach", self.chance.choice(listed))


@pytest.mark.parametrize("seed", range(6))
def test_after_any_history_they_are_gits(tmp_path: Path, kept: Kept, seed: int) -> None:
    wanderer = Wanderer(tmp_path / "repo", seed)
    for _ in range(12):
        wanderer.step()
        assert tree(wanderer.scratch.repo, kept) == one_by_one(wanderer.scratch.repo)


def test_a_document_recorded_later_is_seen(archive: Archive, kept: Kept) -> None:
    repo = archive.scratch.repo
    forget(archive.scratch)
    before = tree(repo, kept)
    assert {run.origin.evidence for run in before["lamp.py"]} == {"unrecorded"}
    for commit in (archive.lit, archive.minded):
        store(archive.scratch, commit, render(archive.threads[commit.id]))
    after = tree(repo, kept)
    assert after == one_by_one(repo)
    assert {"proved", "replayed"} <= {run.origin.evidence for run in after["lamp.py"]}


def test_a_file_that_was_not_asked_for_last_time_is_blamed_now(
    archive: Archive, kept: Kept
) -> None:
    repo = archive.scratch.repo
    head = repo.resolve("HEAD")
    with closing(Index(repo)) as index:
        blame_tree(index, ["lamp.py"], head, kept)
    archive.scratch.write("lamp.py", "anew\n")
    archive.scratch.commit()
    assert tree(repo, kept) == one_by_one(repo)


def test_a_clone_that_grows_deeper_blames_anew(archive: Archive, kept: Kept, tmp_path) -> None:
    shallow = tmp_path / "shallow"
    url = archive.scratch.top.as_uri()
    archive.scratch.git("clone", "-q", "--depth=1", url, str(shallow))
    clone = Scratch(shallow, init=False)
    assert {run.commit for run in tree(clone.repo, kept)["lamp.py"]} == {archive.minded.id}
    clone.git("fetch", "-q", "--unshallow")
    assert tree(clone.repo, kept) == one_by_one(clone.repo)
    assert len({run.commit for run in tree(clone.repo, kept)["lamp.py"]}) == 3


def test_a_commit_shown_in_anothers_place_blames_anew(archive: Archive, kept: Kept) -> None:
    tree(archive.scratch.repo, kept)
    archive.scratch.git("replace", "--graft", archive.minded.id, archive.begin.id)
    assert tree(archive.scratch.repo, kept) == one_by_one(archive.scratch.repo)
