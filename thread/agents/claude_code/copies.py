"""The copies of Claude Code's sessions: which belong together, and in which order.

The same record stands in up to ten files: in each copy that was taken of a growing
transcript, in the file of a session that was resumed from it, in a sub-agent's file and in
the parent's. Nearly half of all bytes are such repetitions, so a line that was seen before
is known by its hash and is not even decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from treadle.thread.agents.claude_code.record import Linked, Record, label, record
from treadle.thread.agents.reading.lines import NOT_JSON, Decoder, lines
from treadle.thread.agents.reading.union import merge, unite
from treadle.thread.agents.source import Complaints, Source

_AGENT_FILE = re.compile(r"agent-([A-Za-z0-9]+)\.jsonl$")


@dataclass(slots=True)
class Copy:
    """What one source holds."""

    index: int
    name: str
    keys: list[str] = field(default_factory=list)
    """Of its records, in the order of the file, each once."""
    sessions: set[str] = field(default_factory=set)
    """Ids of the sessions that its records name."""
    lane: str = ""
    """Of a sub-agent's own file: its label."""
    problems: Complaints = field(default_factory=Complaints)

    def complain(self, offset: int, reason: str) -> None:
        """Note a problem at a byte offset of the source."""
        self.problems.add(self.name, offset, reason, self.keys[-1] if self.keys else "")


class Shelf:
    """The records of all sources, each once."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self._lines: dict[bytes, tuple[tuple[str, str], ...]] = {}
        self._decoder = Decoder()

    def take(self, source: Source, index: int) -> Copy:
        """Read a source, and shelve what no source before it had."""
        copy = Copy(index, source.name)
        try:
            with source.open() as stream:
                for offset, raw in lines(stream, copy.complain):
                    self._line(copy, offset, raw)
        except OSError as error:
            copy.complain(0, f"cannot be opened: {error.strerror or error}")
        copy.keys = list(dict.fromkeys(copy.keys))
        copy.lane = self._own_lane(copy)
        return copy

    def _line(self, copy: Copy, offset: int, raw: bytes) -> None:
        """Take in one line. The last one may be torn, since the agent may be writing it now."""
        torn = not raw.endswith(b"\n")
        raw = raw.strip()
        if not raw:
            return
        digest = blake2b(raw, digest_size=16).digest()
        known = self._lines.get(digest)
        if known is None:
            known, complaints = self._decoded(copy, offset, raw)
            for within, reason in complaints:
                if not (torn and reason == NOT_JSON):
                    copy.complain(offset + within, reason)
            if not complaints:
                self._lines[digest] = known
        for key, session in known:
            copy.keys.append(key)
            if session:
                copy.sessions.add(session)

    def _decoded(
        self, copy: Copy, offset: int, raw: bytes
    ) -> tuple[tuple[tuple[str, str], ...], list[tuple[int, str]]]:
        """Keys and session ids of a line's records, and what of it could not be decoded.

        Of two copies of one record the longer one says more; but one that a sub-agent's own
        file has says more than the one in its parent's.
        """
        if offset == 0:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        documents, complaints = self._decoder.documents(raw)
        found = []
        for number, document in enumerate(documents):
            if not isinstance(document, dict):
                complaints.append((0, "JSON, but no record, skipped"))
            one = record(document, raw, number, copy.index, offset)
            if one is None:
                continue
            known = self.records.get(one.key)
            if known is None:
                self.records[one.key] = one
            elif (one.apart, one.size) > (known.apart, known.size):
                self.records[one.key] = replace(one, items=_links(known) + one.items)
            else:
                self.records[one.key] = replace(known, items=_links(one) + known.items)
            found.append((one.key, one.session))
        return tuple(found), complaints

    def _own_lane(self, copy: Copy) -> str:
        """The lane of a sub-agent's file, given to those of its records that do not say it."""
        if not copy.keys or not all(self.records[key].apart for key in copy.keys):
            return ""
        named = _AGENT_FILE.search(copy.name)
        lane = next((self.records[key].lane for key in copy.keys if self.records[key].lane), "")
        lane = lane or (label(named[1]) if named else "")
        for key in copy.keys if lane else ():
            if not self.records[key].lane:
                self.records[key] = replace(self.records[key], lane=lane)
        return lane


def _links(one: Record) -> tuple[Linked, ...]:
    """What a record wrapped in the parent's knows, and one in a file of its own does not."""
    return tuple(item for item in one.items if isinstance(item, Linked))


def groups(copies: Sequence[Copy]) -> list[list[Copy]]:
    """Copies that share a session's id or a record, in the order of the sources."""
    leader = list(range(len(copies)))

    def find(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    owner: dict[tuple[str, str], int] = {}
    for at, copy in enumerate(copies):
        for mark in [("session", one) for one in copy.sessions] + [("", key) for key in copy.keys]:
            one, other = find(at), find(owner.setdefault(mark, at))
            leader[max(one, other)] = min(one, other)
    found: dict[int, list[Copy]] = {}
    for at, copy in enumerate(copies):
        found.setdefault(find(at), []).append(copy)
    return list(found.values())


def united(group: Iterable[Copy], records: Mapping[str, Record]) -> list[str]:
    """The keys of a session in order: its copies united, files of sub-agents merged in by time."""

    def time(key: str) -> str:
        return records[key].time

    lanes: dict[str, list[list[str]]] = {}
    for copy in group:
        lanes.setdefault(copy.lane, []).append(copy.keys)
    order = unite(lanes.pop("", []), time)
    for lane in sorted(lanes):
        known = set(order)
        side = unite(lanes[lane], time)
        order = merge(order, [key for key in side if key not in known], time)
    return order


def first_id(group: Iterable[Copy], records: Mapping[str, Record]) -> str:
    """The id of the session that began it all.

    A resumed session copies the records of the one before it under an id of its own and adds
    to them: so the first one has no records that only it has, or the earliest of those.
    """
    keys: dict[str, set[str]] = {}
    for copy in group:
        for session in copy.sessions:
            keys.setdefault(session, set()).update(copy.keys)
    if len(keys) < 2:
        return next(iter(keys), "")
    ranks = []
    for session, own in keys.items():
        others = set().union(*(theirs for other, theirs in keys.items() if other != session))
        began = min((records[key].time for key in own - others), default="")
        ranks.append((began, len(own), session))
    return min(ranks)[2]


def with_lanes(order: Sequence[Record]) -> list[Record]:
    """Give a lane to sub-agents that stand in line and have no name: that of their root."""
    lanes: dict[str, str] = {}
    laned = []
    for one in order:
        if one.side:
            lane = one.lane or lanes.get(one.parent) or label(one.key[:7])
            lanes[one.key] = lane
            one = one if one.lane else replace(one, lane=lane)
        laned.append(one)
    return laned
