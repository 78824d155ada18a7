"""Gathers a book: the threads of a history and where today's lines come from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from treadle.tangle.asking.blames import blaming
from treadle.tangle.asking.descent import changed_by
from treadle.tangle.check import check
from treadle.tangle.learnt.index import Index
from treadle.tangle.learnt.kept import Kept
from treadle.tangle.read import AT_ONCE, forget
from treadle.tangle.result import Result
from treadle.thread.errors import UserError
from treadle.thread.model import EVIDENCE
from treadle.thread.repo import Commit
from treadle.weave.gathering.arrival import arrivals
from treadle.weave.gathering.portion import ALL, Portion, files_of, threads_of, young
from treadle.weave.leaves.leaf import Leaf
from treadle.weave.leaves.shelf import Shelf
from treadle.weave.leaves.texts import Blobs, Measured, measure
from treadle.weave.view import Book, Cloth, Coverage, Woven

_SUBMODULE = "160000"

Said = Callable[[str], None]
"""Called with what is being done."""


def gather(
    index: Index,
    rev: str = "HEAD",
    title: str = "",
    say: Said | None = None,
    kept: Kept | None = None,
    portion: Portion = ALL,
    meanwhile: Callable[[], None] = lambda: None,
) -> Book:
    """The book of the threads that ``rev`` reaches and of the files it holds, or of a part;
    ``meanwhile`` is done while git works."""
    say = say or (lambda _: None)
    kept = kept or Kept()
    say("reading threads")
    blobs = Blobs(index.repo)
    head = index.repo.resolve(rev)
    texts = _texts(index, blobs, head, portion)
    with blaming(index, [path for path, (text, _) in texts.items() if text], head, kept) as blames:
        commits = {commit.id: commit for commit in index.repo.commits([head])}
        threads, damaged = _threads(index, blobs, commits, head, kept)
        changed = changed_by(index.repo, tuple(commits.values()), kept)
        meanwhile()
        say("asking git where lines come from")
        runs = blames()
    cloths = [
        Cloth(path, text, runs.get(path, ()), reference)
        for path, (text, reference) in sorted(texts.items())
    ]
    late = young(index, head, portion.since)
    files = files_of(late, cloths, threads)
    within = threads_of(portion, late, files, threads)
    chosen = {one.commit.id for one in within}
    return Book(
        title=title or _title(index),
        head=head,
        threads=within,
        files=files,
        others=_others(index, files, commits),
        damaged=damaged,
        beyond=tuple(one for one in threads if one.commit.id not in chosen),
        changed=changed,
    )


def _threads(
    index: Index, blobs: Blobs, commits: Mapping[str, Commit], head: str, kept: Kept
) -> tuple[tuple[Woven, ...], tuple[tuple[str, str], ...]]:
    """The threads, and the commits whose documents are damaged, with the reason.

    Some documents at a time are asked for their maps, their figures and their short forms, so
    that each is read once.
    """
    arrived = arrivals(tuple(commits.values()), head)
    recorded = [commits[id_] for id_ in arrived if id_ in index.notes()]
    shelf = Shelf(blobs, kept)
    threads = []
    damaged = []
    for at in range(0, len(recorded), AT_ONCE):
        share = recorded[at : at + AT_ONCE]
        index.learn(commit.id for commit in share)
        coverage = {commit.id: _coverage(result) for commit, result in check(index, share)}
        leaves = shelf.leaves([index.notes()[commit.id] for commit in share])
        for commit, leaf in zip(share, leaves, strict=True):
            if isinstance(leaf, Leaf):
                woven = Woven(commit, leaf, coverage[commit.id], shelf, arrived[commit.id])
                threads.append(woven)
            else:
                damaged.append((commit.id, leaf.message))
    forget()
    return tuple(threads), tuple(damaged)


def _coverage(result: Result) -> Coverage:
    return Coverage(tuple(result.evidence[name] for name in EVIDENCE))


def _texts(index: Index, blobs: Blobs, head: str, portion: Portion) -> dict[str, Measured]:
    """The texts of the files, or why there is none to show."""
    tree = index.repo.tree(head)
    entries = {path: entry for path, entry in tree.items() if portion.holds(path)}
    missing = [
        path for path in portion.paths if not any(Portion((path,)).holds(p) for p in entries)
    ]
    if missing:
        raise UserError(
            f"there is no {missing[0]} in {head[:12]}", "git ls-files lists the files", 2
        )
    names = {path: entry.blob for path, entry in entries.items() if entry.mode != _SUBMODULE}
    wanted = list(dict.fromkeys(names.values()))
    sizes = dict(zip(wanted, index.repo.sizes(wanted), strict=True))
    texts = dict(measure(blobs, sizes))
    found = {path: texts[blob] for path, blob in names.items()}
    return {**dict.fromkeys(entries, (None, "submodule")), **found}


def _others(
    index: Index, files: Sequence[Cloth], commits: Mapping[str, Commit]
) -> tuple[Commit, ...]:
    """Commits that wrote lines of today and have no thread."""
    wrote = {run.commit for cloth in files for run in cloth.runs}
    return tuple(c for id_, c in commits.items() if id_ in wrote and id_ not in index.notes())


def _title(index: Index) -> str:
    place = index.repo.top or index.repo.git_dir.removesuffix(".git")
    return os.path.basename(place) or "Repository"
