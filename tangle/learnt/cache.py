"""A SQLite file beside the repository that holds nothing of its own.

What was computed once is kept in such files. Each can be deleted at any time and may be found in
any state: of another version of treadle, damaged, in a folder that cannot be written. None of it
is an error; the file is made anew, or there is none.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress

from treadle.thread.repo import decode, encode

_PATIENCE = 10
"""Seconds to wait for another process that writes."""

Prepare = Callable[[sqlite3.Connection], None]
"""Makes a database fit to be used; raises ``sqlite3.Error`` where it cannot be."""


def opened(folder: str, name: str, prepare: Prepare) -> sqlite3.Connection:
    """The database ``name`` in ``folder``, made anew where it is damaged; in memory, for as long
    as the command runs, where it cannot be there."""
    db = on_disk(folder, name, prepare)
    if db is None:
        db = sqlite3.connect(":memory:")
        prepare(db)
    return db


def on_disk(folder: str, name: str, prepare: Prepare) -> sqlite3.Connection | None:
    """The same, but None where it cannot be there."""
    path = os.path.join(folder, name)
    for _ in range(2):
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            db = sqlite3.connect(path, timeout=_PATIENCE)
            prepare(db)
            return db
        except sqlite3.OperationalError:
            return None
        except (sqlite3.DatabaseError, OSError):
            with suppress(OSError):
                os.unlink(path)
    return None


def begin(db: sqlite3.Connection) -> sqlite3.Connection:
    """A transaction, begun: of ``db``, or of a copy in memory where the file cannot be written."""
    try:
        db.execute("begin immediate")
        # SQLite begins one of a file that it may only read, too, and refuses the first change.
        (version,) = db.execute("pragma user_version").fetchone()
        db.execute(f"pragma user_version = {version}")
    except sqlite3.OperationalError:
        db.rollback()
        memory = sqlite3.connect(":memory:")
        db.backup(memory)
        db.close()
        memory.execute("begin immediate")
        return memory
    return db


def renew(db: sqlite3.Connection, schema: int, create: Prepare) -> None:
    """Have ``create`` make the tables, in place of those of another schema."""
    if db.execute("pragma user_version").fetchone()[0] == schema:
        return
    with db:
        tables = "select name from sqlite_master where type = 'table' order by rootpage"
        for (name,) in db.execute(tables).fetchall():
            db.execute(f'drop table if exists "{name}"')
        create(db)
        db.execute(f"pragma user_version = {schema}")


def stored(path: str) -> str | bytes:
    """A path as the database can hold it: one that is not UTF-8 as its bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return encode(path)
    return path


def told(path: str | bytes) -> str:
    """The path that was stored."""
    return decode(path) if isinstance(path, bytes) else path
