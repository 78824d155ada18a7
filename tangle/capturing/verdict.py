"""What is said of a commit: how much of it a thread explains, or why there is no thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from treadle.thread.agents.finding.find import Transcript
from treadle.thread.grammar.moment import seconds
from treadle.thread.repo import Commit
from treadle.thread.waiting.outcomes import Outcome, ago, called, size_of

if TYPE_CHECKING:
    from treadle.tangle.capturing.gather import Gathered
    from treadle.tangle.solve import Solution

_DIGITS = 6
_LONGEST = 200
"""Characters of a reason that the line has."""
_CLOCKS = 120
"""Seconds by which clocks that are right may differ."""


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
    commit: Commit, found: Sequence[Transcript], gathered: Gathered, now: float, noted: float = 0
) -> Outcome:
    """The line that tells why a commit has no thread.

    ``found`` are all transcripts there are, ``gathered`` those that were read; ``now`` and when a
    hook ``noted`` the commit (0: none did) are seconds since 1970.
    """
    why = _why(commit, found, gathered, now, noted)
    return Outcome("nothing", f"no thread for {commit.id[:_DIGITS]}: {why}", commit.id)


def failed(commit: str, reason: str, *, last: bool) -> Outcome:
    """The line that tells that a commit could not be recorded, this time or for good."""
    then = f"treadle record {commit[:_DIGITS]} tries again" if last else "it will be tried again"
    short = reason.split("\n", 1)[0][:_LONGEST]
    line = f"no thread for {commit[:_DIGITS]}: {short}; {then}"
    return Outcome("given up" if last else "failed", line, commit, reason=reason)


def _why(
    commit: Commit, found: Sequence[Transcript], gathered: Gathered, now: float, noted: float
) -> str:
    problems = gathered.problems
    if len(commit.parents) > 1:
        return "a merge in which no agent edited"
    if problems and not found:
        return f"{problems[0].file} cannot be read ({problems[0].reason})"
    if not found:
        return "no agent's transcript of this repository was found"
    newest = max(found, key=lambda one: one.changed)
    name = f"newest {called(newest.agent)} session"
    if now - newest.changed > 3600:
        return f"{name} of this repository ended {ago(now - newest.changed)}"
    if minutes := _ahead(commit, _last(newest, gathered), now, noted):
        count = size_of(minutes, "minute")
        return f"its {name} is {count} ahead of the commit: is a clock wrong?"
    return f"none of its lines is in the {name} of this repository"


def _ahead(commit: Commit, last: float, now: float, noted: float) -> int:
    """By how many minutes a session is ahead of a commit that it should have come before, 0 if
    clocks may be right.

    A session that simply went on is later than the commit too. So either it is ahead of now, or
    the commit says another time than that at which its hook ran.
    """
    made = seconds(commit.committed)
    skew = min(last - made, max(last - now, noted - made))
    return int((last - made) / 60) if skew > _CLOCKS else 0


def _last(newest: Transcript, gathered: Gathered) -> float:
    """When the last event of a transcript's session was, 0 if it was not read."""
    id_ = gathered.ids.get(newest.session, newest.session)
    sessions = (s for s in gathered.sessions if (s.agent, s.id) == (newest.agent, id_))
    times = (event.time for session in sessions for event in reversed(session.events))
    return seconds(next(filter(None, times), ""))
