"""Documents for a whole history, out of an Entire checkpoints branch.

Commits are taken in their order, oldest first, since sessions tie them together: what one
took the next must know. All sessions of the branch are read at the start: a commit's
checkpoint does not always name the session that wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.record import Recorder, jobs
from treadle.tangle.solve import Solution
from treadle.thread.agents import read
from treadle.thread.document import parse
from treadle.thread.entire import Checkpoints, sessions_of
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
    """For each commit the sessions that its checkpoints name."""
    incomplete: frozenset[str]
    """Commits of which some transcript is missing."""
    stored: int
    """Commits left out because they have a document."""
    missing: tuple[tuple[str, str], ...]
    """Commits without any transcript, with the checkpoint that is missing."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One commit's outcome."""

    commit: Commit
    solution: Solution | None
    problems: tuple[Problem, ...]
    """What could not be read of the sessions that were opened for it."""


def plan(repo: Repo, points: Checkpoints, revs: Sequence[str] = ()) -> Plan:
    """Choose the commits: those that are no merge, name a checkpoint and have no document."""
    named = [
        (commit, points.named_by(commit))
        for commit in repo.commits(list(revs) or ["HEAD"], "--no-merges", *(() if revs else REFS))
    ]
    notes = Store(repo).notes()
    sessions, incomplete, missing, chosen = {}, set(), [], []
    stored = 0
    for commit, ids in named:
        if not ids:
            continue
        known = [points.known[id_] for id_ in ids if id_ in points.known]
        found = tuple(sessions_of(known))
        if commit.id in notes:
            stored += 1
        elif not found:
            missing.append((commit.id, next((i for i in ids if i not in points.known), ids[0])))
            continue
        else:
            chosen.append(commit)
        sessions[commit.id] = found
        if len(known) < len(ids) or any(point.missing for point in known):
            incomplete.add(commit.id)
    return Plan(tuple(chosen), sessions, frozenset(incomplete), stored, tuple(missing))


def intake(repo: Repo, points: Checkpoints, todo: Plan) -> Iterator[Imported]:
    """Solve the plan's commits one by one, out of all sessions of the branch."""
    if not todo.commits:
        return
    recorder = Recorder(repo)
    problems = {key: tuple(_open(recorder, points, key)) for key in points.sessions()}
    _recall(repo, recorder, todo)
    work = jobs(repo, todo.commits, todo.sessions, todo.incomplete, search=True, force=True)
    for job in work:
        said = [problem for key in job.sessions for problem in problems.pop(key, ())]
        yield Imported(job.commit, recorder.solve(job), tuple(said))


def _open(recorder: Recorder, points: Checkpoints, key: str) -> Sequence[Problem]:
    """Read all copies of a session."""
    reading = read(points.sources(key))
    for count, session in enumerate(reading.sessions):
        recorder.add(key if count == 0 else f"{key}#{count}", session)
    return reading.problems


def _recall(repo: Repo, recorder: Recorder, todo: Plan) -> None:
    """Learn what documents of an earlier import took of the sessions."""
    chosen = {commit.id for commit in todo.commits}
    stored = [commit for commit in todo.sessions if commit not in chosen]
    for _, text in Store(repo).get_all(stored):
        recorder.recall(parse(text).parts)
