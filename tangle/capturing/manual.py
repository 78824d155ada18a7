"""Recording one commit because somebody asks for it, out of transcripts named or found."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from treadle.tangle.capture import capture, follow, here, key_of
from treadle.tangle.capturing.gather import DAYS, gather, seek, work_trees
from treadle.tangle.capturing.verdict import nothing
from treadle.tangle.read import parse_of
from treadle.tangle.record import Recorder
from treadle.tangle.solve import Solution
from treadle.thread.agents import Source, beside, read
from treadle.thread.errors import UserError
from treadle.thread.grammar.moment import seconds
from treadle.thread.model import Problem, Session
from treadle.thread.repo import Commit, Repo
from treadle.thread.store import Store


@dataclass(frozen=True, slots=True)
class Told:
    """What transcripts hold."""

    sessions: tuple[Session, ...]
    problems: tuple[Problem, ...]


def read_files(files: Sequence[str], agent: str = "") -> Told:
    """The sessions of the transcripts ``files``, with their sub-agents; problems for the rest.

    ``UserError`` where nothing can be read at all.
    """
    reading = read([Source.file(file) for file in dict.fromkeys(files)], agent)
    asked = set(reading.ids)
    others = [path for file in files for path in beside(file, agent)]
    if others:
        paths = dict.fromkeys([*files, *others])
        reading = read([Source.file(path) for path in paths], agent)
    wanted = {id_ for known, id_ in reading.ids.items() if known in asked}
    sessions = tuple(s for s in reading.sessions if s.id in wanted and s.events)
    problems = tuple(p for p in reading.problems if p.file in files) + tuple(
        problem for session in sessions for problem in session.problems
    )
    if not sessions:
        plain = {files[0]} if len(files) == 1 else set()
        told = (p.reason if p.file in plain and not p.offset else str(p) for p in problems[:3])
        said = "; ".join(told) or "they hold no events"
        raise UserError(
            f"nothing can be recorded from {', '.join(files)}: {said}",
            "name an agent's transcript, or its format with --agent",
        )
    return Told(sessions, problems)


def solve_commit(repo: Repo, commit: Commit, sessions: Sequence[Session]) -> Solution:
    """The commit's thread out of ``sessions``; ``UserError`` where none has a share in it."""
    recorder = Recorder(repo)
    for session in sessions:
        recorder.add(key_of(session), session, here(session, recorder.tops))
    named = {commit.id: [key_of(session) for session in sessions]}
    (captured,) = follow(recorder, [commit], named)
    if captured.error:
        raise captured.error
    if captured.problems:
        problem = captured.problems[0]
        raise UserError(f"the {problem.file} cannot be read: {problem.reason}")
    if captured.solution is None:
        raise UserError(
            f"none of the transcripts' edits is in the diff of {commit.id[:8]}",
            "name the session that wrote it; treadle records no thread that was only open",
        )
    return captured.solution


def find_and_solve(repo: Repo, commit: Commit, now: float) -> tuple[Told, Solution]:
    """The sessions of this repository that lie on this machine, and the commit's thread out of
    them; ``UserError`` that says why where they give none. ``now``: seconds since 1970."""
    folder = os.path.join(repo.common_dir, "treadle")
    tops = work_trees(repo, folder)
    made = min(seconds(commit.time), seconds(commit.committed))
    gathered = gather(seek(repo, folder, tops, max(0.0, made - DAYS)))
    (captured,) = capture(repo, [commit], gathered.sessions, tops=tops)
    if captured.error:
        raise captured.error
    if captured.solution is None:
        outcome = nothing(commit, gathered.transcripts, gathered, now)
        raise UserError(outcome.line, "name a transcript that lies elsewhere: --from FILE")
    return Told(gathered.sessions, (*gathered.problems, *captured.problems)), captured.solution


def refuse_loss(repo: Repo, commit: Commit, sessions: Sequence[Session]) -> None:
    """``UserError`` where writing would lose parts of other sessions, or a damaged document."""
    text = Store(repo).get(commit.id)
    if text is None:
        return
    given = {(session.agent, session.id) for session in sessions}
    others = [p for p in parse_of(commit.id, text).parts if (p.agent, p.session) not in given]
    if others:
        names = ", ".join(f"{part.agent} {part.session}" for part in others)
        raise UserError(
            f"the document of {commit.id[:8]} also holds parts of other sessions: {names}",
            "name their transcripts too (--from once more), or write anew with --replace",
        )
