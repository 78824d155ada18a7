"""Reads the checkpoints that the Entire CLI keeps on a branch.

A commit names its checkpoints in trailers, ``Entire-Checkpoint: 00c9e2351016``; the branch
``entire/checkpoints/v1`` holds for each a folder ``00/c9e2351016/`` with one numbered folder a
session: ``metadata.json`` (its ``session_id``) and the transcript, ``full.jsonl``, from the
session's start. So copies of one session overlap; the reader unites them. Read from the branch as
Entire CLI 0.2 to 0.5 writes it (its ``docs/architecture`` describes the layout).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from treadle.thread.agents import Source
from treadle.thread.errors import UserError
from treadle.thread.repo import Commit, Repo

BRANCH = "entire/checkpoints/v1"
_TRAILER = re.compile(r"^Entire-Checkpoint:[ \t]*([0-9a-f]{12})[ \t]*$", re.MULTILINE)
_FILE = re.compile(r"([0-9a-f]{2})/([0-9a-f]{10})/(\d+)/([\w.-]+)")
_DATED = re.compile(r"\d{4}-\d\d-\d\d-(?=.)")


@dataclass(frozen=True, slots=True)
class Copy:
    """One transcript as one checkpoint holds it."""

    session: str
    """The session's id, the same in all its copies."""
    name: str
    """Its path on the branch."""
    blob: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the branch has of one checkpoint."""

    id: str
    copies: tuple[Copy, ...]
    missing: int
    """Sessions whose transcript is not there."""


class Checkpoints:
    """The checkpoints of one repository."""

    def __init__(self, repo: Repo, branch: str = "") -> None:
        self.repo = repo
        self.tip = _tip(repo, branch)
        self.known = self._list()

    def _list(self) -> dict[str, Checkpoint]:
        folders: dict[str, dict[str, dict[str, str]]] = {}
        for path, entry in self.repo.tree(self.tip).items():
            found = _FILE.fullmatch(path)
            if found:
                sessions = folders.setdefault(found[1] + found[2], {})
                sessions.setdefault(found[3], {})[found[4]] = entry.blob
        wanted = [f for s in folders.values() for f in s.values() if "metadata.json" in f]
        texts = self.repo.read_all(files["metadata.json"] for files in wanted)
        names = {
            files["metadata.json"]: _session_id(text)
            for files, text in zip(wanted, texts, strict=True)
        }
        return {id_: _checkpoint(id_, sessions, names) for id_, sessions in folders.items()}

    def named_by(self, commit: Commit) -> list[str]:
        """Ids of the checkpoints in a commit's trailers."""
        return list(dict.fromkeys(_TRAILER.findall(commit.message)))

    def sessions(self) -> list[str]:
        """All sessions of the branch."""
        return list(sessions_of(self.known.values()))

    def sources(self, session: str) -> list[Source]:
        """Every copy of a session, each distinct transcript once."""
        copies = (copy for point in self.known.values() for copy in point.copies)
        distinct = {copy.blob: copy for copy in copies if copy.session == session}
        return [self._source(copy) for copy in distinct.values()]

    def _source(self, copy: Copy) -> Source:
        return Source(copy.name, lambda: BytesIO(self.repo.read(copy.blob) or b""))


def _tip(repo: Repo, branch: str) -> str:
    for name in [branch] if branch else [BRANCH, f"origin/{BRANCH}"]:
        tip = repo.find(name)
        if tip:
            return tip
    raise UserError(
        f"there is no branch {branch or BRANCH} here",
        f"fetch it: git fetch origin {branch or BRANCH}:{branch or BRANCH}",
    )


def _checkpoint(
    id_: str, sessions: Mapping[str, Mapping[str, str]], names: Mapping[str, str]
) -> Checkpoint:
    copies = []
    missing = 0
    for number, files in sorted(sessions.items(), key=lambda row: int(row[0])):
        if "full.jsonl" not in files:
            missing += 1
            continue
        path = f"{id_[:2]}/{id_[2:]}/{number}/full.jsonl"
        session = names.get(files.get("metadata.json", ""), "") or path
        copies.append(Copy(session, path, files["full.jsonl"]))
    return Checkpoint(id_, tuple(copies), missing)


def _session_id(text: bytes | None) -> str:
    """The session's id; older versions put the day before it."""
    try:
        told = json.loads(text or b"{}")
    except (ValueError, RecursionError):
        return ""
    found = told.get("session_id") if isinstance(told, dict) else None
    return _DATED.sub("", found, count=1) if isinstance(found, str) else ""


def sessions_of(points: Iterable[Checkpoint]) -> Sequence[str]:
    """Sessions of several checkpoints, each once."""
    return list(dict.fromkeys(copy.session for point in points for copy in point.copies))
