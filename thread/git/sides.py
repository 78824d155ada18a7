"""What a commit changes itself, also where it is a merge.

A merge differs from its first parent in all that the other parents bring, which other commits
tell already. Its own is what none of its parents has: how a conflict was resolved, what was
edited before it was committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from treadle.thread.repo import Commit, Delta, Repo

Ranges = tuple[tuple[int, int], ...]


def own_deltas(repo: Repo, commits: Iterable[Commit]) -> Iterator[tuple[Commit, tuple[Delta, ...]]]:
    """Each commit's diff against its first parent, in the order given.

    Of a merge a path that another parent has just so names that one, and other paths add only
    lines that no parent has; what they remove is not told, since a parent may have removed it.
    """
    known = {commit.id: commit for commit in commits}
    for id_, deltas in repo.deltas(known):
        commit = known[id_]
        yield commit, _own(repo, commit, deltas) if len(commit.parents) > 1 else deltas


def _own(repo: Repo, merge: Commit, deltas: tuple[Delta, ...]) -> tuple[Delta, ...]:
    """What a merge adds to all of its parents."""
    for number, parent in enumerate(merge.parents[1:], start=2):
        other = {delta.path: delta for delta in repo.deltas_from(parent, merge.id)}
        deltas = tuple(_beside(delta, other.get(delta.path), number) for delta in deltas)
    return deltas


def _beside(delta: Delta, other: Delta | None, number: int) -> Delta:
    if delta.parent:
        return delta
    if other is None:
        return replace(delta, added=(), removed=(), parent=number)
    return replace(delta, added=_both(delta.added, other.added), removed=())


def _both(one: Ranges, two: Ranges) -> Ranges:
    """The lines that both ranges, sorted, hold."""
    found = []
    i = j = 0
    while i < len(one) and j < len(two):
        begin, end = max(one[i][0], two[j][0]), min(one[i][1], two[j][1])
        if begin < end:
            found.append((begin, end))
        if one[i][1] <= two[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)
