"""Real histories with their agents' transcripts: every document makes its commit.

Nothing here depends on which histories the folder holds: each bundle with a branch ``main`` and
a checkpoints branch is imported, the large ones only in part.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.scratch import Scratch
from treadle.tangle.capturing.intake import intake, plan
from treadle.tangle.check import check
from treadle.tangle.learnt.index import Index
from treadle.tangle.read import read_thread
from treadle.tangle.result import Result, total
from treadle.tangle.write import outputs, write
from treadle.thread.document import parse, render
from treadle.thread.entire.checkpoints import BRANCH, Checkpoints
from treadle.thread.repo import Commit
from treadle.thread.store import REF, Store

pytestmark = pytest.mark.corpus
LARGEST = 20 << 20
"""Bytes of a bundle that is imported here; larger ones are measured by the benchmarks."""
HANDFUL = 6


@dataclass
class Imported:
    """A clone of one bundle with all its documents."""

    scratch: Scratch
    commits: list[Commit]
    """Those with a document, parents before children."""


@pytest.fixture(scope="module")
def imported(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Imported]]:
    made = []
    for bundle in sorted(corpus.glob("*.bundle")):
        if bundle.stat().st_size <= LARGEST:
            made.append(_imported(bundle, tmp_path_factory.mktemp(bundle.stem)))
    if not made:
        pytest.skip("the folder holds no bundle that is small enough")
    yield made
    for one in made:
        one.scratch.close()


def _imported(bundle: Path, top: Path) -> Imported:
    scratch = Scratch(top)
    scratch.git("fetch", "--quiet", str(bundle), f"+refs/heads/{BRANCH}:refs/heads/{BRANCH}")
    scratch.git(
        "fetch", "--quiet", "--update-head-ok", str(bundle), "+refs/heads/main:refs/heads/main"
    )
    points = Checkpoints(scratch.repo)
    solved = {
        one.commit.id: one.solution.redacted
        for one in intake(scratch.repo, points, plan(scratch.repo, points))
        if one.solution is not None
    }
    Store(scratch.repo).put(solved)
    return Imported(scratch, [commit for commit in scratch.repo.commits() if commit.id in solved])


def checked(one: Imported) -> Result:
    index = Index(one.scratch.repo)
    try:
        return total(result for _, result in check(index, one.commits))
    finally:
        index.close()


def test_every_document_makes_its_commit_and_every_line_has_one_class(
    imported: list[Imported],
) -> None:
    for one in imported:
        result = checked(one)
        assert result.failures == []
        assert result.exact == result.with_document == len(one.commits) > 0
        assert sum(result.evidence.values()) == result.added_lines
        assert result.evidence["proved"] > result.added_lines / 2


def test_every_document_reads_back_as_it_was_written(imported: list[Imported]) -> None:
    for one in imported:
        for _, text in Store(one.scratch.repo).get_all(commit.id for commit in one.commits):
            assert render(parse(text)) == text


def test_importing_again_writes_nothing(imported: list[Imported]) -> None:
    for one in imported:
        points = Checkpoints(one.scratch.repo)
        again = plan(one.scratch.repo, points)
        assert (again.commits, again.stored) == ((), len(one.commits))


def test_documents_that_were_lost_are_written_again_to_the_byte(imported: list[Imported]) -> None:
    for one in imported:
        store = Store(one.scratch.repo)
        texts = dict(store.get_all(commit.id for commit in one.commits))
        lost = {commit.id for commit in handful(one)}
        one.scratch.git("update-ref", "-d", REF)
        store.put_rendered({id_: text for id_, text in texts.items() if id_ not in lost})
        points = Checkpoints(one.scratch.repo)
        again = {
            found.commit.id: render(found.solution.redacted.thread)
            for found in intake(one.scratch.repo, points, plan(one.scratch.repo, points))
            if found.solution is not None
        }
        assert again == {id_: texts[id_] for id_ in lost}
        store.put_rendered(again)


def handful(one: Imported) -> list[Commit]:
    """Some commits with a parent, from all over the history."""
    some = [commit for commit in one.commits if commit.parents]
    return some[:: max(1, len(some) // HANDFUL)][:HANDFUL]


def test_a_clone_without_the_commit_makes_its_files(
    imported: list[Imported], tmp_path: Path
) -> None:
    for one in imported:
        top = f"file://{one.scratch.top}"
        for commit in handful(one):
            cut = Scratch(tmp_path / commit.id)
            cut.git("fetch", "--quiet", "--depth=1", top, commit.parents[0])
            cut.git("fetch", "--quiet", top, f"{REF}:{REF}")
            assert cut.repo.read(commit.id) is None
            thread = read_thread(Store(cut.repo), commit.id)
            write(outputs(cut.repo, thread), tmp_path / "out" / commit.id)
            _same(one, commit, tmp_path / "out" / commit.id)
            cut.close()


def _same(one: Imported, commit: Commit, folder: Path) -> None:
    """The folder holds the commit's state of each path that the document has as text."""
    thread = read_thread(Store(one.scratch.repo), commit.id)
    for row in thread.placement.rows:
        path = folder / row.path
        if row.after is None:
            assert not os.path.lexists(path)
        elif not row.reference:
            link = row.after.mode == "120000"
            content = os.fsencode(os.readlink(path)) if link else path.read_bytes()
            assert content == one.scratch.repo.read(row.after.blob)
