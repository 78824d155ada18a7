"""What was computed once and need not be again: a file of answers beside the repository.

Blaming a tree, reading a document and colouring a diff take most of a weave's time, and the
next weave asks mostly for the same. Answers are kept by kind and key, where the key is the
id of all that the answer was made of, and the version of the code that made it; so nothing
is ever stale, only unused. The file can be deleted at any time, and where it cannot be
written nothing is kept and everything still works.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import zlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from treadle.tangle.learnt import cache

SCHEMA = 1
"""1: answers by kind and key."""

SPARE = 64
"""Answers of a kind that may be there beyond twice those in use, before the rest are dropped."""

LEVEL = 1
"""Of compression: pages shrink to a sixth at 200 MB/s."""

FOLDERS = ("thread", "tangle", "weave", "templates")
LIBRARIES = ("pygments", "markdown_it", "jinja2")

_TABLE = """create table if not exists answers
(kind text, key text, told blob, primary key (kind, key)) without rowid"""


@lru_cache(maxsize=1)
def made_by() -> str:
    """Return a name for the code that computes answers, the same as long as the code is."""
    told = hashlib.blake2b(digest_size=12)
    root = Path(__file__).parents[2]
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".css", ".js"):
                told.update(path.relative_to(root).as_posix().encode())
                told.update(path.read_bytes())
    for name in LIBRARIES:
        found = find_spec(name)
        origin = found.origin if found else None
        told.update(f"{name} {origin and os.stat(origin).st_mtime_ns}".encode())
    return told.hexdigest()


class Kept:
    """Answers in ``folder``; with ``""`` none are kept.

    May be handed to another process: each opens the file anew.
    """

    def __init__(self, folder: str = "") -> None:
        self.folder = folder
        self._db: sqlite3.Connection | None = None
        self._owner = 0

    def __reduce__(self) -> tuple[type[Kept], tuple[str]]:
        return Kept, (self.folder,)

    def close(self) -> None:
        """Close the file, if this process opened it."""
        if self._db is not None and self._owner == os.getpid():
            self._db.close()
        self._db = None

    def get(self, kind: str, key: str) -> object | None:
        """The answer that was kept, as JSON has it; None where there is none."""
        return self.get_all(kind, [key]).get(key)

    def has(self, kind: str, key: str) -> bool:
        """Whether an answer was kept; it is not unpacked."""
        db = self._opened()
        try:
            return db is not None and bool(db.execute(_THERE, (kind, _full(key))).fetchone())
        except sqlite3.Error:
            return False

    def get_all(self, kind: str, keys: Collection[str]) -> dict[str, object]:
        """The same of many keys; those without an answer are left out."""
        db = self._opened()
        if db is None:
            return {}
        found = {}
        for key in keys:
            try:
                row = db.execute(_ASKED, (kind, _full(key))).fetchone()
                if row:
                    found[key] = json.loads(zlib.decompress(row[0]))
            except (sqlite3.Error, ValueError, zlib.error):
                continue
        return found

    def put(self, kind: str, answers: Mapping[str, object]) -> None:
        """Keep answers, if they can be kept."""
        db = self._opened()
        if db is None or not answers:
            return
        rows = [(kind, _full(key), _packed(told)) for key, told in answers.items()]
        with suppress(sqlite3.Error), db:
            db.executemany("insert or replace into answers values (?, ?, ?)", rows)

    def prune(self, kind: str, wanted: Collection[str]) -> None:
        """Drop answers that are not ``wanted`` any more, once there are many of them."""
        db = self._opened()
        if db is None:
            return
        with suppress(sqlite3.Error), db:
            there = {row[0] for row in db.execute("select key from answers where kind = ?", [kind])}
            stale = there - {_full(key) for key in wanted}
            if len(stale) > len(wanted) + SPARE:
                db.executemany(_DROPPED, [(kind, key) for key in stale])

    def _opened(self) -> sqlite3.Connection | None:
        if not self.folder:
            return None
        if self._db is None or self._owner != os.getpid():
            self._db, self._owner = cache.on_disk(self.folder, "kept.db", _prepared), os.getpid()
            if self._db is None:
                self.folder = ""
        return self._db


_ASKED = "select told from answers where kind = ? and key = ?"
_THERE = "select 1 from answers where kind = ? and key = ?"
_DROPPED = "delete from answers where kind = ? and key = ?"


def _full(key: str) -> str:
    """The key as text that SQLite takes: a file's name in it need not be Unicode."""
    return f"{made_by()}:{key.encode('utf-8', 'surrogatepass').decode('latin-1')}"


def _packed(told: object) -> bytes:
    return zlib.compress(json.dumps(told, separators=(",", ":")).encode(), LEVEL)


def _prepared(db: sqlite3.Connection) -> None:
    cache.renew(db, SCHEMA, _create)
    db.execute("select 1 from answers limit 1").fetchone()


def _create(db: sqlite3.Connection) -> None:
    db.execute(_TABLE)
