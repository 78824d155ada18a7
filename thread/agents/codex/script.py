"""The programs that Codex writes in code mode, read for the tools they call.

Since version 0.144 the agent does not call a tool but writes JavaScript that does:

    const patch = `*** Begin Patch
    ...`;
    await tools.apply_patch(patch);
    const seen = await tools.exec_command({cmd: "git log", workdir: "/r"});

Nothing is run. What stands in the program as literal text is read: strings and templates,
sums and joins of them, constants that are bound to them once. A value that only the running
program knows is unknown, and a call with such an argument is known by its name alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 4 << 20
"""Characters of a program; a longer one is not read."""
MOST = 500
"""Calls of one program."""
_DEEPEST = 20
_STEPS = 400_000
"""Tokens looked at to find values; what stands behind the last one stays unknown."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A value that only the running program knows."""


HOLE = Hole()
Value = str | int | bool | None | Hole | dict[str, object] | list[object]


@dataclass(frozen=True, slots=True)
class Nested:
    """A call of a tool in a program."""

    name: str
    argument: object
    """The first argument: text, a table, ... or ``HOLE``; a table may have holes inside."""
    source: str
    """The argument as it is written, cut to some length."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """``text``, ``word`` or ``sign``."""
    value: str
    start: int
    end: int
    texts: tuple[str, ...] = ()
    """Of a template: its texts, between which the parts stand."""
    parts: tuple[str, ...] = ()
    """Of a template: the sources of what it has between braces."""


_WORD = re.compile(r"[A-Za-z_$][\w$]*|\d[\w.]*")
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\r\n|[\s\S]))"
)
_BEFORE_REGEX = "(,=:[!&|?{};+-*%<>~^"
_PLAIN = {
    "'": re.compile(r"[^'\\\n]*"),
    '"': re.compile(r'[^"\\\n]*'),
    "`": re.compile(r"[^`\\$]*"),
    "/": re.compile(r"[^/\\\n\[]*"),
}
_SOURCE = 400


def calls(program: str) -> list[Nested]:
    """The calls ``tools.NAME(...)`` of a program, as they stand in it."""
    if len(program) > LONGEST:
        return []
    return _Reader(program, _tokens(program), {}, _Steps(_STEPS)).calls()


def _tokens(program: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(program):
        char = program[at]
        word = _WORD.match(program, at)
        if char.isspace():
            at += 1
            continue
        if program.startswith(("//", "/*"), at):
            at = _behind_comment(program, at)
            continue
        if word:
            found.append(_Token("word", word[0], at, word.end()))
        elif char in "'\"`":
            found.append(_string(program, at, _is_raw(found)))
        elif char == "/" and (not found or found[-1].value[-1:] in _BEFORE_REGEX):
            found.append(_Token("sign", "/", at, _behind(program, at + 1, "/")))
        else:
            found.append(_Token("sign", char, at, at + 1))
        at = found[-1].end
    return found


def _behind_comment(program: str, at: int) -> int:
    sign = "\n" if program[at + 1] == "/" else "*/"
    end = program.find(sign, at + 2)
    return len(program) if end < 0 else end + len(sign)


def _is_raw(found: Sequence[_Token]) -> bool:
    return [token.value for token in found[-3:]] == ["String", ".", "raw"]


def _behind(program: str, at: int, quote: str) -> int:
    """Where a text that ends with ``quote`` ends; a string ends at the end of its line at last."""
    plain = _PLAIN[quote]
    while at < len(program):
        found = plain.match(program, at)
        at = found.end() if found else at
        char = program[at : at + 1]
        if char == "\\":
            at += 2
        elif char == "$" and program.startswith("${", at):
            at = _behind_braces(program, at + 2)
        elif char in ("$", "["):
            at += 1
        else:
            return at + 1
    return len(program)


def _behind_braces(program: str, at: int) -> int:
    """Past what a template has between braces; strings in it may hold braces of their own."""
    depth = 1
    while at < len(program) and depth:
        char = program[at]
        at += 1
        if char in "'\"":
            at = _behind(program, at, char)
        elif char == "`":
            end = program.find("`", at)
            at = len(program) if end < 0 else end + 1
        depth += {"{": 1, "}": -1}.get(char, 0)
    return at


def _string(program: str, at: int, raw: bool) -> _Token:
    quote = program[at]
    if quote != "`":
        end = _behind(program, at + 1, quote)
        return _Token("text", unescaped(program[at + 1 : end - 1]), at, end)
    texts: list[list[str]] = [[]]
    parts: list[str] = []
    here = at + 1
    while here < len(program):
        found = _PLAIN["`"].match(program, here)
        stop = found.end() if found else here
        char = program[stop : stop + 1]
        if char == "\\":
            stop += 2
        elif char == "$" and not program.startswith("${", stop):
            stop += 1
        texts[-1].append(program[here:stop])
        here = stop
        if program.startswith("${", here):
            here = _behind_braces(program, here + 2)
            parts.append(program[stop + 2 : here - 1])
            texts.append([])
        elif char not in ("\\", "$"):
            break
    read = ["".join(one).replace("\r\n", "\n") for one in texts]
    told = read if raw else [unescaped(one) for one in read]
    return _Token("text", "".join(told), at, here + 1, tuple(told), tuple(parts))


def unescaped(literal: str) -> str:
    """The text that a literal stands for, without lone surrogates."""
    if "\\" not in literal:
        return literal
    text = _ESCAPE.sub(_escaped, literal)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return "" if found[4] in ("\n", "\r\n") else _SIMPLE.get(found[4], found[4])


@dataclass(slots=True)
class _Steps:
    """How many steps are left: a program made to be slow must not be."""

    left: int

    def done(self) -> bool:
        self.left -= 1
        return self.left < 0


class _Reader:
    """Goes through the tokens once; a call's arguments are read where they stand."""

    def __init__(
        self, program: str, tokens: Sequence[_Token], bound: dict[str, object], steps: _Steps
    ) -> None:
        self._program = program
        self._tokens = tokens
        self._bound = bound
        self._steps = steps

    def calls(self) -> list[Nested]:
        found: list[Nested] = []
        for at, token in enumerate(self._tokens):
            if token.kind != "word" or len(found) == MOST:
                continue
            if token.value == "tools":
                found += self._call(at)
            elif not self._is(at - 1, "."):
                self._bind(at)
        return found

    def _call(self, at: int) -> list[Nested]:
        """``tools.NAME(`` or ``tools["NAME"](``."""
        if self._is(at + 1, ".") and self._kind(at + 2) == "word":
            name, at = self._tokens[at + 2].value, at + 3
        elif self._is(at + 1, "[") and self._kind(at + 2) == "text" and self._is(at + 3, "]"):
            name, at = self._tokens[at + 2].value, at + 4
        else:
            return []
        if not self._is(at, "("):
            return []
        start = self._tokens[at].end
        value, behind = self._value(at + 1, 0)
        end = self._tokens[behind].start if behind < len(self._tokens) else len(self._program)
        return [Nested(name, value, self._program[start : min(end, start + _SOURCE)])]

    def _bind(self, at: int) -> None:
        """``NAME = VALUE``; a name that is set again, or changed, is unknown from there on."""
        name = self._tokens[at].value
        if self._is(at + 1, "=") and not (self._is(at + 2, "=") or self._is(at + 2, ">")):
            value = self._value(at + 2, 0)[0] if self._is_declared(at) else HOLE
            self._bound[name] = value if name not in self._bound else HOLE
        elif name in self._bound and self._is(at + 1, "+") and self._is(at + 2, "="):
            self._bound[name] = HOLE

    def _is_declared(self, at: int) -> bool:
        return at > 0 and self._tokens[at - 1].value in ("const", "let", "var", ",")

    def _value(self, at: int, depth: int) -> tuple[object, int]:
        """The value of the expression at a token, and the token behind it; ``HOLE`` if unknown."""
        value, at = self._term(at, depth)
        while self._is(at, "+"):
            other, at = self._term(at + 1, depth)
            known = isinstance(value, str) and isinstance(other, str)
            value = f"{value}{other}" if known else HOLE
        ends = at >= len(self._tokens) or self._tokens[at].value in (",", ")", "]", "}", ";")
        fresh = not ends and self._tokens[at].kind == "word" and self._on_new_line(at)
        return (value if ends or fresh else HOLE), at

    def _on_new_line(self, at: int) -> bool:
        return "\n" in self._program[self._tokens[at - 1].end : self._tokens[at].start]

    def _term(self, at: int, depth: int) -> tuple[object, int]:
        if at >= len(self._tokens) or depth > _DEEPEST or self._steps.done():
            return HOLE, at
        token = self._tokens[at]
        if token.kind == "text":
            return self._filled(token, depth), at + 1
        if token.value == "String" and self._is(at + 1, ".") and self._kind(at + 3) == "text":
            return self._filled(self._tokens[at + 3], depth), at + 4
        if token.kind == "word":
            return self._word(token.value), at + 1
        if token.value == "{":
            return self._table(at + 1, depth + 1)
        if token.value == "[":
            return self._list(at + 1, depth + 1)
        if token.value == "(":
            value, at = self._value(at + 1, depth + 1)
            return (value, at + 1) if self._is(at, ")") else (HOLE, at)
        return HOLE, at + 1

    def _word(self, word: str) -> object:
        if word.isdigit() and len(word) < 16:
            return int(word)
        return {"true": True, "false": False, "null": None}.get(word, self._bound.get(word, HOLE))

    def _filled(self, token: _Token, depth: int) -> object:
        """A template with its parts put in, as far as they are known."""
        if not token.parts:
            return token.value
        pieces = [token.texts[0]]
        for part, after in zip(token.parts, token.texts[1:], strict=True):
            if depth > _DEEPEST or len(part) > _SOURCE or self._steps.done():
                return HOLE
            inner = _Reader(part, _tokens(part), self._bound, self._steps)
            value = inner._value(0, depth + 1)[0]
            if not isinstance(value, str | int):
                return HOLE
            pieces += [str(value), after]
        return "".join(pieces)

    def _table(self, at: int, depth: int) -> tuple[object, int]:
        found: dict[str, object] = {}
        while at < len(self._tokens) and not self._is(at, "}"):
            key = self._tokens[at]
            if self._is(at + 1, ":") and key.kind in ("text", "word"):
                found[key.value], at = self._value(at + 2, depth)
            elif key.kind == "word":
                found[key.value], at = self._word(key.value), at + 1
            at = self._behind_item(at, "}")
        return found, at + 1

    def _list(self, at: int, depth: int) -> tuple[object, int]:
        """A list, or the text that its ``join`` makes of it."""
        found: list[object] = []
        while at < len(self._tokens) and not self._is(at, "]"):
            value, at = self._value(at, depth)
            found.append(value)
            at = self._behind_item(at, "]")
        at += 1
        named = self._is(at, ".") and self._is(at + 1, "join") and self._is(at + 2, "(")
        if not (named and self._kind(at + 3) == "text" and self._is(at + 4, ")")):
            return found, at
        parts = [part for part in found if isinstance(part, str)]
        joined = self._tokens[at + 3].value.join(parts)
        return (joined if len(parts) == len(found) else HOLE), at + 5

    def _behind_item(self, at: int, close: str) -> int:
        """Past what is left of an item and the comma behind it."""
        depth = 0
        while at < len(self._tokens) and not self._steps.done():
            value = self._tokens[at].value if self._kind(at) == "sign" else ""
            if depth == 0 and value in (",", close):
                return at + (value == ",")
            depth += (value in ("(", "[", "{")) - (value in (")", "]", "}"))
            at += 1
        return len(self._tokens)

    def _kind(self, at: int) -> str:
        return self._tokens[at].kind if 0 <= at < len(self._tokens) else ""

    def _is(self, at: int, value: str) -> bool:
        return self._kind(at) in ("sign", "word") and self._tokens[at].value == value
