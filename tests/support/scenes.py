"""Real sessions as something that can be acted out again: a scene a session.

A scene is a session's transcript, record by record in the order in which its agent wrote them, and
the commits that came of it. Scenes are made of a repository whose commits name checkpoints, or of
records written for a test.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from tests.support.roles import role_of
from tests.support.roles.role import Fields, Role, Told
from treadle.thread.entire.checkpoints import Checkpoints
from treadle.thread.repo import Commit, Repo

LATEST = "9999"
"""Later than any time."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of one file of a transcript."""

    file: str
    """Relative to the folder of the agent's project."""
    time: str
    """When it was written, as it says itself; the time of the one before it where it does not."""
    fields: Fields
    told: Told


@dataclass(frozen=True, slots=True)
class Scene:
    """One session of one agent."""

    role: Role
    id: str
    roots: tuple[str, ...]
    """Roots of the work trees, as the transcript has them: a session may move to another one."""
    records: tuple[Record, ...]
    commits: tuple[Commit, ...]
    """Oldest first."""

    @property
    def shape(self) -> tuple[bool, int, bool, bool]:
        """What kind of session it is: sub-agents, how many commits (up to 4), whether the agent
        made one itself, whether its context was compacted."""
        return (
            any(record.told.helped for record in self.records),
            min(len(self.commits), 4),
            any(made(record, commit) for record in self.records for commit in self.commits),
            any(record.told.compacted for record in self.records),
        )


def scene(role: Role, roots: Sequence[str], files: Mapping[str, Sequence[Fields]],
          commits: Sequence[Commit]) -> Scene:  # fmt: skip
    """A scene out of the records of a session's files, the main one first, merged by their time."""
    rows = [row for file, records in files.items() for row in _dated(role, file, records)]
    rows.sort(key=lambda record: record.time)
    id_ = role.session(next(iter(files.values())))
    return Scene(role, id_, tuple(roots), tuple(rows), tuple(commits))


def scenes(repo: Repo, branch: str = "main") -> Iterator[Scene]:
    """Every session that commits of ``branch`` name and that can be acted out."""
    points = Checkpoints(repo)
    commits: dict[str, list[Commit]] = {}
    for commit in repo.commits([branch], "--no-merges"):
        for key in points.tie(commit).sessions:
            commits.setdefault(key, []).append(commit)
    for key, own in commits.items():
        records = _united(source.open().read() for source in points.sources(key))
        role = role_of(records)
        paths = {
            delta.path for _, found in repo.deltas(commit.id for commit in own) for delta in found
        }
        roots = _roots(role.told(records), paths) if role else []
        if role and roots:
            ordered = sorted(own, key=lambda commit: commit.committed)
            yield scene(role, roots, {f"{key}.jsonl": records}, ordered)


def _roots(told: Sequence[Told], paths: AbstractSet[str]) -> list[str]:
    """The folder a session began in, and those others in which it edited one of ``paths``; or one
    above it, where the session was begun below the root."""
    edited = {change.path for one in told for change in one.changes}

    def count(root: str) -> int:
        return sum(f"{root}/{path}" in edited for path in paths)

    found: dict[str, None] = {}
    for number, folder in enumerate(dict.fromkeys(one.folder for one in told if one.folder)):
        root = max([folder, *_above(folder)], key=count)
        if count(root) or not number:
            found[root] = None
    return list(found)


def _above(folder: str) -> Iterator[str]:
    while folder := folder.rpartition("/")[0]:
        yield folder


def made(record: Record, commit: Commit) -> str:
    """The abbreviated id by which a record's own output names ``commit``, ``""`` if it does not."""
    for line in record.told.output.split("\n"):
        head, _, subject = line.partition("] ")
        if line.startswith("[") and subject == commit.subject and " " in head:
            return head.rpartition(" ")[2]
    return ""


def _united(copies: Iterable[bytes]) -> list[dict[str, object]]:
    """The records of all copies of a transcript, each once; the longest copy's come first."""
    lines = (line for copy in sorted(copies, key=len, reverse=True) for line in copy.split(b"\n"))
    found: dict[str, dict[str, object]] = {}
    for line in lines:
        record = _record(line)
        if record:
            found.setdefault(str(record.get("uuid") or line), record)
    return list(found.values())


def _record(line: bytes) -> dict[str, object]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _dated(role: Role, file: str, records: Sequence[Fields]) -> Iterator[Record]:
    time = ""
    for fields, told in zip(records, role.told(records), strict=True):
        own = fields.get("timestamp")
        time = own if isinstance(own, str) else time
        yield Record(file, time, fields, told)
