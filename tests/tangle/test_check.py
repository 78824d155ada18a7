"""Check believes nothing: a document makes its commit, or it is a failure with a path."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.archive import Archive, forget, person_wrote, store, with_residue
from tests.support.record import record
from tests.support.scratch import Scratch
from treadle.tangle.check import check, orphans
from treadle.tangle.learnt.index import Index
from treadle.tangle.result import Result, total
from treadle.thread.model import Change, Edit, Hunk, Problem, Thread
from treadle.thread.repo import Commit
from treadle.thread.store import REF


def checked(scratch: Scratch, *commits: Commit) -> Result:
    """The sum of a check, by a fresh index."""
    index = Index(scratch.repo)
    try:
        return total(result for _, result in check(index, commits))
    finally:
        index.close()


def failures(scratch: Scratch, *commits: Commit) -> list[tuple[str, str]]:
    return [(failure.path, failure.reason) for failure in checked(scratch, *commits).failures]


def test_good_documents_are_exact_and_every_line_is_counted_once(archive: Archive) -> None:
    result = checked(archive.scratch, archive.lit, archive.minded)
    assert (result.commits, result.with_document, result.exact) == (2, 2, 2)
    assert (result.complete, result.failures) == (2, [])
    assert result.added_lines == sum(result.evidence.values()) == 5
    assert result.evidence["proved"] == 3
    assert result.evidence["replayed"] == 1
    assert result.evidence["unrecorded"] == 1
    assert (result.own, result.agents) == (4, {"claude-code": 4})
    assert (result.explained, result.explained_own) == (80.0, 80.0)
    assert (result.files, result.files_proved) == (3, 2)


def test_a_commit_without_a_document_is_unrecorded(archive: Archive) -> None:
    result = checked(archive.scratch, archive.begin)
    assert (result.commits, result.with_document, result.exact) == (1, 0, 0)
    assert result.evidence["unrecorded"] == result.added_lines == 24
    assert (result.explained, result.failures) == (0.0, [])


def test_nothing_to_check_explains_nothing_and_does_not_fail(archive: Archive) -> None:
    result = checked(archive.scratch)
    assert (result.commits, result.explained, result.failures) == (0, None, [])


def test_what_was_checked_before_is_told_again_the_same(archive: Archive) -> None:
    commits = [archive.begin, archive.lit, archive.minded]
    index = Index(archive.scratch.repo)
    first = [(c.id, asdict(result)) for c, result in check(index, commits)]
    again = [(c.id, asdict(result)) for c, result in check(index, commits)]
    index.close()
    fresh = Index(archive.scratch.repo)
    later = [(c.id, asdict(result)) for c, result in check(fresh, commits[::-1])]
    fresh.close()
    assert first == again == later[::-1]


def test_a_changed_document_is_checked_anew(archive: Archive) -> None:
    assert failures(archive.scratch, archive.minded) == []
    thread = archive.threads[archive.minded.id]
    store(archive.scratch, archive.minded, with_residue(thread, person_wrote("lamp.py", 13, "x")))
    assert failures(archive.scratch, archive.minded) == [
        ("lamp.py", "the document makes other bytes than the commit has")
    ]


# -- documents that are not true ----------------------------------------------------


def tampered(archive: Archive, *changes: Change) -> list[tuple[str, str]]:
    """What check says of the last document with another residue."""
    thread = with_residue(archive.threads[archive.minded.id], *changes)
    store(archive.scratch, archive.minded, thread)
    return failures(archive.scratch, archive.minded)


def test_a_document_that_makes_fewer_lines_is_a_failure(archive: Archive) -> None:
    assert tampered(archive) == [("lamp.py", "the document makes other bytes than the commit has")]


def test_a_document_that_makes_an_empty_file_is_a_failure(archive: Archive) -> None:
    lines = tuple(f"-{line}\n" for line in ("lamp number 0", "lamp number 1"))
    ((path, reason),) = tampered(archive, Change("lamp.py", "residue", "", (Hunk(0, 0, lines),)))
    assert (path, "other bytes" in reason) == ("lamp.py", True)


def test_a_document_that_deletes_what_the_commit_has_is_a_failure(archive: Archive) -> None:
    ((path, reason),) = tampered(archive, Change("lamp.py", "residue", "delete"))
    assert (path, reason) == ("lamp.py", "the document does not make this file")


def test_a_hunk_that_does_not_fit_is_a_failure_with_its_place(archive: Archive) -> None:
    wrong = Hunk(3, 3, ("-nothing of the sort\n",), "unrecorded")
    ((_, reason),) = tampered(archive, Change("lamp.py", "residue", "", (wrong,)))
    assert reason.startswith("lamp.py:4: the document wants")


@pytest.mark.parametrize("cause", ["1.1", f"{'e' * 40}:1.1", f"{'e' * 40}:99.99"])
def test_a_cause_that_does_not_exist_harms_nothing(archive: Archive, cause: str) -> None:
    hunk = Hunk(13, 13, ("+a person's lamp\n",), "matched", cause)
    thread = archive.threads[archive.minded.id]
    forged = with_residue(thread, Change("lamp.py", "residue", "", (hunk,)))
    for one in (forged, replace(forged, parts=())):
        store(archive.scratch, archive.minded, one)
        result = checked(archive.scratch, archive.minded)
        assert sum(result.evidence.values()) == result.added_lines == 3


def test_a_document_of_another_commit_is_a_failure(archive: Archive) -> None:
    store(archive.scratch, archive.minded, archive.threads[archive.lit.id])
    found = failures(archive.scratch, archive.minded)
    assert ("", f"the document is of tree {archive.lit.tree[:12]}") in found
    assert ("dir/new name é.txt", "the document does not name this path") in found
    result = checked(archive.scratch, archive.minded)
    assert (result.with_document, result.exact, result.added_lines) == (1, 0, 3)


def test_a_path_that_the_commit_leaves_alone_is_a_failure(archive: Archive) -> None:
    thread = archive.threads[archive.minded.id]
    more = replace(thread.placement.rows[0], path="zzz", source="lamp.py")
    rows = (*thread.placement.rows, more)
    store(
        archive.scratch,
        archive.minded,
        replace(thread, placement=replace(thread.placement, rows=rows)),
    )
    assert ("zzz", "the commit does not change this path") in failures(
        archive.scratch, archive.minded
    )


@pytest.mark.parametrize(
    "text", [b"", b"my own note\n", b"---\ntreadle: 1\n", b"\xff\0", b"---\ntreadle: 99\n---\n"]
)
def test_a_note_that_is_no_document_is_a_failure(archive: Archive, text: bytes) -> None:
    store(archive.scratch, archive.minded, text)
    result = checked(archive.scratch, archive.minded)
    assert (result.with_document, result.exact) == (1, 0)
    assert [failure.commit for failure in result.failures] == [archive.minded.id]
    assert result.evidence["unrecorded"] == result.added_lines == 3


def test_one_bad_document_among_good_ones_does_not_stop_the_check(archive: Archive) -> None:
    store(archive.scratch, archive.lit, b"no document\n")
    result = checked(archive.scratch, archive.lit, archive.minded)
    assert (result.exact, len(result.failures)) == (1, 1)


def test_two_documents_that_git_joined_are_checked_as_one(archive: Archive) -> None:
    from treadle.thread.document import render

    text = render(archive.threads[archive.minded.id])
    store(archive.scratch, archive.minded, text + b"\n" + text)
    assert checked(archive.scratch, archive.minded).exact == 1


# -- clones -------------------------------------------------------------------------


def test_a_shallow_clone_says_what_to_fetch_and_is_healed_by_it(
    archive: Archive, tmp_path: Path
) -> None:
    top = archive.scratch.top
    archive.scratch.git("clone", "--quiet", "--depth=1", f"file://{top}", str(tmp_path / "cut"))
    cut = Scratch(tmp_path / "cut", init=False)
    cut.git("fetch", "--quiet", "origin", f"{REF}:{REF}")
    commit = cut.head()
    told = failures(cut, commit)
    assert told
    assert all("deepen" in reason or "not in this clone" in reason for _, reason in told)
    cut.git("fetch", "--quiet", "--deepen=1")
    cut.close()
    assert failures(cut, cut.head()) == []


def test_a_sha256_repository_is_checked_like_any_other(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "lamp", "--object-format=sha256")
    result = checked(archive.scratch, archive.lit, archive.minded)
    assert (result.exact, result.evidence["proved"]) == (2, 3)


def test_documents_of_commits_that_no_ref_reaches_are_orphans(archive: Archive) -> None:
    index = Index(archive.scratch.repo)
    assert orphans(index) == []
    archive.scratch.git("commit", "--quiet", "--amend", "--message", "Mind it well")
    assert orphans(index) == [archive.minded.id]
    archive.scratch.git("branch", "kept", archive.minded.id)
    assert orphans(index) == []
    index.close()


def test_on_a_branch_without_commits_nothing_becomes_an_orphan(archive: Archive) -> None:
    archive.scratch.git("checkout", "--quiet", "--orphan", "new")
    index = Index(archive.scratch.repo)
    assert orphans(index) == []
    index.close()


def test_a_repository_without_documents_has_no_orphans(archive: Archive) -> None:
    forget(archive.scratch)
    index = Index(archive.scratch.repo)
    assert orphans(index) == []
    index.close()


def test_results_add_up() -> None:
    one = Result(commits=1, added_lines=2, agents={"a": 1})
    one.evidence["proved"] = 2
    other = Result(commits=1, added_lines=2, agents={"a": 1, "b": 1})
    other.evidence["unrecorded"] = 2
    whole = total([one, other])
    assert (whole.commits, whole.agents) == (2, {"a": 2, "b": 1})
    assert whole.explained == 50.0


def empty(thread: Thread) -> Thread:
    """The thread with nothing in it but its rows."""
    return replace(thread, parts=(), placement=replace(thread.placement, residue=()))


def test_a_document_without_parts_and_residue_does_not_make_its_commit(archive: Archive) -> None:
    store(archive.scratch, archive.lit, empty(archive.threads[archive.lit.id]))
    assert failures(archive.scratch, archive.lit) == [
        ("lamp.py", "the document makes other bytes than the commit has")
    ]


def test_what_could_not_be_read_or_placed_is_counted_once(archive: Archive) -> None:
    scratch, agent = archive.scratch, Agent(archive.scratch, "s9")
    agent.tells(Edit(agent.path("lamp.py"), "replace", "no such line\n", "nor this one\n"))
    agent.fails("lamp.py", "nothing\n", "something\n")
    agent.edit("lamp.py", "lamp number 9\n", "the ninth lamp\n")
    session = replace(agent.session(), problems=(Problem("t.jsonl", 7, "a torn line"),))
    commit = scratch.commit()
    thread = record(scratch, [commit], session)[commit.id]
    store(scratch, commit, lost(thread))
    result = checked(scratch, commit)
    assert (sum(result.unread.values()), sum(result.unplaced.values())) == (1, 1)
    result.add(checked(scratch, commit))
    assert result.problems == 2


def lost(thread: Thread) -> Thread:
    """The thread, as if the edit that the commit did not take had been searched in vain."""
    (part,) = thread.parts
    (turn,) = part.turns
    steps = tuple(
        replace(step, changes=tuple(replace(c, reason=LOST.get(c.reason, c.reason)) for c in found))
        for step in turn.steps
        for found in [step.changes]
    )
    return replace(thread, parts=(replace(part, turns=(replace(turn, steps=steps),)),))


LOST = {"not in this commit": "text not found"}
