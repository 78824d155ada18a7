"""Merges that are rewritten keep what tells how they were made."""

from __future__ import annotations

import subprocess

from tests.tangle.relinking.loom import FIRST, SECOND, Loom
from treadle.thread.repo import Commit

RESOLVED = "a lamp that both branches can agree on, as the agent says"


def merged(loom: Loom) -> Commit:
    """The agent merges ``start`` and resolves a conflict."""
    loom.person("lamp.py", "number 2\n", "number 2, as main has it\n")
    loom.step("lamp.py", 20, *FIRST)
    loom.save()
    loom.onto()
    git = ["git", "-C", str(loom.scratch.top), "merge", "-q", "--no-commit", "start"]
    assert subprocess.run(git, capture_output=True).returncode == 1
    text = loom.scratch.read("lamp.py")
    end = text.index(">>>>>>> start\n") + len(">>>>>>> start\n")
    loom.agent.prompt("Resolve the conflict, please")
    loom.agent.edit("lamp.py", text[text.index("<<<<<<<") : end], f"{RESOLVED}\n")
    return loom.save("Merge")


def test_a_merge_with_other_words(loom: Loom) -> None:
    old = merged(loom)
    loom.scratch.commit("Merge, in other words", "--amend")
    (outcome,) = loom.relink("HEAD").outcomes
    assert [source.commit for source in outcome.sources] == [old.id]
    assert (outcome.explained, outcome.added) == (1, 1)
    loom.expect([RESOLVED])
    assert loom.thread().placement == loom.thread(old.id).placement


def test_a_merge_with_another_line(loom: Loom) -> None:
    merged(loom)
    text = loom.scratch.read("lamp.py")
    loom.scratch.write("lamp.py", text.replace("number 25\n", "number 25\nby hand, in the end\n"))
    loom.scratch.commit("Merge", "--amend")
    loom.relink("HEAD")
    loom.expect([RESOLVED])


def test_a_merge_that_was_made_again_over_another_commit(loom: Loom) -> None:
    merged(loom)
    whole = loom.scratch.read("lamp.py")
    loom.scratch.git("checkout", "-q", "HEAD^1")
    loom.person("dir/oil.txt", "number 8\n", "number 8, by hand\n")
    git = ["git", "-C", str(loom.scratch.top), "merge", "-q", "--no-commit", "start"]
    assert subprocess.run(git, capture_output=True).returncode == 1
    loom.scratch.write("lamp.py", "by hand, on top\n" + whole)
    loom.scratch.commit("Merge")
    loom.relink("HEAD")
    loom.expect([RESOLVED])


def test_a_merge_in_which_nobody_edited_is_left_alone(loom: Loom) -> None:
    """It makes the change of its one commit, and that has told of it."""
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--no-ff", "main")
    assert not [o for o in loom.relink().outcomes if o.sources]
    loom.scratch.git("reset", "-q", "--hard", "HEAD^")
    loom.person("lamp.py", "number 28\n", "number 28, by hand\n")
    loom.scratch.git("merge", "-q", "--no-ff", "main")
    assert not [o for o in loom.relink().outcomes if o.sources]


def test_a_squash_of_a_branch_with_a_merge_in_it(loom: Loom) -> None:
    merged(loom)
    loom.scratch.git("checkout", "-q", loom.begin.id)
    loom.scratch.git("checkout", "-q", "-B", "start")
    loom.scratch.git("merge", "-q", "--squash", "main")
    loom.scratch.commit("Squashed")
    loom.relink("HEAD")
    loom.expect([*FIRST, RESOLVED])
    assert len(loom.thread().parts) == 2


def test_a_merge_that_was_made_a_plain_commit_tells_of_both_sides(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--no-ff", "--no-commit", "main")
    loom.step("dir/oil.txt", 20, *SECOND)
    loom.save("Merge")
    loom.scratch.git("reset", "-q", "--soft", "HEAD^")
    loom.scratch.commit("As one")
    loom.relink("HEAD")
    loom.expect([*FIRST, *SECOND])
