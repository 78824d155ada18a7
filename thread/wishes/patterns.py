"""Paths that a person wants left out, named as ``.gitignore`` names them.

A pattern without a slash inside names files and folders at any depth, one with a slash is
taken from the repository's root; a folder takes all that is in it along; ``*`` and ``?`` stop
at a slash, ``**`` does not. There is no ``!``: what is left out stays out.

Patterns come with the repository and may be hostile: each name is compared by ``fnmatch``,
whose expressions cannot run away, and ``**`` costs the product of both lengths.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

LONGEST = 300
"""Characters of a pattern."""


def refusal(pattern: str) -> str:
    """Why a pattern cannot be used, in a few words; ``""`` where it can."""
    if not pattern.strip("/ "):
        return "it names nothing"
    if len(pattern) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if "\0" in pattern or "\n" in pattern:
        return "it holds a NUL or a line break"
    if pattern.startswith("!"):
        return "a pattern cannot take back what another leaves out"
    return ""


def matches(pattern: str, path: str) -> bool:
    """Whether ``pattern`` names ``path`` or a folder that it lies in."""
    names = path.split("/")
    only_folders = pattern.endswith("/")
    wanted = pattern.strip("/").split("/")
    if len(wanted) == 1 and not pattern.startswith("/"):
        wanted = ["**", *wanted]
    ends = _ends(wanted, names)
    return any(end and (end < len(names) or not only_folders) for end in ends)


def _ends(wanted: list[str], names: list[str]) -> set[int]:
    """How many leading names the whole pattern can stand for."""
    at = {0}
    for piece in wanted:
        if piece == "**":
            at = set(range(min(at), len(names) + 1)) if at else at
        else:
            at = {i + 1 for i in at if i < len(names) and fnmatchcase(names[i], piece)}
    return at
