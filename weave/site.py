"""The site on disk: which pages there are, and how they are written.

A weave goes into a folder that is absent, empty or a site of ours; a marker file says that
it is one and which pages it holds, so that pages of files long gone are taken away. Every
page is written whole beside its place and then moved there: whoever reads the site while it
is woven, or after the disk ran full, sees old pages or new ones, never half of one.

Pages are independent of each other, so they are rendered by several processes; each has the
plan of the whole book and gets the indices of its pages.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from treadle.thread.errors import UserError
from treadle.weave.places import PAGE
from treadle.weave.view import Book, Frame, Plan, frame, plan

MARKER = ".treadle-site.json"

VERSION = 1
"""Of the marker file. 1: ``{"treadle-site": 1, "pages": [path, ...]}``."""

FOLDERS = ("thread", "file")

FEW = 40
"""Pages up to which starting other processes does not pay."""

SHARE = 8
"""Pages that a process gets at a time."""

_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)

Progress = Callable[[int, int], None]
"""Called with the pages that are done and the pages there are."""

Task = tuple[str, int]
"""A kind of page, and its index."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a weave wrote."""

    pages: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Loom:
    """What a process needs to weave any page."""

    plan: Plan
    frame: Frame
    out: Path


def weave_book(book: Book, out: Path, jobs: int = 0, progress: Progress | None = None) -> Report:
    """Write the site of ``book`` into ``out``, with ``jobs`` processes (0: one a core, at most 8).

    ``UserError`` where ``out`` holds something else or cannot be written.
    """
    before = _claim(out)
    loom = _Loom(plan(book), frame(book), out)
    tasks = list(_tasks(loom.plan))
    try:
        for folder in FOLDERS:
            (out / folder).mkdir(parents=True, exist_ok=True)
        _mark(out, sorted({*before, *(_page(loom.plan, task) for task in tasks)}))
        size = _static(out)
        size += _weave(loom, tasks, jobs or min(8, os.cpu_count() or 1), progress)
        pages = [_page(loom.plan, task) for task in tasks]
        _remove(out, set(before) - set(pages))
        _mark(out, sorted(pages))
    except OSError as error:
        raise UserError(
            f"the site cannot be written: {error.strerror or error}: {error.filename or out}",
            "what stood there is still whole; make room or choose another folder with -o",
        ) from error
    return Report(len(tasks), size)


# -- the folder ---------------------------------------------------------------------


def _claim(out: Path) -> list[str]:
    """Return the pages of the site that stands in ``out``; refuse what is none of ours."""
    hint = "choose another folder with -o, or remove this one"
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UserError(f"{out} is no folder", hint)
    if not out.exists() or not any(out.iterdir()):
        return []
    found = _read_marker(out / MARKER)
    if found is None:
        raise UserError(f"{out} holds something that is not a treadle site", hint)
    for folder in FOLDERS:
        if (out / folder).is_symlink():
            raise UserError(f"{out / folder} is a symbolic link", hint)
    return found


def _read_marker(marker: Path) -> list[str] | None:
    """Return the pages a marker lists, by names that can only be pages; None if it is no marker."""
    if marker.is_symlink() or not marker.is_file():
        return None
    try:
        value = json.loads(marker.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or "treadle-site" not in value:
        return None
    pages = value.get("pages")
    named = pages if isinstance(pages, list) else []
    return [name for name in named if isinstance(name, str) and PAGE.fullmatch(name)]


def _mark(out: Path, pages: list[str]) -> None:
    text = json.dumps({"treadle-site": VERSION, "pages": pages}, indent=0)
    _write(out / MARKER, text.encode() + b"\n")
    _write(out / ".gitignore", b"*\n")


def _static(out: Path) -> int:
    from treadle.weave.html import STATIC, TEMPLATES

    return sum(_write(out / name, (TEMPLATES / name).read_bytes()) for name in STATIC)


def _remove(out: Path, pages: set[str]) -> None:
    for name in pages:
        with suppress(FileNotFoundError):
            (out / name).unlink()


def _write(path: Path, content: bytes) -> int:
    """Put content in a file's place in one move; leave the file alone if it is the same."""
    with suppress(FileNotFoundError):
        if not path.is_symlink() and path.read_bytes() == content:
            return len(content)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(os.open(beside, _ANEW, 0o666), "wb") as file:
            file.write(content)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
    return len(content)


# -- the pages ----------------------------------------------------------------------


def _tasks(plan: Plan) -> Iterator[Task]:
    """Every page; those of large files first, so that no process is left alone with one."""
    files = [at for at, file in enumerate(plan.book.files) if file.text is not None]
    files.sort(key=lambda at: -len(plan.book.files[at].text or ""))
    yield from (("file", at) for at in files)
    yield from (("thread", at) for at in range(len(plan.threads)))
    yield from (("index", 0), ("files", 0), ("unexplained", 0))


def _page(plan: Plan, task: Task) -> str:
    kind, at = task
    if kind == "file":
        return plan.places.files[plan.book.files[at].path]
    if kind == "thread":
        return plan.places.sections[at].page
    return f"{kind}.html"


def _weave(loom: _Loom, tasks: list[Task], jobs: int, progress: Progress | None) -> int:
    done = size = 0
    if jobs < 2 or len(tasks) <= FEW:
        for task in tasks:
            size, done = size + _weave_one(loom, task), done + 1
            if progress:
                progress(done, len(tasks))
        return size
    shares = _shares(tasks)
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(loom,)) as pool:
        waiting = {pool.submit(_weave_share, share): len(share) for share in shares}
        try:
            for future in as_completed(waiting):
                size, done = size + future.result(), done + waiting[future]
                if progress:
                    progress(done, len(tasks))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return size


def _shares(tasks: list[Task]) -> list[list[Task]]:
    """Cut the tasks into shares; the first, largest pages go one by one."""
    head = [[task] for task in tasks[:SHARE]]
    rest = tasks[SHARE:]
    return head + [rest[at : at + SHARE] for at in range(0, len(rest), SHARE)]


_loom: _Loom | None = None
"""In a process of the pool: what it weaves. Set once, when the process begins."""


def _begin(loom: _Loom) -> None:
    global _loom
    _loom = loom
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _weave_share(tasks: list[Task]) -> int:
    if _loom is None:
        raise RuntimeError("a process of the pool began without its loom")
    return sum(_weave_one(_loom, task) for task in tasks)


def _weave_one(loom: _Loom, task: Task) -> int:
    text = _rendered(loom, task)
    return _write(loom.out / _page(loom.plan, task), text.encode("utf-8", "replace"))


def _rendered(loom: _Loom, task: Task) -> str:
    from treadle.weave import filepage, html, indexpage, threadpage

    kind, at = task
    if kind == "file":
        view = filepage.file_page(loom.plan, loom.plan.book.files[at])
        return html.file_html(view, loom.frame)
    if kind == "thread":
        return html.thread_html(threadpage.thread_page(loom.plan, at), loom.frame)
    if kind == "files":
        return html.files_html(indexpage.files_page(loom.plan), loom.frame)
    if kind == "unexplained":
        return html.gaps_html(indexpage.gaps_page(loom.plan), loom.frame)
    return html.index_html(indexpage.index_page(loom.plan), loom.frame)
