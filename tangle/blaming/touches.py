"""The commit that last touched a file: before it git's blame of the file has nothing to do.

Git passes the whole blame of a file on to the first parent that has the same blob. So one walk for
all files, over the paths in which each commit differs from its parents, finds where each blame
stops first; and if the file was in no parent and can be no renamed one, that commit wrote
all of it. Such a file needs no process of git, and they are many: a fifth of one history, a third
of another.

    HEAD---M-------C---D     f came with x, and M has it as x has it: x wrote all of it,
            \\     /          whatever else C and M changed
             x---y
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from treadle.thread.repo import Repo

A_FILE = 20
"""Commits a file that are walked: their diffs take no longer than what they save."""

MOST = 50_000
"""Commits that are walked at most."""

_DIFF = ("diff-tree", "--stdin", "-r", "--no-renames", "--name-status", "-z", "--always")

Changed = Mapping[str, str]
"""Paths in which a commit differs from one parent, and git's letters for how."""


class Touch(NamedTuple):
    """Where a file's blame stops first."""

    commit: str
    whole: bool
    """Whether this commit wrote all lines."""


def touches(repo: Repo, head: str, paths: Collection[str]) -> dict[str, Touch]:
    """The last touch of each path in the history of ``head`` (an id); nothing where the history is
    too long for so few, or a partial clone, which may lack its trees."""
    if repo.partial():
        return {}
    most = min(MOST, A_FILE * len(paths))
    out = repo.run("rev-list", "--topo-order", "--parents", f"--max-count={most}", head, "--")
    rows = [row.split() for row in out.decode().split("\n")[:-1]]
    if len(rows) == most:
        return {}
    feed = "".join(f"{commit} {parent}\n" for commit, *parents in rows for parent in parents)
    diffs = _diffs(os.fsdecode(repo.run(*_DIFF, feed=feed.encode())))
    waiting = {head: set(paths)}
    found: dict[str, Touch] = {}
    for commit, *parents in rows:
        against = [next(diffs) for _ in parents]
        here = waiting.pop(commit, set())
        for parent, changed in zip(parents, against, strict=True):
            stopped = {path for path in changed if path in here}
            here -= stopped
            _pass_on(waiting, parent, here)
            here = stopped
        found.update((path, Touch(commit, _wrote_all(path, against))) for path in here)
    return found


def _pass_on(waiting: dict[str, set[str]], parent: str, here: set[str]) -> None:
    """Let paths wait for a commit with those that do; what is moved are the fewer."""
    fewer, more = sorted((here, waiting.get(parent, set())), key=len)
    more |= fewer
    waiting[parent] = more


def _diffs(out: str) -> Iterator[Changed]:
    """What ``git diff-tree`` prints of each pair: the commit's id, then letters and paths."""
    pieces = iter(out.split("\0"))
    changed: dict[str, str] | None = None
    for piece in pieces:
        if len(piece) != 1:
            if changed is not None:
                yield changed
            changed = {}
        elif changed is not None:
            changed[next(pieces)] = piece


def _wrote_all(path: str, against: Sequence[Changed]) -> bool:
    """Whether a file was in no parent, and no other file went that it could have been."""
    return all(changed[path] == "A" and set(changed.values()) <= {"A", "M"} for changed in against)
