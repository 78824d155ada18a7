"""Which of Pygments' lexers a file or a language gets, found without trying every pattern.

Pygments knows 929 patterns of names. It compiles them all for the first name (0.06 s) and tries
them all for each (0.3 ms). Nearly every one is an ending or a whole name, which can be looked up;
the choice among those that fit is Pygments' own.

Then it tries the patterns of a lexer's state one after the other, some fifteen for a token. Joined
in one expression they are tried by one call, which says the first that matches; the lexer, its
patterns and the loop over them stay Pygments' own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_APART = re.compile(r"\\[1-9]|\(\?P|\(\?\(|\(\?[aiLmsux]+\)")
"""What a pattern must not have that is joined with others: groups by number or name, and flags."""

Row = tuple[Callable[..., "re.Match[str] | None"], Any, Any]
"""Of a state in Pygments' table: how to match, what to do then, and which state follows."""


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
    return _hastened(found()) if found else None


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


# -- a state's patterns in one call ---------------------------------------------------------


def _hastened(lexer: Lexer) -> Lexer:
    """The lexer with a table of states of its own, if it goes by one."""
    table = getattr(lexer, "_tokens", None)
    if isinstance(table, dict):
        vars(lexer)["_tokens"] = _States(table)
    return lexer


class _States(dict[str, Sequence[Row]]):
    """A lexer's table, each state made when the lexer comes to it."""

    def __init__(self, table: Mapping[str, Sequence[Row]]) -> None:
        super().__init__()
        self.table = table

    def __missing__(self, name: str) -> Sequence[Row]:
        self[name] = made = _joined(self.table[name])
        return made


def _joined(rows: Sequence[Row]) -> Sequence[Row]:
    """A state with two rows: the first never matches, but finds the one that does and makes it the
    second. The same rows where they cannot be joined."""
    owners = [getattr(row[0], "__self__", None) for row in rows]
    patterns = [owner for owner in owners if isinstance(owner, re.Pattern)]
    flags = {pattern.flags for pattern in patterns}
    if len(patterns) < len(rows) or len(flags) != 1 or any(one & re.VERBOSE for one in flags):
        return rows
    if any(_APART.search(pattern.pattern) for pattern in patterns):
        return rows
    return _one_at_a_time(rows, patterns)


def _one_at_a_time(rows: Sequence[Row], patterns: Sequence[re.Pattern[str]]) -> Sequence[Row]:
    from pygments.token import _TokenType

    found: re.Match[str] | None = None
    by_group: list[Row] = [_NEVER]
    for (match, action, follows), pattern in zip(rows, patterns, strict=True):
        # For a kind of token the whole match will do; what is called may want the pattern's groups.
        whole = type(action) is _TokenType or action is None
        row = (lambda *_: found) if whole else match, action, follows
        by_group += [row, *[_NEVER] * pattern.groups]
    first = re.compile("|".join(f"({p.pattern})" for p in patterns), patterns[0].flags).match

    def look(*where: Any) -> None:
        nonlocal found
        found = first(*where)
        made[1] = by_group[found.lastindex or 0] if found else _NEVER

    made: list[Row] = [(look, None, None), _NEVER]
    return made


_NEVER: Row = (lambda *_: None, None, None)
