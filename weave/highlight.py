"""Colours for code: a whole file is tokenised once, and the tokens cut at newlines.

Tokenising line by line would lose every string and comment that runs over a line's end.
Pygments knows some 80 kinds of token; a page knows five, as a printed WEB listing does:
``k`` keywords, ``s`` strings, ``c`` comments, ``f`` names being defined, ``o`` decorators
and directives. All else is plain. What is unknown, very long or hostile is all plain.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from treadle.weave.guard import within

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

Token = tuple[str, str]
"""A class of this module, or ``""``, and a text without LF."""

LARGEST = 3_000_000
"""Longest text that is tokenised, in characters."""

WIDEST = 2_000
"""Longest line of a text that is tokenised, in characters."""

PATIENCE = 4.0
"""How long one text may take, in seconds."""

DECLARES = frozenset(
    [
        "func",
        "fn",
        "fun",
        "function",
        "type",
        "class",
        "struct",
        "enum",
        "interface",
        "trait",
        "def",
        "module",
        "macro",
    ]
)
"""Keywords after which a name is being defined, for lexers that do not say so themselves."""


def tokens(text: str, path: str = "", language: str = "") -> list[list[Token]]:
    """Return one list of tokens a line of ``text``, by the file's name or the language's.

    ``text`` holds no CR (``text.visible`` sees to that). The texts of a line's tokens joined
    are the line without its LF; lines are those of ``model.split_lines``.
    """
    lexer = _lexer(path.rsplit("/", 1)[-1], language.lower()) if text else None
    if lexer is None or len(text) > LARGEST or _widest(text) > WIDEST:
        return _plain(text)
    found = within(PATIENCE, lambda: _cut(lexer, text), None)
    return found or _plain(text)


def _plain(text: str) -> list[list[Token]]:
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [[("", line)] if line else [] for line in lines]


def _widest(text: str) -> int:
    return max(map(len, text.split("\n")))


@lru_cache(maxsize=1024)
def _lexer(name: str, language: str) -> Lexer | None:
    from pygments.lexers import find_lexer_class_by_name, find_lexer_class_for_filename
    from pygments.util import ClassNotFound

    try:
        found = (
            find_lexer_class_by_name(language) if language else find_lexer_class_for_filename(name)
        )
    except ClassNotFound:
        return None
    return found() if found else None


def _cut(lexer: Lexer, text: str) -> list[list[Token]] | None:
    """Tokenise and cut; None where the lexer lost or invented text."""
    lines: list[list[Token]] = [[]]
    length = 0
    for name, value in _classed(lexer, text):
        length += len(value)
        first, *rest = value.split("\n")
        _append(lines[-1], name, first)
        for piece in rest:
            lines.append([])
            _append(lines[-1], name, piece)
    if length != len(text):
        return None
    if not lines[-1]:
        lines.pop()
    return lines


def _append(line: list[Token], name: str, text: str) -> None:
    """Add a token to a line, joined with the one before where both look alike."""
    if not text:
        return
    if line and (line[-1][0] == name or text.isspace()):
        line[-1] = (line[-1][0], line[-1][1] + text)
    else:
        line.append((name, text))


def _classed(lexer: Lexer, text: str) -> Iterator[Token]:
    """Give each of the lexer's tokens its class, and names after a declaring keyword ``f``."""
    declared = False
    depth = 0
    spaced = False
    for _, kind, value in lexer.get_tokens_unprocessed(text):
        name = _class(kind)
        if declared and value.isspace():
            spaced = True
        elif declared and (depth or (value[0] == "(" and spaced)):
            depth += value.count("(") - value.count(")")
        elif declared:
            if not name and value.isidentifier():
                name = "f"
            declared = False
        elif name == "k" and value in DECLARES:
            declared, depth, spaced = True, 0, False
        yield name, value


_CLASSES = (
    ("Comment.Preproc", "o"),
    ("Comment", "c"),
    ("Keyword.Type", ""),
    ("Keyword", "k"),
    ("Literal.String.Interpol", ""),
    ("Literal.String", "s"),
    ("Name.Function", "f"),
    ("Name.Class", "f"),
    ("Name.Decorator", "o"),
    ("Generic.Heading", "k"),
    ("Generic.Subheading", "k"),
)
"""Kinds of token and their classes; the first that a kind begins with counts."""


@lru_cache(maxsize=512)
def _class(kind: _TokenType) -> str:
    name = ".".join(kind) + "."
    return next((short for long, short in _CLASSES if name.startswith(long + ".")), "")
