"""The folder a site stands in: nobody else's, and never half a site.

A weave goes into a folder that is absent, empty or a site of ours; a marker file says that it
is one, which pages it holds and what each was made of. New pages are first written aside, all of
them; only when the last one is there are they moved to their places, one rename each, and the
marker after them. So a weave that is killed, or runs out of room, leaves the old site whole; and
if it is killed among the renames, the marker says which pages cannot be relied on.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from treadle.thread.errors import UserError
from treadle.weave.places import PAGE

MARKER = ".treadle-site.json"

VERSION = 2
"""Of the marker. 1: ``pages`` was a list of names. 2: ``{"treadle-site": 2, "inputs": key,
"pages": {name: [key, bytes]}}``."""

ASIDE = ".treadle-new"
"""The folder in which new pages wait."""

FOLDERS = ("thread", "file", "search", "names", "story")

_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
_HINT = "choose another folder with -o, or remove this one"


@dataclass(frozen=True, slots=True)
class Marked:
    """What a marker tells of a site."""

    inputs: str = ""
    """Key of all that the site was made of, ``""`` where it is not whole."""
    pages: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Key and size of each page, by name; the key is ``""`` where it cannot be relied on."""


def claim(out: Path) -> Marked:
    """Return what the site in ``out`` was made of; ``UserError`` where it is none of ours."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UserError(f"{out} is no folder", _HINT)
    if not out.exists() or not any(out.iterdir()):
        return Marked()
    found = _read(out / MARKER)
    if found is None:
        raise UserError(f"{out} holds something that is not a treadle site", _HINT)
    for folder in (*FOLDERS, ASIDE):
        if (out / folder).is_symlink():
            raise UserError(f"{out / folder} is a symbolic link", _HINT)
    return found


def _read(marker: Path) -> Marked | None:
    """What a marker tells, of names that can only be pages; None if it is no marker."""
    if marker.is_symlink() or not marker.is_file():
        return None
    try:
        value = json.loads(marker.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or "treadle-site" not in value:
        return None
    inputs, pages = value.get("inputs"), value.get("pages")
    if isinstance(pages, list):
        pages = {name: None for name in pages if isinstance(name, str)}
    rows = pages.items() if isinstance(pages, dict) else ()
    known = {name: _row(told) for name, told in rows if PAGE.fullmatch(name)}
    return Marked(inputs if isinstance(inputs, str) else "", known)


def _row(told: object) -> tuple[str, int]:
    if isinstance(told, list) and [type(one) for one in told] == [str, int]:
        return told[0], told[1]
    return "", -1


def size_of(out: Path, name: str) -> int:
    """Bytes of a page as it stands there; -1 where it does not."""
    try:
        found = os.lstat(out / name)
    except OSError:
        return -1
    return found.st_size if os.path.isfile(out / name) else -1


@contextmanager
def guarded(out: Path) -> Iterator[None]:
    """Keep two weaves out of each other's way; failures to write are told as what they are."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _lock(out):
            shutil.rmtree(out / ASIDE, ignore_errors=True)
            try:
                yield
            finally:
                shutil.rmtree(out / ASIDE, ignore_errors=True)
    except OSError as error:
        raise UserError(
            f"the site cannot be written: {error.strerror or error}: {error.filename or out}",
            "what stood there is still whole; make room or choose another folder with -o",
        ) from error


@contextmanager
def _lock(out: Path) -> Iterator[None]:
    """Hold the folder for ourselves, where the system can; the lock ends with the process."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    folder = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(
                f"another treadle is writing {out}", "wait for it, or choose another folder with -o"
            ) from None
        yield
    finally:
        os.close(folder)


def write_aside(out: Path, name: str, content: bytes) -> tuple[int, bool]:
    """Write a page aside, unless it stands there already; return its size and if it is new."""
    if _same(out / name, content):
        return len(content), False
    beside = out / ASIDE / name
    beside.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(beside, _ANEW, 0o666), "wb") as file:
        file.write(content)
    return len(content), True


def _same(path: Path, content: bytes) -> bool:
    try:
        if path.is_symlink() or path.stat().st_size != len(content):
            return False
        return path.read_bytes() == content
    except OSError:
        return False


def publish(
    out: Path, before: Marked, after: Marked, moved: Iterable[str], extra: Mapping[str, bytes]
) -> None:
    """Move what was written aside to its place, take away what is gone, and mark the site.

    ``moved`` are names of pages that wait aside; ``extra`` files that are no pages.
    """
    names = sorted(moved)
    for name, content in extra.items():
        if write_aside(out, name, content)[1]:
            names.append(name)
    gone = before.pages.keys() - after.pages.keys()
    marker = _marker(after)
    if not names and not gone and _same(out / MARKER, marker):
        return
    if names or gone:
        doubtful = {name: ("", -1) for name in (*names, *gone) if PAGE.fullmatch(name)}
        _replace(out, MARKER, _marker(Marked("", {**before.pages, **doubtful})))
    for folder in FOLDERS:
        (out / folder).mkdir(exist_ok=True)
    for name in names:
        (out / ASIDE / name).replace(out / name)
    for name in gone:
        with suppress(FileNotFoundError):
            (out / name).unlink()
    _replace(out, MARKER, marker)


def _marker(marked: Marked) -> bytes:
    pages = {name: list(marked.pages[name]) for name in sorted(marked.pages)}
    told = {"treadle-site": VERSION, "inputs": marked.inputs, "pages": pages}
    return json.dumps(told, indent=0).encode() + b"\n"


def _replace(out: Path, name: str, content: bytes) -> None:
    write_aside(out, name, content)
    with suppress(FileNotFoundError):
        (out / ASIDE / name).replace(out / name)
