"""What OpenCode stores, the same for all the places in which it has stored it.

Until version 1.1 every session, message and part of a message was a JSON file of its own; since
then they are rows of a database, and since 2.0 a message is one row with its parts inside.
``opencode export`` gives one document with all of it. The ids are the same everywhere, and a row
is changed in place: of two copies the one that was changed last is taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from treadle.thread.agents.reading.fields import rows, table, text, whole
from treadle.thread.agents.reading.lines import Decoder, document
from treadle.thread.agents.source import Complaints, Source

SESSION, MESSAGE, PART, ENTRY = "session", "message", "part", "entry"
"""The kinds of rows. An entry is a message as version 2 stores it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One session, message, part or entry."""

    kind: str
    id: str
    session: str
    """Of a part that does not say it ``""``."""
    message: str
    """Of a part: the message it belongs to."""
    order: int
    """Milliseconds at which it was created; of an entry its number in the session."""
    changed: int
    """Milliseconds."""
    value: dict[str, object]
    source: int
    """Index of the source."""

    @property
    def weight(self) -> tuple[int, int, str]:
        """Of two copies of a row the heavier one is the later one, or says more."""
        told = json.dumps(self.value, sort_keys=True, default=str)
        return self.changed, len(told), told


@dataclass(slots=True)
class Shelf:
    """Rows, each once."""

    sessions: dict[str, Row] = field(default_factory=dict)
    messages: dict[str, dict[str, Row]] = field(default_factory=dict)
    """By session."""
    parts: dict[str, dict[str, Row]] = field(default_factory=dict)
    """By message."""
    entries: dict[str, dict[str, Row]] = field(default_factory=dict)
    """By session."""

    def add(self, found: Iterable[Row]) -> None:
        """Shelve rows; of each the copy that was changed last stays."""
        for row in found:
            if row.kind == SESSION:
                _keep(self.sessions, row)
            elif row.kind == MESSAGE:
                _keep(self.messages.setdefault(row.session, {}), row)
            elif row.kind == PART:
                _keep(self.parts.setdefault(row.message, {}), row)
            else:
                _keep(self.entries.setdefault(row.session, {}), row)

    def named(self) -> list[str]:
        """The ids of all sessions that have messages, in the order they were met."""
        return list(dict.fromkeys([*self.messages, *self.entries]))

    def of(self, session: str) -> Iterator[Row]:
        """All messages, parts and entries of a session."""
        yield from self.entries.get(session, {}).values()
        for row in self.messages.get(session, {}).values():
            yield row
            yield from self.parts.get(row.id, {}).values()

    def opening(self, session: str) -> list[Row]:
        """The messages or entries of a session in order."""
        found = self.entries.get(session) or self.messages.get(session) or {}
        return sorted(found.values(), key=lambda row: (row.order, row.id))

    def print_of(self, row: Row) -> str:
        """The same for a copy of a message that was given new ids."""
        parts = sorted(self.parts.get(row.id, {}).values(), key=lambda part: part.id)
        told = [[one.value.get(key) for key in ("type", "text", "callID")] for one in parts]
        time = whole(table(row.value, "time"), "created")
        own = [row.value.get(key) for key in ("role", "type", "text", "content")]
        said: list[object] = [time, told, own]
        return blake2b(json.dumps(said, default=str).encode(), digest_size=16).hexdigest()

    def orphans(self) -> list[Row]:
        """One part of each message that is not here."""
        known = {one for messages in self.messages.values() for one in messages}
        return [next(iter(own.values())) for one, own in self.parts.items() if one not in known]


def _keep(shelf: dict[str, Row], row: Row) -> None:
    known = shelf.get(row.id)
    if known is None or row.weight > known.weight:
        shelf[row.id] = row


def session(value: dict[str, object], source: int) -> Row:
    """A session as a file or an export has it."""
    id_ = text(value, "id")
    return Row(SESSION, id_, id_, "", _created(value), _changed(value), value, source)


def message(value: dict[str, object], source: int) -> Row:
    """A message, without its parts, as a file or an export has it."""
    id_, owner = text(value, "id"), text(value, "sessionID")
    return Row(MESSAGE, id_, owner, "", _created(value), _changed(value), value, source)


def part(value: dict[str, object], source: int) -> Row:
    """A part of a message, as a file or an export has it."""
    id_, owner = text(value, "id"), text(value, "sessionID")
    return Row(PART, id_, owner, text(value, "messageID"), 0, _done(value), value, source)


def _created(value: object) -> int:
    return whole(table(value, "time"), "created") or 0


def _changed(value: object) -> int:
    time = table(value, "time")
    return whole(time, "updated") or whole(time, "completed") or whole(time, "created") or 0


def _done(value: object) -> int:
    """When a part was last changed: a file does not say it, but a call says when it ended."""
    time = table(table(value, "state"), "time") or table(value, "time")
    return whole(time, "end") or whole(time, "start") or 0


def is_session(value: object) -> bool:
    """Whether a document is a session: it has a folder and a time, and belongs to no other."""
    known = bool(text(value, "id") and text(value, "directory") and table(value, "time"))
    return known and not text(value, "sessionID")


def is_message(value: object) -> bool:
    """Whether a document is a message: it belongs to a session and has a role and a time."""
    known = bool(text(value, "id") and text(value, "sessionID") and table(value, "time"))
    return known and text(value, "role") in ("user", "assistant")


def is_part(value: object) -> bool:
    """Whether a document is a part: it belongs to a message and has a type."""
    return bool(text(value, "id") and text(value, "messageID") and text(value, "type"))


def is_export(value: object) -> bool:
    """Whether a document is a session with all that is in it."""
    return is_session(table(value, "info")) and bool(rows(value, "messages"))


def documents(source: Source, index: int, decoder: Decoder, complaints: Complaints) -> list[Row]:
    """The rows in one JSON file."""

    def complain(offset: int, reason: str) -> None:
        complaints.add(source.name, offset, reason)

    try:
        with source.open() as stream:
            values = document(stream, decoder, complain)
    except OSError as error:
        complain(0, f"cannot be opened: {error.strerror or error}")
        return []
    found: list[Row] = []
    for value in values:
        told = _document(value, index) if isinstance(value, dict) else []
        if not told:
            complaints.add(source.name, 0, "neither a session, a message nor a part, skipped")
        found += told
    return found


def _document(value: dict[str, object], source: int) -> list[Row]:
    if is_export(value):
        return _exported(value, source)
    if is_part(value):
        return [part(value, source)]
    if is_message(value):
        return [message(value, source)]
    return [session(value, source)] if is_session(value) else []


def _exported(value: dict[str, object], source: int) -> list[Row]:
    found = [session(table(value, "info"), source)]
    for pair in rows(value, "messages"):
        info = table(pair, "info")
        if is_message(info):
            found.append(message(info, source))
        owner = {"messageID": text(info, "id"), "sessionID": text(info, "sessionID")}
        for one in rows(pair, "parts"):
            if isinstance(one, dict) and is_part({**owner, **one}):
                found.append(part({**owner, **one}, source))
    return found
