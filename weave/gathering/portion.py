"""A part of a book: some paths, or what is young, for who does not want all of it.

A thread belongs to the part if it is young enough and changed, or wrote, one of its files. What
is left out has no page, but is still known: a line is never called unexplained because its
thread was not asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from treadle.tangle.learnt.index import Index
from treadle.weave.view import Cloth, Woven


@dataclass(frozen=True, slots=True)
class Portion:
    """What is wanted of a book."""

    paths: tuple[str, ...] = ()
    """Files and folders, from the repository's root; none: all."""
    since: str = ""
    """A commit, whose history is left out, or a date as git reads it; ``""``: all history."""

    def holds(self, path: str) -> bool:
        """Whether a path is one of ``paths`` or below one."""
        return not self.paths or any(
            path == wanted or path.startswith(f"{wanted}/") for wanted in self.paths
        )


ALL = Portion()
"""The whole book."""


def young(index: Index, head: str, since: str) -> frozenset[str] | None:
    """The commits before ``head`` that are young enough; None: all are."""
    if not since:
        return None
    old = index.repo.find(since)
    revs, options = ([f"{old}..{head}"], []) if old else ([head], [f"--since={since}"])
    return frozenset(commit.id for commit in index.repo.commits(revs, *options))


def files_of(
    late: frozenset[str] | None,
    files: Sequence[Cloth],
    threads: Sequence[Woven],
) -> tuple[Cloth, ...]:
    """Those of ``files`` that a young commit changed or wrote."""
    if late is None:
        return tuple(files)
    changed = {path for one in threads if one.commit.id in late for path in one.leaf.files}
    return tuple(
        file
        for file in files
        if file.path in changed or any(run.commit in late for run in file.runs)
    )


def threads_of(
    portion: Portion,
    late: frozenset[str] | None,
    files: Collection[Cloth],
    threads: Sequence[Woven],
) -> tuple[Woven, ...]:
    """Those of ``threads`` that belong to the part whose files are ``files``."""
    wrote = {run.commit for file in files for run in file.runs}
    return tuple(
        one
        for one in threads
        if (late is None or one.commit.id in late)
        and (one.commit.id in wrote or any(portion.holds(path) for path in one.leaf.files))
    )
