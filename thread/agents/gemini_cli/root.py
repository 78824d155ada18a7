"""Where a session of Gemini CLI ran.

Its files name no folder, and the paths in them may be relative to the one it was started in.
But they have that folder's SHA-256; so any path that they name proves the folder, if it lies
below it: one of the folders above has that very hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

_HASH = re.compile(r"[0-9a-f]{64}")
_START = re.compile(r"(?<![\w.~/\\-])(?:/|[A-Za-z]:[\\/])")
_MOST = 20_000
"""Folders that are tried."""
_LONGEST = 1_000
_LOOKED = 8_000
"""Characters of a text that are searched, and of a path."""
_STARTS = 40
"""Paths of one text that are tried."""
_ENDS = frozenset("/\\ ])\"',:")
"""Behind any of these letters a folder's name may have ended."""
_DEEPEST = 12
"""Values within values that are searched."""


def root(project: str, values: Iterable[object]) -> str:
    """The folder whose hash is ``project``, found in the texts of ``values``; ``""`` if none is."""
    if not _HASH.fullmatch(project):
        return ""
    tried: set[str] = set()
    for value in values:
        for found in _texts(value, _DEEPEST):
            for folder in _folders(found):
                if folder in tried:
                    continue
                if len(tried) >= _MOST:
                    return ""
                tried.add(folder)
                if sha256(folder.encode("utf-8", "replace")).hexdigest() == project:
                    return folder
    return ""


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:_LOOKED]
    elif depth and isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner, depth - 1)
    elif depth and isinstance(value, list):
        for inner in value:
            yield from _texts(inner, depth - 1)


def _folders(found: str) -> Iterator[str]:
    """Every folder that may be named in a text; a path may hold spaces, and ends with its line."""
    for number, start in enumerate(_START.finditer(found)):
        if number >= _STARTS:
            return
        end = found.find("\n", start.start())
        path = found[start.start() : min(end if end >= 0 else len(found), start.start() + _LONGEST)]
        yield path.rstrip("/\\ ")
        for at, letter in enumerate(path):
            if at and letter in _ENDS:
                yield path[:at]
