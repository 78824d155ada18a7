"""From a repository to its site: what is asked for, whether anything is new, and the weave."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from treadle.tangle.index import Index
from treadle.tangle.kept import Kept
from treadle.weave.keys import key
from treadle.weave.site import Progress, Report, unchanged, weave_book


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be woven."""

    rev: str = "HEAD"
    title: str = ""
    """The book's title; ``""`` for the folder's name."""


def weave(
    index: Index,
    out: Path,
    wish: Wish,
    say: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Bring the site in ``out`` up to date; ``UserError`` where that cannot be."""
    from treadle.weave.book import gather

    inputs = _inputs(index, wish)
    report = unchanged(out, inputs)
    if report is not None:
        return report
    kept = Kept(os.path.join(index.repo.common_dir, "treadle"))
    try:
        book = gather(index, wish.rev, wish.title, say, kept)
        lacking = index.lacks(woven.commit.id for woven in book.threads)
        return weave_book(book, out, progress=progress, kept=kept, inputs="" if lacking else inputs)
    finally:
        kept.close()


def _inputs(index: Index, wish: Wish) -> str:
    """Name all that the site is made of."""
    repo = index.repo
    head = repo.resolve(wish.rev)
    ground = sorted(repo.shallow()), repo.replaced()
    where = repo.top or repo.git_dir
    return key("site", head, index.store.tip(), ground, where, wish.title)
