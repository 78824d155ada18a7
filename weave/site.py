"""The site of a book: only pages that changed are woven, by several processes where it pays.

What each page was made of stands in the site's marker (``folder``); a page whose key is still
the same is left alone. Pages are independent of each other, so several processes weave them;
each has the plan of the whole book and gets sheets to weave.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from treadle.tangle.learnt.kept import Kept
from treadle.weave.making.folder import Marked, claim, guarded, publish, size_of, write_aside
from treadle.weave.making.kinds import Loom, Sheet, rendered, sheets
from treadle.weave.view import Book, frame, plan

WORTH = 1_500_000
"""Weight from which starting other processes pays."""

PORTION = 100_000
"""Weight that a process gets at a time."""

Progress = Callable[[int, int], None]
"""Called with the pages that are done and the pages there are to weave."""

Written = tuple[str, int, bool]
"""A page's name, its bytes, and if it waits aside because it is new."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a weave wrote."""

    pages: int
    """All pages of the site."""
    bytes: int
    """Their size."""
    written: int
    """Pages that were written, because they were not there or were others."""
    damaged: tuple[tuple[str, str], ...] = ()
    """Commits whose documents cannot be read, and why."""


def weave_book(
    book: Book,
    out: Path,
    jobs: int = 0,
    progress: Progress | None = None,
    kept: Kept | None = None,
    inputs: str = "",
) -> Report:
    """Write the site of ``book`` into ``out``, with ``jobs`` processes (0: one a core, at most 8).

    ``inputs`` names all that the book was made of. ``UserError`` where ``out`` holds something
    else or cannot be written.
    """
    claim(out)
    kept = kept or Kept()
    shared = plan(book)
    loom = Loom(shared, frame(book), kept)
    every = list(sheets(shared))
    with guarded(out):
        before = claim(out)
        todo = [sheet for sheet in every if _changed(out, before, sheet)]
        written = weave_sheets(loom, out, todo, jobs, progress)
        keys = {name: sheet.key for sheet in every for name in sheet.names}
        sizes = {name: size for name, (_, size) in before.pages.items()}
        sizes.update((name, size) for name, size, _ in written)
        after = Marked(inputs, {name: (key, sizes[name]) for name, key in keys.items()})
        moved = [name for name, _, new in written if new]
        publish(out, before, after, moved, _static())
    _keep_tidy(kept, book)
    size = sum(size for _, size in after.pages.values())
    return Report(_pages(keys), size, _pages(moved), book.damaged)


def unchanged(out: Path, inputs: str) -> Report | None:
    """What stands in ``out``, if it is the whole site of ``inputs``."""
    found = claim(out)
    if not inputs or found.inputs != inputs:
        return None
    if any(size_of(out, name) != size for name, (_, size) in found.pages.items()):
        return None
    return Report(_pages(found.pages), sum(size for _, size in found.pages.values()), 0)


def _pages(names: Iterable[str]) -> int:
    """How many of the names are pages that one can open, not scripts that they load."""
    return sum(name.endswith(".html") for name in names)


def _changed(out: Path, before: Marked, sheet: Sheet) -> bool:
    """Whether a sheet must be woven: made of something else, or not all there."""
    if not sheet.key:
        return True
    for name in sheet.names:
        key, size = before.pages.get(name, ("", -1))
        if key != sheet.key or size_of(out, name) != size:
            return True
    return False


def _static() -> dict[str, bytes]:
    from treadle.weave.html import STATIC, TEMPLATES

    files = {name: (TEMPLATES / name).read_bytes() for name in STATIC}
    return {**files, ".gitignore": b"*\n"}


def _keep_tidy(kept: Kept, book: Book) -> None:
    notes = {woven.leaf.note for woven in book.threads}
    for kind in ("leaf", "told", "html"):
        kept.prune(kind, notes)


# -- the processes ------------------------------------------------------------------


def weave_sheets(
    loom: Loom,
    out: Path,
    todo: Sequence[Sheet],
    jobs: int = 0,
    progress: Progress | None = None,
) -> list[Written]:
    """Write the pages of ``todo`` aside, where they wait to be put in their places; ``jobs`` as in
    ``weave_book``."""
    jobs = jobs or min(8, os.cpu_count() or 1)
    whole = sum(_pages(sheet.names) for sheet in todo)
    written: list[Written] = []

    def tell(pages: list[Written]) -> None:
        written.extend(pages)
        if progress:
            progress(_pages(name for name, _, _ in written), whole)

    if jobs < 2 or sum(sheet.weight for sheet in todo) < WORTH:
        for sheet in todo:
            tell(_weave_one(loom, out, sheet))
        return written
    _weave_beside(loom, out, sorted(todo, key=lambda one: (not one.early, -one.weight)), jobs, tell)
    return written


def _weave_beside(
    loom: Loom,
    out: Path,
    todo: Sequence[Sheet],
    jobs: int,
    tell: Callable[[list[Written]], None],
) -> None:
    """Weave sheets in other processes, in the order given."""
    from concurrent.futures import ProcessPoolExecutor, as_completed

    from treadle.weave.html import prepare

    prepare({sheet.kind for sheet in todo})
    # What stands here already stays: no process looks through the whole book for what could be
    # given back, nor copies it by looking, which took one second in 27 of processor time.
    gc.freeze()
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(loom, out)) as pool:
        waiting = [pool.submit(_weave_portion, portion) for portion in _portions(todo)]
        try:
            for future in as_completed(waiting):
                tell(future.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _portions(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    """Cut sheets into portions of some weight."""
    portions: list[list[Sheet]] = []
    weight = PORTION
    for sheet in sheets:
        if weight + sheet.weight > PORTION:
            portions.append([])
            weight = 0
        portions[-1].append(sheet)
        weight += sheet.weight
    return portions


_place: tuple[Loom, Path] | None = None
"""In a process of the pool: what it weaves, and where. Set once, when the process begins."""


def _begin(loom: Loom, out: Path) -> None:
    global _place
    _place = loom, out
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _weave_portion(portion: Sequence[Sheet]) -> list[Written]:
    if _place is None:
        raise RuntimeError("a process of the pool began without its loom")
    return [page for sheet in portion for page in _weave_one(*_place, sheet)]


def _weave_one(loom: Loom, out: Path, sheet: Sheet) -> list[Written]:
    pages = rendered(loom, sheet)
    return [
        (name, *write_aside(out, name, html.encode("utf-8", "replace")))
        for name, html in pages.items()
    ]
