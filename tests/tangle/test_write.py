"""Tangle: files come out of the document and the parent alone, into a folder of their own."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.archive import Archive, with_residue
from tests.support.record import document, record, tangled
from tests.support.scratch import Scratch
from treadle.tangle.write import Output, find_placed, outputs, write
from treadle.thread.errors import UserError
from treadle.thread.model import Change, Row, Thread
from treadle.thread.store import REF


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_the_paths_a_commit_changed_are_written(archive: Archive, tmp_path: Path) -> None:
    found = outputs(archive.scratch.repo, archive.threads[archive.minded.id])
    assert write(found, tmp_path / "out") == 2
    assert files(tmp_path / "out") == {
        "lamp.py": archive.scratch.read("lamp.py").encode(),
        "dir/new name é.txt": archive.scratch.read("dir/new name é.txt").encode(),
    }


def test_the_whole_tree_is_written(archive: Archive, tmp_path: Path) -> None:
    scratch = archive.scratch
    (scratch.top / "run").write_text("#!/bin/sh\n")
    (scratch.top / "run").chmod(0o755)
    (scratch.top / "link").symlink_to("lamp.py")
    scratch.commit("More")
    archive.agent.edit("lamp.py", "lamp number 1\n", "the first lamp\n")
    commit = scratch.commit("Edit")
    thread = record(scratch, [commit], archive.agent)[commit.id]
    found = outputs(scratch.repo, thread, whole=True)
    write(found, tmp_path / "out")
    tree = scratch.repo.tree(commit.tree)
    assert {output.path for output in found} == tree.keys()
    assert os.readlink(tmp_path / "out" / "link") == "lamp.py"
    assert os.access(tmp_path / "out" / "run", os.X_OK)
    for path, entry in tree.items():
        if entry.mode != "120000":
            assert (tmp_path / "out" / path).read_bytes() == scratch.repo.read(entry.blob)


def test_a_clone_that_lacks_the_commit_makes_its_files(archive: Archive, tmp_path: Path) -> None:
    top = f"file://{archive.scratch.top}"
    cut = Scratch(tmp_path / "cut")
    cut.git("fetch", "--quiet", "--depth=1", top, archive.lit.id)
    cut.git("fetch", "--quiet", top, f"{REF}:{REF}")
    assert cut.repo.read(archive.minded.id) is None
    thread = document(cut, archive.minded)
    for row in thread.placement.rows:
        assert row.after is not None
        assert cut.repo.read(row.after.blob) is None
    assert tangled(cut, thread) == {
        "lamp.py": archive.scratch.read("lamp.py").encode(),
        "dir/new name é.txt": archive.scratch.read("dir/new name é.txt").encode(),
    }


def test_the_state_after_a_step_is_made(archive: Archive) -> None:
    thread = archive.threads[archive.minded.id]
    repo = archive.scratch.repo
    first = {o.path: o for o in outputs(repo, thread, find_placed(thread, "", 1, 1))}
    content = first["lamp.py"].content
    assert content == archive.scratch.run("show", f"{archive.lit.id}:lamp.py")
    assert b"the fifth oil" in (first["dir/new name é.txt"].content or b"")
    second = {o.path: o for o in outputs(repo, thread, find_placed(thread, "", 1, 2))}
    assert b"its new wick" in (second["lamp.py"].content or b"")
    assert b"a person's lamp" not in (second["lamp.py"].content or b"")


def test_a_file_that_a_step_has_not_made_yet_is_not_deleted_by_it(archive: Archive) -> None:
    archive.agent.edit("lamp.py", "lamp number 1\n", "the first lamp\n")
    archive.agent.write("new.py", "a new file\n")
    commit = archive.scratch.commit("New")
    thread = record(archive.scratch, [commit], archive.agent)[commit.id]
    found = outputs(archive.scratch.repo, thread, find_placed(thread, "", 1, 1))
    assert [(output.path, output.status) for output in found] == [("lamp.py", "M")]


def test_a_step_is_named_with_its_part_where_two_have_the_name(archive: Archive) -> None:
    scratch, other = archive.scratch, Agent(archive.scratch, "s2")
    other.prompt("Both of us")
    archive.agent.edit("lamp.py", "lamp number 6\n", "the sixth lamp of all\n")
    other.edit("lamp.py", "lamp number 9\n", "the ninth lamp of all\n")
    commit = scratch.commit("Both")
    thread = record(scratch, [commit], archive.agent, other)[commit.id]
    with pytest.raises(UserError, match=r"2 steps are called 1\.1") as caught:
        find_placed(thread, "", 1, 1)
    assert ":1.1, " in caught.value.hint
    with pytest.raises(UserError, match=r"no steps are called 9\.9"):
        find_placed(thread, "", 9, 9)


# -- what is refused ----------------------------------------------------------------


@pytest.mark.parametrize("path", ["../x", "/etc/x", ".git/config", "a/.GIT/x", "a/../../x", ""])
def test_a_path_that_leaves_the_folder_is_refused_by_name(archive: Archive, path: str) -> None:
    thread = archive.threads[archive.lit.id]
    (row,) = thread.placement.rows
    hostile = replace(thread.placement, rows=(replace(row, path=path, source="lamp.py"),))
    with pytest.raises(UserError, match="refused"):
        outputs(archive.scratch.repo, replace(thread, placement=hostile))


def test_a_document_that_makes_other_bytes_is_refused(archive: Archive) -> None:
    thread = with_residue(archive.threads[archive.minded.id])
    with pytest.raises(UserError, match=r"lamp.py: the document does not make the blob"):
        outputs(archive.scratch.repo, thread)


def test_a_document_that_deletes_what_it_should_make_is_refused(archive: Archive) -> None:
    thread = with_residue(
        archive.threads[archive.minded.id], Change("lamp.py", "residue", "delete")
    )
    with pytest.raises(UserError, match=r"lamp\.py"):
        outputs(archive.scratch.repo, thread)


def test_a_document_that_makes_what_it_should_delete_is_refused(archive: Archive) -> None:
    thread = archive.threads[archive.lit.id]
    (row,) = thread.placement.rows
    gone = replace(thread.placement, rows=(replace(row, after=None),))
    with pytest.raises(UserError, match=r"lamp\.py"):
        outputs(archive.scratch.repo, replace(thread, placement=gone))


def test_a_folder_that_is_not_empty_or_no_folder_is_refused(tmp_path: Path) -> None:
    plan = [Output("a", "100644", b"a\n", "A")]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    for name in ("full", "file", "link"):
        with pytest.raises(UserError, match=name):
            write(plan, tmp_path / name)
    assert write(plan, tmp_path / "empty") == 1
    assert write(plan, tmp_path / "deep" / "er") == 1


def test_a_link_cannot_lead_a_file_elsewhere(tmp_path: Path) -> None:
    plan = [
        Output("way", "120000", str(tmp_path / "elsewhere").encode(), "A"),
        Output("way/in", "100644", b"x", "A"),
    ]
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(UserError, match="a file and a folder at once"):
        write(plan, tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("target", [b"", b"a\0b"])
def test_a_link_to_nowhere_is_refused_before_anything_is_written(
    tmp_path: Path, target: bytes
) -> None:
    plan = [Output("a", "100644", b"a\n", "A"), Output("way", "120000", target, "A")]
    with pytest.raises(UserError, match="way: this link leads nowhere"):
        write(plan, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_row_without_any_state_is_refused(archive: Archive) -> None:
    thread = archive.threads[archive.lit.id]
    (row,) = thread.placement.rows
    bare = replace(thread.placement, rows=(replace(row, before=None, after=None),))
    with pytest.raises(UserError):
        outputs(archive.scratch.repo, replace(thread, placement=bare))


def by_reference(thread: Thread) -> Row:
    (row,) = [row for row in thread.placement.rows if row.reference]
    return row


def test_a_path_by_reference_comes_from_the_clone_or_is_named_as_missing(
    archive: Archive, tmp_path: Path
) -> None:
    archive.agent.edit("lamp.py", "lamp number 1\n", "the first lamp\n")
    archive.scratch.write("lamp.bin", b"\0\1")
    before = archive.scratch.head()
    commit = archive.scratch.commit("Binary")
    thread = record(archive.scratch, [commit], archive.agent)[commit.id]
    assert by_reference(thread).reference == "binary"
    assert tangled(archive.scratch, thread)["lamp.bin"] == b"\0\1"
    cut = Scratch(tmp_path / "cut")
    cut.git("fetch", "--quiet", "--depth=1", f"file://{archive.scratch.top}", before.id)
    found = {output.path: output for output in outputs(cut.repo, thread)}
    assert found["lamp.bin"].content is None
    assert "by reference (binary)" in found["lamp.bin"].missing


def test_a_parent_that_is_not_here_says_what_to_fetch(archive: Archive, tmp_path: Path) -> None:
    cut = Scratch(tmp_path / "cut")
    top = f"file://{archive.scratch.top}"
    cut.git("fetch", "--quiet", "--depth=1", top, archive.minded.id)
    with pytest.raises(UserError, match="not in this clone") as caught:
        outputs(cut.repo, archive.threads[archive.minded.id])
    assert "--deepen=1" in caught.value.hint
