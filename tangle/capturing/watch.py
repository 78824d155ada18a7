"""Transcripts that are watched while something in them is still to come.

A look costs a call of the system for each file; only what is new is read, and only to see
whether it tells of the calls that are waited for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LINE = 1 << 20
"""Bytes of a torn line that are looked at."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Files that are watched because something in them is still to come."""

    sizes: tuple[tuple[str, int, int], ...]
    """Each with its bytes, and where its last line begins if that is torn."""
    keys: tuple[bytes, ...] = ()
    """The calls that are waited for; empty: anything."""
    young: bool = False
    """Only until the commit's second is over."""

    @classmethod
    def of(cls, sizes: Mapping[str, int], keys: Sequence[str], *, young: bool) -> Watch:
        """Watch files for what comes behind what they held when they were ``sizes`` large."""
        rows = tuple((path, size, _line_start(path, size)) for path, size in sizes.items())
        return cls(rows, tuple(key.encode("utf-8", "replace") for key in keys), young)

    def told(self) -> bool:
        """Whether what was waited for may be there."""
        for path, size, start in self.sizes:
            now = size_of_file(path)
            if now != size and (not self.keys or now < size or _holds(path, start, self.keys)):
                return True
        return False


def size_of_file(path: str) -> int:
    """Bytes of a file, -1 where it is not there."""
    try:
        return os.stat(path).st_size
    except OSError:
        return -1


def _line_start(path: str, size: int) -> int:
    """Where the line begins that the first ``size`` bytes of a file end in."""
    begin = max(0, size - _LINE)
    try:
        with open(path, "rb") as file:
            file.seek(begin)
            return begin + file.read(max(0, size - begin)).rfind(b"\n") + 1
    except OSError:
        return begin


def _holds(path: str, start: int, keys: Sequence[bytes]) -> bool:
    """Whether one of the keys stands in a file behind its first ``start`` bytes."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, start))
            fresh = file.read()
    except OSError:
        return True
    return any(key in fresh for key in keys)
