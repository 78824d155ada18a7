"""Every kind of page: which there are in a book, what each is made of, and how it is woven.

A new kind of page is one row of ``KINDS``. A sheet may be several pages (a long file), but is
woven in one go. Where its key is ``""`` it is woven each time: that is for pages that change with
nearly every commit and cost little.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from treadle.tangle.learnt.kept import Kept
from treadle.weave.leaves.memo import Memo
from treadle.weave.making.keys import chapter_key, file_key, key, thread_key
from treadle.weave.places import nth_page
from treadle.weave.view import Cloth, Frame, Plan

LIGHT = 600_000
"""Characters of a page that weigh little enough, however they are compressed."""

HEAVIEST = 195_000
"""Compressed bytes that the page of a thread may have."""

WAY_IN = 300_000
"""Weight of a page that lists the whole book."""


@dataclass(frozen=True, slots=True)
class Loom:
    """What is needed to weave any page."""

    plan: Plan
    frame: Frame
    kept: Kept


@dataclass(frozen=True, slots=True)
class Sheet:
    """Pages that are woven together."""

    kind: str
    at: int
    """Which of its kind."""
    names: tuple[str, ...]
    """Its pages, from the root of the site."""
    key: str
    """What it is made of; ``""``: weave it each time."""
    weight: int
    """About how long it takes, in characters."""
    early: bool = False
    """Whether it keeps what another sheet then need not find out."""


Pages = dict[str, str]
"""HTML by the names of pages."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of page."""

    sheets: Callable[[Plan], Iterable[Sheet]]
    render: Callable[[Loom, Sheet], Pages]


def sheets(plan: Plan) -> Iterator[Sheet]:
    """All that a book is made of."""
    for kind in KINDS.values():
        yield from kind.sheets(plan)


def rendered(loom: Loom, sheet: Sheet) -> Pages:
    """The pages of a sheet."""
    return KINDS[sheet.kind].render(loom, sheet)


# -- threads and files --------------------------------------------------------------


def _threads(plan: Plan) -> Iterator[Sheet]:
    for at, section in enumerate(plan.places.sections):
        weight = 40_000 + 200 * plan.threads[at].coverage.added
        yield Sheet("thread", at, (section.page,), thread_key(plan, at), weight)


def _thread(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.html import thread_html
    from treadle.weave.pages.thread import THRIFT, thread_page

    note = loom.plan.threads[sheet.at].leaf.note
    found = loom.kept.get("html", note)
    for thrift in range(len(THRIFT)):
        memo = Memo(found)
        html = thread_html(thread_page(loom.plan, sheet.at, thrift), loom.frame, memo)
        if len(html) < LIGHT or len(zlib.compress(html.encode("utf-8", "replace"))) < HEAVIEST:
            break
    if memo.fresh:
        loom.kept.put("html", {note: memo.used})
    return {sheet.names[0]: html}


def _files(plan: Plan) -> Iterator[Sheet]:
    for at, cloth in enumerate(plan.book.files):
        if cloth.text is not None:
            names, size = _names(plan, cloth), cloth.text.size
            yield Sheet("file", at, names, file_key(plan, cloth), size, early=True)


def _names(plan: Plan, cloth: Cloth) -> tuple[str, ...]:
    page, height = plan.places.files[cloth.path], plan.places.heights.get(cloth.path, 0)
    count = -(-(cloth.text.lines if cloth.text else 0) // height) if height else 1
    return tuple(nth_page(page, nth) for nth in range(count))


def _file(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.html import files_of
    from treadle.weave.pages.file import file_pages
    from treadle.weave.pages.identifiers import keep_names

    cloth = loom.plan.book.files[sheet.at]
    views = file_pages(loom.plan, cloth)
    keep_names(cloth, views[0].text, loom.kept)
    return dict(files_of(views, loom.frame))


# -- search -------------------------------------------------------------------------


def _blocks(plan: Plan) -> Iterator[Sheet]:
    from treadle.weave.search import FOLDER, block_names, blocks, text_name

    entries = [_entry_key(plan, at) for at in range(len(plan.threads))]
    for at, block in enumerate(blocks(entries)):
        own = entries[block.begin : block.end]
        names = [*block_names(block), *map(text_name, own)]
        paths = tuple(f"{FOLDER}/{name}.js" for name in names)
        added = sum(woven.coverage.added for woven in plan.threads[block.begin : block.end])
        yield Sheet("search", at, paths, key("search", block), 8_000 * len(own) + 50 * added)


def _entry_key(plan: Plan, at: int) -> str:
    woven = plan.threads[at]
    return f"{woven.commit.id} {woven.leaf.note}"


def _block(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.search import FOLDER, Entry, block_files, blocks

    plan = loom.plan
    block = blocks([_entry_key(plan, at) for at in range(len(plan.threads))])[sheet.at]
    entries = (
        Entry(
            _entry_key(plan, at),
            plan.threads[at].commit.subject,
            plan.threads[at].commit.time[:10],
            tuple(zip(plan.threads[at].leaf.parts, plan.threads[at].thread.parts, strict=True)),
        )
        for at in range(block.begin, block.end)
    )
    return {f"{FOLDER}/{name}.js": text for name, text in block_files(block, entries)}


def _directory(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.search import blocks, index_file

    keys = [_entry_key(loom.plan, at) for at in range(len(loom.plan.threads))]
    pages = [section.page for section in loom.plan.places.sections]
    return {sheet.names[0]: index_file(pages, keys, blocks(keys))}


def _paths(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.pages.identifiers import page_letters
    from treadle.weave.search import paths_file

    files = loom.plan.places.files.items()
    return {sheet.names[0]: paths_file(files, page_letters(loom.plan))}


# -- the ways in --------------------------------------------------------------------


def _single(name: str, page: str = "") -> Callable[[Plan], Iterable[Sheet]]:
    return lambda plan: [Sheet(name, 0, (page or f"{name}.html",), "", WAY_IN)]


def _index(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.html import index_html
    from treadle.weave.pages.index import index_page
    from treadle.weave.pages.picture import picture

    view = index_page(loom.plan)
    return {sheet.names[0]: index_html(view, loom.frame, picture(loom.plan))}


def _chapters(plan: Plan) -> Iterator[Sheet]:
    from treadle.weave.pages.chapters import chapters

    for at, chapter in enumerate(every := chapters(plan)):
        if chapter.page:
            around = [(one.title, one.page) for one in every[max(0, at - 1) : at + 2]]
            yield Sheet("chapter", at, (chapter.page,), chapter_key(plan, chapter, around), 60_000)


def _chapter(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.html import chapter_html
    from treadle.weave.pages.chapters import chapter_view, chapters

    view = chapter_view(loom.plan, chapters(loom.plan), sheet.at)
    return {sheet.names[0]: chapter_html(view, loom.frame)}


def _tables(plan: Plan) -> Iterator[Sheet]:
    from treadle.weave.pages.index import page_files

    yield Sheet("files", 0, page_files(plan), "", WAY_IN)


def _table(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.html import files_html
    from treadle.weave.pages.index import files_pages

    return {view.page: files_html(view, loom.frame) for view in files_pages(loom.plan)}


def _gaps(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.html import gaps_html
    from treadle.weave.pages.index import gaps_page

    return {sheet.names[0]: gaps_html(gaps_page(loom.plan), loom.frame)}


def _index_of_names(plan: Plan) -> Iterator[Sheet]:
    from treadle.weave.pages.identifiers import page_letters, page_names

    pages = (*page_names(plan), *map(_names_script, page_letters(plan) or ("",)))
    files = [file_key(plan, cloth) for cloth in plan.book.files if cloth.text is not None]
    weight = sum(cloth.text.size if cloth.text else 0 for cloth in plan.book.files)
    yield Sheet("names", 0, pages, key("names", plan.book.title, files), weight // 5)


def _named(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.html import names_html
    from treadle.weave.pages.identifiers import definitions, names_pages, page_letters
    from treadle.weave.search import names_file

    found = {}
    split = bool(page_letters(loom.plan))
    for view in names_pages(loom.plan, loom.kept):
        found[view.page] = names_html(view, loom.frame)
        if view.here or not split:
            found[_names_script(view.here)] = names_file(view.here, definitions(view))
    return found


def _names_script(letter: str) -> str:
    from treadle.weave.search import FOLDER, names_name

    return f"{FOLDER}/{names_name(letter)}.js"


def _all_prompts(plan: Plan) -> Iterator[Sheet]:
    from treadle.weave.pages.prompts import page_prompts

    yield Sheet("prompts", 0, page_prompts(plan), "", WAY_IN)


def _prompts(loom: Loom, sheet: Sheet) -> Pages:
    from treadle.weave.html import prompts_html
    from treadle.weave.pages.prompts import prompts_pages

    return {view.page: prompts_html(view, loom.frame) for view in prompts_pages(loom.plan)}


KINDS = {
    "file": Kind(_files, _file),
    "thread": Kind(_threads, _thread),
    "search": Kind(_blocks, _block),
    "searched": Kind(_single("searched", "search/index.js"), _directory),
    "paths": Kind(_single("paths", "search/files.js"), _paths),
    "index": Kind(_single("index"), _index),
    "chapter": Kind(_chapters, _chapter),
    "files": Kind(_tables, _table),
    "names": Kind(_index_of_names, _named),
    "prompts": Kind(_all_prompts, _prompts),
    "unexplained": Kind(_single("unexplained"), _gaps),
}
