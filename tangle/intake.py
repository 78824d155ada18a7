"""Documents for a whole history, out of an Entire checkpoints branch.

Commits are taken in their order, oldest first; a session is read when the first commit
asks for it and dropped after the last. Sessions tie commits together (what one took the
next must know), so commits fall into groups that share no session, and groups are
independent of each other.
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
    """Solve the plan's commits one by one."""
    recorder = Recorder(repo)
    last_use = _last_use(todo)
    opened: set[str] = set()
    work = jobs(repo, todo.commits, todo.sessions, todo.incomplete, force=True)
    for job in work:
        new = [key for key in job.sessions if key not in opened]
        opened.update(new)
        problems = [problem for key in new for problem in _open(recorder, points, key)]
        if new:
            _recall(repo, recorder, todo, new)
        yield Imported(job.commit, recorder.solve(job), tuple(problems))
        for key in job.sessions:
            if last_use[key] == job.commit.id:
                recorder.forget(key)


def _open(recorder: Recorder, points: Checkpoints, key: str) -> Sequence[Problem]:
    """Read all copies of a session."""
    reading = read(points.sources(key))
    for count, session in enumerate(reading.sessions):
        recorder.add(key if count == 0 else f"{key}#{count}", session)
    return reading.problems


def _recall(repo: Repo, recorder: Recorder, todo: Plan, keys: Sequence[str]) -> None:
    """Learn what documents of an earlier import took of these sessions."""
    chosen = {commit.id for commit in todo.commits}
    wanted = [
        commit
        for commit, sessions in todo.sessions.items()
        if commit not in chosen and set(sessions) & set(keys)
    ]
    for _, text in Store(repo).get_all(wanted):
        recorder.recall(parse(text).parts)


def _last_use(todo: Plan) -> dict[str, str]:
    return {key: c.id for c in todo.commits for key in todo.sessions[c.id]}
