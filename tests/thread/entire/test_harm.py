"""Branches that were made to do harm."""

from __future__ import annotations

import pytest

from tests.support.checkpoints import Branch, facts
from tests.support.scratch import Scratch
from tests.thread.entire.told import FOLDER, LINES, ONE, ULID, reasons, told, tree
from treadle.thread.entire import tree as entire_tree
from treadle.thread.entire.checkpoints import BRANCH, Checkpoints


def branch_of(scratch: Scratch, top: str) -> None:
    commit = scratch.git("commit-tree", "-m", "Checkpoints", top)
    scratch.git("update-ref", f"refs/heads/{BRANCH}", commit)


def test_a_tree_that_holds_itself_many_times_is_read_so_far(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entire_tree, "MOST_FILES", 3000)
    blob = scratch.git("hash-object", "-w", "--stdin", feed=LINES)
    inner = tree(scratch, *(("100644", f"full.jsonl.{n:03}", blob) for n in range(1000)))
    point = tree(scratch, *(("040000", str(n), inner) for n in range(1000)))
    shard = tree(scratch, *(("040000", f"{n:010x}", point) for n in range(1000)))
    branch_of(scratch, tree(scratch, *(("040000", f"{n:02x}", shard) for n in range(256))))
    points = Checkpoints(scratch.repo)
    assert [problem.reason for problem in points.problems] == [
        f"refs/heads/{BRANCH}: more than 3,000 files, the rest is not read"
    ]


def test_links_and_submodules_are_no_transcripts(scratch: Scratch) -> None:
    blob = scratch.git("hash-object", "-w", "--stdin", feed=b"/etc/passwd")
    none = "1" * 40
    folder = tree(scratch, ("120000", "full.jsonl", blob), ("160000", "transcript.jsonl", none))
    branch_of(scratch, tree(scratch, ("040000", "00", tree(scratch, ("040000", ONE[2:], folder)))))
    assert Checkpoints(scratch.repo).known == {}


def test_objects_that_are_not_here_are_named(scratch: Scratch) -> None:
    none = "1" * 40
    facts_ = scratch.git("hash-object", "-w", "--stdin", feed=facts("s1"))
    folder = tree(scratch, ("100644", "full.jsonl", none), ("100644", "metadata.json", facts_))
    point = tree(scratch, ("040000", "0", folder), ("040000", "1", none))
    branch_of(scratch, tree(scratch, ("040000", "00", tree(scratch, ("040000", ONE[2:], point)))))
    points = Checkpoints(scratch.repo)
    assert (points.known[ONE].copies, points.known[ONE].missing) == ((), 1)
    assert [problem.reason for problem in points.problems] == [
        f"refs/heads/{BRANCH}:{FOLDER}/1: tree that is not here"
    ]
    assert reasons(scratch, "s1") == ["its object is not here"]


def test_a_ref_that_is_no_commit_is_named(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", LINES)).save()
    blob = scratch.git("hash-object", "-w", "--stdin", feed=b"tree of life\n")
    scratch.git("update-ref", f"refs/entire/checkpoints/ZN/{ULID}", blob)
    points = Checkpoints(scratch.repo)
    assert points.known.keys() == {ONE}
    assert "no commit" in points.problems[0].reason


def test_names_that_lead_elsewhere_are_passed_over(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", LINES))
    for path in ("0/tasks/a/b/agent-x.jsonl", "0/assets/full.jsonl", "1234567/full.jsonl"):
        branch.files[f"{FOLDER}/{path}"] = b"elsewhere\n"
    branch.save()
    assert Checkpoints(scratch.repo).sessions() == ["s1"]
    assert told(scratch, "s1") == [LINES]
