"""Qwen Code: sessions out of its JSONL transcripts.

It descends from Gemini CLI and has its tools; its records are kept as Claude Code keeps them:
one JSON object a line, with an id of its own, appended and never changed. A call stands in an
assistant's record, its result in one of its own. Sub-agents have files of their own, whose
records name the session and the agent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from treadle.thread.agents.qwen import find
from treadle.thread.agents.qwen import session as qwen_session
from treadle.thread.agents.qwen.session import Record
from treadle.thread.agents.reading.fields import rows, table, text
from treadle.thread.agents.reading.kin import groups
from treadle.thread.agents.reading.lines import NOT_JSON, Decoder, holds, lines
from treadle.thread.agents.reading.union import merge, unite
from treadle.thread.agents.source import Complaints, Reader, Reading, Source
from treadle.thread.model import Problem, Session

NAME = find.NAME

_LINES = 20
_TYPES = ("user", "assistant", "tool_result", "system")


def recognises(head: bytes) -> bool:
    """Whether one of the first lines is a message in parts, with a session and a time."""
    return holds(head, _LINES, _is_message)


def _is_message(value: object) -> bool:
    known = text(value, "type") in _TYPES and text(value, "sessionId") and text(value, "timestamp")
    return bool(known and rows(table(value, "message"), "parts"))


class _Copy:
    """What one source holds."""

    def __init__(self, index: int, name: str) -> None:
        self.index = index
        self.name = name
        self.records: dict[str, Record] = {}
        self.problems = Complaints()

    def complain(self, offset: int, reason: str) -> None:
        """Note a problem at a byte offset of the source."""
        self.problems.add(self.name, offset, reason, next(reversed(self.records), ""))

    @property
    def marks(self) -> set[str]:
        """A copy made by branching off has the records' ids, but a session's id of its own."""
        return {f"session {one}" for one in self.sessions} | set(self.records)

    @property
    def sessions(self) -> set[str]:
        """The ids of the sessions that its records name."""
        return {one.session for one in self.records.values() if one.session}

    @property
    def lane(self) -> str:
        """Of a sub-agent's own file: its label."""
        lanes = {one.lane for one in self.records.values()}
        return lanes.pop() if len(lanes) == 1 else ""


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions."""
    decoder = Decoder()
    copies = [_copy(source, index, decoder) for index, source in enumerate(sources)]
    names = [source.name for source in sources]
    sessions: list[Session] = []
    problems: list[Problem] = []
    ids: dict[str, str] = {}
    for group in groups([copy.marks for copy in copies]):
        found = [copies[at] for at in group]
        if not any(copy.records for copy in found):
            problems += [problem for copy in found for problem in _nothing(copy)]
            continue
        session = _session(found, names)
        sessions.append(session)
        ids.update((one, session.id) for copy in found for one in copy.sessions)
    return Reading(tuple(sessions), tuple(problems), ids)


def _nothing(copy: _Copy) -> tuple[Problem, ...]:
    return copy.problems.problems() or (Problem(copy.name, 0, "no records in it"),)


def _copy(source: Source, index: int, decoder: Decoder) -> _Copy:
    copy = _Copy(index, source.name)
    try:
        with source.open() as stream:
            for offset, raw in lines(stream, copy.complain):
                _line(copy, offset, raw, decoder)
    except OSError as error:
        copy.complain(0, f"cannot be opened: {error.strerror or error}")
    return copy


def _line(copy: _Copy, offset: int, raw: bytes, decoder: Decoder) -> None:
    bare = raw.strip().removeprefix(b"\xef\xbb\xbf") if offset == 0 else raw.strip()
    if not bare:
        return
    documents, complaints = decoder.documents(bare)
    for within, reason in complaints:
        if raw.endswith(b"\n") or reason != NOT_JSON:
            copy.complain(offset + within, reason)
    for number, value in enumerate(documents):
        if not isinstance(value, dict):
            copy.complain(offset, "JSON, but no record, skipped")
        elif text(value, "type") in _TYPES:
            one = qwen_session.record(value, bare, number, copy.index, offset)
            copy.records.setdefault(one.key, one)
        else:
            copy.complain(offset, "record of an unknown kind, skipped")


def _session(group: Sequence[_Copy], names: Sequence[str]) -> Session:
    records: dict[str, Record] = {}
    for copy in group:
        for name, one in copy.records.items():
            if name not in records or one.weight > records[name].weight:
                records[name] = one
    order = [records[name] for name in _united(group, records)]
    events, complaints = qwen_session.events(order, names)
    own = complaints.placed(problem for copy in group for problem in copy.problems.problems())
    version = next((one.version for one in order if one.version), "")
    problems = (*own, *complaints.problems())
    return Session(NAME, _first_id(group, order), version, tuple(events), problems)


def _first_id(group: Sequence[_Copy], order: Sequence[Record]) -> str:
    """The session that was not branched off another; of several the one that sorts first."""
    ids = {one for copy in group for one in copy.sessions}
    branched = {
        one.session
        for copy in group
        for one in copy.records.values()
        if one.value.get("forkedFrom")
    }
    return min(ids - branched or ids, default=order[0].key)


def _united(group: Iterable[_Copy], records: Mapping[str, Record]) -> list[str]:
    """The keys of all copies in order, files of sub-agents merged in by time."""

    def time(key: str) -> str:
        return records[key].time

    lanes: dict[str, list[list[str]]] = {}
    for copy in group:
        lanes.setdefault(copy.lane, []).append(list(copy.records))
    order = unite(lanes.pop("", []), time)
    for lane in sorted(lanes):
        known = set(order)
        order = merge(order, [key for key in unite(lanes[lane], time) if key not in known], time)
    return order


READER = Reader(NAME, recognises, read, find.find, find.beside, moved=find.MOVED)
