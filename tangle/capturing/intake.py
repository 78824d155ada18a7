"""Documents for a whole history, out of an Entire checkpoints branch.

Commits are taken in their order, oldest first, since sessions tie them together: what one
took the next must know. All sessions of the branch are read at the start: a commit's
checkpoint does not always name the session that wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.capture import Captured, follow
from treadle.tangle.record import Recorder
from treadle.thread.entire.checkpoints import Checkpoints
from treadle.thread.model import Problem
from treadle.thread.repo import Commit, Repo
from treadle.thread.store import Store

REFS = ("--exclude=entire/*", "--branches", "--exclude=*/entire/*", "--remotes", "HEAD")
"""Whose commits are taken: all branches but Entire's own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import is going to do."""

    commits: tuple[Commit, ...]
    """Commits to record, parents before children."""
    sessions: Mapping[str, tuple[str, ...]]
    """For each commit the sessions that its trailers and their checkpoints name."""
    incomplete: frozenset[str]
    """Commits of which some transcript is missing."""
    stored: int
    """Commits left out because they have a document."""
    missing: tuple[tuple[str, str], ...]
    """Commits without any transcript, with the checkpoint, or the session, that is missing."""


def plan(repo: Repo, points: Checkpoints, revs: Sequence[str] = (), *, anew: bool = False) -> Plan:
    """Choose the commits: those that are no merge, name a session and have no document.

    With ``anew`` as if no document had been written.
    """
    notes = {} if anew else Store(repo).notes()
    sessions, incomplete, missing, chosen = {}, set(), [], []
    stored = 0
    for commit in repo.commits(list(revs) or ["HEAD"], "--no-merges", *(() if revs else REFS)):
        tie = points.tie(commit)
        if not (tie.sessions or tie.lacking):
            continue
        if commit.id in notes:
            stored += 1
        elif not tie.sessions:
            missing.append((commit.id, tie.lacking[0]))
            continue
        else:
            chosen.append(commit)
        sessions[commit.id] = tie.sessions
        if tie.partial:
            incomplete.add(commit.id)
    return Plan(tuple(chosen), sessions, frozenset(incomplete), stored, tuple(missing))


def intake(repo: Repo, points: Checkpoints, todo: Plan) -> Iterator[Captured]:
    """Solve the plan's commits one by one, out of all sessions of the branch.

    What is stored already is remembered, so that many small imports and one of everything write
    the same documents.
    """
    if not todo.commits:
        return
    recorder = Recorder(repo)
    problems = {key: tuple(_open(recorder, points, key)) for key in points.sessions()}
    said = [*points.problems]
    work = follow(recorder, todo.commits, todo.sessions, todo.incomplete, search=True, force=True)
    for captured in work:
        if captured.error:
            raise captured.error
        keys = todo.sessions[captured.commit.id]
        said += [*captured.problems, *(p for key in keys for p in problems.pop(key, ()))]
        yield Captured(captured.commit, captured.solution, tuple(said))
        said = []


def _open(recorder: Recorder, points: Checkpoints, key: str) -> Sequence[Problem]:
    """Read all copies of a session."""
    reading = points.reading(key)
    for count, session in enumerate(reading.sessions):
        recorder.add(key if count == 0 else f"{key}#{count}", session)
    return reading.problems
