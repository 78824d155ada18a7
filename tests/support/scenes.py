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
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Scene:
    """One session of Claude Code."""

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
        told = [record.fields for record in self.records]
        return (
            any(fields.get("isSidechain") or _progress(fields) for fields in told),
            min(len(self.commits), 4),
            any(made(fields, commit) for fields in told for commit in self.commits),
            any(fields.get("subtype") == "compact_boundary" for fields in told),
        )


def scene(id_: str, roots: Sequence[str], files: Mapping[str, Iterable[Mapping[str, object]]],
          commits: Sequence[Commit]) -> Scene:  # fmt: skip
    """A scene out of the records of a session's files, merged by their time."""
    rows = [row for file, records in files.items() for row in _dated(file, records)]
    rows.sort(key=lambda record: record.time)
    return Scene(id_, tuple(roots), tuple(rows), tuple(commits))


def scenes(repo: Repo, branch: str = "main") -> Iterator[Scene]:
    """Every session of Claude Code that commits of ``branch`` name."""
    points = Checkpoints(repo)
    commits: dict[str, list[Commit]] = {}
    for commit in repo.commits([branch], "--no-merges"):
        for key in points.tie(commit).sessions:
            commits.setdefault(key, []).append(commit)
    for key, own in commits.items():
        records = _united(source.open().read() for source in points.sources(key))
        paths = {
            delta.path for _, found in repo.deltas(commit.id for commit in own) for delta in found
        }
        roots = _roots(records, paths)
        ids = {str(record["sessionId"]) for record in records if record.get("sessionId")}
        if roots and len(ids) == 1:
            ordered = sorted(own, key=lambda commit: commit.committed)
            yield scene(ids.pop(), roots, {f"{key}.jsonl": records}, ordered)


def _roots(records: Iterable[Mapping[str, object]], paths: AbstractSet[str]) -> list[str]:
    """The folder a session began in, and those others in which it edited one of ``paths``."""
    folders = dict.fromkeys(str(record["cwd"]) for record in records if record.get("cwd"))
    told = (record.get("toolUseResult") for record in records)
    edited = {str(one["filePath"]) for one in told if isinstance(one, dict) and "filePath" in one}
    return [
        folder
        for number, folder in enumerate(folders)
        if not number or any(f"{folder}/{path}" in edited for path in paths)
    ]


def made(fields: Mapping[str, object], commit: Commit) -> str:
    """The abbreviated id by which a record's own output names ``commit``, ``""`` if it does not."""
    result = fields.get("toolUseResult")
    output = result.get("stdout") if isinstance(result, dict) else None
    for line in str(output or "").split("\n"):
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


def _dated(file: str, records: Iterable[Mapping[str, object]]) -> Iterator[Record]:
    time = ""
    for fields in records:
        own = fields.get("timestamp")
        time = own if isinstance(own, str) else time
        yield Record(file, time, fields)


def _progress(fields: Mapping[str, object]) -> bool:
    told = fields.get("data")
    return isinstance(told, dict) and told.get("type") == "agent_progress"
