"""Walking an agent's folders, which may hold anything.

A home may have ten thousand transcripts, folders of somebody else, a FIFO that would block for
ever, and links in a circle. Each folder is entered once, by whatever name; only regular files
are listed; what may not be read is a problem, and what is not there is none.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from treadle.thread.model import Problem

MOST = 5_000
"""Files beside a transcript that are taken for its session's; a folder full must not stop us."""
_MOST = 300_000
"""Names that are looked at in one walk."""


@dataclass(frozen=True, slots=True)
class File:
    """A regular file."""

    path: str
    size: int
    changed: float
    """Time of its last change, in seconds since 1970."""

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)

    @property
    def stem(self) -> str:
        """Its name without what follows the last dot."""
        return os.path.splitext(os.path.basename(self.path))[0]


class Walk:
    """One walk through an agent's folders."""

    def __init__(self, home: str, *, trusted: bool = False) -> None:
        self.problems: list[Problem] = []
        self._entered: set[tuple[int, int]] = set()
        self._left = _MOST
        self._owners: set[int] | None = None if trusted else _owners(home)
        """Who may own what is read; None: anybody, since the person named the folder."""

    def complain(self, path: str, reason: str) -> None:
        """Note that something could not be looked at."""
        self.problems.append(Problem(path, 0, reason))

    def folders(self, folder: str) -> list[str]:
        """The folders in a folder, sorted; links to folders are followed."""
        return [os.path.join(folder, entry.name) for entry in self._entries(folder) if _dir(entry)]

    def files(self, folder: str, *ends: str, deep: int = 0) -> list[File]:
        """The regular files in a folder whose names end so, sorted.

        ``deep`` is how many levels of folders below it are entered as well; no link is followed
        into a folder there.
        """
        found: list[File] = []
        for entry in self._entries(folder):
            if entry.name.endswith(ends):
                found += self._file(entry)
            elif deep and entry.is_dir(follow_symlinks=False):
                found += self.files(os.path.join(folder, entry.name), *ends, deep=deep - 1)
        return found

    def file(self, path: str) -> File | None:
        """One file, if it is there and may be read."""
        try:
            found = os.stat(path)
        except (OSError, ValueError) as error:
            self._failed(path, error)
            return None
        if not stat.S_ISREG(found.st_mode) or not self._is_ours(path, found):
            return None
        return File(path, found.st_size, found.st_mtime)

    def _file(self, entry: os.DirEntry[str]) -> Iterator[File]:
        try:
            found = entry.stat()
        except OSError as error:
            self._failed(entry.path, error)
            return
        if stat.S_ISREG(found.st_mode) and self._is_ours(entry.path, found):
            yield File(entry.path, found.st_size, found.st_mtime)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        """What stands in a folder, sorted; nothing where it was entered before."""
        try:
            found = os.stat(folder)
            known = (found.st_dev, found.st_ino)
            if known in self._entered or not self._is_ours(folder, found):
                return []
            self._entered.add(known)
            with os.scandir(folder) as listed:
                entries = [entry for entry, _ in zip(listed, range(self._left + 1), strict=False)]
        except (OSError, ValueError) as error:
            self._failed(folder, error)
            return []
        if len(entries) > self._left:
            self.complain(folder, f"over {_MOST:,} files, the rest is left out")
            del entries[self._left :]
        self._left -= len(entries)
        return sorted(entries, key=lambda entry: entry.name)

    def _is_ours(self, path: str, found: os.stat_result) -> bool:
        if self._owners is None or found.st_uid in self._owners:
            return True
        self.complain(path, "belongs to another user, not read")
        return False

    def _failed(self, path: str, error: OSError | ValueError) -> None:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        self.complain(path, f"cannot be read: {why}")


def _owners(home: str) -> set[int] | None:
    """Whoever runs this, root, and the owner of the home; None where files have no owners."""
    if not hasattr(os, "geteuid"):
        return None
    owners = {os.geteuid(), 0}
    if home:
        with suppress(OSError):
            owners.add(os.stat(home).st_uid)
    return owners


def _dir(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):
        return entry.is_dir()
    return False
