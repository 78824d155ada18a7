"""Which of Pygments' lexers a file or a language gets, found without trying every pattern.

Pygments knows 929 patterns of names. It compiles them all for the first name (0.06 s) and tries
them all for each (0.3 ms). Nearly every one is an ending or a whole name, which can be looked up;
the choice among those that fit is Pygments' own.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer


@lru_cache(maxsize=1024)
def lexer_of(name: str, language: str) -> Lexer | None:
    """Return the lexer of a language, or where that is ``""`` of files that are called ``name``;
    None where there is none. It is the same value for the same words."""
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    try:
        found = find_lexer_class_by_name(language) if language else _of_file(name)
    except ClassNotFound:
        return None
    return found() if found else None


def _of_file(name: str) -> type[Lexer] | None:
    """The choice of ``pygments.lexers.find_lexer_class_for_filename`` that sees no text: by
    priority, where a whole name comes before an ending, and then by name."""
    from pygments.lexers import find_lexer_class

    rated = []
    for pattern, lexer in _fitting(name):
        found = find_lexer_class(lexer)
        if found:
            bonus = 0 if "*" in pattern else 0.5
            rated.append((found.priority + bonus, found.__name__, found))
    return max(rated, key=lambda one: one[:2])[2] if rated else None


def _fitting(name: str) -> Iterator[tuple[str, str]]:
    """The patterns that fit a name, each with the name of a lexer."""
    plain, others = _patterns()
    endings = [f"*{name[at:]}" for at, letter in enumerate(name) if letter == "."]
    for pattern in (name, *endings):
        yield from ((pattern, lexer) for lexer in plain.get(pattern, ()))
    yield from ((pattern, lexer) for pattern, lexer in others if fnmatchcase(name, pattern))


@lru_cache(maxsize=1)
def _patterns() -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """The names of lexers by patterns that are an ending or a whole name, and all others."""
    from pygments.lexers import get_all_lexers

    plain: dict[str, list[str]] = {}
    others = []
    for lexer, _, patterns, _ in get_all_lexers():
        for pattern in patterns:
            if any(sign in pattern.removeprefix("*.") for sign in "*?["):
                others.append((pattern, lexer))
            else:
                plain.setdefault(pattern, []).append(lexer)
    return plain, others
