"""Stores what was captured, unless what is stored already says more.

A commit may have a document when the worker comes to it: its own first one, taken while the
agent's call was running, one tied again after a rewrite, or a colleague's. It is written
anew only if every part of it can be told again by the sessions at hand, and no fewer lines
are explained then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from treadle.tangle.read import Stored, read_threads
from treadle.tangle.sharing.unite import keep
from treadle.tangle.verify import check_one
from treadle.thread.store import Store

if TYPE_CHECKING:
    from treadle.tangle.solve import Solution
    from treadle.thread.repo import Commit, Delta, Repo


def deposit(
    repo: Repo,
    commit: Commit,
    deltas: Sequence[Delta],
    solution: Solution,
    sessions: Collection[tuple[str, str]],
) -> bool:
    """Store a commit's thread; False where the document that it has is left as it is.

    ``sessions`` are agent and id of those at hand.
    """
    store = Store(repo)
    tip = store.tip()
    for stored in read_threads(store, [commit.id]):
        if stored.thread is None or not _given(stored, sessions):
            return False
        thread = solution.redacted.thread
        if stored.thread.parts != thread.parts:
            fresh = Stored(commit.id, thread)
            before, after = (_worth(repo, commit, deltas, one) for one in (stored, fresh))
            if before > after:
                return False
    keep(store, {commit.id: solution.redacted}, tip)
    return True


def _given(stored: Stored, sessions: Collection[tuple[str, str]]) -> bool:
    """Whether the sessions at hand have told every part of a document."""
    parts = stored.thread.parts if stored.thread else ()
    return all((part.agent, part.session) in sessions for part in parts)


def _worth(
    repo: Repo, commit: Commit, deltas: Sequence[Delta], stored: Stored
) -> tuple[bool, int, int]:
    """How much a document explains: whether it makes its commit, lines by named strands, lines."""
    result = check_one(repo, commit, deltas, stored)
    explained = result.added_lines - result.evidence["unrecorded"]
    return not result.failures, result.own, explained
