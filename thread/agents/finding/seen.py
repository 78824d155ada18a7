"""What finders remember of transcripts, so that an unchanged file is not opened again.

A SQLite file in treadle's own folder in git's common directory, and a cache: delete it, and it
is made again. Where it cannot be written nothing is remembered.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from types import TracebackType

    from treadle.thread.agents.finding.disk import File

NAME = "seen.db"
SCHEMA = 1
"""1: files."""
_MOST = 500_000
"""Files that are remembered; beyond, all is forgotten and begun anew."""
_TABLES = """
create table files (agent text, path blob, size integer, changed real, told text, offset integer,
                    mark blob, primary key (agent, path)) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one file."""

    size: int = 0
    changed: float = 0
    """Size and time of change when it was looked at."""
    session: str = ""
    """The session it is of; ``""`` while that was not asked."""
    parent: str = ""
    """Of a sub-agent: the session that called it."""
    forked: str = ""
    """Of a fork: the session that it was forked off."""
    cwds: tuple[str, ...] = ()
    """The folders in which the session was, as far as the file was looked at."""
    offset: int = 0
    """How many bytes of it were looked at; what comes behind them is new."""
    mark: bytes = b""
    """A hash of the last bytes before ``offset``: another file may have the name now."""


def once(memory: Seen | None, agent: str, file: File, ask: Callable[[File], Fact]) -> Fact:
    """What a file says, asked anew only where its size or its time of change are others."""
    known = memory.of(agent, file.path) if memory else None
    if known is not None and (known.size, known.changed) == (file.size, file.changed):
        return known
    fact = replace(ask(file), size=file.size, changed=file.changed)
    if memory is not None:
        memory.keep(agent, file.path, fact)
    return fact


class Seen:
    """The memory, open. Used as a context; what is kept is written at its end."""

    def __init__(self, db: sqlite3.Connection | None) -> None:
        self._db = db
        self._new: dict[tuple[str, str], Fact] = {}
        self._known: dict[str, dict[str, Fact]] = {}

    @classmethod
    def open(cls, folder: str) -> Seen:
        """The memory in treadle's folder; an empty one where there is none or it is damaged."""
        import sqlite3

        path = os.path.join(folder, NAME)
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            return cls(_connected(path))
        except (OSError, sqlite3.Error):
            pass
        try:
            os.unlink(path)
            return cls(_connected(path))
        except (OSError, sqlite3.Error):
            return cls(None)

    def of(self, agent: str, path: str) -> Fact | None:
        """What is known of a file; None if nothing."""
        new = self._new.get((agent, path))
        return new or self._all(agent).get(path)

    def keep(self, agent: str, path: str, fact: Fact) -> None:
        """Remember what was found out about a file."""
        self._new[agent, path] = fact

    def _all(self, agent: str) -> dict[str, Fact]:
        """All facts of one agent: one query costs less than one for each of its files."""
        if agent not in self._known:
            self._known[agent] = _asked(self._db, agent) if self._db is not None else {}
        return self._known[agent]

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what is new. A full disk or another writer costs only the memory."""
        if self._db is None:
            return
        import sqlite3

        rows = [_row(agent, path, fact) for (agent, path), fact in self._new.items()]
        with suppress(sqlite3.Error):
            if rows:
                _write(self._db, rows)
        self._db.close()
        self._db = None


def _asked(db: sqlite3.Connection, agent: str) -> dict[str, Fact]:
    import sqlite3

    columns = "path, size, changed, told, offset, mark"
    try:
        rows = db.execute(f"select {columns} from files where agent = ?", [agent])
        return {os.fsdecode(row[0]): _fact(*row[1:]) for row in rows}
    except (sqlite3.Error, ValueError, TypeError):
        return {}


def _row(agent: str, path: str, fact: Fact) -> tuple[object, ...]:
    told = json.dumps([fact.session, fact.parent, fact.forked, *fact.cwds])
    return agent, os.fsencode(path), fact.size, fact.changed, told, fact.offset, fact.mark


def _fact(size: int, changed: float, told: str, offset: int, mark: bytes) -> Fact:
    session, parent, forked, *cwds = map(str, json.loads(told))
    return Fact(int(size), float(changed), session, parent, forked, (*cwds,), int(offset), mark)


def _write(db: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    with db:
        db.execute("begin immediate")
        (count,) = db.execute("select count(*) from files").fetchone()
        if count + len(rows) > _MOST:
            db.execute("delete from files")
        db.executemany("insert or replace into files values (?, ?, ?, ?, ?, ?, ?)", rows)


def _connected(path: str) -> sqlite3.Connection:
    """The open memory, made or made anew where it is of another schema."""
    import sqlite3

    old = os.umask(0o077)
    try:
        db = sqlite3.connect(path, timeout=2, isolation_level=None)
    finally:
        os.umask(old)
    try:
        (schema,) = db.execute("pragma user_version").fetchone()
        if schema != SCHEMA:
            with db:
                db.execute("begin immediate")
                db.execute("drop table if exists files")
                db.execute(_TABLES)
                db.execute(f"pragma user_version = {SCHEMA}")
    except sqlite3.Error:
        db.close()
        raise
    return db
