"""What a commit changes itself, also where it is a merge.

A merge differs from its first parent in all that the other parents bring, which other commits
tell already. Its own is what none of its parents has: how a conflict was resolved, what was
edited before it was committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from treadle.thread.repo import Commit, Delta, Repo

Ranges = tuple[tuple[int, int], ...]
_AT_ONCE = 100
"""Merges that are compared together: their other parents may lack all that the branch did not."""


def own_deltas(repo: Repo, commits: Iterable[Commit]) -> Iterator[tuple[Commit, tuple[Delta, ...]]]:
    """Each commit's diff against its first parent, in the order given.

    Of a merge a path that another parent has just so names that one, and other paths add only
    lines that no parent has; what they remove is not told, since a parent may have removed it.
    """
    known = {commit.id: commit for commit in commits}
    others = _others(repo, [commit for commit in known.values() if len(commit.parents) > 1])
    for id_, deltas in repo.deltas(known):
        for number, other in others.get(id_, ()):
            deltas = tuple(_beside(delta, other.get(delta.path), number) for delta in deltas)
        yield known[id_], deltas


def _others(repo: Repo, merges: Sequence[Commit]) -> dict[str, list[tuple[int, dict[str, Delta]]]]:
    """For each merge its diffs against its other parents, by path, with the parents' numbers."""
    found: dict[str, list[tuple[int, dict[str, Delta]]]] = {merge.id: [] for merge in merges}
    for number in range(2, max((len(merge.parents) for merge in merges), default=1) + 1):
        asked = [(m.id, m.parents[number - 1]) for m in merges if len(m.parents) >= number]
        for at in range(0, len(asked), _AT_ONCE):
            for id_, rows in repo.deltas_from(dict(asked[at : at + _AT_ONCE])).items():
                found[id_].append((number, {delta.path: delta for delta in rows}))
    return found


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
