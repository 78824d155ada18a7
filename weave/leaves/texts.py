"""The texts of a book's files, each read when a page asks for it.

A book needs of most files only how long they are; the text itself is read for its page and let
go. So a repository may hold any amount of text: what a weave remembers of a file is its blob.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from treadle.thread.repo import Repo, decode, is_binary

LARGEST = 8_000_000
"""Bytes beyond which a file is named but not shown."""


AT_ONCE = 2_000_000
"""Bytes of blobs that are read at once, unless one alone has more."""


class Blobs:
    """Blobs of a repository, read by whatever process asks. May be handed to another one."""

    def __init__(self, repo: Repo | None) -> None:
        self.repo = repo
        self.held: dict[str, bytes] = {}
        """Contents that stand in no repository."""
        self._owner = os.getpid()

    def __reduce__(self) -> tuple[Any, ...]:
        repo = self.repo
        where = (repo.git_dir, repo.common_dir, repo.top, repo.algorithm) if repo else None
        return _reopened, (where, self.held)

    def read_all(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """Blobs by id, in the order given, None for each that is not here."""
        if self.repo is None:
            return (self.held.get(name) for name in names)
        if self._owner != os.getpid():
            # Two processes cannot read answers from one pipe.
            repo = self.repo
            self.repo = Repo(repo.git_dir, repo.common_dir, repo.top, repo.algorithm)
            self._owner = os.getpid()
        return self.repo.read_all(names)

    def close(self) -> None:
        """End what was started to read."""
        if self.repo is not None:
            self.repo.close()


def _reopened(where: tuple[str, str, str, str] | None, held: dict[str, bytes]) -> Blobs:
    blobs = Blobs(Repo(*where) if where else None)
    blobs.held.update(held)
    return blobs


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file, as long as nobody reads it."""

    blob: str
    """Its id."""
    size: int
    """Characters."""
    lines: int
    """Lines, with or without an end."""
    blobs: Blobs = field(compare=False, repr=False)

    def read(self) -> str:
        """The text; foreign bytes as surrogates."""
        return decode(next(iter(self.blobs.read_all([self.blob]))) or b"")


Measured = tuple[Text | None, str]
"""A blob's text and ``""``, or None and why there is none to show."""


def measure(blobs: Blobs, sizes: Mapping[str, int | None]) -> Iterator[tuple[str, Measured]]:
    """Each blob, by its id, and its text; what is too large to be shown is not even read."""
    small = [blob for blob, size in sizes.items() if size is not None and size <= LARGEST]
    for blob, size in sizes.items():
        if size is None or size > LARGEST:
            yield blob, (None, "not in this clone" if size is None else "large")
    for share in _shares(small, sizes):
        for blob, content in zip(share, blobs.read_all(share), strict=True):
            yield blob, _measured(blobs, blob, content or b"")


def _shares(names: Iterable[str], sizes: Mapping[str, int | None]) -> Iterator[list[str]]:
    """Cut blobs into such as are not too much to be read at once."""
    share: list[str] = []
    room = AT_ONCE
    for name in names:
        room -= sizes[name] or 0
        if share and room < 0:
            yield share
            share, room = [], AT_ONCE - (sizes[name] or 0)
        share.append(name)
    if share:
        yield share


def _measured(blobs: Blobs, blob: str, content: bytes) -> Measured:
    if is_binary(content):
        return None, "binary"
    lines = content.count(b"\n") + (content[-1:] not in (b"", b"\n"))
    return Text(blob, len(decode(content)), lines, blobs), ""


def held(text: str) -> Text:
    """A text that stands in no repository."""
    from hashlib import sha1

    from treadle.thread.repo import encode

    content = encode(text)
    blob = sha1(content, usedforsecurity=False).hexdigest()
    blobs = Blobs(None)
    blobs.held[blob] = content
    found, why = _measured(blobs, blob, content)
    if found is None:
        raise ValueError(why)
    return found
