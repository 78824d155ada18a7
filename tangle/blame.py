"""Which commit and which step each line of a file comes from.

Git says which commit a line is from (``git blame --incremental``); the commit's line map
says which step. Nothing is computed twice: the maps come out of the index, and git works
beside us while we start.
"""

from __future__ import annotations

import os
import stat
import subprocess
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from treadle.tangle.learnt.index import Index, Known, Piece, origin_of
from treadle.thread.errors import UserError
from treadle.thread.origin import Origin, split_lines
from treadle.thread.plumbing.process import failure
from treadle.thread.repo import Repo, decode

NOBODY = Origin()
_NOTHING: Known = ((), "")
_AT_ONCE = max(2, os.cpu_count() or 1)
"""Processes of ``git blame`` that run beside us when a whole tree is blamed."""


@dataclass(frozen=True, slots=True)
class Run:
    """Lines [start, start + count) of the blamed file, which one commit and one step wrote."""

    start: int
    count: int
    commit: str
    """Id of the commit; zeros for lines that are not committed yet."""
    path: str
    """The file's path in that commit."""
    first: int
    """0-based line there at which the run begins."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class Blame:
    """A whole file, blamed."""

    path: str
    lines: tuple[str, ...]
    """Empty where only the runs were asked for."""
    runs: tuple[Run, ...]
    """Sorted, without gaps."""
    recorded: frozenset[str] = field(default=frozenset())
    """Those of the runs' commits that have a document."""
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What git's blame tells of each commit, by its own keys: ``author``, ``author-time``,
    ``author-tz``, ``summary``, ``boundary``, ``previous`` ..."""


class Entry(NamedTuple):
    """One row of git's blame. A tuple, because it is made before anything can be printed."""

    final: int
    size: int
    commit: str
    first: int
    path: str


def blame(
    index: Index,
    path: str,
    rev: str = "",
    only: tuple[int, int | None] | None = None,
    process: subprocess.Popen[bytes] | None = None,
) -> Blame:
    """Blame ``path`` (relative to the root) as of ``rev``, or as it stands in the work tree.

    ``only`` is a half-open range of 0-based lines, to the end of the file where its end is None.
    ``process`` is what ``Repo.start_blame`` gave for the same question, where it was asked early.
    """
    process = process or index.repo.start_blame(path, rev, only)
    index.notes()
    told, entries = _entries(_output(process, index.repo, path, rev))
    runs, recorded = runs_of(index, entries)
    return Blame(path, tuple(_text(index.repo, path, rev)), runs, recorded, told)


def entries_of_all(
    index: Index, paths: Sequence[str], rev: str
) -> Iterator[tuple[str, list[Entry]]]:
    """Git's blame of many files as of ``rev``, a few of its processes at a time, in the order
    given."""
    waiting = deque(paths)
    running: deque[tuple[str, subprocess.Popen[bytes]]] = deque()
    while waiting or running:
        while waiting and len(running) < _AT_ONCE:
            path = waiting.popleft()
            running.append((path, index.repo.start_blame(path, rev)))
        path, process = running.popleft()
        yield path, _entries(_output(process, index.repo, path, rev))[1]


def _output(process: subprocess.Popen[bytes], repo: Repo, path: str, rev: str) -> bytes:
    out, err = process.communicate()
    if process.returncode:
        said = err.decode(errors="replace").strip().split("\n")[-1].removeprefix("fatal: ")
        raise _refused(repo, path, rev, said)
    return out


def _refused(repo: Repo, path: str, rev: str, said: str) -> UserError:
    """What git's blame complains of, as a person would say it."""
    if rev:
        repo.resolve(rev)
    repo.resolve("HEAD")
    where = rev or "the last commit"
    if "has only" in said:
        lines = said.rsplit("has only ", 1)[1]
        count = "is empty" if lines.startswith("0 ") else f"has only {lines}"
        return UserError(f"{path} {count}" + (f" in {rev}" if rev else ""), "", 2)
    full = os.path.join(repo.top, path)
    if os.path.isdir(full) and not os.path.islink(full):
        return UserError(f"{path} is a folder", "name a file in it", 2)
    if "no such path" in said or "stat" in said:
        if not rev and os.path.lexists(full):
            return UserError(
                f"{path} is not in {where}: git does not track it yet",
                "git add it to ask for it; git ls-files lists what is tracked",
                2,
            )
        return UserError(f"there is no {path} in {where}", "git ls-files lists the files", 2)
    if "unsupported file type" in said:
        return UserError(f"{path} is no regular file", "name a file", 2)
    return failure(("blame",), 1, f"{path}: {said}")


def _entries(out: bytes) -> tuple[dict[str, dict[str, str]], list[Entry]]:
    """What ``git blame --incremental`` prints: a head line, keys of the commit where it comes
    first, and the file name. All it tells of each commit, and the entries by line."""
    told: dict[str, dict[str, str]] = {}
    found = []
    head: list[str] = []
    for line in decode(out).split("\n"):
        if not head:
            head = line.split(" ")
            if len(head) != 4:
                head = []
            continue
        key, _, value = line.partition(" ")
        if key == "filename":
            entry = Entry(
                int(head[2]) - 1, int(head[3]), head[0], int(head[1]) - 1, _unquoted(value)
            )
            found.append(entry)
            head = []
        else:
            told.setdefault(head[0], {})[key] = value
    return told, sorted(found, key=lambda entry: entry.final)


def _unquoted(name: str) -> str:
    """A path that git may have put in C quotes."""
    if not name.startswith('"'):
        return name
    raw = name[1:-1].encode("utf-8", "surrogateescape").decode("unicode_escape")
    return decode(raw.encode("latin-1"))


def runs_of(index: Index, entries: Sequence[Entry]) -> tuple[tuple[Run, ...], frozenset[str]]:
    """The entries cut up by step, and the commits among them that have a document."""
    notes = index.notes()
    recorded = frozenset(entry.commit for entry in entries if entry.commit in notes)
    index.learn(recorded)
    maps = index.maps((entry.commit, entry.path) for entry in entries)
    runs = [
        Run(entry.final + begin - entry.first, end - begin, entry.commit, entry.path, begin, origin)
        for entry in entries
        for begin, end, origin in _pieces(
            maps.get((entry.commit, entry.path), _NOTHING)[0],
            entry.first,
            entry.first + entry.size,
        )
    ]
    return tuple(runs), recorded


def _pieces(pieces: Sequence[Piece], begin: int, end: int) -> Iterator[tuple[int, int, Origin]]:
    """The pieces' share of lines [begin, end); what they leave out has no origin."""
    at = begin
    first = bisect_right(pieces, begin, key=itemgetter(0)) - 1
    for piece in pieces[max(0, first) :]:
        if piece[0] >= end:
            break
        stop = min(piece[0] + piece[1], end)
        if stop <= at:
            continue
        yield at, stop, origin_of(piece) or NOBODY
        at = stop
    if at < end:
        yield at, end, NOBODY


def _text(repo: Repo, path: str, rev: str) -> list[str]:
    """The lines that were blamed."""
    if not rev and repo.top:
        return split_lines(decode(_on_disk(os.path.join(repo.top, path))))
    name = repo.run("rev-parse", "--verify", "--end-of-options", f"{rev or 'HEAD'}:{path}")
    return split_lines(decode(repo.read(name.decode().strip()) or b""))


def _on_disk(path: str) -> bytes:
    """What git takes for the content of a path: of a link, where it leads."""
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return os.fsencode(os.readlink(path))
    if not stat.S_ISREG(mode):
        raise UserError(f"{path} is no regular file", "name a file", 2)
    with open(path, "rb") as file:
        return file.read()
