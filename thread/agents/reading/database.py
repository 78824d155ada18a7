"""Databases of agents, opened so that they can do no harm, and none is done to them.

A database may be written to at this very moment, and it may have been made by an enemy. Where all
of it is wanted its bytes, and those of the log beside it that holds the newest changes, are
copied into a folder of ours, opened there, and thrown away. Where only a few columns are wanted
it is opened where it lies, in a way that writes nothing. Only real tables are read, never a
view; nothing in the file is run; and reading stops after a number of steps that no honest
database needs.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from treadle.thread.agents.events import clip
from treadle.thread.agents.reading.lines import LONGEST_LINE
from treadle.thread.agents.source import Source

if TYPE_CHECKING:
    import sqlite3

LARGEST = 4 << 30
"""Bytes of a database that is copied."""
_STEP = 1_000_000
_STEPS = 50
"""Millions of steps that SQLite's machine may take, and one more for each 512 KB of a database:
rows of a broken one may follow each other in a circle."""
_ROWS = 1_000_000

LOG = "-wal"
_SHARED = "-shm"


@contextmanager
def peek(path: str, complain: Callable[[str, str], None]) -> Iterator[Peek]:
    """A database of which a few columns are wanted, opened where it lies.

    What goes wrong is told to ``complain``, with the path, and then there are no rows.
    """
    import sqlite3

    with ExitStack() as stack:
        connection: sqlite3.Connection | None = None
        try:
            connection = _opened(stack, path)
        except (OSError, sqlite3.Error, ValueError) as error:
            complain(path, f"database cannot be opened: {short(error)}")
        yield Peek(connection, path, complain)


class Peek:
    """Columns of real tables, every value as text; ``""`` for a column that is not there."""

    def __init__(
        self,
        connection: sqlite3.Connection | None,
        path: str,
        complain: Callable[[str, str], None],
    ) -> None:
        self._connection = connection
        self._path = path
        self._complain = complain

    def rows(self, table: str, *columns: str) -> list[tuple[str, ...]]:
        """The rows of a table; none where there is no such table."""
        has = self._columns(table)
        named = ", ".join(f'"{column}"' if column in has else "NULL" for column in columns)
        return self._ask(f'SELECT {named} FROM "{table}" LIMIT {_ROWS}') if has else []

    def _columns(self, table: str) -> set[str]:
        real = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
        if (table,) not in self._ask(real):
            return set()
        return {row[1] for row in self._ask(f'PRAGMA table_info("{table}")')}

    def _ask(self, question: str) -> list[tuple[str, ...]]:
        import sqlite3

        if self._connection is None:
            return []
        try:
            return [tuple(map(_text, row)) for row in self._connection.execute(question)]
        except (sqlite3.Error, ValueError) as error:
            self._complain(self._path, f"database cannot be read: {short(error)}")
            return []


def short(error: Exception) -> str:
    """What an error says; one that quotes bytes of a broken database quotes nothing here."""
    return "its text is not UTF-8" if isinstance(error, ValueError) else clip.one_line(str(error))


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def _opened(stack: ExitStack, path: str) -> sqlite3.Connection:
    """A guarded connection that writes nothing.

    Without a log, or with an empty one, the file alone is the database and nobody has to be
    asked. With one that is shared at the moment, its readers are counted in memory that is there
    already. A log that nobody shares would have to be played back: that is done in a copy.
    """
    import sqlite3

    Source.file(path).open().close()
    log = path + LOG
    if os.path.exists(log) and os.path.getsize(log):
        if not os.path.exists(path + _SHARED):
            return copied(stack, Source.file(path), [Source.file(log)])[0]
        how = "mode=ro"
    else:
        how = "mode=ro&immutable=1"
    place = f"file:{quote(os.path.abspath(path))}?{how}"
    connection = stack.enter_context(
        closing(sqlite3.connect(place, timeout=2, isolation_level=None, uri=True))
    )
    _guard(connection, os.path.getsize(path))
    return connection


def copied(
    stack: ExitStack, source: Source, logs: Sequence[Source]
) -> tuple[sqlite3.Connection, int]:
    """A guarded connection to a copy, and how many bytes were copied.

    ``logs`` are the sources of the database's log; there may be none. ``OSError``,
    ``sqlite3.Error`` or ``ValueError`` where there is no database.
    """
    import sqlite3

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="treadle-")))
    path = folder / "copy.db"
    sizes = [_copy(source, path), *(_copy(log, folder / "copy.db-wal") for log in logs)]
    if max(sizes) > LARGEST:
        raise OSError("it is over 4 GB")
    connection = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
    _guard(connection, sum(sizes))
    return connection, sum(sizes)


def _copy(source: Source, path: Path) -> int:
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
