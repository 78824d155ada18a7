"""From a repository to its site: what is asked for, whether anything is new, and the weave."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from treadle.tangle.learnt.index import Index
from treadle.tangle.learnt.kept import Kept
from treadle.tangle.read import no_document
from treadle.thread.errors import UserError
from treadle.weave.gathering.portion import ALL, Portion, young
from treadle.weave.leaves.memo import Memo
from treadle.weave.making.keys import key
from treadle.weave.site import Progress, Report, unchanged, weave_book


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be woven."""

    rev: str = "HEAD"
    title: str = ""
    """The book's title; ``""`` for the folder's name."""
    portion: Portion = ALL
    even_empty: bool = False
    """Whether a part in which there is nothing may be woven too."""


def weave(
    index: Index,
    out: Path,
    wish: Wish,
    say: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Bring the site in ``out`` up to date; ``UserError`` where that cannot be."""
    from treadle.weave.gathering.book import gather
    from treadle.weave.html import prepare

    inputs = _inputs(index, wish)
    report = unchanged(out, inputs)
    if report is not None:
        return report
    kept = Kept(os.path.join(index.repo.common_dir, "treadle"))
    try:
        ready = partial(prepare, ("file", "thread"))
        book = gather(index, wish.rev, wish.title, say, kept, wish.portion, ready)
        nothing = not book.threads and not book.files
        if nothing and wish.portion != ALL and not wish.even_empty:
            raise _nothing_of(wish.portion)
        lacking = index.lacks(woven.commit.id for woven in book.threads)
        return weave_book(book, out, progress=progress, kept=kept, inputs="" if lacking else inputs)
    finally:
        kept.close()


def _nothing_of(portion: Portion) -> UserError:
    """What to say where a part holds nothing, as after a date that was mistyped."""
    since = f" since {portion.since}" if portion.since else ""
    paths = f" in {', '.join(portion.paths)}" if portion.paths else ""
    return UserError(
        f"nothing was committed{since}{paths}",
        "--since takes a commit, or a date as git does: 2026-01-31, 2.weeks; "
        "--even-empty weaves it all the same",
    )


def _inputs(index: Index, wish: Wish) -> str:
    """Name all that the site is made of."""
    repo = index.repo
    head = repo.resolve(wish.rev)
    ground = sorted(repo.shallow()), repo.replaced()
    where = repo.top or repo.git_dir
    late = young(index, head, wish.portion.since)
    chosen = wish.portion.paths, sorted(late) if late is not None else None
    return key("site", head, index.store.tip(), ground, where, wish.title, chosen)


def weave_single(index: Index, rev: str, title: str = "") -> str:
    """One thread as a page that needs nothing beside it.

    The places of its lines today are told, but not linked: there is no other page.
    """
    from treadle.weave.gathering.book import gather
    from treadle.weave.html import single_html
    from treadle.weave.pages.thread import thread_page
    from treadle.weave.view import frame, plan

    commit = index.repo.resolve(rev)
    if commit not in index.notes():
        raise no_document(index.store, commit)
    with closing(Kept(os.path.join(index.repo.common_dir, "treadle"))) as kept:
        head = index.repo.find("HEAD") or commit
        book = gather(index, head, title, None, kept)
        if commit not in {woven.commit.id for woven in book.threads}:
            book = gather(index, commit, title, None, kept)
        damaged = dict(book.damaged)
        if commit in damaged:
            raise UserError(f"the document of {commit[:12]} cannot be read: {damaged[commit]}")
        whole = plan(book)
        alone = replace(whole, places=replace(whole.places, files={}, heights={}, alone=commit))
        at = alone.places.by_commit[commit]
        note = alone.threads[at].leaf.note
        return single_html(thread_page(alone, at), frame(book), Memo(kept.get("html", note)))
