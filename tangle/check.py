"""Does every document make its commit, and how much of the code does it explain?

Results are values that add up. ``verify`` finds them, once for each document; here they are
asked for, kept in the index and summed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from treadle.tangle.learnt.index import Index
from treadle.tangle.result import Failure, Result
from treadle.thread.repo import Commit

_AT_ONCE = 50
"""Commits checked between two transactions of the index."""


def check(index: Index, commits: Sequence[Commit]) -> Iterator[tuple[Commit, Result]]:
    """Check each commit; results of documents that were checked before come from the index."""
    cached = index.all_checked(commit.id for commit in commits)
    fresh = _keep_new(index, [commit for commit in commits if commit.id not in cached])
    found: dict[str, Result] = {}
    for commit in commits:
        told = cached.get(commit.id)
        if told is not None:
            yield commit, _restored(told)
            continue
        while commit.id not in found:
            id_, result = next(fresh)
            found[id_] = result
        yield commit, found[commit.id]


def _keep_new(index: Index, commits: Sequence[Commit]) -> Iterator[tuple[str, Result]]:
    """Check and keep what was found, some commits at a time, so that a long check can be stopped
    and goes on where it was. Failures are not kept: the next fetch may heal them."""
    from treadle.tangle.verify import verify

    notes = index.notes()
    for done in range(0, len(commits), _AT_ONCE):
        fresh = list(verify(index, commits[done : done + _AT_ONCE]))
        with index.writing():
            for id_, result in fresh:
                if id_ in notes and not result.failures:
                    index.keep_checked(id_, json.dumps(asdict(result)))
        yield from fresh


def orphans(index: Index) -> list[str]:
    """Commits with a document that no ref reaches, or that are not here at all, if the document
    holds a part that no reachable commit's does."""
    from treadle.tangle.relinking.prune import orphans as alone

    return alone(index.repo, index.notes())


def untied(index: Index) -> list[str]:
    """Commits without a document to which one of a commit that no ref reaches could be tied."""
    from treadle.tangle.capture import REFS
    from treadle.tangle.relink import propose

    notes = index.notes()
    reached = index.repo.commits((), *REFS)
    if notes.keys() <= {commit.id for commit in reached}:
        return []
    found = propose(index.repo, [commit for commit in reached if commit.id not in notes])
    return [outcome.commit.id for outcome in found.outcomes if outcome.sources]


def _restored(told: str) -> Result:
    fields = json.loads(told)
    fields["failures"] = [Failure(**failure) for failure in fields["failures"]]
    return Result(**fields)
