"""What is said of a commit: how much of it a thread explains, or why there is no thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from treadle.thread.agents.finding.find import Transcript
from treadle.thread.repo import Commit
from treadle.thread.waiting.outcomes import Outcome, ago, called, size_of

if TYPE_CHECKING:
    from treadle.tangle.solve import Solution
    from treadle.thread.model import Problem

_DIGITS = 6
_LONGEST = 200
"""Characters of a reason that the line has."""


def recorded(commit: Commit, solution: Solution) -> Outcome:
    """The line that tells of a document."""
    from treadle.tangle.learnt.learn import thread_line

    thread = solution.redacted.thread
    line = thread_line(thread)
    explained = solution.added - sum(map(len, solution.left.values()))
    said = (
        f"{commit.id[:_DIGITS]}  {size_of(line.prompts, 'prompt')}, "
        f"{size_of(line.steps, 'step')}, {explained}/{solution.added} lines explained "
        f"({', '.join(line.agents)})"
    )
    return Outcome("recorded", said, commit.id)


def tied(commit: Commit, explained: int, added: int) -> Outcome:
    """The line that tells of a document that was tied again."""
    said = f"{commit.id[:_DIGITS]}  tied again, {explained}/{added} lines explained"
    return Outcome("tied", said, commit.id)


def nothing(
    commit: Commit, found: Sequence[Transcript], problems: Sequence[Problem], now: float
) -> Outcome:
    """The line that tells why a commit has no thread."""
    why = _why(commit, found, problems, now)
    return Outcome("nothing", f"no thread for {commit.id[:_DIGITS]}: {why}", commit.id)


def failed(commit: str, reason: str, *, last: bool) -> Outcome:
    """The line that tells that a commit could not be recorded, this time or for good."""
    then = f"treadle record {commit[:_DIGITS]} tries again" if last else "it will be tried again"
    short = reason.split("\n", 1)[0][:_LONGEST]
    line = f"no thread for {commit[:_DIGITS]}: {short}; {then}"
    return Outcome("given up" if last else "failed", line, commit, reason=reason)


def _why(
    commit: Commit, found: Sequence[Transcript], problems: Sequence[Problem], now: float
) -> str:
    if len(commit.parents) > 1:
        return "a merge in which no agent edited"
    if problems and not found:
        return f"{problems[0].file} cannot be read ({problems[0].reason})"
    if not found:
        return "no agent's transcript of this repository was found"
    newest = max(found, key=lambda one: one.changed)
    name = f"newest {called(newest.agent)} session of this repository"
    if now - newest.changed > 3600:
        return f"{name} ended {ago(now - newest.changed)}"
    return f"none of its lines is in the {name}"
