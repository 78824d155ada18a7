"""Blames of a whole tree, and what of them the next tree has in common.

Blaming every file is the floor of a weave's time, and a commit changes few of them. Git
passes the whole blame of a file on to the first parent that has the same blob; so where no
commit on the way down the first parents from one head to another touches a path, its blame
at both is the same. All others are asked of git again. Which step wrote the lines follows from
the commits' line maps, and is kept as long as their notes are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from treadle.tangle.blame import Run, runs_of
from treadle.tangle.blaming.doubted import doubters
from treadle.tangle.blaming.rows import Entry, asked_early
from treadle.tangle.learnt.index import Index
from treadle.tangle.learnt.kept import Kept
from treadle.thread.origin import Origin

KIND = "blame"
TREE = "tree"

Row = dict[str, Any]
"""A file's blame as it is kept: ``commits`` and ``paths``; ``entries`` as final line, size, index
of the commit, first line there, index of the path; ``sign`` of the notes; ``origins``; ``runs`` as
index of the entry, start, count and index of the origin. Lines are 0-based."""


Blames = dict[str, tuple[Run, ...]]
"""The runs of files by their paths."""


def blame_tree(index: Index, paths: Sequence[str], head: str, kept: Kept) -> Blames:
    """The runs of each of ``paths`` as of the commit ``head``, out of what is kept or of git."""
    with blaming(index, paths, head, kept) as blames:
        return blames()


@contextmanager
def blaming(
    index: Index, paths: Sequence[str], head: str, kept: Kept
) -> Iterator[Callable[[], Blames]]:
    """The same for somebody who has something else to do while git works; to be called at last."""
    ground = _ground(index)
    rows = _still_true(index, kept.get(KIND, TREE), head, ground)
    wanted = frozenset(paths)
    missing = [path for path in paths if path not in rows]
    with asked_early(index.repo, missing, head) as found:

        def blames() -> Blames:
            index.notes()
            stale = [path for path in rows if path in wanted and _traced(index, path, head, rows)]
            for path, entries in found:
                rows[path] = _row(entries)
                _traced(index, path, head, rows)
            if missing or stale:
                kept.put(KIND, {TREE: {"head": head, "ground": ground, "rows": rows}})
            return {path: _runs(rows[path]) for path in paths}

        yield blames


def _traced(index: Index, path: str, head: str, rows: Mapping[str, Row]) -> bool:
    """Find the steps of a row that does not know them, or not those of today's notes; whether it
    was such a one."""
    sign = _sign(index, path, rows[path], head)
    stale = rows[path].get("sign") != sign
    if stale:
        _trace(index, path, head, rows[path], sign)
    return stale


def _still_true(index: Index, told: Any, head: str, ground: str) -> dict[str, Row]:
    """What is kept of an earlier head and holds at ``head`` too, by path."""
    if not told or told["ground"] != ground:
        return {}
    touched = index.repo.touched(told["head"], head)
    if touched is None:
        return {}
    return {path: row for path, row in told["rows"].items() if path not in touched}


def _ground(index: Index) -> str:
    """Names what a blame depends on besides the commits: where history is cut or replaced."""
    return f"{' '.join(sorted(index.repo.shallow()))};{index.repo.replaced()}"


def _sign(index: Index, path: str, row: Row, head: str) -> str:
    """Names the notes that tell where a file's lines come from, and which are in doubt."""
    notes = index.notes()
    commits = [*row["commits"], *doubters(index, [path, *row["paths"]], head)]
    told = " ".join(notes.get(commit, "-") for commit in commits)
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _row(entries: Sequence[Entry]) -> Row:
    commits = {entry.commit: 0 for entry in entries}
    paths = {entry.path: 0 for entry in entries}
    for names in (commits, paths):
        names.update((name, at) for at, name in enumerate(names))
    return {
        "commits": list(commits),
        "paths": list(paths),
        "entries": [[e.final, e.size, commits[e.commit], e.first, paths[e.path]] for e in entries],
    }


def _trace(index: Index, path: str, head: str, row: Row, sign: str) -> None:
    """Find the steps that a row's lines came from. What a missing object hides is not kept as
    known: the next fetch may bring it."""
    entries = [
        Entry(final, size, row["commits"][commit], first, row["paths"][path])
        for final, size, commit, first, path in row["entries"]
    ]
    runs, _ = runs_of(index, path, head, entries)
    origins: dict[Origin, int] = {}
    told = []
    at = 0
    for run in runs:
        while run.start >= entries[at].final + entries[at].size:
            at += 1
        told.append([at, run.start, run.count, origins.setdefault(run.origin, len(origins))])
    row["runs"] = told
    row["origins"] = [[one.part, one.step, one.evidence] for one in origins]
    row["sign"] = "" if index.lacks(row["commits"]) else sign


def _runs(row: Row) -> tuple[Run, ...]:
    commits, paths, entries = row["commits"], row["paths"], row["entries"]
    origins = [Origin(*told) for told in row["origins"]]
    runs = []
    for at, start, count, origin in row["runs"]:
        final, _, commit, first, path = entries[at]
        where = commits[commit], paths[path], start - final + first
        runs.append(Run(start, count, *where, origins[origin]))
    return tuple(runs)
