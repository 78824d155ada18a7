"""Reads the checkpoints that the Entire CLI keeps in a repository.

A commit names its checkpoints in trailers, ``Entire-Checkpoint: 00c9e2351016``. A branch, or a ref
for each, holds for every checkpoint one numbered folder a session: ``metadata.json`` (its
``session_id``) and the transcript, ``full.jsonl``, from the session's start. So copies of one
session overlap; the reader unites them. ``transcript.jsonl`` beside it is the same in a normal
form that lacks a good deal; it is read where there is nothing better. Nothing depends on the paths
that a checkpoint's own ``metadata.json`` lists: some versions wrote them wrong.

Learnt from the branches of Entire CLI 0.2 to 0.5 and, for the layouts before and after, from its
documentation and sources (``docs/architecture``, ``cmd/entire/cli/checkpoint``, ``transcript``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from treadle.thread.agents import Reading, Source, read
from treadle.thread.agents.reading.fields import text
from treadle.thread.agents.source import Complaints
from treadle.thread.entire import chunks, trailers
from treadle.thread.entire.copy import FULL, NORMAL, TASK, Copy, copies
from treadle.thread.entire.growth import Growth
from treadle.thread.entire.refs import BRANCH as BRANCH
from treadle.thread.entire.refs import roots
from treadle.thread.entire.tasks import LARGEST_FACTS, facts, tasks
from treadle.thread.entire.tree import Held, held
from treadle.thread.model import Problem
from treadle.thread.repo import Commit, Repo

LARGEST_BLOB = 128 << 20
"""Bytes of a chunk of a transcript. Entire cuts at 50 MB, and no forge takes files over 100 MB."""

_US = "Entire's checkpoints"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What all refs together have of one checkpoint."""

    id: str
    copies: tuple[Copy, ...]
    """Every transcript of a session in full; in the normal form only where it is not in full."""
    missing: int
    """Sessions whose full transcript is not there."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties a commit to sessions, by its trailers."""

    sessions: tuple[str, ...]
    """Those that are here."""
    lacking: tuple[str, ...]
    """Checkpoints and sessions that it names and that are not here."""
    partial: bool
    """Some transcript of what it names is not here in full."""


class Checkpoints:
    """The checkpoints of one repository."""

    def __init__(self, repo: Repo, branch: str = "") -> None:
        self.repo = repo
        self._complaints = Complaints()
        found = held(repo, roots(repo, branch, self._complain), self._complain)
        self._sizes = _sizes(repo, found)
        self._names = self._sessions(found)
        self._copies: dict[str, list[Copy]] = {}
        self.known: dict[str, Checkpoint] = {}
        own: dict[str, list[Copy]] = {}
        for one in found:
            own.setdefault(one.id, []).extend(self._held(one))
        for id_, all_ in own.items():
            if all_:
                self.known[id_] = _checkpoint(id_, all_)

    def _complain(self, where: str, reason: str) -> None:
        self._complaints.add(_US, 0, f"{where}: {reason}")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read of the refs and belongs to no session."""
        return self._complaints.problems()

    def _sessions(self, found: Iterable[Held]) -> dict[str, str]:
        """The id of a session by the blob that tells it."""
        blobs = dict.fromkeys(
            blob
            for one in found
            for path, blob in one.files.items()
            if path.endswith("metadata.json") and self._sizes.get(blob, 0) <= LARGEST_FACTS
        )
        texts = self.repo.read_all(blobs)
        return {
            blob: trailers.plain(text(facts(raw), "session_id"))
            for blob, raw in zip(blobs, texts, strict=True)
        }

    def _refused(self, blob: str) -> str:
        """Why a blob cannot be taken, ``""`` if it can."""
        size = self._sizes.get(blob)
        if size is None:
            return "its object is not here"
        return f"over {LARGEST_BLOB >> 20} MB, skipped" if size > LARGEST_BLOB else ""

    def _held(self, one: Held) -> list[Copy]:
        """Take in what a ref holds of a checkpoint; the copies of its sessions."""
        own = copies(one, self._names, self._refused)
        for copy in (*own, *tasks(one, own, self.repo.read, self._refused)):
            if copy.session:
                self._copies.setdefault(copy.session, []).append(copy)
            else:
                self._complain(copy.name, "sub-agent that names none of the sessions, skipped")
        return own

    def named_by(self, commit: Commit) -> list[str]:
        """Ids of the checkpoints in a commit's trailers."""
        return trailers.checkpoints(commit.message)

    def tie(self, commit: Commit) -> Tie:
        """What a commit's trailers name: its checkpoints, and sessions where it names none."""
        ids = self.named_by(commit)
        points = [self.known[id_] for id_ in ids if id_ in self.known]
        here = list(sessions_of(points))
        lacking = [id_ for id_ in ids if id_ not in self.known]
        lacking += [point.id for point in points if not point.copies]
        some = any(point.missing for point in points)
        if not ids:
            named = trailers.sessions(commit.message)
            here = [key for key in named if self._distinct(key, FULL, NORMAL)]
            lacking = [key for key in named if key not in here]
            some = not all(self._distinct(key, FULL) for key in here)
        lacking += trailers.unreadable(commit.message)
        return Tie(tuple(here), tuple(lacking), some or bool(lacking))

    def sessions(self) -> list[str]:
        """All sessions that have a transcript."""
        return list(sessions_of(self.known.values()))

    def sources(self, session: str) -> list[Source]:
        """Every copy of a session, each distinct transcript once, and its sub-agents' files.

        Copies in the normal form only where there is no other.
        """
        full = self._distinct(session, FULL)
        if not full:
            return self._opened(self._distinct(session, NORMAL))
        return self._opened([*full, *self._distinct(session, TASK)])

    def reading(self, session: str) -> Reading:
        """A session read, with what of its copies is not as it should be.

        Where no reader knows the agent's own form, the normal one is read.
        """
        full, normal = self._distinct(session, FULL), self._distinct(session, NORMAL)
        found = read(self.sources(session)) if full else Reading()
        problems = [*self._flaws(session), *found.problems]
        if not normal or any(one.events for one in found.sessions):
            return Reading(found.sessions, tuple(problems), found.ids)
        from treadle.thread.agents.entire_compact.reader import LACKING, reading

        problems += [problem for one in found.sessions for problem in one.problems]
        problems += [
            Problem(copy.name, 0, "sub-agent, not read beside a normalised transcript")
            for copy in self._distinct(session, TASK)
        ]
        told = reading(self._opened(normal), session)
        if told.sessions:
            problems.append(Problem(normal[0].name, 0, LACKING))
        return Reading(told.sessions, (*problems, *told.problems), told.ids)

    def _distinct(self, session: str, *forms: str) -> list[Copy]:
        """The copies of a session that are here in some forms, each text once."""
        own = (copy for copy in self._copies.get(session, ()) if copy.form in forms)
        return list({copy.blobs: copy for copy in own if copy.blobs}.values())

    def _opened(self, chosen: Iterable[Copy]) -> list[Source]:
        chosen = list(chosen)
        whole = [copy.blobs[0] for copy in chosen if len(copy.blobs) == 1]
        growth = Growth(self.repo, whole, self._sizes)
        return [
            source
            for copy in chosen
            for source in chunks.sources(
                copy.name, copy.session, [partial(growth.read, blob) for blob in copy.blobs]
            )
        ]

    def _chunks(self, copy: Copy) -> list[chunks.Chunk]:
        return [partial(self._blob, blob) for blob in copy.blobs]

    def _blob(self, blob: str) -> bytes:
        return self.repo.read(blob) or b""

    def _flaws(self, session: str) -> Iterator[Problem]:
        """What is wrong with the copies of a session that are here, or should be."""
        for copy in self._copies.get(session, ()):
            if copy.flaw:
                yield Problem(copy.name, 0, copy.flaw)
        for copy in self._distinct(session, FULL):
            if copy.proof and not copy.flaw:
                told = self._blob(copy.proof).decode("ascii", "replace").strip()
                if not chunks.intact(self._chunks(copy), told):
                    reason = "its chunks do not give the text whose hash stands beside them"
                    yield Problem(copy.name, 0, reason)


def _sizes(repo: Repo, found: Iterable[Held]) -> dict[str, int]:
    """The size of every blob that is here, in bytes."""
    blobs = dict.fromkeys(blob for one in found for blob in one.files.values())
    feed = "".join(f"{blob}\n" for blob in blobs).encode()
    told = repo.run("cat-file", "--batch-check", feed=feed).decode("ascii", "replace")
    rows = (row.split() for row in told.split("\n"))
    return {row[0]: int(row[2]) for row in rows if len(row) == 3 and row[1] == "blob"}


def _checkpoint(id_: str, own: Sequence[Copy]) -> Checkpoint:
    """A checkpoint out of the copies that all refs together have of its sessions."""
    full = {copy.session for copy in own if copy.form == FULL and copy.blobs}
    kept: dict[tuple[str, tuple[str, ...]], Copy] = {}
    for copy in own:
        if copy.blobs and (copy.form == FULL or copy.session not in full):
            kept.setdefault((copy.session, copy.blobs), copy)
    missing = {copy.session for copy in own} - full
    return Checkpoint(id_, tuple(kept.values()), len(missing))


def sessions_of(points: Iterable[Checkpoint]) -> Sequence[str]:
    """Sessions of several checkpoints, each once."""
    return list(dict.fromkeys(copy.session for point in points for copy in point.copies))
