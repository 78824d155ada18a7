"""The order in which commits reached a branch: the order of a book's sections.

Commit times jump: a branch may be merged long after its commits were made. Sections numbered
by time would be numbered anew with every merge. So they are numbered as they arrived: along the
first parents, and what a merge brings in just before the merge. A history that only grows adds
at its end, and every number stays what it was.

    A---B-------M---N     first parents
         \\     /
          x---y           x has an earlier time than B; order: A B x y M N
"""

from __future__ import annotations

from collections.abc import Sequence

from treadle.thread.repo import Commit


def arrivals(commits: Sequence[Commit], head: str) -> dict[str, str]:
    """Return when each commit reached the branch of ``head``, in the order of arrival.

    ``commits`` stand with parents before children; the time is that of the commit on the line of
    first parents that brought it, UTC, as the commit tells it.
    """
    known = {commit.id: commit for commit in commits}
    place = {commit.id: at for at, commit in enumerate(commits)}
    line = []
    at = known.get(head)
    while at is not None:
        line.append(at)
        at = known.get(at.parents[0]) if at.parents else None
    found: dict[str, str] = {}
    for commit in reversed(line):
        brought = _unseen(commit.parents[1:], known, found)
        for id_ in sorted(brought, key=place.__getitem__):
            found[id_] = commit.committed
        found[commit.id] = commit.committed
    return found


def _unseen(tips: Sequence[str], known: dict[str, Commit], found: dict[str, str]) -> set[str]:
    """The commits that the tips reach and that have not arrived yet."""
    new: set[str] = set()
    waiting = list(tips)
    while waiting:
        id_ = waiting.pop()
        if id_ in known and id_ not in found and id_ not in new:
            new.add(id_)
            waiting += known[id_].parents
    return new
