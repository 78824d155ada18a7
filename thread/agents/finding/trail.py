"""In which folders a session was, out of a transcript that is still growing.

Agents that write JSON lines tell the folder in a field ``cwd`` of each record. Decoding every
record would take minutes over a home full of them, so the field is searched for in the bytes
(quotation marks inside texts are escaped, so it cannot be met in one), and only the record that
names a folder of the repository is decoded, to be sure of it. A session's beginning is enough for
most; only a session that began elsewhere is searched to its end. How far is remembered, and next
time only new bytes are looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import BinaryIO

from treadle.thread.agents.finding.disk import File, Walk
from treadle.thread.agents.finding.find import Grounds
from treadle.thread.agents.finding.seen import Fact, Seen
from treadle.thread.agents.reading.lines import LONGEST_LINE, Decoder
from treadle.thread.agents.source import Source

_FIRST = 1 << 16
_NEXT = 1 << 20
"""Bytes read at first, and then at a time."""
_PATH = 4096 * 6
"""Bytes of a path as JSON may write it."""
Sign = tuple[bytes, re.Pattern[bytes]]
"""What is searched for, and the pattern that matches there and holds the path as JSON, without
quotation marks."""
FIELD: Sign = b'"cwd"', re.compile(rb'"cwd" ?: ?"((?:[^"\\]|\\.){0,12288}+)"')
TAG: Sign = b"<cwd>", re.compile(rb'<cwd>((?:[^"\\<]|\\.){1,12288}+)</cwd>')
_MARK = 512
"""Bytes before the offset by which a file is known again."""
_MOST = 10_000
_CWDS = 500
"""Folders that are looked at in one file, and that are remembered of it."""
_OPENING = 20
"""Lines at the beginning of a file in which it says whose it is."""


def _opened(path: str) -> BinaryIO:
    return Source.file(path).open()


@dataclass(frozen=True, slots=True)
class Told:
    """What one record tells of its session; ``""`` for what it does not."""

    session: str = ""
    parent: str = ""
    """Of a sub-agent: the session that called it."""
    forked: str = ""
    """Of a fork: the session that it was forked off."""
    cwd: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """How an agent writes its transcripts."""

    tell: Callable[[object], Told]
    """What one decoded record tells."""
    signs: tuple[Sign, ...] = (FIELD,)
    """How a folder is told in the bytes of a line."""
    open: Callable[[str], BinaryIO] = _opened
    """A file from its beginning; what comes out can be read and searched in any order."""
    packed: str = "\0"
    """How the names of files end that are packed, and never grow."""


class Trails:
    """Reads how far sessions went, for one agent, with its memory."""

    def __init__(
        self, agent: str, grounds: Grounds, walk: Walk, memory: Seen | None, script: Script
    ) -> None:
        self._agent = agent
        self._grounds = grounds
        self._walk = walk
        self._memory = memory
        self._script = script
        self._decoder = Decoder()

    def known(self, file: File) -> bool:
        """Whether the file is remembered as one of this repository."""
        fact = self._memory.of(self._agent, file.path) if self._memory else None
        return fact is not None and fact.offset <= file.size and self.here(fact)

    def here(self, fact: Fact) -> bool:
        """Whether one of the folders lies in the repository."""
        return any(self._grounds.hold(cwd) for cwd in fact.cwds)

    def fact(self, file: File) -> Fact:
        """What the file says. Once it is known to be of this repository it is not opened again."""
        known = self._memory.of(self._agent, file.path) if self._memory else None
        if known is not None and known.offset <= file.size:
            same = (known.size, known.changed) == (file.size, file.changed)
            if same or self.here(known):
                return known
        fact = self._looked(file, known or Fact())
        if self._memory is not None:
            self._memory.keep(self._agent, file.path, fact)
        return fact

    def whose(self, file: File) -> Fact:
        """The session that a file is of, as its first lines say, wherever it was."""
        known = self._memory.of(self._agent, file.path) if self._memory else None
        if known is not None and known.session and known.offset <= file.size:
            return known
        try:
            with self._script.open(file.path) as stream:
                told = self._opening(stream, Told())
        except OSError as error:
            self._walk.complain(file.path, f"cannot be opened: {error.strerror or error}")
            return Fact()
        fact = _with(known or Fact(), told)
        if self._memory is not None and told.session:
            self._memory.keep(self._agent, file.path, fact)
        return fact

    def _looked(self, file: File, known: Fact) -> Fact:
        packed = file.path.endswith(self._script.packed)
        try:
            with self._script.open(file.path) as stream:
                if known.offset and _mark(stream, known.offset) != known.mark:
                    known = Fact()
                fact = self._followed(stream, known)
                fact = replace(fact, offset=0 if packed else fact.offset)
                mark = _mark(stream, fact.offset)
        except OSError as error:
            self._walk.complain(file.path, f"cannot be opened: {error.strerror or error}")
            return Fact(file.size, file.changed)
        return replace(fact, size=file.size, changed=file.changed, mark=mark)

    def _followed(self, stream: BinaryIO, fact: Fact) -> Fact:
        """The fact after what stands behind its offset, up to the first folder of ours."""
        names = _Names(fact.cwds, self._script.signs)
        begin, line, held, size = fact.offset, fact.offset, b"", _FIRST
        stream.seek(begin)
        while piece := stream.read(size):
            held, size = held + piece, _NEXT
            whole = held.rfind(b"\n") + 1
            for at, cwd in names.new(held[: whole or len(held)]):
                if not self._grounds.hold(cwd):
                    names.pass_over(cwd)
                    continue
                start = held.rfind(b"\n", 0, at) + 1
                told = self._sure(stream, begin + start if start else line, cwd)
                if told is not None:
                    end = begin + held.find(b"\n", at) + 1 if whole else begin
                    return replace(_with(fact, told), cwds=names.kept(cwd), offset=end)
            stream.seek(begin + len(held))
            passed = whole or max(0, len(held) - _PATH)
            line = begin + whole if whole else line
            begin, held = begin + passed, held[passed:]
        return replace(fact, cwds=names.kept(), offset=begin)

    def _sure(self, stream: BinaryIO, start: int, cwd: str) -> Told | None:
        """What the record at ``start`` tells, if this is the folder that it was written in.

        Where it does not say whose session it is, the first lines of the file do.
        """
        stream.seek(start)
        told = self._line(stream)
        return self._opening(stream, told) if told.cwd == cwd else None

    def _opening(self, stream: BinaryIO, told: Told) -> Told:
        """What is told, and where it names no session, what the first lines of the file tell."""
        stream.seek(0)
        for _ in range(_OPENING):
            if told.session:
                break
            told = self._line(stream)
        return told

    def _line(self, stream: BinaryIO) -> Told:
        raw = stream.readline(LONGEST_LINE + 1).strip()
        values = self._decoder.documents(raw)[0] if len(raw) <= LONGEST_LINE else []
        return next(map(self._script.tell, values), Told())


class _Names:
    """The folders named so far that are not ours."""

    def __init__(self, known: Iterable[str], signs: Sequence[Sign]) -> None:
        self._cwds = dict.fromkeys(known)
        self._signs = signs
        self._seen: set[bytes] = set()
        self._last = b""

    def new(self, held: bytes) -> Iterator[tuple[int, str]]:
        """Each folder that was not passed over before, with the place of its sign."""
        for sign, pattern in self._signs:
            at = held.find(sign)
            while at >= 0:
                value = pattern.match(held, at)
                if value and value[1] not in self._seen and (cwd := _text(value[1])):
                    self._last = value[1]
                    yield at, cwd
                at = held.find(sign, at + len(sign))

    def pass_over(self, cwd: str) -> None:
        """Note that the last new one is none of ours."""
        if len(self._seen) < _MOST:
            self._seen.add(self._last)
            self._cwds[cwd] = None

    def kept(self, own: str = "") -> tuple[str, ...]:
        """What is remembered of them; ``own`` is the one that decided."""
        return (*([own] if own else []), *list(self._cwds)[:_CWDS])


def _text(raw: bytes) -> str:
    try:
        return str(json.loads(b'"%b"' % raw))
    except ValueError:
        return ""


def _with(fact: Fact, told: Told) -> Fact:
    return replace(fact, session=told.session, parent=told.parent, forked=told.forked)


def _mark(stream: BinaryIO, offset: int) -> bytes:
    start = max(0, offset - _MARK)
    stream.seek(start)
    return blake2b(stream.read(offset - start), digest_size=8).digest()
