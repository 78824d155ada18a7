"""Line maps that are computed once: a cache beside the repository.

Parsing a document and replaying it takes tens of milliseconds, and a file's lines come
from dozens of commits; ``blame``, ``why`` and ``weave`` ask here instead. The cache is a SQLite
file in git's common directory, keyed by the id of the note's blob, so that a
rewritten document is simply another key. It holds nothing of its own: delete it and it is
made again.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from treadle.thread.model import Origin, Span
from treadle.thread.repo import Repo
from treadle.thread.store import Store

SCHEMA = 1
"""1: maps, steps, threads, checks, notes."""
_TABLES = """
create table notes (commit_id text primary key, blob text not null) without rowid;
create table known (note text, commit_id text, error text,
                    primary key (note, commit_id)) without rowid;
create table maps (note text, commit_id text, path text, spans text, reference text,
                   primary key (note, commit_id, path)) without rowid;
create table threads (note text primary key, told text) without rowid;
create table steps (part text, step text, told text, primary key (part, step)) without rowid;
create table checks (note text, commit_id text, told text,
                     primary key (note, commit_id)) without rowid;
create table state (name text primary key, value text) without rowid;
"""
NOTHING: tuple[Span, ...] = ()


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
        self.db = _open(os.path.join(repo.common_dir, "treadle"))
        self._notes: dict[str, str] | None = None

    def close(self) -> None:
        self.db.close()

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

    def _list(self, tip: str) -> None:
        with self.db:
            self.db.execute("delete from notes")
            self.db.executemany("insert into notes values (?, ?)", self.store.notes(tip).items())
            self.db.execute("insert or replace into state values ('tip', ?)", (tip,))

    # -- line maps --------------------------------------------------------------------

    def learn(self, commits: Iterable[str]) -> None:
        """Compute the line maps of those commits that have a document and no map yet."""
        notes = self.notes()
        wanted = [commit for commit in dict.fromkeys(commits) if commit in notes]
        missing = [commit for commit in wanted if not self._knows(notes[commit], commit)]
        if missing:
            from treadle.tangle.learn import learn

            with self.db:
                learn(self, missing)

    def _knows(self, note: str, commit: str) -> bool:
        asked = "select 1 from known where note = ? and commit_id = ?"
        return self.db.execute(asked, (note, commit)).fetchone() is not None

    def spans(self, commit: str, path: str) -> tuple[tuple[Span, ...], str]:
        """The spans of a path in a commit, and the reason where it stands by reference."""
        note = self.notes().get(commit)
        asked = "select spans, reference from maps where note = ? and commit_id = ? and path = ?"
        row = self.db.execute(asked, (note, commit, path)).fetchone() if note else None
        if row is None:
            return NOTHING, ""
        return tuple(_span(*fields) for fields in json.loads(row[0])), row[1]

    def error(self, commit: str) -> str:
        """Why a commit's document could not be read, ``""`` where it could."""
        asked = "select error from known where note = ? and commit_id = ?"
        row = self.db.execute(asked, (self.notes().get(commit, ""), commit)).fetchone()
        return row[0] if row else ""

    def step(self, part: str, step: str) -> StepLine | None:
        """What is told of a step in one line."""
        asked = "select told from steps where part = ? and step = ?"
        row = self.db.execute(asked, (part, step)).fetchone()
        return StepLine(part, step, *json.loads(row[0])) if row else None

    def thread(self, commit: str) -> ThreadLine | None:
        """What is told of a commit's thread in one line; None where it has none to read."""
        asked = "select told from threads where note = ?"
        row = self.db.execute(asked, (self.notes().get(commit, ""),)).fetchone()
        return ThreadLine(*json.loads(row[0])) if row else None

    def keep_thread(self, commit: str, line: ThreadLine) -> None:
        told = (line.title, line.prompts, line.steps, line.agents, line.began, line.ended)
        asked = "insert or replace into threads values (?, ?)"
        self.db.execute(asked, (self.notes()[commit], json.dumps(told)))

    def keep_map(self, commit: str, path: str, spans: Sequence[Span], reference: str) -> None:
        rows = [_fields(span) for span in spans]
        packed = json.dumps(rows, separators=(",", ":"))
        asked = "insert or replace into maps values (?, ?, ?, ?, ?)"
        self.db.execute(asked, (self.notes()[commit], commit, path, packed, reference))

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

    def keep_known(self, commit: str, error: str = "") -> None:
        asked = "insert or replace into known values (?, ?, ?)"
        self.db.execute(asked, (self.notes()[commit], commit, error))

    # -- results of check ---------------------------------------------------------------

    def checked(self, commit: str) -> str | None:
        """The cached result of checking a commit's present document."""
        asked = "select told from checks where note = ? and commit_id = ?"
        row = self.db.execute(asked, (self.notes().get(commit, ""), commit)).fetchone()
        return row[0] if row else None

    def keep_checked(self, commit: str, told: str) -> None:
        asked = "insert or replace into checks values (?, ?, ?)"
        self.db.execute(asked, (self.notes().get(commit, ""), commit, told))


def _open(folder: str) -> sqlite3.Connection:
    """The cache's database; in memory where the repository cannot be written."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return _prepared(sqlite3.connect(os.path.join(folder, "cache.db"), timeout=10))
    except (OSError, sqlite3.Error):
        return _prepared(sqlite3.connect(":memory:"))


def _prepared(db: sqlite3.Connection) -> sqlite3.Connection:
    version = db.execute("pragma user_version").fetchone()[0]
    if version != SCHEMA:
        with db:
            for (name,) in db.execute(
                "select name from sqlite_master where type = 'table'"
            ).fetchall():
                db.execute(f'drop table "{name}"')
            for statement in _TABLES.split(";"):
                db.execute(statement)
            db.execute(f"pragma user_version = {SCHEMA}")
    return db


def _span(start: int, count: int, *origin: str) -> Span:
    return Span(start, count, Origin(*origin) if origin else None)


def _fields(span: Span) -> list[int | str]:
    if span.origin is None:
        return [span.start, span.count]
    return [span.start, span.count, span.origin.part, span.origin.step, span.origin.evidence]
