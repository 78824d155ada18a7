"""Home directories, which name people: ``/home/ann/src`` is told as ``~/src``.

The home of whoever records is known and is found wherever it stands; those of others are
found by their frame, ``/home/NAME/``, ``/Users/NAME/`` and ``C:\\Users\\NAME\\``, also in file
URIs, and in the folder names that agents make of paths (``projects/-home-ann-src``).

``~`` begins and ends no home, so that a second pass finds nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_NOBODY = "(?!(?:Shared|Public|Default|linuxbrew)[/\\\\])"
"""Folders beside the homes that belong to no person."""
_ABSOLUTE = r"(?:(?<![\w.~/)}\]*-]/)|(?<=file:///)|(?<=-[ILF]/)|(?<=\\[nrt]/)|(?<=[0-9\[;]m/))"
"""After a path's first slash: nothing before it makes the path relative."""

_UNIX = (
    rf"/{_ABSOLUTE}(?:(?:mnt/)?[a-z]/(?=Users/)|(?:var|usr|export)/)?"
    rf"(?:home|Users)/{_NOBODY}[\w.-]{{1,64}}+(?=/)"
)
_WINDOWS = (
    rf"[A-Za-z]:(?P<slash>\\{{1,4}}|/)Users(?P=slash){_NOBODY}"
    r"[^\\/:*?\"<>|~\r\n]{1,64}+(?=(?P=slash))"
)
_FOLDER = r"-(?<=projects/-)(?:home|Users)-[A-Za-z0-9]{1,64}+(?=[-/])"


@cache
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source)


@cache
def _known(home: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a given home; none for one that names nobody (``/``, the empty one)."""
    home = home.rstrip("/\\")
    names = re.split(r"[/\\]+", home)[1:]
    after = r"(?![\w~-]|\.\w)"
    if len(names) < 2:
        path = re.escape(home)
        return (re.compile(rf"{path}(?<![\w.~/)}}\]*-]{path}){after}"),) if names else ()
    spelt = {home, home.replace("\\", "\\\\"), home.replace("\\", "/")}
    folder = re.escape(re.sub("[^A-Za-z0-9]", "-", home))
    return (
        *(re.compile(re.escape(path) + after) for path in sorted(spelt)),
        re.compile(rf"{folder}(?<![\w~]{folder})(?![A-Za-z0-9~])"),
    )


def find(text: str, home: str = "") -> Iterator[tuple[int, int]]:
    """The ranges ``[start, end)`` of a text that are home directories; they may overlap."""
    if "/home/" in text or "/Users/" in text:
        yield from _spans(_pattern(_UNIX), text)
    if ":\\" in text or ":/Users/" in text:
        yield from _spans(_pattern(_WINDOWS), text)
    if "projects/-" in text:
        yield from _spans(_pattern(_FOLDER), text)
    for known in _known(home):
        yield from _spans(known, text)


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in pattern.finditer(text))
