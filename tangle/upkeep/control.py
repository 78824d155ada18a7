"""The negative control: how much would a transcript claim of a commit that is not its own?

Each commit is paired with the session that the commit before it names and it does not, and
solved as if that session had made it. Whatever is explained then is a false claim, but for
lines of files that come out byte for byte: those are true, since the sessions share work.
A higher coverage is worth nothing where this figure rises with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from treadle.tangle.capturing.intake import Plan
from treadle.tangle.read import Stored
from treadle.tangle.record import Recorder, jobs
from treadle.tangle.result import Result
from treadle.tangle.verify import check_one, without_document
from treadle.thread.agents import read
from treadle.thread.entire.checkpoints import Checkpoints
from treadle.thread.repo import Commit, Repo


@dataclass(frozen=True, slots=True)
class Pair:
    """A commit and what a foreign session claims of it."""

    commit: Commit
    session: str
    result: Result

    @property
    def false(self) -> int:
        """Claimed lines, those of byte-exact files left out."""
        told = self.result.evidence
        return sum(count for name, count in told.items() if name not in ("proved", "unrecorded"))


def control(repo: Repo, points: Checkpoints, todo: Plan) -> Iterator[Pair]:
    """Pair and solve each commit of the plan that has a foreign session before it."""
    recorder = Recorder(repo)
    foreign = dict(_foreign(todo))
    for job in jobs(repo, todo.commits, {id_: (key,) for id_, key in foreign.items()}):
        key = foreign.get(job.commit.id)
        if key is None:
            continue
        if key not in recorder.reels:
            recorder.reels.clear()
            for session in read(points.sources(key)).sessions[:1]:
                recorder.add(key, session)
        recorder.progress.clear()
        solution = recorder.solve(job)
        if solution is None:
            yield Pair(job.commit, key, without_document(job.deltas))
            continue
        stored = Stored(job.commit.id, solution.redacted.thread)
        yield Pair(job.commit, key, check_one(repo, job.commit, job.deltas, stored))


def _foreign(todo: Plan) -> Iterator[tuple[str, str]]:
    """For each commit the newest session before it that is not its own."""
    before: list[str] = []
    for commit in todo.commits:
        own = todo.sessions[commit.id]
        found = next((key for key in reversed(before) if key not in own), None)
        if found is not None:
            yield commit.id, found
        before += [key for key in own if key not in before[-1:]]
