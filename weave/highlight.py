"""Colours for code: a whole file is tokenised once, and the tokens cut at newlines.

Tokenising line by line would lose every string and comment that runs over a line's end.
Pygments knows some 80 kinds of token; a page knows five, as a printed WEB listing does:
``k`` keywords, ``s`` strings, ``c`` comments, ``f`` names being defined, ``o`` decorators
and directives. All else is plain. What is unknown, very long or hostile is all plain.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from treadle.weave.guard import within
from treadle.weave.lexers import lexer_of

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
    lexer = lexer_of(path.rsplit("/", 1)[-1], language.lower()) if text else None
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


Lexed = tuple[Sequence["_TokenType"], Sequence[str]]
"""Pygments' kinds of token, and the texts of these tokens."""


@lru_cache(maxsize=1)
def lexed(lexer: Lexer, text: str) -> Lexed:
    """Return the lexer's own tokens. Those of the last text are remembered: what colours a file
    and what reads its names ask for the same, one after the other."""
    # Two lists of what is there anyway: pairs would all be looked through for garbage.
    kinds, values = [], []
    for _, kind, value in lexer.get_tokens_unprocessed(text):
        kinds.append(kind)
        values.append(value)
    return kinds, values


_ALONE: list[str] = []
"""What follows the first line of a token that has no other."""


def _cut(lexer: Lexer, text: str) -> list[list[Token]] | None:
    """Tokenise and cut; None where the lexer lost or invented text.

    Neighbours that look alike are joined, and spaces to what stands before them.
    """
    kinds, values = lexed(lexer, text)
    if sum(map(len, values)) != len(text):
        return None
    lines: list[list[Token]] = []
    line: list[Token] = []
    last = run = ""
    for name, value in zip(_classed(kinds, values), values, strict=True):
        first, rest = value, _ALONE
        if "\n" in value:
            first, *rest = value.split("\n")
        if name == last or (run and (not first or first.isspace())):
            run += first
        else:
            if run:
                line.append((last, run))
            last, run = name, first
        for piece in rest:
            if run:
                line.append((last, run))
            lines.append(line)
            line, last, run = [], name, piece
    if run:
        line.append((last, run))
    if line:
        lines.append(line)
    return lines


def _classed(kinds: Sequence[_TokenType], values: Sequence[str]) -> list[str]:
    """Return the class of each of the lexer's tokens; names after a declaring keyword are ``f``."""
    names = list(map(_CLASS_OF.__getitem__, kinds))
    done = 0
    for at in [at for at, name in enumerate(names) if name == "k"]:
        if at >= done and values[at] in DECLARES:
            done = _behind(values, at + 1)
            if done <= len(names) and not names[done - 1] and values[done - 1].isidentifier():
                names[done - 1] = "f"
    return names


def _behind(values: Sequence[str], at: int) -> int:
    """Return the index behind the first token from ``at`` on that may be the name declared: no
    space, and no brackets as of a receiver; one more than there are where there is none."""
    depth = 0
    spaced = False
    for index in range(at, len(values)):
        value = values[index]
        if value.isspace():
            spaced = True
        elif depth or (spaced and value[:1] == "("):
            depth += value.count("(") - value.count(")")
        else:
            return index + 1
    return len(values) + 1


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


class _ClassOf(dict["_TokenType", str]):
    """Classes by kinds of token, each looked for once."""

    def __missing__(self, kind: _TokenType) -> str:
        name = ".".join(kind) + "."
        found = next((short for long, short in _CLASSES if name.startswith(long + ".")), "")
        self[kind] = found
        return found


_CLASS_OF = _ClassOf()
