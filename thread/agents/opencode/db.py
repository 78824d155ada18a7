"""OpenCode's database, read out of a copy of our own.

Only real tables are read, never a view; rows are counted, since those of a broken database may
follow each other in a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from treadle.thread.agents.opencode.rows import ENTRY, MESSAGE, PART, SESSION, Row
from treadle.thread.agents.reading import database
from treadle.thread.agents.reading.fields import whole
from treadle.thread.agents.reading.lines import Decoder
from treadle.thread.agents.source import Source

if TYPE_CHECKING:
    import sqlite3

_ROW = 8
"""Bytes. A database has no more rows than it has room for."""
_SESSIONS = ("session_v2", "session")


class Base:
    """An open database. What of it cannot be read is told to ``complain``."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        size: int,
        source: int,
        decoder: Decoder,
        complain: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._room = size // _ROW
        self._source = source
        self._decoder = decoder
        self._complain = complain
        self._columns = {name: self._named(name) for name in self._tables()}

    def _asked(self, question: str, *values: str) -> Iterator[tuple[object, ...]]:
        import sqlite3

        try:
            for row in self._connection.execute(question, values):
                self._room -= 1
                if self._room < 0:
                    raise sqlite3.DatabaseError("it has more rows than it has room for")
                yield row
        except (sqlite3.Error, ValueError) as error:
            self._complain(f"database cannot be read: {database.short(error)}")

    def _tables(self) -> list[str]:
        """Real tables only: a view or a virtual table would run what its maker wrote."""
        wanted = (*_SESSIONS, "message", "part", "session_message")
        asked = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
        found = {_word(name) for (name,) in self._asked(asked)}
        return [name for name in wanted if name in found]

    def _named(self, name: str) -> set[str]:
        return {_word(row[1]) for row in self._asked(f'PRAGMA table_info("{name}")')}

    def sessions(self) -> Iterator[Row]:
        """All sessions."""
        for name in _SESSIONS:
            for row in self._select(name, "", ""):
                id_ = _word(row.get("id"))
                yield Row(SESSION, id_, id_, "", *_times(row), self._session(row), self._source)

    def named(self) -> list[str]:
        """The ids of all sessions that have messages."""
        found: dict[str, None] = {}
        for name in ("message", "session_message"):
            if "session_id" in self._columns.get(name, ()):
                asked = f'SELECT DISTINCT session_id FROM "{name}"'
                found.update((_word(one), None) for (one,) in self._asked(asked))
        return [one for one in found if one]

    def rows(self, session: str) -> Iterator[Row]:
        """All messages, parts and entries of a session."""
        for kind, name in ((MESSAGE, "message"), (PART, "part"), (ENTRY, "session_message")):
            for row in self._select(name, "session_id", session):
                id_ = _word(row.get("id"))
                value = self._value(row.get("data"))
                if value is None:
                    self._complain(f"{name} {id_[:80]} is no JSON object, skipped")
                    continue
                if kind == ENTRY:
                    value.setdefault("type", _word(row.get("type")))
                created, changed = _times(row)
                order = row.get("seq")
                order = order if isinstance(order, int) else created
                owner = _word(row.get("message_id"))
                yield Row(kind, id_, session, owner, order, changed, value, self._source)

    def _select(self, name: str, key: str, wanted: str) -> Iterator[dict[str, object]]:
        has = self._columns.get(name, set())
        if "id" not in has or (key and key not in has):
            return
        columns = [one for one in _COLUMNS if one in has]
        where = f'WHERE "{key}" = ?' if key else ""
        listed = ", ".join(f'"{one}"' for one in columns)
        asked = f'SELECT {listed} FROM "{name}" {where} ORDER BY id'
        for found in self._asked(asked, *((wanted,) if key else ())):
            yield dict(zip(columns, found, strict=True))

    def _session(self, row: dict[str, object]) -> dict[str, object]:
        """A session's row in the form that its file had."""
        created, updated = _times(row)
        return {
            "id": _word(row.get("id")),
            "parentID": _word(row.get("parent_id")),
            "directory": _word(row.get("directory")),
            "title": _word(row.get("title")),
            "version": _word(row.get("version")),
            "revert": self._value(row.get("revert")) or {},
            "fork": _word(row.get("fork_session_id")),
            "time": {"created": created, "updated": updated},
        }

    def _value(self, stored: object) -> dict[str, object] | None:
        raw = stored if isinstance(stored, bytes) else b""
        values = self._decoder.documents(raw)[0] if raw else []
        return values[0] if values and isinstance(values[0], dict) else None


_COLUMNS = (
    "id",
    "session_id",
    "message_id",
    "parent_id",
    "directory",
    "title",
    "version",
    "revert",
    "fork_session_id",
    "type",
    "seq",
    "time_created",
    "time_updated",
    "data",
)


def _word(value: object) -> str:
    """A text of the database, which comes as bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _times(row: dict[str, object]) -> tuple[int, int]:
    created = whole(row, "time_created") or 0
    return created, whole(row, "time_updated") or created


@contextmanager
def opened(
    source: Source,
    logs: Sequence[Source],
    index: int,
    decoder: Decoder,
    complain: Callable[[str], None],
) -> Iterator[Base | None]:
    """The database in a source; None, and a complaint, where there is none.

    ``logs`` are the sources of its log; there may be none.
    """
    import sqlite3

    with ExitStack() as stack:
        try:
            connection, size = database.copied(stack, source, logs)
        except (OSError, sqlite3.Error, ValueError) as error:
            complain(f"database cannot be opened: {database.short(error)}")
            yield None
        else:
            yield Base(connection, size, index, decoder, complain)
