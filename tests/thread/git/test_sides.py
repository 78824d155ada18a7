"""What a merge changes itself, beside what its parents bring."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.scratch import Scratch
from treadle.thread.git.sides import own_deltas
from treadle.thread.repo import Delta


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "lamp")
    made.write("lamp.py", "one\ntwo\nthree\n")
    made.commit("Begin")
    made.git("checkout", "-qb", "side")
    made.write("lamp.py", "one\nthe side's two\nthree\n")
    made.write("side.py", "side\n")
    made.commit("Side")
    made.git("checkout", "-q", "-")
    return made


def merged(scratch: Scratch, **files: str) -> dict[str, Delta]:
    """The own changes of a merge that leaves these files."""
    args = ["git", "-C", str(scratch.top), "merge", "-q", "--no-ff", "--no-commit", "side"]
    subprocess.run(args, capture_output=True)
    for name, text in files.items():
        scratch.write(f"{name}.py", text)
    merge = scratch.commit("Merge")
    assert len(merge.parents) == 2
    ((commit, deltas),) = own_deltas(scratch.repo, [merge])
    assert commit == merge
    return {delta.path: delta for delta in deltas}


def test_a_path_that_another_parent_has_names_that_parent(scratch: Scratch) -> None:
    scratch.write("main.py", "main\n")
    scratch.commit("Main")
    found = merged(scratch)
    assert found.keys() == {"lamp.py", "side.py"}
    assert {(delta.parent, delta.added, delta.removed) for delta in found.values()} == {(2, (), ())}


def test_lines_that_any_parent_has_are_not_the_merges_own(scratch: Scratch) -> None:
    scratch.write("lamp.py", "one\nthe main two\nthree\n")
    scratch.commit("Main")
    found = merged(scratch, lamp="one\nthe main two\nboth\nthe side's two\nthree\n", new="new\n")
    assert (found["lamp.py"].parent, found["lamp.py"].added) == (0, ((2, 3),))
    assert (found["new.py"].parent, found["new.py"].added) == (0, ((0, 1),))
    assert found["side.py"].parent == 2


def test_a_path_that_another_parent_deleted_names_that_parent(scratch: Scratch) -> None:
    scratch.write("old.py", "old\n")
    scratch.commit("Old")
    scratch.git("checkout", "-q", "side")
    scratch.git("rm", "-q", "lamp.py")
    scratch.commit("Drop")
    scratch.git("checkout", "-q", "-")
    found = merged(scratch)
    assert (found["lamp.py"].after, found["lamp.py"].parent) == (None, 2)


def test_a_merge_of_three_takes_out_what_each_brings(scratch: Scratch) -> None:
    scratch.git("checkout", "-qb", "third", "HEAD")
    scratch.write("third.py", "third\n")
    scratch.commit("Third")
    scratch.git("checkout", "-q", "-")
    scratch.write("main.py", "main\n")
    scratch.commit("Main")
    scratch.git("merge", "-q", "-m", "All", "side", "third")
    ((_, deltas),) = own_deltas(scratch.repo, [scratch.head()])
    assert {delta.path: delta.parent for delta in deltas} == {
        "lamp.py": 2,
        "side.py": 2,
        "third.py": 3,
    }


def test_other_commits_have_gits_own_diff(scratch: Scratch) -> None:
    commits = scratch.repo.chosen(["side", "HEAD"])
    expected = list(scratch.repo.deltas(commit.id for commit in commits))
    assert [(commit.id, deltas) for commit, deltas in own_deltas(scratch.repo, commits)] == expected
