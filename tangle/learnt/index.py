"""Line maps that are computed once: a cache beside the repository.

Parsing a document and replaying it takes tens of milliseconds, and a file's lines come
from dozens of commits; ``blame``, ``why`` and ``weave`` ask here instead. The cache is a SQLite
file in git's common directory, keyed by the id of the note's blob, so that a
rewritten document is simply another key. It holds nothing of its own: delete it and it is
made again. Where it cannot be written it lives in memory, for as long as the command runs.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from functools import lru_cache
from itertools import islice

from treadle.tangle.learnt import cache
from treadle.tangle.learnt.doubts import Doubts
from treadle.thread.origin import Origin, Over, Replaced, Span
from treadle.thread.repo import Repo
from treadle.thread.store import Store

SCHEMA = 8
"""1: maps, steps, threads, checks, notes. 2: which commit's document holds a part. 3: lines by path
in checks. 4: accounts. 5: problems in checks. 6: replaced
attempts. 7: doubts. 8: these as runs."""
_TABLES = """
create table notes (commit_id text primary key, blob text not null) without rowid;
create table known (note text, commit_id text, error text,
                    primary key (note, commit_id)) without rowid;
create table maps (note text, commit_id text, path text, spans text, reference text,
                   primary key (note, commit_id, path)) without rowid;
create table replaced (note text, commit_id text, path text, told text,
                       primary key (note, commit_id, path)) without rowid;
create table threads (note text primary key, told text) without rowid;
create table steps (part text, step text, told text, primary key (part, step)) without rowid;
create table parts (part text primary key, commit_id text) without rowid;
create table checks (note text, commit_id text, told text,
                     primary key (note, commit_id)) without rowid;
create table accounts (note text, commit_id text, path text, line integer, told text,
                       primary key (note, commit_id, path, line)) without rowid;
create table doubts (note text, path text, told text, primary key (note, path)) without rowid;
create table doubted (note text, commit_id text, path text, told text,
                      primary key (note, commit_id, path)) without rowid;
create table state (name text primary key, value text) without rowid;
"""
_AT_ONCE = 200
"""Rows asked for in one query."""
_LEARNT = 25
"""Documents learnt in one transaction: others may write in between, and nothing is lost if the
work is stopped."""
NOTHING: tuple[Span, ...] = ()

Piece = tuple[int, int] | tuple[int, int, str, str, str]
"""A span as it is kept: start, count and, where it has an origin, part, step and evidence."""
Known = tuple[Sequence[Piece], str]
"""A path's pieces, and the reason where it stands by reference."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """What a blame line tells of the step that wrote it."""

    part: str
    step: str
    agent: str
    model: str
    session: str
    time: str
    kind: str
    prompt: str
    """First line of the prompt."""
    reason: str
    """Why, in one line."""


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """What a list of threads tells of one."""

    title: str
    prompts: int
    """Prompts that stand in no earlier document."""
    steps: int
    agents: list[str]
    began: str
    ended: str


class Index:
    """The cached line maps of one repository."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.store = Store(repo)
        self.db = cache.opened(os.path.join(repo.common_dir, "treadle"), "cache.db", _prepared)
        self._notes: dict[str, str] | None = None
        self.doubts = Doubts(self)
        self._gaps: dict[str, str] = {}
        """Commits whose lines this clone cannot tell for want of objects, and why. Never kept:
        the next fetch may bring them."""

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction; nothing is kept, and all goes on, where the cache cannot be written."""
        self.db = cache.begin(self.db)
        with self.db:
            yield

    # -- which commits have documents -----------------------------------------------

    def notes(self) -> dict[str, str]:
        """Commit id to note blob id; listed anew only when the notes ref has moved."""
        if self._notes is None:
            tip = self.store.tip()
            row = self.db.execute("select value from state where name = 'tip'").fetchone()
            if row is None or row[0] != tip:
                self._list(tip)
            self._notes = dict(self.db.execute("select commit_id, blob from notes"))
        return self._notes

    def refresh(self) -> None:
        """Look again which documents there are: some were just written."""
        self._notes = None
        self.doubts.refresh()

    def document(self, commit: str) -> bytes | None:
        """The document of a commit as it is stored; None where it has none."""
        blob = self.notes().get(commit)
        return self.repo.read(blob) if blob else None

    def _list(self, tip: str) -> None:
        listed = self.store.notes(tip) if tip else {}
        with self.writing():
            self.db.execute("delete from notes")
            self.db.executemany("insert into notes values (?, ?)", listed.items())
            self.db.execute("insert or replace into state values ('tip', ?)", (tip,))

    # -- line maps --------------------------------------------------------------------

    def learn(
        self, commits: Iterable[str], progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Compute the line maps of those commits that have a document and no map yet.

        ``progress`` is called with how many are done, and of how many.
        """
        notes = self.notes()
        wanted = [commit for commit in dict.fromkeys(commits) if commit in notes]
        asked = ((notes[commit], commit) for commit in wanted)
        rows = self._rows("note, commit_id", asked, "select commit_id from asked join known")
        known = {row[0] for row in rows} | self._gaps.keys()
        missing = [commit for commit in wanted if commit not in known]
        if not missing:
            return
        from treadle.tangle.learnt.learn import learn

        for done in range(0, len(missing), _LEARNT):
            if progress is not None:
                progress(done, len(missing))
            with self.writing():
                learn(self, missing[done : done + _LEARNT])

    def spans(self, commit: str, path: str) -> tuple[tuple[Span, ...], str]:
        """The spans of a path in a commit, and the reason where it stands by reference."""
        pieces, reference = self.maps([(commit, path)]).get((commit, path), ((), ""))
        return tuple(Span(p[0], p[1], origin_of(p)) for p in pieces), reference

    def maps(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Known]:
        """The same of many paths, by commit and path; those of which nothing is known are left
        out."""
        notes = self.notes()
        asked = (
            (notes[c], c, cache.stored(path)) for c, path in dict.fromkeys(wanted) if c in notes
        )
        told = "select commit_id, path, spans, reference from asked join maps"
        rows = self._rows("note, commit_id, path", asked, told)
        return {(row[0], cache.told(row[1])): (json.loads(row[2]), row[3]) for row in rows}

    def replaced(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], list[Over]]:
        """By commit and path the runs of lines that took the place of attempts; those without are
        left out."""
        notes = self.notes()
        asked = (
            (notes[c], c, cache.stored(path)) for c, path in dict.fromkeys(wanted) if c in notes
        )
        told = "select commit_id, path, told from asked join replaced"
        rows = self._rows("note, commit_id, path", asked, told)
        return {(row[0], cache.told(row[1])): _overs(row[2]) for row in rows}

    def error(self, commit: str) -> str:
        """Why a commit's document could not be read, ``""`` where it could."""
        asked = "select error from known where note = ? and commit_id = ?"
        row = self.db.execute(asked, (self.notes().get(commit, ""), commit)).fetchone()
        return row[0] if row else self._gaps.get(commit, "")

    def step(self, part: str, step: str) -> StepLine | None:
        """What is told of a step in one line."""
        return self.steps([(part, step)]).get((part, step))

    def steps(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], StepLine]:
        """The same of many steps, by part and step."""
        told = "select part, step, told from asked join steps"
        rows = self._rows("part, step", dict.fromkeys(wanted), told)
        return {(row[0], row[1]): StepLine(row[0], row[1], *json.loads(row[2])) for row in rows}

    def holder(self, part: str) -> str:
        """A commit whose document holds a part, ``""`` where none is known."""
        row = self.db.execute("select commit_id from parts where part = ?", (part,)).fetchone()
        return row[0] if row and row[0] in self.notes() else ""

    def thread(self, commit: str) -> ThreadLine | None:
        """What is told of a commit's thread in one line; None where it has none to read."""
        return self.threads([commit]).get(commit)

    def threads(self, commits: Iterable[str]) -> Mapping[str, ThreadLine]:
        """The same of many commits; those without are left out."""
        notes = self.notes()
        blobs = {commit: notes[commit] for commit in commits if commit in notes}
        asked = ((blob,) for blob in set(blobs.values()))
        rows = self._rows("note", asked, "select note, told from asked join threads")
        lines = {blob: ThreadLine(*json.loads(told)) for blob, told in rows}
        return {commit: lines[blob] for commit, blob in blobs.items() if blob in lines}

    def _rows(
        self, columns: str, asked: Iterable[tuple[str | bytes, ...]], told: str
    ) -> list[tuple[str, ...]]:
        """What the query ``told`` tells of ``asked``, a table of these columns, joined by them."""
        found = []
        rows = iter(asked)
        while chunk := list(islice(rows, _AT_ONCE)):
            one = f"({', '.join('?' * len(chunk[0]))})"
            table = f"with asked({columns}) as (values {', '.join([one] * len(chunk))})"
            values = [value for row in chunk for value in row]
            found += self.db.execute(f"{table} {told} using ({columns})", values).fetchall()
        return found

    # -- keeping ------------------------------------------------------------------------

    def keep_thread(self, commit: str, line: ThreadLine) -> None:
        told = (line.title, line.prompts, line.steps, line.agents, line.began, line.ended)
        asked = "insert or replace into threads values (?, ?)"
        self.db.execute(asked, (self.notes()[commit], json.dumps(told)))

    def keep_map(self, commit: str, path: str, spans: Sequence[Span], reference: str) -> None:
        rows = [_fields(span) for span in spans]
        packed = json.dumps(rows, separators=(",", ":"))
        asked = "insert or replace into maps values (?, ?, ?, ?, ?)"
        values = (self.notes()[commit], commit, cache.stored(path), packed, reference)
        self.db.execute(asked, values)

    def keep_replaced(self, commit: str, path: str, overs: Sequence[Over]) -> None:
        attempts = list(dict.fromkeys(one for over in overs for one in over.replaced))
        runs = [[over.start, over.count, *map(attempts.index, over.replaced)] for over in overs]
        told = json.dumps([runs, [astuple(one) for one in attempts]], separators=(",", ":"))
        asked = "insert or replace into replaced values (?, ?, ?, ?)"
        self.db.execute(asked, (self.notes()[commit], commit, cache.stored(path), told))

    def keep_step(self, line: StepLine) -> None:
        told = (
            line.agent,
            line.model,
            line.session,
            line.time,
            line.kind,
            line.prompt,
            line.reason,
        )
        asked = "insert or replace into steps values (?, ?, ?)"
        self.db.execute(asked, (line.part, line.step, json.dumps(told)))

    def keep_part(self, commit: str, part: str) -> None:
        self.db.execute("insert or replace into parts values (?, ?)", (part, commit))

    def keep_known(self, commit: str, error: str = "") -> None:
        asked = "insert or replace into known values (?, ?, ?)"
        shown = error.encode("utf-8", "backslashreplace").decode()
        self.db.execute(asked, (self.notes()[commit], commit, shown))

    def keep_gap(self, commit: str, why: str) -> None:
        """Remember, for this run alone, that objects are missing."""
        self._gaps[commit] = why

    def lacks(self, commits: Iterable[str]) -> bool:
        """Whether objects are missing for the lines of any of these commits."""
        return not self._gaps.keys().isdisjoint(commits)

    # -- accounts of lines --------------------------------------------------------------

    def account(self, commit: str, path: str, line: int) -> str | None:
        """What was told of a line (0-based, in the commit's file), if it was asked before."""
        where = "note = ? and commit_id = ? and path = ? and line = ?"
        key = (self.notes().get(commit, ""), commit, path, line)
        row = self.db.execute(f"select told from accounts where {where}", key).fetchone()
        return row[0] if row else None

    def keep_account(self, commit: str, path: str, line: int, told: str) -> None:
        asked = "insert or replace into accounts values (?, ?, ?, ?, ?)"
        self.db.execute(asked, (self.notes()[commit], commit, path, line, told))

    # -- results of check ---------------------------------------------------------------

    def checked(self, commit: str) -> str | None:
        """The cached result of checking a commit's present document."""
        return self.all_checked([commit]).get(commit)

    def all_checked(self, commits: Iterable[str]) -> Mapping[str, str]:
        """The same of many commits; those that were not checked are left out."""
        notes = self.notes()
        asked = ((notes[commit], commit) for commit in commits if commit in notes)
        rows = self._rows("note, commit_id", asked, "select commit_id, told from asked join checks")
        return {row[0]: row[1] for row in rows}

    def keep_checked(self, commit: str, told: str) -> None:
        asked = "insert or replace into checks values (?, ?, ?)"
        self.db.execute(asked, (self.notes().get(commit, ""), commit, told))


# -- the database -----------------------------------------------------------------------


def _prepared(db: sqlite3.Connection) -> None:
    cache.renew(db, SCHEMA, _create)


def _create(db: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):
        db.execute(statement)


def _overs(told: str) -> list[Over]:
    runs, attempts = json.loads(told)
    kept = [Replaced(*fields) for fields in attempts]
    return [Over(start, count, tuple(kept[at] for at in which)) for start, count, *which in runs]


def origin_of(piece: Piece) -> Origin | None:
    """The origin of a piece."""
    return _origin(*piece[2:]) if len(piece) > 2 else None


@lru_cache(maxsize=4096)
def _origin(part: str, step: str, evidence: str) -> Origin:
    return Origin(part, step, evidence)


def _fields(span: Span) -> list[int | str]:
    if span.origin is None:
        return [span.start, span.count]
    return [span.start, span.count, span.origin.part, span.origin.step, span.origin.evidence]
