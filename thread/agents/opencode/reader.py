"""OpenCode: sessions out of its JSON files, its database, or what ``opencode export`` prints.

A session is given as the sources of all its files, in any mixture: ``storage/session/*/SES.json``,
``storage/message/SES/*.json`` and ``storage/part/MSG/*.json``; a database and, beside it, its
``-wal``; the document of an export. Every row has an id and says what it belongs to, so names do
not matter, except that a log is its database's by its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import takewhile
from typing import TYPE_CHECKING

from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.opencode import find, rows
from treadle.thread.agents.opencode.rows import Row, Shelf
from treadle.thread.agents.opencode.session import Place, Story, tasks
from treadle.thread.agents.reading.fields import text
from treadle.thread.agents.reading.kin import lane
from treadle.thread.agents.reading.lines import Decoder
from treadle.thread.agents.reading.union import merge
from treadle.thread.agents.source import Complaints, Reader, Reading, Source
from treadle.thread.model import Event, Session

if TYPE_CHECKING:
    from treadle.thread.agents.opencode.db import Base

NAME = find.NAME

_MAGIC = b"SQLite format 3\0"
_LOGS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_TABLES = re.compile(rb"CREATE TABLE [`\"]?(?:part|session_message|session_v2)[`\"]?\s*\(")
_LONG = re.compile(rb'\s*\{[^{}\[\]]{0,2000}"(?:messageID|sessionID)"\s*:\s*"')
_EXPORT = re.compile(rb'\s*\{\s*"info"\s*:\s*\{[^{}]{0,2000}"directory"\s*:')
_FORK = re.compile(r"\(fork #\d{1,6}\)$")
_OWN = re.compile(rb'(?:msg|prt|ses)_[0-9A-Za-z]|"callID"')


def recognises(head: bytes) -> bool:
    """Whether a file is one of OpenCode's documents, its database or that database's log."""
    if head.startswith(_MAGIC):
        return bool(_TABLES.search(head))
    if head.startswith(_LOGS):
        return bool(_OWN.search(head))
    if head.lstrip()[:1] != b"{":
        return False
    values = Decoder().documents(head)[0]
    if len(values) == 1 and values[0] is not None and head.rstrip().endswith(b"}"):
        kinds = (
            rows.is_part,
            rows.is_message,
            rows.is_session,
            rows.is_export,
        )
        return any(kind(values[0]) for kind in kinds)
    return bool((_LONG.match(head) and _OWN.search(head)) or _EXPORT.match(head))


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions."""
    complaints = Complaints()
    decoder = Decoder()
    library = _Library(sources)
    with ExitStack() as stack:
        for index, source in enumerate(sources):
            magic = _magic(source)
            if magic.startswith(_MAGIC):
                library.open(stack, index, decoder, complaints)
            elif not magic.startswith(_LOGS):
                library.shelf.add(rows.documents(source, index, decoder, complaints))
            elif source.name not in {f"{other.name}-wal" for other in sources}:
                complaints.add(source.name, 0, "a database's log without the database")
        library.catalogue()
        sessions = library.sessions()
    for row in library.shelf.orphans():
        complaints.add(sources[row.source].name, 0, "part of a message that is not here, skipped")
    for row in library.shelf.sessions.values():
        if row.id not in library.elders:
            complaints.add(sources[row.source].name, 0, "session without its messages, skipped")
    known = {session.id for session in sessions}
    ids = {key: elder for key, elder in library.elders.items() if elder in known}
    ids |= {key: key for key in library.shelf.sessions if key not in library.elders}
    return Reading(tuple(sessions), complaints.problems(), ids)


def _magic(source: Source) -> bytes:
    try:
        with source.open() as stream:
            return stream.read(len(_MAGIC))
    except OSError:
        return b""


class _Library:
    """All sources, with the rows of files on a shelf and those of databases still in them."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.shelf = Shelf()
        self.elders: dict[str, str] = {}
        """From every session to the one that called it, or whose callers called it."""
        self._sources = sources
        self._bases: list[Base] = []
        self._infos: dict[str, Row] = {}
        self._copied: set[str] = set()

    def open(self, stack: ExitStack, index: int, decoder: Decoder, complaints: Complaints) -> None:
        """Open the database in a source, with its log."""
        from treadle.thread.agents.opencode import db

        source = self._sources[index]
        logs = [one for one in self._sources if one.name == f"{source.name}-wal"][:1]

        def complain(reason: str) -> None:
            complaints.add(source.name, 0, reason)

        base = stack.enter_context(db.opened(source, logs, index, decoder, complain))
        self._bases += [base] if base else []

    def catalogue(self) -> None:
        """Learn which sessions there are, and which called which."""
        index = Shelf()
        index.add(self.shelf.sessions.values())
        for base in self._bases:
            index.add(base.sessions())
        self._infos = index.sessions
        named = [*self.shelf.named(), *(one for base in self._bases for one in base.named())]
        known = dict.fromkeys(named)
        parents: dict[str, str] = {}
        for key in known:
            parent = text(self._infos[key].value, "parentID") if key in self._infos else ""
            if parent in known and _eldest(parent, parents) != key:
                parents[key] = parent
        self.elders = {key: _eldest(key, parents) for key in known}

    def sessions(self) -> list[Session]:
        """All sessions, each with its sub-agents. The earliest is told first: a later one may
        begin with a copy of its messages."""
        families: dict[str, list[str]] = {}
        for key, elder in self.elders.items():
            families.setdefault(elder, []).append(key)
        wanted = self._wanted(families)
        read = families if any(map(self._is_fork, wanted)) else wanted
        told = {elder: self._told(elder, families[elder]) for elder in sorted(read, key=self._age)}
        return [told[elder] for elder in wanted if told[elder].events or told[elder].problems]

    def _wanted(self, families: Mapping[str, Sequence[str]]) -> list[str]:
        """The sessions that are asked for. Of forks those are read as well that they copied."""
        asked = [source.only for source in self._sources]
        named = {key for only in asked for key in only}
        return [
            elder for elder, keys in families.items() if not all(asked) or named & {elder, *keys}
        ]

    def _is_fork(self, key: str) -> bool:
        info = self._infos[key].value if key in self._infos else {}
        return bool(_FORK.search(text(info, "title")) or info.get("fork"))

    def _age(self, key: str) -> tuple[int, str]:
        return (self._infos[key].order if key in self._infos else 0), key

    def _told(self, elder: str, family: Sequence[str]) -> Session:
        shelf = Shelf()
        for key in family:
            shelf.add(self.shelf.of(key))
            for base in self._bases:
                shelf.add(base.rows(key))
            shelf.add([self._infos[key]] if key in self._infos else [])
        complaints, bounds, asked = Complaints(), Bounds(), tasks(shelf)
        events: list[Event] = []
        for key in sorted(family, key=lambda key: (key != elder, key)):
            info = self._infos[key].value if key in self._infos else {}
            place = Place(text(info, "directory"), "" if key == elder else lane(key), asked)
            story = Story(place, [one.name for one in self._sources], bounds, complaints)
            story.tell(key, shelf, self._copies(key, shelf))
            events = _merged(events, story.events)
        version = text(self._infos[elder].value, "version") if elder in self._infos else ""
        return Session(NAME, elder, version, tuple(events), complaints.problems())

    def _copies(self, key: str, shelf: Shelf) -> set[str]:
        """The messages with which a session begins that it copied from one it was forked off."""
        prints = {row.id: shelf.print_of(row) for row in shelf.opening(key)}
        known = self._copied
        copied = takewhile(lambda one: prints[one] in known, prints)
        copies = set(copied) if self._is_fork(key) else set()
        known.update(prints.values())
        return copies


def _eldest(key: str, parents: Mapping[str, str]) -> str:
    while key in parents:
        key = parents[key]
    return key


def _merged(main: list[Event], side: list[Event]) -> list[Event]:
    """The events of a sub-agent put among those of its caller, by time."""
    both = {event.key: event for event in (*side, *main)}
    known = {event.key for event in main}
    fresh = [event.key for event in side if event.key not in known]
    order = merge([event.key for event in main], fresh, lambda key: both[key].time)
    return [both[key] for key in order]


READER = Reader(NAME, recognises, read, find.find, find.beside, moved=find.MOVED)
