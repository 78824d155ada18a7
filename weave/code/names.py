"""The names a file defines and mentions, out of the tokens that colour it.

An index of identifiers needs three things of a file: where each name is defined, how far
the definition reaches, and which lines mention which names. Pygments tells names from strings,
comments and keywords in every language; a few rules a family of languages tell a definition
from a use. They look only at tokens, so a file that does not compile is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from treadle.weave.code.defining import Definition, Rules, Token
from treadle.weave.guard import within
from treadle.weave.highlight import LARGEST, PATIENCE, WIDEST, Lexed, lexed
from treadle.weave.lexers import lexer_of

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

FAMILIES = {
    "Go": "go",
    "Python": "python",
    "Cython": "python",
    "TypeScript": "script",
    "TSX": "script",
    "JavaScript": "script",
    "JSX": "script",
    "Rust": "rust",
    "C": "c",
    "C++": "c",
    "Objective-C": "c",
    "CUDA": "c",
}
"""Pygments' names of languages and the rules that fit; other languages use the general ones."""

OPENING, CLOSING = "([{", ")]}"
_TRANSPARENT = ("extern", "namespace")
"""Words of C and its kin before a bracket that changes nothing: ``extern "C" {``."""
_NAME = re.compile(r"[^\W\d]\w*")
_DEFINE = re.compile(r"#[ \t]*define[ \t]+([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Names:
    """What a file says of names."""

    defined: tuple[Definition, ...] = ()
    """In the order of the file."""
    mentioned: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Each name of the file and the 0-based lines that mention it, sorted."""


def names(path: str, text: str) -> Names:
    """Return what a file says of names; nothing where its language is unknown.

    ``text`` may be anything; too long or hostile texts have no names.
    """
    lexer = lexer_of(path.rsplit("/", 1)[-1], "")
    if lexer is None or not _names_things(lexer.name):
        return Names()
    if len(text) > LARGEST or max(map(len, text.split("\n"))) > WIDEST:
        return Names()
    return within(PATIENCE, lambda: _read(lexer, text), Names())


def _names_things(language: str) -> bool:
    """Whether a language has names that are defined in one place and used in others."""
    prose = ("Markdown", "Text only", "HTML", "CSS", "JSON", "YAML", "TOML", "INI", "XML", "Diff")
    return not language.startswith((*prose, "reStructuredText", "Properties", "JSON"))


def _read(lexer: Lexer, text: str) -> Names:
    family = FAMILIES.get(lexer.name, "")
    tokens = list(_tokens(lexed(lexer, text)))
    rules = Rules(family, tokens, text.count("\n") + 1)
    found = list(rules.found())
    if family == "c":
        found += _macros(text)
    mentioned: dict[str, dict[int, None]] = {}
    for token in tokens:
        if token.kind in "nf":
            mentioned.setdefault(token.text, {})[token.line] = None
    return Names(
        tuple(sorted(dict.fromkeys(found), key=lambda one: (one.line, one.name))),
        tuple((name, tuple(lines)) for name, lines in sorted(mentioned.items())),
    )


def _macros(text: str) -> Iterator[Definition]:
    lines = text.split("\n")
    for number, line in enumerate(lines):
        found = _DEFINE.match(line.lstrip()) if "define" in line else None
        if found:
            end = number + 1
            while lines[end - 1].endswith("\\") and end < len(lines):
                end += 1
            yield Definition(found[1], "macro", number, end)


# -- tokens -----------------------------------------------------------------------------


def _tokens(found: Lexed) -> Iterator[Token]:
    line = column = depth = 0
    before = ""
    for kind, value in zip(*found, strict=True):
        short = _kind(kind)
        if short == "p":
            for at, sign in enumerate(value):
                if sign in CLOSING:
                    depth = max(0, depth - 1)
                if not sign.isspace():
                    yield Token("p", sign, line, column + at, depth)
                # What stands in such a block stands where the block stands.
                if sign in OPENING and before not in _TRANSPARENT:
                    depth += 1
                before = sign
        elif short:
            word = value.strip(" \t!\n")
            if _NAME.fullmatch(word):
                yield Token(short, word, line, column, depth)
                before = before if before == "namespace" else word
        breaks = value.count("\n")
        line += breaks
        column = len(value) - value.rfind("\n") - 1 if breaks else column + len(value)


@lru_cache(maxsize=512)
def _kind(kind: _TokenType) -> str:
    name = ".".join(kind)
    if name.startswith(("Comment", "Literal", "Text", "Generic")) or name == "":
        return ""
    if name.startswith(("Punctuation", "Operator")) and name != "Operator.Word":
        return "p"
    if name.startswith(("Name.Function", "Name.Class")):
        return "f"
    if name.startswith("Name"):
        return "n"
    return "k" if name.startswith(("Keyword", "Operator")) else ""
