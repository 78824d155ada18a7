"""The patterns of ``sed`` and ``perl`` in the words of RE2.

RE2 runs in linear time, whatever a hostile script asks for, but the same pattern may mean another
thing to it. So a pattern is taken apart and written anew, and what has no sure counterpart
(back-references, look-around, the odd corners in which POSIX and its programs differ) is
refused. Sources: POSIX XBD chapter 9; the GNU sed manual, "Regular Expressions" (``\\b``, ``\\w``,
``\\+``, ``\\?``, ``\\|``); perlre; RE2's syntax page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPACE = r"\t\n\x0b\f\r "
"""What ``\\s`` means to sed and perl; RE2's lacks the vertical tab."""
_INTERVAL = re.compile(r"\{\d{1,3}(?:,\d{0,3})?\}")
_CLASS = re.compile(r"\[:[a-z]+:\]")
_SPECIAL = "^$\\.*+?()[]{}|"
_NAMED = "wWsSbBntrf"
"""Letters that mean the same behind a backslash to all three."""


class UnknownPatternError(ValueError):
    """A pattern that RE2 cannot be trusted with."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern in RE2's syntax."""

    text: str
    letters: bool = False
    """It asks what is a letter, a space or in between two letters: for text that is not ASCII
    this depends on the machine."""
    rounds: bool = False
    """It has a group that may match many times: engines differ in what they remember of it."""


def translated(pattern: str, *, extended: bool = False, perl: bool = False) -> Pattern:
    """A basic, extended or perl pattern. ``UnknownPatternError`` where it is not understood."""
    if not pattern:
        raise UnknownPatternError
    return _Reader(pattern, extended=extended, perl=perl).read()


class _Reader:
    def __init__(self, pattern: str, *, extended: bool, perl: bool) -> None:
        self.pattern = pattern
        self.at = 0
        self.perl = perl
        self.modern = extended or perl
        """Operators stand bare, and escaped they are plain."""
        self.begins = True
        """Nothing to repeat has come yet in this branch."""
        self.repeats = False
        """The last thing was a repetition."""
        self.letters = False
        self.rounds = False
        self.pieces: list[str] = []

    def read(self) -> Pattern:
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            following = self.pattern[self.at + 1 : self.at + 2]
            if char == "\n" and not self.perl:
                raise UnknownPatternError
            if char == "\\":
                self._escaped(following)
            elif char == "[":
                self._bracket()
            elif char in "^$":
                self._anchor(char)
            elif char == "." or char == "*":
                self._star() if char == "*" else self._atom(".", 1)
            elif char in "+?(){|" and self.modern:
                self._operator(char, 1)
            elif char in "$@" and self.perl:
                raise UnknownPatternError
            else:
                self._atom(_plain(char), 1)
        if self.pieces[-1] == "|":
            raise UnknownPatternError
        return Pattern("".join(self.pieces), self.letters, self.rounds)

    # -- pieces -----------------------------------------------------------------------

    def _atom(self, text: str, size: int) -> None:
        self.pieces.append(text)
        self.at += size
        self.begins = self.repeats = False

    def _assertion(self, text: str, size: int) -> None:
        """Something that matches no character: nothing to repeat."""
        self.pieces.append(text)
        self.at += size
        self.begins, self.repeats = True, False

    def _opens(self) -> bool:
        """Whether this is the beginning of the pattern, a group or an alternative."""
        return not self.pieces or self.pieces[-1] in ("(", "(?:", "|")

    def _repeat(self, text: str, size: int) -> None:
        if self.begins or self.repeats:
            raise UnknownPatternError
        self.rounds = self.rounds or (self.pieces[-1] == ")" and text != "?")
        self.pieces.append(text)
        self.at += size
        self.repeats = True

    def _star(self) -> None:
        """A star that has nothing to repeat is one itself to a basic pattern."""
        literal = not self.modern and self._opens()
        self._atom(r"\*", 1) if literal else self._repeat("*", 1)

    def _escaped(self, following: str) -> None:
        if following in "+?(){|" and following and not self.modern:
            self._operator(following, 2)
        elif following and following in _NAMED:
            self.letters = self.letters or following in "wWsSbB"
            named = {"s": f"[{_SPACE}]", "S": f"[^{_SPACE}]"}.get(following, "\\" + following)
            if following in "bB":
                self._assertion(named, 2)
            else:
                self._atom(named, 2)
        elif following == "d" and self.perl:
            self._atom("[0-9]", 2)
        elif not following or following.isalnum() or following in "<>`'\n":
            raise UnknownPatternError
        else:
            self._atom(_plain(following), 2)

    def _anchor(self, char: str) -> None:
        """``^`` and ``$``; plain characters where a basic pattern has them in its middle."""
        if char == "^":
            anchors = self.modern or self._opens()
            odd = self.begins
        else:
            rest = self.pattern[self.at + 1 :]
            anchors = not rest or rest.startswith((")", "|") if self.modern else (r"\)", r"\|"))
            odd = self.modern
        if anchors:
            self._assertion("(?m:$)" if char == "$" and self.perl else char, 1)
        elif odd:
            raise UnknownPatternError
        else:
            self._atom("\\" + char, 1)

    def _operator(self, char: str, size: int) -> None:
        """A group, an alternative or a repetition; ``size`` is how it is written."""
        if char == "(":
            self._group(size)
        elif char == ")":
            self._closes()
            self._atom(")", size)
        elif char == "|":
            self._closes()
            self._assertion("|", size)
        elif char == "{":
            self._interval(size)
        elif char == "?" and self.perl and self.repeats:
            self._assertion("?", size)
        else:
            self._repeat(char, size)

    def _closes(self) -> None:
        if self._opens():
            raise UnknownPatternError

    def _group(self, size: int) -> None:
        inner = "("
        if self.perl and self.pattern.startswith("(?", self.at):
            if not self.pattern.startswith("(?:", self.at):
                raise UnknownPatternError
            inner, size = "(?:", 3
        elif self.pattern.startswith("?", self.at + size) and self.modern:
            raise UnknownPatternError
        self._assertion(inner, size)

    def _interval(self, size: int) -> None:
        rest = self.pattern[self.at + size - 1 :]
        found = _INTERVAL.match(rest if self.modern else rest.replace("\\}", "}", 1))
        if not found:
            raise UnknownPatternError
        self._repeat(found[0], len(found[0]) + 2 * (size - 1))

    def _bracket(self) -> None:
        """``[...]``: in POSIX a backslash in it is one, but for what sed reads before."""
        at = self.at + 1
        pieces = ["["]
        if self.pattern.startswith("^", at):
            pieces.append("^")
            at += 1
        first = True
        while first or not self.pattern.startswith("]", at):
            piece, size = self._member(at)
            pieces.append(piece)
            at += size
            first = False
        self._atom("".join([*pieces, "]"]), at + 1 - self.at)

    def _member(self, at: int) -> tuple[str, int]:
        """One member of a bracket, and how many characters it takes."""
        char, following = self.pattern[at : at + 1], self.pattern[at + 1 : at + 2]
        named = _CLASS.match(self.pattern, at)
        if named:
            self.letters = True
            return named[0], len(named[0])
        if not char or char == "\n" or (char == "[" and following in ".=:" and following):
            raise UnknownPatternError
        if char == "\\":
            return self._escaped_member(following)
        if char in "$@" and self.perl:
            raise UnknownPatternError
        self.letters = self.letters or (char == "-" and following != "]")
        return (char if char in "-^" or char.isalnum() else _plain(char)), 1

    def _escaped_member(self, following: str) -> tuple[str, int]:
        if following in ("n", "t"):
            return "\\" + following, 2
        if not self.perl:
            if not following or following.isalnum() or following in "\\]":
                raise UnknownPatternError
            return "\\\\", 1
        if following == "d":
            return "0-9", 2
        if following in ("w", "s"):
            self.letters = True
            return (_SPACE if following == "s" else "\\w"), 2
        if not following or following.isalnum() or following == "\n":
            raise UnknownPatternError
        return "\\" + following, 2


def _plain(char: str) -> str:
    """A character that is only itself."""
    return "\\" + char if char in _SPECIAL else char
