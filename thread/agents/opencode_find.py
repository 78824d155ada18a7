"""Where OpenCode keeps its sessions.

``$XDG_DATA_HOME/opencode``, which is ``~/.local/share/opencode`` on every system: a database
``opencode.db`` (other channels have their own), before that a tree of JSON files, a file for
each session, message and part. Every session names the folder that it began in. A session that a
database has is not looked for in the tree, which stays as it was when the database took over.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from treadle.thread.agents import database
from treadle.thread.agents.disk import File, Walk
from treadle.thread.agents.fields import text
from treadle.thread.agents.finding import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.lines import LONGEST_LINE, Decoder
from treadle.thread.agents.seen import Fact, Seen, once
from treadle.thread.agents.source import Source

NAME = "opencode"

_TABLES = ("session_v2", "session")
_MESSAGES = ("session_message", "message")
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_DEEP = 2
"""Levels of folders below ``storage/session``."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One session, wherever it is kept."""

    id: str
    parent: str
    folder: str
    changed: float
    files: tuple[File, ...]


def homes(where: Surroundings) -> list[str]:
    """OpenCode's own folders; not all of them need to be there."""
    if NAME in where.folders:
        return where.named(NAME)
    found = [where.env.get("XDG_DATA_HOME", "")]
    found += [f"{where.home}/.local/share"] if where.home else []
    return list(dict.fromkeys(f"{one}/opencode" for one in found if os.path.isabs(one)))


def find(where: Surroundings) -> Found:
    """The sessions that were begun in one of the repository's work trees."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    grounds = Grounds(where.tops)
    rows: dict[str, _Row] = {}
    for home in homes(where):
        bases = [file for file in walk.files(home, ".db") if file.stem.startswith("opencode")]
        named = where.env.get("OPENCODE_DB", "")
        if named and (base := walk.file(os.path.join(home, named))):
            bases.append(base)
        for base in bases:
            for row in _kept(base, where.since, walk):
                rows.setdefault(row.id, row)
        for row in _told(os.path.join(home, "storage"), walk, grounds, where.memory):
            rows.setdefault(row.id, row)
    return Found(tuple(_families(rows, grounds, where.since)), tuple(walk.problems))


def _families(rows: dict[str, _Row], grounds: Grounds, since: float) -> Iterator[Transcript]:
    """The sessions of the repository, each with those that it called."""
    families: dict[str, list[_Row]] = {}
    for row in rows.values():
        families.setdefault(_elder(row, rows).id, []).append(row)
    for id_, family in families.items():
        if not any(grounds.hold(row.folder) for row in family):
            continue
        elder = rows[id_]
        files = {file.path: file for row in (elder, *family) for file in row.files}
        changed = max(row.changed for row in family)
        if changed >= since:
            size = sum(file.size for file in files.values())
            yield Transcript(NAME, id_, tuple(files), size, changed)


def _elder(row: _Row, rows: dict[str, _Row]) -> _Row:
    passed = {row.id}
    while row.parent in rows and row.parent not in passed:
        row = rows[row.parent]
        passed.add(row.id)
    return row


def _kept(base: File, since: float, walk: Walk) -> Iterator[_Row]:
    """The sessions in a database. It says when a session changed, if not down to its messages."""
    log = walk.file(base.path + database.LOG)
    files = (base, log) if log else (base,)
    if max(file.changed for file in files) < since:
        return
    with database.peek(base.path, walk.complain) as peek:
        latest: dict[str, float] = {}
        for table in _MESSAGES:
            for id_, moment in peek.rows(table, "session_id", "time_updated"):
                latest[id_] = max(latest.get(id_, 0), _seconds(moment))
        for table in _TABLES:
            for id_, parent, folder, moment in peek.rows(
                table, "id", "parent_id", "directory", "time_updated"
            ):
                changed = max(latest.get(id_, 0), _seconds(moment))
                yield _Row(id_, parent, folder, changed, files)


def _seconds(told: str) -> float:
    with suppress(ValueError):
        return int(told) / 1000
    return 0


def _told(storage: str, walk: Walk, grounds: Grounds, memory: Seen | None) -> Iterator[_Row]:
    """The sessions in a tree of files; messages and parts of those in the repository alone."""
    for file in walk.files(os.path.join(storage, "session"), ".json", deep=_DEEP):
        fact = once(memory, NAME, file, _info)
        files = [file]
        folder = next(iter(fact.cwds), "")
        if _ID.fullmatch(fact.session) and folder and grounds.hold(folder):
            files += walk.files(os.path.join(storage, "message", fact.session), ".json")
            for message in files[1:]:
                files += walk.files(os.path.join(storage, "part", message.stem), ".json")
        changed = max(one.changed for one in files)
        yield _Row(fact.session or file.stem, fact.parent, folder, changed, tuple(files))


def _info(file: File) -> Fact:
    """What a session's own file says of it."""
    try:
        with Source.file(file.path).open() as stream:
            values = Decoder().documents(stream.read(LONGEST_LINE))[0]
    except OSError:
        values = []
    value = values[0] if values else None
    folder = text(value, "directory")
    return Fact(0, 0, text(value, "id"), text(value, "parentID"), "", (folder,) if folder else ())
