"""The copies of Codex's sessions: which belong together, and in which order.

Codex gives its lines no ids, so each item gets a key made of what it is: the id of its call,
else a hash of its time and text. A line that stood in a copy before is known by its hash and
is not decoded again; what holds at that point of the file (turn, folder, model) is carried along.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from treadle.thread.agents.codex import zst
from treadle.thread.agents.codex.item import (
    Call,
    Changed,
    Context,
    Ended,
    Item,
    Meta,
    Output,
    Spawned,
    Unknown,
    Used,
)
from treadle.thread.agents.codex.line import items
from treadle.thread.agents.codex.prompt import Folder, Prose, Typed
from treadle.thread.agents.events import clip
from treadle.thread.agents.reading.lines import NOT_JSON, Decoder, lines
from treadle.thread.agents.reading.union import unite
from treadle.thread.agents.source import Complaints, Source

_NAMED = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl(?:\.zst)?$")


@dataclass(frozen=True, slots=True)
class Record:
    """One item, and what held where it stood."""

    key: str
    item: Item
    time: str
    session: str
    turn: str
    cwd: str
    model: str
    source: int
    """Index of the source it was read from."""
    offset: int
    size: int
    """Bytes of the line: of two copies of one item the longer one says more."""

    @property
    def mark(self) -> str:
        """What stays the same when a fork repeats the item: its key, without the time."""
        if isinstance(self.item, Prose):
            return f"{self.item.kind} {self.item.rank} {self.item.text}"
        return self.key if self.is_named else ""

    @property
    def is_named(self) -> bool:
        """Whether an id names it that no other session may have by chance."""
        if isinstance(self.item, Context):
            return bool(self.item.turn)
        named = Call | Output | Ended | Changed | Used
        return isinstance(self.item, named) and bool(self.item.id)


@dataclass(slots=True)
class Copy:
    """What one source holds."""

    index: int
    name: str
    metas: list[Meta] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    """By key, in the order of the file."""
    problems: Complaints = field(default_factory=Complaints)

    @property
    def session(self) -> str:
        """The id in its first line, else the one in its name."""
        named = _NAMED.search(self.name)
        own = self.metas[0].id if self.metas else ""
        return own or (named[1] if named else "")

    def complain(self, offset: int, reason: str) -> None:
        """Note a problem at a byte offset of the source."""
        self.problems.add(self.name, offset, reason, next(reversed(self.records), ""))


class Shelf:
    """Reads sources; a line is decoded once, in however many of them it stands."""

    def __init__(self) -> None:
        self._lines: dict[bytes, tuple[str, list[Item]]] = {}
        self._decoder = Decoder()

    def take(self, source: Source, index: int) -> Copy:
        """Read a source."""
        copy = Copy(index, source.name)
        place = _Place(copy)
        try:
            with zst.opened(source) as stream:
                for offset, raw in lines(stream, copy.complain):
                    for time, said in self._said(copy, offset, raw):
                        place.add(time, said, offset, len(raw))
        except OSError as error:
            copy.complain(0, f"cannot be opened: {error.strerror or error}")
        return copy

    def _said(self, copy: Copy, offset: int, raw: bytes) -> list[tuple[str, list[Item]]]:
        """What one line says. The last one may be torn, since the agent may be writing it now."""
        torn = not raw.endswith(b"\n")
        raw = raw.strip()
        if offset == 0:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if not raw:
            return []
        digest = blake2b(raw, digest_size=16).digest()
        if digest in self._lines:
            return [self._lines[digest]]
        documents, complaints = self._decoder.documents(raw)
        for document in documents:
            if not isinstance(document, dict):
                complaints.append((0, "JSON, but no record, skipped"))
        for within, reason in complaints:
            if not (torn and reason == NOT_JSON):
                copy.complain(offset + within, reason)
        found = [items(document) for document in documents]
        if len(found) == 1 and not complaints:
            self._lines[digest] = found[0]
        return found


class _Place:
    """Where in a file one is, and what holds there."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._now = Context()
        self._seen: Counter[str] = Counter()

    def add(self, time: str, said: Iterable[Item], offset: int, size: int) -> None:
        for item in said:
            if isinstance(item, Meta):
                self._meta(item)
            elif isinstance(item, Folder):
                self._now = _changed(self._now, Context(cwd=item.path))
            elif isinstance(item, Context):
                self._now = _changed(self._now, item)
            elif isinstance(item, Unknown):
                self._copy.complain(offset, item.reason)
                continue
            if not isinstance(item, Folder):
                self._record(item, time, offset, size)

    def _meta(self, meta: Meta) -> None:
        self._copy.metas.append(meta)
        self._now = _changed(self._now, Context(cwd=meta.cwd))

    def _record(self, item: Item, time: str, offset: int, size: int) -> None:
        now, copy = self._now, self._copy
        key = _key(item, time)
        known = copy.records.get(key)
        if known is not None and isinstance(item, Call) and item != known.item:
            copy.complain(offset, f"tool call id used again, {clip.one_line(item.id)}")
        if known is not None and isinstance(item, Call | Prose) and self._is_new(item, known):
            self._seen[key] += 1
            count = self._seen[key] + 1
            if isinstance(item, Call):
                item = replace(item, id=f"{item.id}#{count}")
            key, known = f"{key}#{count}", None
        record = Record(
            key, item, time, copy.session, now.turn, now.cwd, now.model, copy.index, offset, size
        )
        if known is None or _says_more(record, known):
            copy.records[key] = record

    def _is_new(self, item: Item, known: Record) -> bool:
        """Whether it is another item of the same key, not the same one told again."""
        return isinstance(item, Prose) or item != known.item


def _changed(now: Context, then: Context) -> Context:
    return Context(then.turn or now.turn, then.cwd or now.cwd, then.model or now.model)


def _key(item: Item, time: str) -> str:
    """What stays the same in every copy, and in every version of this reader."""
    if isinstance(item, Call | Output | Ended | Changed | Used) and item.id:
        return f"{type(item).__name__.lower()} {item.id}"
    if isinstance(item, Context):
        return f"turn {item.turn}"
    if isinstance(item, Meta):
        return f"session {item.id}"
    if isinstance(item, Spawned):
        return f"spawned {item.call} {item.session}"
    if isinstance(item, Prose):
        return _hash(time, item.kind, str(item.rank), item.text)
    if isinstance(item, Call | Used):
        return _hash(time, item.name, repr(item.input))
    if isinstance(item, Typed | Ended):
        return _hash(time, item.command)
    return _hash(time, repr(item))


def _hash(*parts: str) -> str:
    told = "\0".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(told, digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Strand:
    """One session, put together from its copies."""

    id: str
    copies: tuple[Copy, ...]
    records: tuple[Record, ...]

    @property
    def metas(self) -> list[Meta]:
        """Those that are its own."""
        return [meta for copy in self.copies for meta in copy.metas if meta.id == self.id]

    @property
    def parents(self) -> list[str]:
        """Sessions whose lines it may begin with."""
        named = [meta.parent for meta in self.metas]
        repeated = [meta.id for copy in self.copies for meta in copy.metas]
        return [one for one in dict.fromkeys(named + repeated) if one not in ("", self.id)]

    @property
    def spawner(self) -> str:
        """Of a sub-agent: the session that started it; else ``""``."""
        return next((meta.parent for meta in self.metas if meta.spawned), "")


def strands(copies: Iterable[Copy]) -> list[Strand]:
    """The copies as sessions, in the order in which they are first named.

    A copy without an id joins the session that it shares a call with.
    """
    groups: dict[str, list[Copy]] = {}
    owners: dict[str, str] = {}
    for copy in sorted(copies, key=lambda copy: not copy.session):
        own = (owners[key] for key in copy.records if key in owners)
        id_ = copy.session or next(own, f"?{copy.index}")
        groups.setdefault(id_, []).append(copy)
        for record in copy.records.values():
            if record.is_named:
                owners.setdefault(record.key, id_)
    found = [_strand("" if id_[0] == "?" else id_, group) for id_, group in groups.items()]
    return sorted(found, key=lambda strand: strand.copies[0].index)


def _strand(id_: str, group: list[Copy]) -> Strand:
    best: dict[str, Record] = {}
    for copy in group:
        for key, record in copy.records.items():
            known = best.get(key)
            if known is None or _says_more(record, known):
                best[key] = record
    order = unite((list(copy.records) for copy in group), lambda key: best[key].time)
    return Strand(id_, tuple(group), tuple(best[key] for key in order))


def _says_more(one: Record, other: Record) -> bool:
    """Of two records of one key that of the higher rank, else the longer one."""
    return _weight(one) > _weight(other)


def _weight(record: Record) -> tuple[int, int, str, str]:
    rank = record.item.rank if isinstance(record.item, Ended | Changed) else 0
    return rank, record.size, record.time, record.cwd


def without_replay(strand: Strand, known: Mapping[str, Strand]) -> tuple[Record, ...]:
    """A session's records without those that it repeats of the session it was forked from.

    A fork begins with its parent's lines, their times made new. All is a repetition up to the
    last item whose id the parent has too, and what follows there as it follows in the parent:
    words have no ids, and the person may begin the fork with words used before.

        parent   turn 1 . ask . call a . answer . turn 2 . ask
        fork     turn 1 . ask . call a . answer . turn 9 . ask . call b
                 repeated                       |
    """
    own = [record for record in strand.records if record.mark]
    cut = -1
    for parent in (known[id_] for id_ in strand.parents if id_ in known):
        theirs = [record.mark for record in parent.records if record.mark]
        cut = max(cut, _repeated(own, theirs))
    if cut < 0:
        return strand.records
    last = next(at for at, record in enumerate(strand.records) if record is own[cut])
    kept = [record for record in strand.records[:last] if isinstance(record.item, Meta)]
    return (*kept, *strand.records[last + 1 :])


def _repeated(own: list[Record], theirs: list[str]) -> int:
    """Index of the last repeated record, -1 if there is none."""
    where = {mark: at for at, mark in enumerate(theirs)}
    at, there = -1, -1
    for index, record in enumerate(own):
        if record.is_named and record.mark in where:
            at, there = index, where[record.mark]
    while at + 1 < len(own) and there + 1 < len(theirs) and own[at + 1].mark == theirs[there + 1]:
        at, there = at + 1, there + 1
    return at
