"""Tells definitions from uses: rules for families of languages, over tokens alone.

Each family has the keywords after which a name is defined, and some have definitions without one:
a name assigned at the left edge of Python, a method of a class in TypeScript, a function of C.
Tokens know how many brackets are open, which says how far a definition reaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

DECLARES = {
    "go": {"func": "func", "type": "type", "const": "const", "var": "var"},
    "python": {"def": "def", "class": "class"},
    "script": {
        "function": "function",
        "class": "class",
        "interface": "interface",
        "type": "type",
        "enum": "enum",
        "namespace": "namespace",
        "module": "namespace",
        "const": "const",
        "let": "let",
        "var": "var",
    },
    "rust": {
        "fn": "fn",
        "struct": "struct",
        "enum": "enum",
        "union": "union",
        "trait": "trait",
        "type": "type",
        "const": "const",
        "static": "static",
        "mod": "mod",
        "macro_rules": "macro",
    },
    "c": {"struct": "struct", "union": "union", "enum": "enum", "class": "class"},
    "": {
        "function": "function",
        "func": "func",
        "fun": "fun",
        "fn": "fn",
        "def": "def",
        "sub": "sub",
        "class": "class",
        "struct": "struct",
        "enum": "enum",
        "interface": "interface",
        "trait": "trait",
        "module": "module",
        "type": "type",
    },
}
"""Of each family the keywords after which a name is defined, and what it then is called."""

SHALLOW: dict[str, set[str]] = {
    "go": {"type", "const", "var"},
    "script": {"const", "let", "var", "type"},
}
"""Keywords that define a name for others only outside of every bracket."""

_MODIFIERS = frozenset(
    [
        "public",
        "private",
        "protected",
        "static",
        "async",
        "get",
        "set",
        "readonly",
        "override",
        "abstract",
        "declare",
    ]
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A place where a name is defined."""

    name: str
    kind: str
    """The word the language has for it: ``func``, ``class``, ``const`` ..."""
    line: int
    """0-based."""
    end: int
    """0-based, half-open: where the definition ends."""


class Token(NamedTuple):
    """A token that is no space, no comment and no string. A tuple, because there are so many."""

    kind: str
    """``k``: a keyword; ``n``: a name; ``f``: a name the lexer says is defined; ``p``: a sign."""
    text: str
    line: int
    column: int
    depth: int
    """Brackets that are open before it."""


class Rules:
    """Finds the definitions among the tokens of one file."""

    def __init__(self, family: str, tokens: Sequence[Token], lines: int) -> None:
        self.family = family
        self.tokens = tokens
        self.lines = lines
        self.declares = DECLARES[family]
        self.shallow = SHALLOW.get(family, set())

    def found(self) -> Iterator[Definition]:
        """All definitions that keywords tell of, and those of the family alone."""
        for at, token in enumerate(self.tokens):
            if token.text not in self.declares:
                continue
            if (token.kind != "f" or token.text == "macro_rules") and self._declaring(at):
                yield from self._declared(at)
        special = {"python": self._assigned, "script": self._methods, "c": self._functions}
        if self.family in special:
            yield from special[self.family]()

    def _text(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def _kind(self, at: int) -> str:
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def _declaring(self, at: int) -> bool:
        """Whether the keyword stands where it can declare."""
        token = self.tokens[at]
        if token.text in self.shallow and token.depth:
            return False
        before = self._text(at - 1)
        if self.family == "go":
            return self._starts(at) or before == ";"
        if self.family == "c":
            return token.depth == 0 and self._text(at + 2) in ("{", ":")
        if self.family == "rust" and token.text == "const":
            return (
                self._text(at + 1) not in ("fn", "unsafe", "extern", "async", "{") and before != "*"
            )
        return before not in (".", "?", ":") or self.family == "python"

    def _declared(self, at: int) -> Iterator[Definition]:
        kind = self.declares[self.tokens[at].text]
        to = at + 1
        if self.family == "go" and self._text(to) == "(":
            if kind != "func":
                yield from self._grouped(to, kind)
                return
            to = self._behind(to)
        while self._text(to) in ("*", "!", "mut", "ref"):
            to += 1
        if self._kind(to) in ("n", "f") or (self._kind(to) == "k" and self.family == "script"):
            yield self._definition(self.tokens[to], kind, at)
            if self.family == "go" and kind in ("const", "var"):
                while self._text(to + 1) == "," and self._kind(to + 2) == "n":
                    to += 2
                    yield self._definition(self.tokens[to], kind, at)

    def _grouped(self, at: int, kind: str) -> Iterator[Definition]:
        """``const ( A = 1 ... )``: names at the beginning of lines within the brackets."""
        inside = self.tokens[at].depth + 1
        end = self._behind(at)
        last = self.tokens[at].line
        for nth in range(at + 1, end - 1):
            token = self.tokens[nth]
            named = token.depth == inside and token.kind in "nf"
            if named and (token.line > last or self._listed(nth)):
                yield self._definition(token, kind, nth)
            last = token.line

    def _listed(self, at: int) -> bool:
        """Whether the name at ``at`` goes on a list of names that its line begins with."""
        line = self.tokens[at].line
        while self._text(at - 1) == "," and self._kind(at - 2) in ("n", "f"):
            at -= 2
            if self.tokens[at - 1].line < line:
                return self.tokens[at].line == line
        return False

    def _starts(self, at: int) -> bool:
        """Whether the token at ``at`` is the first of its line."""
        return at == 0 or self.tokens[at - 1].line < self.tokens[at].line

    def _behind(self, at: int) -> int:
        """The index behind the bracket that closes the one at ``at``."""
        depth = self.tokens[at].depth
        to = at + 1
        while to < len(self.tokens) and self.tokens[to].depth > depth:
            to += 1
        return min(to + 1, len(self.tokens))

    def _definition(self, name: Token, kind: str, at: int) -> Definition:
        end = self._indented(at) if self.family == "python" else self._end(at)
        return Definition(name.text, kind, name.line, max(end, name.line + 1))

    def _indented(self, at: int) -> int:
        """Where the block ends that begins at ``at``: at a line that stands no deeper."""
        begin = self.tokens[at]
        last, body = begin.line, False
        for to in range(at + 1, len(self.tokens)):
            token = self.tokens[to]
            if not body:
                body = token.text == ":" and token.depth == begin.depth
            elif token.line > last and token.depth <= begin.depth and token.column <= begin.column:
                break
            last = token.line
        return last + 1

    def _end(self, at: int) -> int:
        """Where a definition in a language with brackets ends."""
        begin = self.tokens[at]
        last = begin.line
        for to in range(at + 1, len(self.tokens)):
            token = self.tokens[to]
            if token.depth < begin.depth:
                return last + 1
            if token.depth == begin.depth and to > at + 1:
                if token.text == "}":
                    return token.line + 1
                if token.text in ";" or (token.line > last and self._breaks(to)):
                    return last + 1
            last = token.line
        return last + 1

    def _breaks(self, at: int) -> bool:
        """Whether a newline before the token at ``at`` ends a statement."""
        if self.family == "go":
            return True
        goes_on = "{:=|&?.,(<>+-*/"
        return self.family == "script" and (
            self._text(at) not in goes_on and self._text(at - 1) not in goes_on
        )

    def _assigned(self) -> Iterator[Definition]:
        """Python: names that are assigned at the left edge."""
        for at, token in enumerate(self.tokens):
            if token.column or token.depth or token.kind not in "nf":
                continue
            if self._text(at + 1) in ("=", ":") and self._text(at + 2) != "=":
                to = at + 1
                while to < len(self.tokens) and (
                    self.tokens[to].depth or self.tokens[to].line == self.tokens[to - 1].line
                ):
                    to += 1
                end = self.tokens[to - 1].line + 1
                yield Definition(token.text, "constant", token.line, end)

    def _methods(self) -> Iterator[Definition]:
        """TypeScript: names with parameters and a body, right within a class."""
        bodies = self._class_bodies()
        for begin, end in bodies:
            inside = self.tokens[begin].depth + 1
            for at in range(begin + 1, end):
                token = self.tokens[at]
                before = self._text(at - 1)
                starts = before in ("{", "}", ";", "*", ")") or before in _MODIFIERS
                starts = starts or self.tokens[at - 1].line < token.line
                if token.depth != inside or not starts or self._kind(at) not in ("n", "f", "k"):
                    continue
                if before == "." or token.text in ("if", "for", "while", "switch", "return", "new"):
                    continue
                if self._text(at + 1) in ("(", "<"):
                    yield Definition(token.text, "method", token.line, self._end(at))

    def _class_bodies(self) -> Iterator[tuple[int, int]]:
        for at, token in enumerate(self.tokens):
            if token.kind == "k" and token.text == "class":
                to = at + 1
                while to < len(self.tokens) and not (
                    self.tokens[to].text == "{" and self.tokens[to].depth == token.depth
                ):
                    to += 1
                if to < len(self.tokens):
                    yield to, self._behind(to)

    def _functions(self) -> Iterator[Definition]:
        """C: a name with parameters and a body, outside of every bracket; and typedefs."""
        for at, token in enumerate(self.tokens):
            if token.depth or token.kind not in "nf":
                continue
            if self._text(at + 1) == "(":
                behind = self._behind(at + 1)
                if self._text(behind) == "{":
                    yield Definition(token.text, "function", token.line, self._end(at))
            elif self._text(at + 1) == ";" and self._typedef(at):
                yield Definition(token.text, "typedef", token.line, token.line + 1)

    def _typedef(self, at: int) -> bool:
        """Whether the statement that the name at ``at`` ends begins with ``typedef``."""
        while at > 0 and not (
            self.tokens[at - 1].depth == 0 and self.tokens[at - 1].text in (";",)
        ):
            at -= 1
            if self.tokens[at].depth == 0 and self.tokens[at].text == "typedef":
                return True
        return False
