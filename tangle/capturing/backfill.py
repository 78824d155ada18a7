"""Documents for the history that is there already, out of the transcripts still on disk.

Commits that have a document are left as they are, so a backfill that was stopped goes on
where it was, and one that is repeated writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from treadle.tangle.capture import REFS, Captured, capture
from treadle.tangle.capturing.gather import Gathered, gather, seek, work_trees
from treadle.tangle.read import Stored
from treadle.tangle.result import Result
from treadle.tangle.verify import check_one
from treadle.thread.grammar.moment import seconds, utc
from treadle.thread.repo import Commit, Repo
from treadle.thread.store import Store

_SLACK = 86400
"""Seconds by which a commit may seem older than the session that made it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a backfill is going to do."""

    commits: tuple[Commit, ...]
    """Commits without a document."""
    stored: int
    """Commits left out because they have one."""
    cut: tuple[Commit, ...]
    """Commits whose parents a shallow clone lacks."""
    gathered: Gathered
    tops: tuple[str, ...]
    began: str
    """When the oldest session of which there is a transcript began, ``""`` if there is none."""


def plan(repo: Repo, revs: Sequence[str] = ()) -> Plan:
    """Choose the commits: those named, else all since the oldest transcript began."""
    folder = os.path.join(repo.common_dir, "treadle")
    tops = work_trees(repo, folder)
    gathered = gather(seek(repo, folder, tops))
    began = min((one.events[0].time for one in gathered.sessions if one.events[0].time), default="")
    commits: list[Commit] = []
    if revs:
        commits = repo.chosen(revs)
    elif began:
        since = f"--since={utc(max(0.0, seconds(began) - _SLACK))}"
        commits = repo.commits([], since, *REFS)
    notes, shallow = Store(repo).notes(), repo.shallow()
    todo = [commit for commit in commits if commit.id not in notes]
    return Plan(
        tuple(commit for commit in todo if commit.id not in shallow),
        len(commits) - len(todo),
        tuple(commit for commit in todo if commit.id in shallow),
        gathered,
        tuple(tops),
        began,
    )


def backfill(repo: Repo, todo: Plan) -> Iterator[tuple[Captured, Result | None]]:
    """Solve the plan's commits; with each that has a thread how much of it is explained, and by
    which evidence. Nothing is stored, and merges in which nobody edited are passed over."""
    for captured in capture(repo, todo.commits, todo.gathered.sessions, tops=todo.tops):
        if captured.solution is None:
            if captured.error is not None or len(captured.commit.parents) < 2:
                yield captured, None
            continue
        stored = Stored(captured.commit.id, captured.solution.redacted.thread)
        yield captured, check_one(repo, captured.commit, captured.deltas, stored)
