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

from treadle.thread.agents.finding.disk import File, Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.seen import Fact, Seen, once
from treadle.thread.agents.reading import database
from treadle.thread.agents.reading.fields import text
from treadle.thread.agents.reading.lines import LONGEST_LINE, Decoder
from treadle.thread.agents.source import Source

NAME = "opencode"
MOVED = ("XDG_DATA_HOME", "OPENCODE_DB")

_TABLES = ("session_v2", "session")
_MESSAGES = ("session_message", "message")
_TREE = "storage"
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_MOST = 50_000
"""Files of one session that are taken."""
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
    tree: str = ""
    """The root of the files that its messages are in; ``""`` if they are in a database."""


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
        for row in _told(os.path.join(home, _TREE), walk, where.memory):
            rows.setdefault(row.id, row)
    return Found(tuple(_families(rows, grounds, where.since, walk)), tuple(walk.problems))


def beside(path: str) -> list[str]:
    """A database's log; of one of a session's files all others, with its sub-agents'."""
    walk = Walk("", trusted=True)
    if not path.endswith(".json"):
        log = walk.file(path + database.LOG)
        return [log.path] if log else []
    path = os.path.abspath(path)
    above, found, name = path.rpartition(f"/{_TREE}/")
    if not found:
        return []
    rows = {row.id: row for row in _told(f"{above}/{_TREE}", walk, None)}
    session = _owner(name, path)
    family = [row for row in rows.values() if session in _line(row, rows)]
    files = [file.path for row in family for file in _files(row, walk)]
    return [file for file in files if file != path][:_MOST]


def _owner(name: str, path: str) -> str:
    """The session that a file in the tree is of: ``name`` is its path below the tree's root."""
    kind, *folders, file = name.split("/") if "/" in name else ("", name)
    if kind == "message" and folders:
        return folders[0]
    if kind == "part":
        return text(_value(path), "sessionID")
    return os.path.splitext(file)[0]


def _families(
    rows: dict[str, _Row], grounds: Grounds, since: float, walk: Walk
) -> Iterator[Transcript]:
    """The sessions of the repository, each with those that it called."""
    families: dict[str, list[_Row]] = {}
    for row in rows.values():
        families.setdefault(_line(row, rows)[-1], []).append(row)
    for id_, family in families.items():
        if not any(grounds.hold(row.folder) for row in family):
            continue
        listed = [_files(row, walk) for row in sorted(family, key=lambda row: row.id != id_)]
        files = {file.path: file for one in listed for file in one}
        trees = [file.changed for row in family if row.tree for file in files.values()]
        changed = max([row.changed for row in family] + trees)
        if changed >= since:
            size = sum(file.size for file in files.values())
            yield Transcript(NAME, id_, tuple(files), size, changed)


def _line(row: _Row, rows: dict[str, _Row]) -> list[str]:
    """A session, the one that called it, and so on."""
    passed = [row.id]
    while row.parent in rows and row.parent not in passed:
        row = rows[row.parent]
        passed.append(row.id)
    return passed


def _files(row: _Row, walk: Walk) -> list[File]:
    """All files of a session, its own first."""
    files = list(row.files)
    if row.tree and _ID.fullmatch(row.id):
        messages = walk.files(os.path.join(row.tree, "message", row.id), ".json")
        files += messages
        for message in messages:
            files += walk.files(os.path.join(row.tree, "part", message.stem), ".json")
    return files


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


def _told(tree: str, walk: Walk, memory: Seen | None) -> Iterator[_Row]:
    """The sessions in a tree of files."""
    for file in walk.files(os.path.join(tree, "session"), ".json", deep=_DEEP):
        fact = once(memory, NAME, file, _info)
        folder = next(iter(fact.cwds), "")
        id_ = fact.session or file.stem
        yield _Row(id_, fact.parent, folder, file.changed, (file,), tree)


def _info(file: File) -> Fact:
    """What a session's own file says of it."""
    value = _value(file.path)
    folder = text(value, "directory")
    return Fact(0, 0, text(value, "id"), text(value, "parentID"), "", (folder,) if folder else ())


def _value(path: str) -> object:
    try:
        with Source.file(path).open() as stream:
            values = Decoder().documents(stream.read(LONGEST_LINE))[0]
    except OSError:
        return None
    return values[0] if values else None
