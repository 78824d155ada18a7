"""OpenCode's database, read out of a copy of our own.

A database may be written to at this very moment, and it may have been made by an enemy. So its
bytes, and those of the log beside it that holds the newest changes, are copied into a folder of
ours, opened there, and thrown away. Only real tables are read, never a view; nothing in the
file is run; and reading stops after a number of steps that no honest database needs.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.thread.agents import clip
from treadle.thread.agents.fields import whole
from treadle.thread.agents.lines import LONGEST_LINE, Decoder
from treadle.thread.agents.opencode_rows import ENTRY, MESSAGE, PART, SESSION, Row
from treadle.thread.agents.source import Source

if TYPE_CHECKING:
    import sqlite3

LARGEST = 4 << 30
"""Bytes of a database that is copied."""
_STEP = 1_000_000
_STEPS = 50
"""Millions of steps that SQLite's machine may take, and one more for each 512 KB of a database:
rows of a broken one may follow each other in a circle."""
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
            self._complain(f"database cannot be read: {_short(error)}")

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
            connection, size = _connected(stack, source, logs)
        except (OSError, sqlite3.Error, ValueError) as error:
            complain(f"database cannot be opened: {_short(error)}")
            yield None
        else:
            yield Base(connection, size, index, decoder, complain)


def _short(error: Exception) -> str:
    """What an error says; one that quotes bytes of a broken database quotes nothing here."""
    return "its text is not UTF-8" if isinstance(error, ValueError) else clip.one_line(str(error))


def _connected(
    stack: ExitStack, source: Source, logs: Sequence[Source]
) -> tuple[sqlite3.Connection, int]:
    """A guarded connection to a copy, and how many bytes were copied."""
    import sqlite3

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="treadle-")))
    path = folder / "copy.db"
    sizes = [_copied(source, path), *(_copied(log, folder / "copy.db-wal") for log in logs)]
    if max(sizes) > LARGEST:
        raise OSError("it is over 4 GB")
    connection = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
    _guard(connection, sum(sizes))
    return connection, sum(sizes)


def _copied(source: Source, path: Path) -> int:
    """Copy a source into a file; the number of bytes, one too many where it is too large."""
    with source.open() as stream, path.open("wb") as copy:
        shutil.copyfileobj(_Head(stream.read, LARGEST + 1), copy, 1 << 20)
        return copy.tell()


class _Head:
    """The first bytes of a stream."""

    def __init__(self, read: Callable[[int], bytes], left: int) -> None:
        self._read = read
        self._left = left

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, none behind the last."""
        piece = self._read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(piece)
        return piece


def _guard(connection: sqlite3.Connection, size: int) -> None:
    """Take from a database all that it could do but be read."""
    import sqlite3

    left = _STEPS + (size >> 19)
    harmless = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA)

    def tick() -> int:
        nonlocal left
        left -= 1
        return int(left < 0)

    def allowed(action: int, *_: str | None) -> int:
        return sqlite3.SQLITE_OK if action in harmless else sqlite3.SQLITE_DENY

    connection.text_factory = bytes
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA query_only = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_LINE)
    connection.set_progress_handler(tick, _STEP)
    connection.set_authorizer(allowed)
