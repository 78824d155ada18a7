"""What hooks leave for the worker: one small file for each time git called.

A hook only writes such a file, since whoever commits must not wait; it is the promise that
the commit will be looked at, whatever becomes of the process that is started to do so. The
file is removed when its commit's document is stored and final, or nothing can be said.

    post-commit                         the hook
    3f2a1c...                           the commit that is HEAD
    /home/ines/lamp/.git                the work tree's git directory
    /home/ines/lamp                     its top
    CLAUDE_CODE_SESSION_ID=0b3c...      variables of agents in whose call git ran
    HOME=/home/ines                     variables that say where agents keep their transcripts
    end
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

HOOKS = ("post-commit", "post-rewrite", "post-merge")
_LARGEST = 64 * 1024
_PATIENCE = 2.0
"""Seconds after which a file without its last line will not get one any more."""
_MOST = 20_000
"""Files that are taken up at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the queue."""

    name: str
    hook: str
    """One of ``HOOKS``."""
    commit: str
    git_dir: str
    """Absolute; of the work tree in which git ran."""
    top: str
    """Root of that work tree, ``""`` in a bare repository."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Variables that were set, of those that tell something of agents."""
    written: float = 0
    """Seconds since 1970."""


class Queue:
    """The queue of one repository."""

    def __init__(self, folder: str) -> None:
        """``folder`` is treadle's own, in git's common directory."""
        self.folder = os.path.join(folder, "queue")

    def names(self) -> frozenset[str]:
        """The files there are."""
        try:
            with os.scandir(self.folder) as found:
                return frozenset(one.name for one in found if not one.name.startswith("."))
        except OSError:
            return frozenset()

    def entries(self, now: float | None = None) -> list[Entry]:
        """What is waiting, the oldest first. Files that are no entries are removed, but for those
        that are still being written."""
        now = time.time() if now is None else now
        found = [self._entry(name, now) for name in sorted(self.names())[:_MOST]]
        entries = [entry for entry in found if entry is not None]
        return sorted(entries, key=lambda entry: (entry.written, entry.name))

    def remove(self, entry: Entry) -> None:
        """It is done."""
        self._remove(entry.name)

    def _remove(self, name: str) -> None:
        with suppress(OSError):
            os.unlink(os.path.join(self.folder, name))

    def _entry(self, name: str, now: float) -> Entry | None:
        path = os.path.join(self.folder, name)
        try:
            written = os.lstat(path).st_mtime
            text = _read(path)
        except OSError:
            return None
        entry = _parsed(name, text, written)
        if entry is None and now - written > _PATIENCE:
            self._remove(name)
        return entry


def _read(path: str) -> str:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        return os.fsdecode(file.read(_LARGEST))


def _parsed(name: str, text: str, written: float) -> Entry | None:
    """The entry that a file holds, None if it is none or lacks its last line."""
    lines = text.split("\n")
    if len(lines) < 5 or "end" not in lines[4:]:
        return None
    hook, commit, git_dir, top = (line.strip("\r") for line in lines[:4])
    whole = len(commit) in (40, 64) and not commit.strip("0123456789abcdef")
    if hook not in HOOKS or not whole or not os.path.isabs(git_dir):
        return None
    told = (line.partition("=") for line in lines[4 : lines.index("end", 4)])
    variables = {key: value for key, sign, value in told if sign and value}
    return Entry(name, hook, commit, git_dir, top, variables, written)


def write(folder: str, entry: Entry) -> None:
    """Put an entry into the queue of ``folder``, as the hook does; its file appears whole."""
    queue = os.path.join(folder, "queue")
    os.makedirs(queue, mode=0o700, exist_ok=True)
    rows = [entry.hook, entry.commit, entry.git_dir, entry.top]
    rows += [f"{key}={value}" for key, value in entry.variables.items()]
    path = os.path.join(queue, entry.name)
    fresh = os.path.join(queue, f".{entry.name}.{os.getpid()}")
    with open(fresh, "wb") as file:
        file.write(os.fsencode("\n".join([*rows, "end", ""])))
    os.replace(fresh, path)


_STATES = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "sequencer": "cherry-pick",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "MERGE_HEAD": "merge",
}


def going_on(git_dir: str) -> str:
    """What git is in the middle of in a work tree (``rebase``, ``merge``, ...), ``""`` if nothing:
    commits made meanwhile may be gone at its end."""
    found = (word for name, word in _STATES.items() if os.path.lexists(f"{git_dir}/{name}"))
    return next(found, "")
