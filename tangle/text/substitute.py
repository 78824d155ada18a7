"""``sed``'s and ``perl``'s ``s/A/B/`` on a text, in an engine that cannot run away.

Scripts of transcripts are hostile, so patterns run in RE2, whose time is linear (``pattern`` says
which of them it can be trusted with), and the work as well as the result is bounded. A script is
one or more ``s`` commands with the flags ``g`` and ``I``; anything else, such as an address
or another command, makes the whole script unknown. ``sed`` sees a line without its end, ``perl``
with it and by bytes; whether ``sed`` goes by bytes or by characters depends on the machine, so
where that would make a difference nothing is said. Sources: POSIX sed, the GNU sed manual, perlop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from treadle.tangle.text.pattern import UnknownPatternError, translated

_LONGEST = 10_000
"""Characters of a script that are looked at."""
_MOST = 500_000
"""Lines of a text times commands of a script."""
_WIDEST = 400
"""Steps of a pattern's program; what has more is slow even in linear time."""
_GROUPS = 9
_LARGEST = 16 << 20
"""Bytes that replacements write, all in all."""
_WORK = 100 << 20
"""Bytes that are searched again after a match, all in all."""
_MARKS = "/|,#!~%:=@+;"
_PLAIN_MARKS = "/,#!~%:=@;"
"""Those that mean nothing in a pattern, so that escaped they are only themselves."""
_DIGITS = "0123456789"
_INDEXED = ("[", "{", "-")
"""What makes a variable of perl an element of another."""


@dataclass(frozen=True, slots=True)
class _Command:
    """One ``s`` command, ready to run."""

    bytewise: Any
    """The pattern."""
    pattern: Any
    """The same on characters."""
    ascii: bool
    """The pattern holds no other."""
    replacement: tuple[bytes | int, ...]
    """Text, and the numbers of groups."""
    everywhere: bool
    letters: bool
    """On letters that are not ASCII it depends on the machine."""


@lru_cache(maxsize=16)
def substituted(
    script: str, text: str, *, extended: bool = False, perl: bool = False
) -> str | None:
    """``text`` after the script, line by line; None where the script is not understood.

    ``extended`` reads patterns as ``sed -E`` does, ``perl`` the whole script as perl; else
    patterns are basic.
    """
    if len(script) > _LONGEST:
        return None
    try:
        found = _commands(script, perl)
        commands = [_compiled(*one, extended=extended, perl=perl) for one in found]
        return _Run(commands, perl).whole(text)
    except (ImportError, ValueError):
        return None


# -- a script taken apart -----------------------------------------------------------


def _commands(script: str, perl: bool) -> list[tuple[str, str, str]]:
    """Pattern, replacement and flags of each ``s`` command. ``ValueError`` if there is another."""
    found: list[tuple[str, str, str]] = []
    ends = ";" if perl else ";\n"
    at = 0
    while (at := _past(script, at, " \t\n;")) < len(script):
        mark = script[at + 1 : at + 2]
        if script[at] != "s" or not mark or mark not in _MARKS:
            raise ValueError
        pattern, at = _until(script, at + 2, mark)
        replacement, at = _until(script, at, mark)
        begin, at = at, _past(script, at, "gIi")
        flags = script[begin:at]
        at = _past(script, at, " \t")
        twice = len(set(flags.lower())) < len(flags)
        if twice or (perl and "I" in flags) or (at < len(script) and script[at] not in ends):
            raise ValueError
        found.append((pattern, replacement, flags))
    if not found:
        raise ValueError
    return found


def _past(script: str, at: int, letters: str) -> int:
    while at < len(script) and script[at] in letters:
        at += 1
    return at


def _until(script: str, at: int, mark: str) -> tuple[str, int]:
    """Text up to the next unescaped ``mark``, in which an escaped mark stands bare."""
    pieces = []
    while at < len(script) and script[at] != mark:
        piece = script[at : at + 2] if script[at] == "\\" else script[at]
        at += len(piece)
        if piece == "\\" + mark:
            if mark not in _PLAIN_MARKS:
                raise ValueError
            piece = mark
        pieces.append(piece)
    if at >= len(script):
        raise ValueError
    return "".join(pieces), at + 1


def _compiled(
    pattern: str, replacement: str, flags: str, *, extended: bool, perl: bool
) -> _Command:
    import re2

    folds = bool(set("iI") & set(flags))
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    options.case_sensitive = not folds
    options.longest_match = not perl
    options.dot_nl = not perl
    known = translated(pattern, extended=extended, perl=perl)
    try:
        made = re2.compile(_bytes(known.text), options)
        options.encoding = re2.Options.Encoding.LATIN1
        bytewise = re2.compile(_bytes(known.text), options)
    except re2.error as error:
        raise UnknownPatternError(str(error)) from None
    pieces = _merged(_perl_pieces(replacement) if perl else _pieces(replacement))
    if made.programsize > _WIDEST or made.groups > _GROUPS:
        raise ValueError
    highest = 0 if known.rounds else made.groups
    if any(isinstance(piece, int) and piece > highest for piece in pieces):
        raise ValueError
    if perl and folds and not pattern.isascii():
        raise ValueError
    letters = not perl and (known.letters or folds)
    return _Command(bytewise, made, pattern.isascii(), pieces, "g" in flags, letters)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _pieces(text: str) -> list[bytes | int]:
    """A replacement of ``sed``: ``&`` is the whole match and ``\\1`` a group."""
    pieces: list[bytes | int] = []
    at = 0
    while at < len(text):
        char, following = text[at], text[at + 1 : at + 2]
        at += 2 if char == "\\" else 1
        if char == "\n":
            raise ValueError
        if char != "\\":
            pieces.append(0 if char == "&" else _bytes(char))
        elif following in ("n", "t"):
            pieces.append(b"\n" if following == "n" else b"\t")
        elif following.isdecimal() and following.isascii():
            pieces.append(int(following))
        elif not following or following.isalnum():
            raise ValueError
        else:
            pieces.append(_bytes(following))
    return pieces


def _perl_pieces(text: str) -> list[bytes | int]:
    """A replacement of ``perl``: ``$&`` is the whole match, ``$1`` or ``\\1`` a group."""
    pieces: list[bytes | int] = []
    at = 0
    while at < len(text):
        char, end = text[at], at + 1
        if char == "$":
            end = at + 2 if text[at + 1 : at + 2] == "&" else _past(text, at + 1, _DIGITS)
            name = text[at + 1 : end].replace("&", "0")
            if not name or text[at + 1] == "0" or text[end : end + 1] in _INDEXED:
                raise ValueError
            pieces.append(int(name))
        elif char == "\\" and text[end : end + 1] != "0":
            end = at + 2
            pieces += _pieces(text[at:end])
        elif char in "@\\":
            raise ValueError
        else:
            pieces.append(_bytes(char))
        at = end
    return pieces


def _merged(pieces: Iterable[bytes | int]) -> tuple[bytes | int, ...]:
    """Runs of text as one."""
    merged: list[bytes | int] = []
    run: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            run.append(piece)
            continue
        merged += [b"".join(run), piece]
        run = []
    return (*merged, b"".join(run))


# -- and run ------------------------------------------------------------------------


class _Run:
    """Commands at work on one text. ``ValueError`` where it is too much, or not certain."""

    def __init__(self, commands: Sequence[_Command], perl: bool) -> None:
        self.commands = commands
        self.perl = perl
        self.size = 0
        self.work = 0

    def whole(self, text: str) -> str:
        *lines, last = _bytes(text).split(b"\n")
        if len(lines) * len(self.commands) > _MOST:
            raise ValueError
        if self.perl:
            done = [self._line(line + b"\n") for line in lines]
        else:
            done = [self._line(line) + b"\n" for line in lines]
        done.append(self._line(last) if last else b"")
        return b"".join(done).decode("utf-8", "surrogateescape")

    def _line(self, line: bytes) -> bytes:
        for command in self.commands:
            if command.letters and not line.isascii() and _foreign(line):
                raise ValueError
            if self.perl and b"\n" in line[:-1]:  # where ``$`` matches is perl's secret then
                raise ValueError
            result = self._replaced(command, command.bytewise, line)
            by_characters = not self.perl and not (line.isascii() and command.ascii)
            if by_characters and result != self._replaced(command, command.pattern, line):
                raise ValueError
            line = result
        return line

    def _replaced(self, command: _Command, pattern: Any, line: bytes) -> bytes:
        pieces: list[bytes] = []
        at = begin = 0
        found = pattern.search(line)
        while found is not None:
            start, end = found.span()
            odd = self.perl or not line.isascii()
            if start == end and command.everywhere and odd:
                raise ValueError
            if start < end or end != at or not pieces:
                text = b"".join([_piece(piece, found) for piece in command.replacement])
                pieces += [line[at:start], text]
                at = end
                self._count(len(text), len(line) - end)
            begin = end if start < end else end + 1
            if not command.everywhere or begin > len(line):
                break
            found = pattern.search(line, begin)
        return b"".join([*pieces, line[at:]]) if pieces else line

    def _count(self, written: int, left: int) -> None:
        self.size += written
        self.work += left
        if self.size > _LARGEST or self.work > _WORK:
            raise ValueError


def _piece(piece: bytes | int, found: Any) -> bytes:
    return piece if isinstance(piece, bytes) else found[piece] or b""


def _foreign(line: bytes) -> bool:
    """Whether machines differ about what in the line is a letter or a space."""
    text = line.decode("utf-8", "surrogateescape")
    return any(c > "\x7f" and (c.isalnum() or c.isspace() or not c.isprintable()) for c in text)
