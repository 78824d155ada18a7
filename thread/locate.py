"""Which file of this repository a transcript means.

A transcript names files by the paths of the machine it ran on: absolute, or relative to
a directory that changes while the agent works, in work trees that may lie inside one
another or be gone. The root is found by asking which directories above the session's
own turn its paths into paths that this repository has or ever had; the directory that
does so for most paths wins.

A repository may lie inside another's work tree. What lies in it is not the other's, so no
root above it counts for its files. Which folders lie in one the disk tells, not this module.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from treadle.thread.model import Event, Session
from treadle.thread.paths import refusal

_NAMELESS = "/\0"
"""Stands for the folder of relative paths in a session that names none; no path of a file system
can be below it."""
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_SHARE = 8
"""A root counts for files that no commit ever had if it explains at least one path in
this many of those that the best root explains."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an edit or a read happened: names of files as the repository has them.

    A file outside of the repository is named by its absolute path, which no file inside has.
    """

    event: int
    """Index of the event in the session."""
    item: int
    """Index in the event's ``edits`` or ``reads``."""
    path: str
    to: str = ""
    """Of a move or copy: the other name."""


class Locator:
    """Turns one session's paths into the repository's.

    ``nested`` has, of the session's ``folders`` that lie in a repository inside a work tree, the
    root of that repository.
    """

    def __init__(
        self,
        session: Session,
        known: Collection[str],
        tops: Iterable[str] = (),
        nested: Mapping[str, str] | None = None,
    ) -> None:
        self._known = known
        self._nested = nested or {}
        ours = {_clean(top) for top in tops if top}
        self._votes = Counter(dict.fromkeys(ours, 1))
        candidates = {root for event in session.events for root in _above(_clean(event.cwd))}
        for event in session.events:
            if not event.cwd:
                folders = {posixpath.dirname(_absolute(path, "")) for path in _paths(event)}
                candidates.update(root for folder in folders for root in _above(folder))
        for path in {_absolute(path, e.cwd) for e in session.events for path in _paths(e)}:
            for root in _above(posixpath.dirname(path)):
                if root in candidates and path[len(root) + 1 :] in known and self._may(root, path):
                    self._votes[root] += 1
        best = max(self._votes.values(), default=0)
        self._roots = sorted(
            (root for root, votes in self._votes.items() if votes * _SHARE >= best or root in ours),
            key=len,
            reverse=True,
        )

    def __call__(self, path: str, cwd: str) -> str:
        """The repository's name of ``path``, ``""`` where it lies outside or may not be named."""
        full = _absolute(path, cwd)
        fits = [r for r in self._votes if full.startswith(r + "/") and self._may(r, full)]
        seen = [root for root in fits if full[len(root) + 1 :] in self._known]
        if seen:
            root = max(seen, key=lambda root: (self._votes[root], len(root)))
        else:
            root = next((root for root in self._roots if root in fits), "")
        inside = full[len(root) + 1 :] if root else ""
        return "" if refusal(inside) else inside

    def _may(self, root: str, full: str) -> bool:
        """Whether no other repository begins between a root and a path below it."""
        return len(root) >= len(self._nested.get(posixpath.dirname(full), ""))

    def name(self, path: str, cwd: str) -> str:
        """The repository's name of ``path``, or its absolute path where it lies outside."""
        return self(path, cwd) or "/" + _absolute(path, cwd).replace("/\0/", "/").lstrip("/")

    def edits(self, session: Session) -> list[Place]:
        """Every edit of a file, in order."""
        return [
            Place(
                index,
                item,
                self.name(edit.path, event.cwd),
                self.name(edit.to, event.cwd) if edit.to else "",
            )
            for index, event in enumerate(session.events)
            for item, edit in enumerate(event.edits)
        ]

    def reads(self, session: Session) -> list[Place]:
        """Every full read of a file, in order."""
        return [
            Place(index, item, self.name(read.path, event.cwd))
            for index, event in enumerate(session.events)
            for item, read in enumerate(event.reads)
        ]


def folders(session: Session) -> set[str]:
    """The folders of all files that a session edited or read, as ``Locator`` asks for them."""
    return {
        posixpath.dirname(_absolute(path, event.cwd))
        for event in session.events
        for path in (*_paths(event), *(edit.to for edit in event.edits if edit.to))
    }


def _paths(event: Event) -> list[str]:
    return [edit.path for edit in event.edits] + [read.path for read in event.reads]


def _clean(path: str) -> str:
    """With ``/`` between names, without ``.``, ``..`` or a trailing ``/``; drives in lower case."""
    if _DRIVE.match(path):
        path = path[0].lower() + path[1:].replace("\\", "/")
    path = path.removeprefix("file://")
    return posixpath.normpath(path) if path else ""


def _absolute(path: str, cwd: str) -> str:
    path = path.removeprefix("file://")
    if path.startswith("/") or _DRIVE.match(path):
        return _clean(path)
    return _clean(posixpath.join(_clean(cwd) or _NAMELESS, path))


def _above(folder: str) -> list[str]:
    """The folder and all above it, but not the file system's root."""
    found = []
    while folder and folder != posixpath.dirname(folder):
        found.append(folder)
        folder = posixpath.dirname(folder)
    return found
