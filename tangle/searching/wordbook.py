"""The full text of all threads, so that a search takes milliseconds.

A SQLite file beside the cache of line maps, keyed by the note's blob and by part: a part
never changes, so what was learnt stays true, and a document that is only placed anew costs
nothing. The texts are kept packed for the snippets; SQLite's FTS5 keeps the words alone. When a
document goes, its words go too, to the last page of the file: it may have gone because it
held a secret. The file can be deleted at any time.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from treadle.tangle.learnt import cache
from treadle.tangle.searching.passages import Passage, passages
from treadle.tangle.searching.words import spelled
from treadle.thread.errors import UserError
from treadle.thread.repo import decode, encode

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index
    from treadle.thread.model import Row

SCHEMA = 1
COLUMNS = ("title", "prompt", "reasoning", "code")
"""The columns of the index, in the order of their weight."""
WEIGHTS = (8.0, 6.0, 2.0, 1.0)
_COLUMN = {"title": 0, "prompt": 1, "said": 2, "thought": 2, "ran": 3, "edited": 3}
_TABLES = """
create table notes (note text primary key, error text not null) without rowid;
create table titles (commit_id text primary key, passage integer not null) without rowid;
create table parts (id integer primary key, name text unique, agent text, session text);
create table holds (part integer, note text, primary key (part, note)) without rowid;
create table files (note text, path blob, blob text, primary key (note, path)) without rowid;
create table passages (id integer primary key, part integer, step text, kind text, time text,
                       reason text, repeated integer);
create table bodies (id integer primary key, body blob);
create index passages_of on passages (part);
create table paths (id integer primary key, path blob unique);
create table about (path integer, passage integer, primary key (path, passage)) without rowid;
create virtual table words using fts5(title, prompt, reasoning, code, content = '',
                                      tokenize = 'ascii')
"""
_AT_ONCE = 25
"""Documents learnt in one transaction."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that holds what was asked for."""

    rank: float
    """The smaller, the better."""
    part: str
    """Id of the part; of a title the commit's."""
    agent: str
    session: str
    step: str
    kind: str
    time: str
    text: str
    reason: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a search looks."""

    agent: str = ""
    path: str = ""
    """A file or a folder, relative to the root."""
    since: str = ""
    """The earliest time, UTC, as the model has it."""


class Wordbook:
    """The searchable texts of one repository."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.db = cache.opened(
            os.path.join(index.repo.common_dir, "treadle"), "search.db", _prepared
        )

    def close(self) -> None:
        self.db.close()

    # -- learning -----------------------------------------------------------------------

    def learn(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Take up documents that are new, and forget those that are gone.

        ``progress`` is called with how many are done, and of how many.
        """
        notes = self.index.notes()
        kept = {row[0] for row in self.db.execute("select note from notes")}
        titled = {row[0] for row in self.db.execute("select commit_id from titles")}
        gone = kept.difference(notes.values()), titled.difference(notes)
        if any(gone):
            self._forget(*gone)
        missing = [c for c, note in notes.items() if note not in kept or c not in titled]
        for done in range(0, len(missing), _AT_ONCE):
            if progress is not None:
                progress(done, len(missing))
            some = missing[done : done + _AT_ONCE]
            self.db = cache.begin(self.db)
            with self.db:
                self._learn(some, kept)
                self._entitle([commit for commit in some if commit not in titled])

    def _learn(self, commits: Sequence[str], kept: set[str]) -> None:
        from treadle.tangle.read import read_threads
        from treadle.thread.document import part_id

        notes = self.index.notes()
        new = {notes[commit]: commit for commit in commits if notes[commit] not in kept}
        for stored in read_threads(self.index.store, new.values()):
            note = notes[stored.commit]
            if stored.thread is not None:
                self._keep_files(note, stored.thread.placement.rows)
            for part in stored.thread.parts if stored.thread else ():
                name = part_id(part)
                values = (name, part.agent, part.session)
                asked = "insert or ignore into parts (name, agent, session) values (?, ?, ?)"
                new_part = self.db.execute(asked, values).rowcount
                (id_,) = self.db.execute("select id from parts where name = ?", (name,)).fetchone()
                for passage in passages(part) if new_part else ():
                    self._keep(id_, passage)
                self.db.execute("insert or ignore into holds values (?, ?)", (id_, note))
            self.db.execute("insert or replace into notes values (?, ?)", (note, stored.error))
            kept.add(note)

    def _entitle(self, commits: Sequence[str]) -> None:
        """The subjects of commits; one that is not in this clone has none to search."""
        for id_ in commits:
            commit = self.index.repo.commit(id_)
            passage = 0
            if commit is not None and commit.subject.strip():
                passage = self._keep(0, Passage(id_, "title", commit.time, commit.subject))
            self.db.execute("insert or replace into titles values (?, ?)", (id_, passage))

    def _keep_files(self, note: str, rows: Sequence[Row]) -> None:
        files = [(note, encode(row.path), row.after.blob) for row in rows if row.after]
        self.db.executemany("insert or replace into files values (?, ?, ?)", files)

    def _keep(self, part: int, told: Passage) -> int:
        row = (part, told.step, told.kind, told.time, told.reason, told.repeated)
        asked = "insert into passages (part, step, kind, time, reason, repeated)"
        id_ = self.db.execute(f"{asked} values (?, ?, ?, ?, ?, ?)", row).lastrowid
        assert id_ is not None
        body = zlib.compress(encode(told.text))
        self.db.execute("insert into bodies values (?, ?)", (id_, body))
        columns = _columns(told.kind, told.text)
        asked = "insert into words (rowid, title, prompt, reasoning, code)"
        self.db.execute(f"{asked} values (?, ?, ?, ?, ?)", (id_, *columns))
        for path in told.paths:
            name = (encode(path),)
            self.db.execute("insert or ignore into paths (path) values (?)", name)
            asked = "insert or ignore into about select id, ? from paths where path = ?"
            self.db.execute(asked, (id_, *name))
        return id_

    # -- forgetting ---------------------------------------------------------------------

    def _forget(self, notes: set[str], commits: set[str]) -> None:
        """Take out what no document holds any more, from the file too."""
        self.db = cache.begin(self.db)
        with self.db:
            for table, column, keys in (
                ("holds", "note", notes),
                ("files", "note", notes),
                ("notes", "note", notes),
                ("titles", "commit_id", commits),
            ):
                rows = [(key,) for key in keys]
                self.db.executemany(f"delete from {table} where {column} = ?", rows)
            self.db.execute("delete from parts where id not in (select part from holds)")
            lost = (
                "select id, kind, body from passages join bodies using (id) "
                "where case part when 0 then id not in (select passage from titles) "
                "else part not in (select id from parts) end"
            )
            for id_, kind, body in self.db.execute(lost).fetchall():
                columns = _columns(kind, _text(body))
                asked = "insert into words (words, rowid, title, prompt, reasoning, code)"
                self.db.execute(f"{asked} values ('delete', ?, ?, ?, ?, ?)", (id_, *columns))
                self.db.execute("delete from passages where id = ?", (id_,))
                self.db.execute("delete from bodies where id = ?", (id_,))
                self.db.execute("delete from about where passage = ?", (id_,))
            self.db.execute("insert into words (words) values ('optimize')")

    # -- asking -------------------------------------------------------------------------

    def ask(self, query: str, limits: Limits, most: int) -> list[Found]:
        """The passages that an FTS5 query finds, the best first, at most so many."""
        where, values = _where(limits)
        weights = ", ".join(map(str, WEIGHTS))
        best = (
            f"select passages.id, bm25(words, {weights}) * (1 - 0.5 * repeated) as rank, time "
            "from words join passages on passages.id = words.rowid "
            "left join parts on parts.id = passages.part "
            f"where words match ?{where} order by rank, time desc, passages.id limit ?"
        )
        asked = (
            "select rank, ifnull(name, step), ifnull(agent, ''), ifnull(session, ''), step, kind, "
            f"passages.time, body, reason, repeated from ({best}) join passages using (id) "
            "join bodies using (id) left join parts on parts.id = part "
            "order by rank, passages.time desc, passages.id"
        )
        rows = self.db.execute(asked, (query, *values, most)).fetchall()
        return [_found(row) for row in rows]

    def lacks(self, word: str) -> bool:
        """Whether no text has a word that begins so."""
        self._list_words()
        asked = "select 1 from vocabulary where term >= ? and term < ? limit 1"
        return self.db.execute(asked, (word, word + "\U0010ffff")).fetchone() is None

    def near(self, word: str, most: int) -> list[tuple[str, int]]:
        """The words of all texts with the same first letter and a length like that of ``word``, up
        to ``most`` letters more or less, and how many passages hold each."""
        self._list_words()
        asked = (
            "select term, doc from vocabulary where term >= ? and term < ? "
            "and length(term) between ? and ?"
        )
        size = len(word)
        within = (word[:1], word[:1] + "\U0010ffff", size - most, size + most)
        return self.db.execute(asked, within).fetchall()

    def _list_words(self) -> None:
        asked = (
            "create virtual table if not exists temp.vocabulary using fts5vocab(main, words, row)"
        )
        self.db.execute(asked)

    def holders(self, part: str) -> list[str]:
        """Commits whose documents hold a part, in no order that means anything."""
        asked = "select note from holds join parts on parts.id = holds.part where name = ?"
        held = {row[0] for row in self.db.execute(asked, (part,))}
        return [commit for commit, note in self.index.notes().items() if note in held]

    def prompt(self, part: str, turn: str) -> str:
        """The prompt of a part's turn, ``""`` where it has none."""
        asked = (
            "select body from passages join bodies using (id) where step = ? and "
            "part = (select id from parts where name = ?)"
        )
        row = self.db.execute(asked, (f"{turn}.0", part)).fetchone()
        return _text(row[0]) if row else ""

    def blob(self, commit: str, path: str) -> str:
        """The blob that a commit's document names for a path, ``""`` where it names none."""
        asked = "select blob from files where note = ? and path = ?"
        row = self.db.execute(asked, (self.index.notes().get(commit), encode(path))).fetchone()
        return row[0] if row else ""

    def damaged(self) -> int:
        """How many documents could not be read."""
        found: int = self.db.execute("select count(*) from notes where error != ''").fetchone()[0]
        return found

    def agents(self) -> list[str]:
        """All agents that any part names."""
        return [row[0] for row in self.db.execute("select distinct agent from parts order by 1")]


def _found(row: Sequence[Any]) -> Found:
    """A row of ``ask`` as a value."""
    rank, part, agent, session, step, kind, time, body, reason, repeated = row
    text = _text(body)
    return Found(rank, part, agent, session, step, kind, time, text, reason, bool(repeated))


def _where(limits: Limits) -> tuple[str, list[str | bytes]]:
    """The conditions of a query, and their values."""
    where, values = "", list[str | bytes]()
    if limits.agent:
        where += " and parts.agent = ?"
        values.append(limits.agent)
    if limits.since:
        where += " and passages.time >= ?"
        values.append(limits.since)
    if limits.path:
        path = encode(limits.path)
        where += (
            " and passages.id in (select passage from about join paths on paths.id = about.path"
            " where paths.path = ? or (paths.path >= ? and paths.path < ?))"
        )
        values += [path, path + b"/", path + b"0"]
    return where, values


def _columns(kind: str, text: str) -> Iterator[str]:
    """The words of a passage, in the column of its kind."""
    for column in range(len(COLUMNS)):
        yield spelled(text) if column == _COLUMN[kind] else ""


def _text(body: bytes) -> str:
    return decode(zlib.decompress(body))


# -- the database -----------------------------------------------------------------------


def _prepared(db: sqlite3.Connection) -> None:
    db.execute("pragma secure_delete = on")
    cache.renew(db, SCHEMA, _create_all)


def _create_all(db: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):
        _create(db, statement)


def _create(db: sqlite3.Connection, statement: str) -> None:
    try:
        db.execute(statement)
    except sqlite3.OperationalError as error:
        if "fts5" not in str(error):
            raise
        raise UserError(
            f"this Python's SQLite ({sqlite3.sqlite_version}) cannot search texts: it was built "
            "without FTS5",
            "install treadle with another Python: those of python.org, uv, Homebrew, Debian and "
            "Fedora have it",
        ) from error
