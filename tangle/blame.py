"""Which commit and which step each line of a file comes from.

Git says which commit a line is from (``git blame --incremental``); the commit's line map
says which step. Nothing is computed twice: the maps come out of the index, and git works
beside us while we start.
"""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from treadle.tangle.index import Index
from treadle.thread.errors import UserError
from treadle.thread.model import Origin, Span, split_lines
from treadle.thread.repo import Repo, decode

NOBODY = Origin()
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


@dataclass(frozen=True, slots=True)
class _Entry:
    final: int
    count: int
    commit: str
    first: int
    path: str


def blame(index: Index, path: str, rev: str = "", only: tuple[int, int] | None = None) -> Blame:
    """Blame ``path`` (relative to the root) as of ``rev``, or as it stands in the work tree.

    ``only`` is a half-open range of 0-based lines.
    """
    process = start(index.repo, path, rev, only)
    notes = index.notes()
    entries = _entries(_output(process, path, rev))
    index.learn(entry.commit for entry in entries)
    runs = [run for entry in sorted(entries, key=lambda e: e.final) for run in _runs(index, entry)]
    recorded = frozenset(run.commit for run in runs if run.commit in notes)
    return Blame(path, tuple(_text(index.repo, path, rev)), tuple(runs), recorded)


def blame_all(index: Index, paths: Sequence[str], rev: str) -> Iterator[Blame]:
    """Blame many files as of ``rev``, a few of git's processes at a time, in the order given."""
    waiting = list(paths)
    running: deque[tuple[str, subprocess.Popen[bytes]]] = deque()
    notes = index.notes()
    while waiting or running:
        while waiting and len(running) < _AT_ONCE:
            path = waiting.pop(0)
            running.append((path, start(index.repo, path, rev, None)))
        path, process = running.popleft()
        entries = _entries(_output(process, path, rev))
        index.learn(entry.commit for entry in entries)
        runs = [r for entry in sorted(entries, key=lambda e: e.final) for r in _runs(index, entry)]
        recorded = frozenset(run.commit for run in runs if run.commit in notes)
        yield Blame(path, (), tuple(runs), recorded)


def start(repo: Repo, path: str, rev: str, only: tuple[int, int] | None) -> subprocess.Popen[bytes]:
    """Git's own blame, running."""
    args = ["blame", "--incremental"]
    if only:
        args.append(f"-L{only[0] + 1},{only[1]}")
    return repo.start(*args, *([rev] if rev else []), "--", path)


def _output(process: subprocess.Popen[bytes], path: str, rev: str) -> bytes:
    out, err = process.communicate()
    if process.returncode:
        said = err.decode(errors="replace").strip().split("\n")[0].removeprefix("fatal: ")
        where = f" in {rev}" if rev else ""
        raise UserError(f"{path}{where}: {said}", "see git ls-files for the paths there are")
    return out


def _entries(out: bytes) -> list[_Entry]:
    """What ``git blame --incremental`` prints: a head line, details, and the file name."""
    found = []
    head: list[str] = []
    for line in decode(out).split("\n"):
        if not head:
            head = line.split(" ")
        elif line.startswith("filename "):
            path = _unquoted(line.removeprefix("filename "))
            found.append(_Entry(int(head[2]) - 1, int(head[3]), head[0], int(head[1]) - 1, path))
            head = []
        if head == [""]:
            head = []
    return found


def _unquoted(name: str) -> str:
    """A path that git may have put in C quotes."""
    if not name.startswith('"'):
        return name
    raw = name[1:-1].encode("utf-8", "surrogateescape").decode("unicode_escape")
    return decode(raw.encode("latin-1"))


def _runs(index: Index, entry: _Entry) -> Iterator[Run]:
    spans, _ = index.spans(entry.commit, entry.path)
    for begin, end, origin in _pieces(spans, entry.first, entry.first + entry.count):
        final = entry.final + begin - entry.first
        yield Run(final, end - begin, entry.commit, entry.path, begin, origin or NOBODY)


def _pieces(
    spans: Sequence[Span], begin: int, end: int
) -> Iterator[tuple[int, int, Origin | None]]:
    """The spans' share of lines [begin, end); what they leave out has no origin."""
    at = begin
    for span in spans:
        stop = min(span.start + span.count, end)
        if stop <= at:
            continue
        if span.start >= end:
            break
        yield at, stop, span.origin
        at = stop
    if at < end:
        yield at, end, None


def _text(repo: Repo, path: str, rev: str) -> list[str]:
    if not rev and repo.top:
        with open(os.path.join(repo.top, path), "rb") as file:
            return split_lines(decode(file.read()))
    name = repo.run("rev-parse", "--verify", "--end-of-options", f"{rev or 'HEAD'}:{path}")
    return split_lines(decode(repo.read(name.decode().strip()) or b""))
