"""Where blames stop first is where git's own would."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.scratch import Scratch, numbered
from treadle.tangle.blaming import rows
from treadle.tangle.blaming.rows import entries_of_all, read_entries
from treadle.tangle.blaming.touches import touches
from treadle.thread.errors import UserError
from treadle.thread.repo import Repo

FOLDERS = ("", "é/", "sub/deep/")


class Traveller:
    """Makes a history at random: files that come, change, move, go and come again, and merges."""

    def __init__(self, top: Path, seed: int) -> None:
        self.scratch = Scratch(top)
        self.chance = random.Random(seed)
        self.count = 0
        for _ in range(4):
            self.add()

    def paths(self) -> list[str]:
        return list(self.scratch.repo.tree("HEAD"))

    def step(self) -> None:
        moves = [self.add, self.add, self.edit, self.edit, self.move, self.copy, self.delete]
        self.chance.choice([*moves, self.revert, self.merge, self.mode])()

    def name(self) -> str:
        self.count += 1
        return f"{self.chance.choice(FOLDERS)}{self.count} x.txt"

    def add(self) -> None:
        for _ in range(self.chance.randrange(1, 3)):
            path = self.name()
            self.scratch.write(path, numbered(self.chance.randrange(12), path)[:-1])
        self.scratch.commit("Add", "--allow-empty")

    def edit(self) -> None:
        path = self.chance.choice(self.paths())
        lines = self.scratch.read(path).split("\n")
        lines[self.chance.randrange(len(lines))] = f"line {self.chance.random()}"
        self.scratch.write(path, "\n".join(lines))
        self.scratch.commit("Edit")

    def move(self) -> None:
        path, to = self.chance.choice(self.paths()), self.name()
        self.scratch.write(to, self.scratch.read(path) + self.chance.choice(["", "more\n"]))
        self.scratch.delete(path)
        self.scratch.commit("Move")

    def copy(self) -> None:
        self.scratch.write(self.name(), self.scratch.read(self.chance.choice(self.paths())))
        self.scratch.commit("Copy")

    def delete(self) -> None:
        if len(self.paths()) > 3:
            self.scratch.delete(self.chance.choice(self.paths()))
            self.scratch.commit("Delete")

    def mode(self) -> None:
        path = self.scratch.top / self.chance.choice(self.paths())
        path.chmod(0o755 if path.stat().st_mode & 0o111 == 0 else 0o644)
        self.scratch.commit("Mode", "--allow-empty")

    def revert(self) -> None:
        self.scratch.git("checkout", "-q", "HEAD~2", "--", ".")
        self.scratch.commit("Revert", "--allow-empty")

    def merge(self) -> None:
        self.scratch.git("checkout", "-q", "-B", "side", f"HEAD~{self.chance.randrange(3)}")
        for _ in range(self.chance.randrange(3)):
            self.chance.choice([self.add, self.edit, self.move])()
        side = self.scratch.git("rev-parse", "HEAD")
        self.scratch.git("checkout", "-q", "main")
        how = self.chance.choice(["ours", "theirs"])
        self.scratch.clock.tick()
        self.scratch.git("merge", "-q", "--no-ff", "-m", "Merge", "-s", "ort", "-X", how, side)


def one_by_one(repo: Repo) -> dict[str, object]:
    asked = {path: repo.start_blame(path, "HEAD") for path in repo.tree("HEAD")}
    return {path: read_entries(blame.communicate()[0])[1] for path, blame in asked.items()}


@pytest.mark.parametrize("seed", range(6))
def test_blames_are_those_that_git_gives_whatever_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(rows, "FEW", 0)
    traveller = Traveller(tmp_path / "lamp", seed)
    repo = traveller.scratch.repo
    spared = 0
    for _ in range(4):
        for _ in range(6):
            traveller.step()
        wanted = one_by_one(repo)
        assert dict(entries_of_all(repo, list(wanted), "HEAD")) == wanted
        head = repo.resolve("HEAD")
        spared += sum(touch.whole for touch in touches(repo, head, [*wanted] * 9).values())
    assert spared
    traveller.scratch.close()


def test_a_history_too_long_for_its_files_is_not_walked(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "lamp")
    for number in range(21):
        scratch.write("a.txt", f"{number}\n")
        scratch.commit("Change")
    head = scratch.repo.resolve("HEAD")
    assert touches(scratch.repo, head, ["a.txt"]) == {}
    assert touches(scratch.repo, head, ["a.txt", "b.txt"])["a.txt"] == (head, False)
    scratch.close()


def test_a_submodule_and_a_path_that_is_not_there_are_left_to_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "FEW", 0)
    scratch = Scratch(tmp_path / "lamp")
    scratch.write("a.txt", "a\n")
    scratch.commit("Begin")
    head = scratch.repo.resolve("HEAD")
    scratch.git("update-index", "--add", "--cacheinfo", f"160000,{head},sub")
    scratch.commit("Nest", stage=False)
    head = scratch.repo.resolve("HEAD")
    for path in ("sub", "gone.txt"):
        with pytest.raises(UserError, match=path):
            dict(entries_of_all(scratch.repo, ["a.txt", path], head))
    scratch.close()
