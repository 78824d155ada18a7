"""The copies of transcripts that are kept as JSON lines, each session's together.

An agent's reader says what a line is; everything else is the same for all of them: open, read
line by line, note what cannot be read, put copies of one session together by the marks that they
share, and unite their records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from treadle.thread.agents.reading.kin import groups
from treadle.thread.agents.reading.lines import NOT_JSON, Decoder, document, lines
from treadle.thread.agents.reading.union import merge, unite
from treadle.thread.agents.source import Complaints, Reading, Source
from treadle.thread.agents.telling import session as telling
from treadle.thread.agents.telling.record import Record
from treadle.thread.model import Problem, Session


class Copy:
    """What one source holds."""

    def __init__(self, index: int, name: str) -> None:
        self.index = index
        self.name = name
        self.records: dict[str, Record] = {}
        self.sessions: dict[str, None] = {}
        """Ids of the session, in the order in which the source names them."""
        self.parents: set[str] = set()
        """Ids of sessions that this one was branched off, or that started it."""
        self.marks: set[str] = set()
        """What no other session has, besides its ids: who shares a mark is one session."""
        self.lane = ""
        """Of a sub-agent's own file: its label."""
        self.behind = ""
        """Of a sub-agent's own file: key of the record behind which it belongs, if known."""
        self.notes: dict[str, int] = {}
        """What a reader remembers of the source while it reads it."""
        self.problems = Complaints()

    def complain(self, offset: int, reason: str) -> None:
        """Note a problem at a byte offset of the source."""
        self.problems.add(self.name, offset, reason, next(reversed(self.records), ""))

    def add(self, record: Record) -> None:
        """Keep a record; of one that was written again the version that says more."""
        known = self.records.get(record.key)
        if known is None or record.weight > known.weight:
            self.records[record.key] = record


Take = Callable[[Copy, dict[str, object], bytes, int], None]
"""Adds what one line says to a copy: the line's object, its bytes, its offset."""


def copies(sources: Sequence[Source], take: Take) -> list[Copy]:
    """Read all sources, each into a copy."""
    decoder = Decoder()
    return [_copy(source, index, take, decoder) for index, source in enumerate(sources)]


def _copy(source: Source, index: int, take: Take, decoder: Decoder) -> Copy:
    copy = Copy(index, source.name)
    try:
        with source.open() as stream:
            for offset, raw in lines(stream, copy.complain):
                bare = raw.strip().removeprefix(b"\xef\xbb\xbf") if offset == 0 else raw.strip()
                documents, complaints = decoder.documents(bare) if bare else ([], [])
                for within, reason in complaints:
                    if raw.endswith(b"\n") or reason != NOT_JSON:
                        copy.complain(offset + within, reason)
                for value in documents:
                    if isinstance(value, dict):
                        take(copy, value, bare, offset)
                    else:
                        copy.complain(offset, "JSON, but no record, skipped")
    except OSError as error:
        copy.complain(0, f"cannot be opened: {error.strerror or error}")
    return copy


def documents(sources: Sequence[Source], take: Take) -> list[Copy]:
    """Read all sources, each one JSON document, into copies."""
    decoder = Decoder()
    found = []
    for index, source in enumerate(sources):
        copy = Copy(index, source.name)
        found.append(copy)
        try:
            with source.open() as stream:
                values = document(stream, decoder, copy.complain)
        except OSError as error:
            copy.complain(0, f"cannot be opened: {error.strerror or error}")
            continue
        for value in values:
            if isinstance(value, dict):
                take(copy, value, b"", 0)
            else:
                copy.complain(0, "JSON, but no record, skipped")
    return found


def reading(name: str, found: Sequence[Copy], names: Sequence[str]) -> Reading:
    """The sessions of the agent ``name`` in all copies, in the order of the sources.

    ``names`` are the names of the sources, by their index.
    """
    sessions: list[Session] = []
    problems: list[Problem] = []
    ids: dict[str, str] = {}
    for group in groups([_marks(copy) for copy in found]):
        share = [found[at] for at in group]
        if not any(copy.records for copy in share):
            problems += [problem for copy in share for problem in _nothing(copy)]
            continue
        session = _session(name, share, names)
        sessions.append(session)
        ids.update((one, session.id) for copy in share for one in copy.sessions)
    return Reading(tuple(sessions), tuple(problems), ids)


def session_mark(id_: str) -> str:
    """The mark of the session with this id, for a copy that belongs to it under another id."""
    return f"session {id_}"


def _marks(copy: Copy) -> set[str]:
    return {session_mark(one) for one in copy.sessions} | copy.marks


def _nothing(copy: Copy) -> tuple[Problem, ...]:
    return copy.problems.problems() or (Problem(copy.name, 0, "no records in it"),)


def _session(name: str, share: Sequence[Copy], names: Sequence[str]) -> Session:
    records: dict[str, Record] = {}
    for copy in share:
        for key, record in copy.records.items():
            if key not in records or record.weight > records[key].weight:
                records[key] = record
    order = _told_alone([records[key] for key in _united(share, records)], share)
    events, version, complaints = telling.events(order, names, name)
    own = complaints.placed(problem for copy in share for problem in copy.problems.problems())
    id_ = _first_id(share) or order[0].key
    return Session(name, id_, version, tuple(events), (*own, *complaints.problems()))


def _told_alone(order: list[Record], share: Sequence[Copy]) -> list[Record]:
    """A sub-agent whose session is not at hand is told as a session of its own."""
    lanes = {copy.lane for copy in share}
    alone = len(lanes) == 1 and "" not in lanes
    return [replace(record, lane="") for record in order] if alone else order


def _first_id(share: Sequence[Copy]) -> str:
    """The id of the session that no other one here started; of several the first by name."""
    known = {one for copy in share for one in copy.sessions}
    started = {one for copy in share if copy.parents & known for one in copy.sessions}
    return min(known - started or known, default="")


def _united(share: Sequence[Copy], records: Mapping[str, Record]) -> list[str]:
    """The keys of all copies in order, sub-agents' own files behind their calls or by time."""

    def time(key: str) -> str:
        return records[key].time

    lanes: dict[tuple[str, str], list[list[str]]] = {}
    for copy in share:
        lanes.setdefault((copy.lane, copy.behind), []).append(list(copy.records))
    order = unite(lanes.pop(("", ""), []), time)
    for lane, behind in sorted(lanes, reverse=True):
        known = set(order)
        side = [key for key in unite(lanes[lane, behind], time) if key not in known]
        at = order.index(behind) + 1 if behind in known else 0
        order = order[:at] + side + order[at:] if at else merge(order, side, time)
    return order
