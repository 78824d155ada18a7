"""Histories that git reads with a commit-graph that was made aside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.scratch import Scratch, numbered
from treadle.tangle.blaming.rows import Entry, entries_of_all, read_entries
from treadle.thread.git.graph import graph_of

FILTERS = b"BIDX"
"""The chunk of a commit-graph that tells where the filters of changed paths are."""


def history(top: Path, files: int) -> Scratch:
    """Files that change one after the other, on two branches that are merged, one moved."""
    scratch = Scratch(top)
    for number in range(files):
        scratch.write(f"é/{number}.txt", numbered(6, str(number)))
    scratch.commit("Begin")
    scratch.git("switch", "-qc", "side")
    for number in range(0, files, 2):
        scratch.write(f"é/{number}.txt", numbered(3, str(number)) + numbered(4, "side"))
        scratch.commit(f"Change {number}")
    scratch.git("switch", "-q", "main")
    for number in range(1, files, 2):
        scratch.write(f"é/{number}.txt", numbered(2, "main") + numbered(6, str(number)))
        scratch.commit(f"Change {number}")
    scratch.git("mv", "é/1.txt", "moved.txt")
    scratch.commit("Move")
    scratch.clock.tick()
    scratch.git("merge", "-q", "-m", "Merge", "side")
    return scratch


def inside(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*") if path.is_file()}


def one_by_one(scratch: Scratch, head: str) -> dict[str, list[Entry]]:
    return {
        path: read_entries(scratch.repo.start_blame(path, head).communicate()[0])[1]
        for path in scratch.repo.tree(head)
    }


def test_git_reads_the_filters_and_the_repository_stays_as_it_is(tmp_path: Path) -> None:
    scratch = history(tmp_path / "lamp", 6)
    head = scratch.repo.resolve("HEAD")
    before = inside(tmp_path / "lamp")
    with graph_of(scratch.repo, head) as env:
        graph = Path(env["GIT_OBJECT_DIRECTORY"], "info", "commit-graph")
        assert FILTERS in graph.read_bytes()[:200]
        trace = {**env, "GIT_TRACE2_PERF": str(tmp_path / "trace")}
        scratch.repo.start_blame("é/0.txt", head, env=trace).communicate()
    assert "bloom/response-no" in (tmp_path / "trace").read_text()
    assert not graph.exists()
    assert inside(tmp_path / "lamp") == before
    scratch.close()


def test_blames_are_the_same_with_it_whatever_lies_around(tmp_path: Path) -> None:
    scratch = history(tmp_path / "a # lamp", 30)
    head = scratch.repo.resolve("HEAD")
    wanted = one_by_one(scratch, head)
    assert len(wanted) == 30
    assert dict(entries_of_all(scratch.repo, list(wanted), head)) == wanted
    scratch.git("commit-graph", "write", "--reachable")
    assert dict(entries_of_all(scratch.repo, list(wanted), head)) == wanted
    scratch.git("replace", f"{head}~1", f"{head}~2")
    replaced = one_by_one(scratch, head)
    assert replaced != wanted
    assert dict(entries_of_all(scratch.repo, list(wanted), head)) == replaced
    scratch.close()


def test_objects_that_another_repository_lends_are_seen(tmp_path: Path) -> None:
    lender = history(tmp_path / "lender", 4)
    lender.git("clone", "-q", "--shared", ".", str(tmp_path / "lamp"))
    scratch = Scratch(tmp_path / "lamp", init=False)
    alternates = tmp_path / "lamp" / ".git" / "objects" / "info" / "alternates"
    objects = tmp_path / "lamp" / ".git" / "objects"
    alternates.write_text(os.path.relpath(tmp_path / "lender" / ".git" / "objects", objects))
    head = scratch.repo.resolve("HEAD")
    with graph_of(scratch.repo, head) as env:
        assert Path(env["GIT_OBJECT_DIRECTORY"], "info", "commit-graph").exists()
        out, err = scratch.repo.start_blame("moved.txt", head, env=env).communicate()
    assert read_entries(out)[1] == one_by_one(lender, head)["moved.txt"]
    assert not err
    scratch.close()
    lender.close()


@pytest.mark.parametrize("how", ["--depth=3", "--filter=blob:none", "--filter=tree:0"])
def test_a_clone_that_lacks_something_does_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("GIT_NO_LAZY_FETCH", "0")
    lender = history(tmp_path / "lender", 30)
    lender.git("config", "uploadpack.allowFilter", "true")
    lender.git("clone", "-q", how, f"file://{tmp_path / 'lender'}", str(tmp_path / "lamp"))
    scratch = Scratch(tmp_path / "lamp", init=False)
    head = scratch.repo.resolve("HEAD")
    with graph_of(scratch.repo, head) as env:
        assert bool(env) == (how == "--depth=3")
        assert not Path(env.get("GIT_OBJECT_DIRECTORY", ""), "info", "commit-graph").exists()
    paths = list(scratch.repo.tree(head))
    found = dict(entries_of_all(scratch.repo, paths, head))
    assert found == one_by_one(scratch, head)
    scratch.close()
    lender.close()
