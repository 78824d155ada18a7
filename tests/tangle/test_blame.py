"""Blame is git's, line for line, with the step that each commit's document tells."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.archive import Archive, store, with_residue
from tests.support.record import ids, record
from tests.support.scratch import Scratch, lines
from treadle.tangle.blame import Blame, blame
from treadle.tangle.learnt.index import Index
from treadle.thread.errors import UserError
from treadle.thread.origin import split_lines
from treadle.thread.repo import Repo

NEW_NAME = "dir/new name é.txt"


def blamed(
    scratch: Scratch, path: str, rev: str = "", only: tuple[int, int] | None = None
) -> Blame:
    index = Index(scratch.repo)
    try:
        return blame(index, path, rev, only)
    finally:
        index.close()


def gits(scratch: Scratch, path: str, *rev: str) -> list[tuple[str, int]]:
    """For each line the commit and the 1-based line there, as ``git blame`` has it."""
    told = scratch.git("blame", "--line-porcelain", *rev, "--", path).split("\n")
    heads, following = [], True
    for row in told:
        if following:
            id_, line, *_ = row.split(" ")
            heads.append((id_, int(line)))
        following = row.startswith("\t")
    return heads


def lines_of(found: Blame) -> list[tuple[str, int]]:
    """The same out of our runs."""
    return [(run.commit, run.first + n + 1) for run in found.runs for n in range(run.count)]


def told(found: Blame) -> dict[str, tuple[str, str]]:
    """Step and class of each line that has one, by its text."""
    texts = {
        found.lines[run.start + n]: (run.origin.step, run.origin.evidence)
        for run in found.runs
        for n in range(run.count)
    }
    return {text: known for text, known in texts.items() if known[1] != "unrecorded"}


def test_every_line_has_gits_commit_and_its_step(archive: Archive) -> None:
    found = blamed(archive.scratch, "lamp.py")
    assert lines_of(found) == gits(archive.scratch, "lamp.py")
    assert list(found.lines) == split_lines(archive.scratch.read("lamp.py"))
    assert told(found) == {
        "the third lamp\n": ("1.2", "proved"),
        "its new wick\n": ("1.2", "replayed"),
    }
    assert found.recorded == {archive.lit.id, archive.minded.id}


def test_runs_cover_the_file_without_gaps(archive: Archive) -> None:
    for path in ("lamp.py", NEW_NAME):
        runs = blamed(archive.scratch, path).runs
        assert runs[0].start == 0
        assert all(one.start + one.count == other.start for one, other in pairwise(runs))


def test_a_file_with_a_strange_name_is_followed_through_its_renaming(archive: Archive) -> None:
    found = blamed(archive.scratch, NEW_NAME)
    assert lines_of(found) == gits(archive.scratch, NEW_NAME)
    assert told(found) == {"the fifth oil\n": ("1.1", "proved")}
    assert {run.path for run in found.runs} == {NEW_NAME, "dir/old name é.txt"}


@pytest.mark.parametrize(
    "name", ["new\nline", 'quo"te', "tab\t", "foreign \udc80", "back\\slash", "-n"]
)
def test_a_file_of_any_name_is_blamed(archive: Archive, name: str) -> None:
    scratch, agent = archive.scratch, archive.agent
    agent.write(name, lines("one of many", "two of many"))
    commit = scratch.commit("Strange")
    record(scratch, [commit], agent)
    found = blamed(scratch, name)
    assert lines_of(found) == gits(scratch, name)
    assert [run.origin.evidence for run in found.runs] == ["proved"]


def test_lines_that_are_not_committed_have_no_commit(archive: Archive) -> None:
    archive.scratch.write("lamp.py", "not yet committed\n" + archive.scratch.read("lamp.py"))
    found = blamed(archive.scratch, "lamp.py")
    assert (found.runs[0].commit.strip("0"), found.runs[0].count) == ("", 1)
    assert found.lines[0] == "not yet committed\n"
    assert lines_of(found) == gits(archive.scratch, "lamp.py")
    assert lines_of(blamed(archive.scratch, "lamp.py", "HEAD")) == gits(
        archive.scratch, "lamp.py", "HEAD"
    )


def test_an_older_state_is_blamed_as_it_was(archive: Archive) -> None:
    found = blamed(archive.scratch, "lamp.py", archive.lit.id)
    assert lines_of(found) == gits(archive.scratch, "lamp.py", archive.lit.id)
    assert told(found).keys() == {"the third lamp\n", "its wick\n"}


def test_a_part_of_a_file_is_blamed(archive: Archive) -> None:
    found = blamed(archive.scratch, "lamp.py", only=(3, 5))
    assert lines_of(found) == gits(archive.scratch, "lamp.py")[3:5]
    assert found.runs[0].start == 3


def test_lines_that_are_not_there_and_files_that_are_not_there_are_refused(
    archive: Archive,
) -> None:
    with pytest.raises(UserError, match="lamp"):
        blamed(archive.scratch, "lamp.py", only=(100, 101))
    with pytest.raises(UserError, match="nowhere"):
        blamed(archive.scratch, "nowhere")
    with pytest.raises(UserError):
        blamed(archive.scratch, "lamp.py", archive.begin.id + "^")


def test_an_empty_file_has_no_runs(archive: Archive) -> None:
    archive.scratch.write("empty", "")
    archive.scratch.commit()
    assert blamed(archive.scratch, "empty").runs == ()


def test_a_link_is_blamed_as_the_text_that_git_keeps(archive: Archive) -> None:
    (archive.scratch.top / "link").symlink_to("lamp.py")
    archive.scratch.commit()
    found = blamed(archive.scratch, "link")
    assert (found.lines, len(lines_of(found))) == (("lamp.py",), 1)


def test_a_file_with_line_ends_of_windows_and_foreign_bytes(archive: Archive) -> None:
    archive.scratch.write("crlf.txt", b"one\r\ntwo \xff\r\nthree")
    archive.scratch.commit()
    found = blamed(archive.scratch, "crlf.txt")
    assert found.lines == ("one\r\n", "two \udcff\r\n", "three")
    assert lines_of(found) == gits(archive.scratch, "crlf.txt")


def test_an_edit_that_another_commit_took_leads_to_where_it_was_told(archive: Archive) -> None:
    scratch, agent = archive.scratch, Agent(archive.scratch, "s2")
    agent.prompt("Half of it")
    agent.edit("lamp.py", "lamp number 6\n", "the sixth lamp of all\n")
    agent.edit("lamp.py", "lamp number 9\n", "the ninth lamp of all\n")
    both = scratch.read("lamp.py")
    scratch.write("lamp.py", both.replace("the sixth lamp of all\n", "lamp number 6\n"))
    first = scratch.commit("half")
    scratch.write("lamp.py", both)
    rest = scratch.commit("rest")
    threads = record(scratch, [first, rest], agent)
    (run,) = blamed(scratch, "lamp.py", only=(7, 8)).runs
    assert run.commit == rest.id
    assert (run.origin.part, run.origin.step) == (ids(threads[first.id])[0], "1.1")


def test_a_clone_without_documents_blames_as_git_does(archive: Archive, tmp_path: Path) -> None:
    archive.scratch.git("clone", "--quiet", str(archive.scratch.top), str(tmp_path / "clone"))
    clone = Scratch(tmp_path / "clone", init=False)
    found = blamed(clone, "lamp.py")
    assert lines_of(found) == gits(clone, "lamp.py")
    assert (told(found), found.recorded) == ({}, frozenset())


def test_a_damaged_document_leaves_lines_unrecorded(archive: Archive) -> None:
    for text in (b"no document\n", with_residue(archive.threads[archive.minded.id])):
        store(archive.scratch, archive.minded, text)
        found = blamed(archive.scratch, "lamp.py")
        assert lines_of(found) == gits(archive.scratch, "lamp.py")
        assert told(found).keys() == {"the third lamp\n"}


def test_a_bare_repository_is_blamed_by_commit(archive: Archive, tmp_path: Path) -> None:
    archive.scratch.git(
        "clone", "--quiet", "--mirror", str(archive.scratch.top), str(tmp_path / "bare")
    )
    with Repo.open(tmp_path / "bare") as bare:
        index = Index(bare)
        found = blame(index, "lamp.py", "HEAD")
        assert told(found).keys() == {"the third lamp\n", "its new wick\n"}
        index.close()


def test_a_sha256_repository_is_blamed_like_any_other(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "lamp", "--object-format=sha256")
    found = blamed(archive.scratch, "lamp.py")
    assert lines_of(found) == gits(archive.scratch, "lamp.py")
    assert told(found).keys() == {"the third lamp\n", "its new wick\n"}
