"""Which commit and which step each line of a file comes from.

Git says which commit a line is from (``git blame --incremental``); the commit's line map
says which step. Nothing is computed twice: the maps come out of the index, and git works
beside us while we start.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from treadle.tangle.blaming.doubted import Doubted, in_doubt
from treadle.tangle.blaming.pieces import NOBODY, pieces_of
from treadle.tangle.blaming.rows import Entry, output, read_entries
from treadle.tangle.learnt.index import Index, Known
from treadle.thread.errors import UserError
from treadle.thread.origin import Origin, split_lines
from treadle.thread.repo import Repo, decode

_NOTHING: Known = ((), "")


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
    told, entries = read_entries(output(process, index.repo, path, rev))
    runs, recorded = runs_of(index, path, rev, entries)
    return Blame(path, tuple(_text(index.repo, path, rev)), runs, recorded, told)


def runs_of(
    index: Index, path: str, rev: str, entries: Sequence[Entry]
) -> tuple[tuple[Run, ...], frozenset[str]]:
    """The entries of git's blame cut up by step, and the commits among them that have a document.
    Lines that a squash leaves in doubt are nobody's."""
    notes = index.notes()
    recorded = frozenset(entry.commit for entry in entries if entry.commit in notes)
    index.learn(recorded)
    maps = index.maps((entry.commit, entry.path) for entry in entries)
    doubts = in_doubt(index, path, rev, entries)
    runs = []
    for entry in entries:
        where = entry.commit, entry.path
        known = maps.get(where, _NOTHING)[0]
        pieces = pieces_of(known, entry.first, entry.first + entry.size)
        for begin, end, origin in _sure(pieces, doubts.get(where)):
            start = entry.final + begin - entry.first
            runs.append(Run(start, end - begin, *where, begin, origin))
    return tuple(runs), recorded


def _sure(
    pieces: Iterator[tuple[int, int, Origin]], doubted: Doubted | None
) -> Iterator[tuple[int, int, Origin]]:
    """The pieces without the steps of lines that may be another's."""
    if not doubted:
        yield from pieces
        return
    for begin, end, origin in pieces:
        own = origin.part, origin.step
        at = begin
        for line in sorted(doubted.keys() & range(begin, end)) if origin.part else ():
            if doubted[line] <= {own}:
                continue
            if at < line:
                yield at, line, origin
            yield line, line + 1, NOBODY
            at = line + 1
        if at < end:
            yield at, end, origin


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
