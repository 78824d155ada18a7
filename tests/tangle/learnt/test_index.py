"""The cache of line maps says what a computation would say, and can always be thrown away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.archive import Archive, forget, person_wrote, store, with_residue
from tests.support.scratch import Scratch
from treadle.tangle.learnt.index import Index
from treadle.thread.origin import Span
from treadle.thread.store import REF


@pytest.fixture
def index(archive: Archive) -> Iterator[Index]:
    made = Index(archive.scratch.repo)
    yield made
    made.close()


def learnt(index: Index, archive: Archive, path: str = "lamp.py") -> tuple[Span, ...]:
    """The spans of a file in the last commit."""
    index.learn([archive.minded.id])
    return index.spans(archive.minded.id, path)[0]


def test_spans_cover_the_file_as_they_are_computed(archive: Archive, index: Index) -> None:
    spans = learnt(index, archive)
    lines = archive.scratch.read("lamp.py").count("\n")
    assert sum(span.count for span in spans) == lines
    assert [span.origin.evidence for span in spans if span.origin] == ["replayed", "unrecorded"]


def test_what_was_learnt_is_there_for_the_next_one(archive: Archive, index: Index) -> None:
    spans = learnt(index, archive)
    other = Index(archive.scratch.repo)
    assert other.spans(archive.minded.id, "lamp.py") == (spans, "")
    origin = next(span.origin for span in spans if span.origin)
    step = other.step(origin.part, origin.step)
    assert step is not None
    assert (step.agent, step.session, step.prompt) == ("claude-code", "s1", "Mind the oil")
    other.close()


def test_a_commit_without_a_document_has_no_spans(archive: Archive, index: Index) -> None:
    index.learn([archive.begin.id, "0" * 40])
    assert index.spans(archive.begin.id, "lamp.py") == ((), "")
    assert index.error(archive.begin.id) == ""
    assert index.thread(archive.begin.id) is None


def test_another_document_of_the_commit_is_learnt_anew(archive: Archive, index: Index) -> None:
    before = learnt(index, archive)
    thread = archive.threads[archive.minded.id]
    store(archive.scratch, archive.minded, with_residue(thread, person_wrote("lamp.py", 0, "x")))
    index.refresh()
    assert learnt(index, archive) != before


def test_documents_that_vanish_are_forgotten(archive: Archive, index: Index) -> None:
    assert index.notes().keys() == {archive.lit.id, archive.minded.id}
    forget(archive.scratch)
    index.refresh()
    assert index.notes() == {}
    assert index.spans(archive.minded.id, "lamp.py") == ((), "")


def test_a_cache_that_was_thrown_away_is_made_again(archive: Archive, index: Index) -> None:
    spans = learnt(index, archive)
    index.close()
    shutil.rmtree(archive.scratch.top / ".git" / "treadle")
    again = Index(archive.scratch.repo)
    assert learnt(again, archive) == spans
    again.close()


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_cache_that_is_damaged_is_made_again(
    archive: Archive, index: Index, content: bytes
) -> None:
    spans = learnt(index, archive)
    index.close()
    (archive.scratch.top / ".git" / "treadle" / "cache.db").write_bytes(content)
    again = Index(archive.scratch.repo)
    assert learnt(again, archive) == spans
    again.close()


def test_a_cache_of_another_version_is_made_again(archive: Archive, index: Index) -> None:
    spans = learnt(index, archive)
    index.db.execute("pragma user_version = 999")
    index.close()
    again = Index(archive.scratch.repo)
    assert learnt(again, archive) == spans
    again.close()


def test_where_no_cache_can_be_written_it_lives_in_memory(archive: Archive) -> None:
    (archive.scratch.top / ".git" / "treadle").write_text("a file where the folder should be\n")
    index = Index(archive.scratch.repo)
    assert learnt(index, archive)
    index.close()


def test_two_at_once_do_not_disturb_each_other(archive: Archive, index: Index) -> None:
    other = Index(archive.scratch.repo)
    assert learnt(index, archive) == learnt(other, archive)
    other.learn([archive.lit.id])
    index.learn([archive.lit.id])
    assert index.spans(archive.lit.id, "lamp.py") == other.spans(archive.lit.id, "lamp.py")
    other.close()


def test_what_a_shallow_clone_lacks_is_learnt_after_the_next_fetch(
    archive: Archive, tmp_path: Path
) -> None:
    cut = Scratch(tmp_path / "cut")
    top = f"file://{archive.scratch.top}"
    cut.git("fetch", "--quiet", "--depth=1", top, archive.minded.id)
    cut.git("fetch", "--quiet", top, f"{REF}:{REF}")
    index = Index(cut.repo)
    assert learnt(index, archive) == ()
    assert index.error(archive.minded.id)
    index.close()
    cut.git("fetch", "--quiet", "--deepen=1", top, archive.minded.id)
    index = Index(cut.repo)
    assert learnt(index, archive)
    assert index.error(archive.minded.id) == ""
    index.close()
    cut.close()


def test_a_document_with_a_path_of_foreign_bytes_is_kept(archive: Archive, index: Index) -> None:
    name = "foreign \udc80"
    thread = archive.threads[archive.minded.id]
    hunk = person_wrote(name, 7, "x")
    store(archive.scratch, archive.minded, with_residue(thread, hunk))
    index.refresh()
    index.learn([archive.minded.id])
    assert index.spans(archive.minded.id, name) == ((), "")
