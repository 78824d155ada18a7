"""The chat history of Aider, taken apart.

It is one Markdown file a repository, to which every session is appended:

    # aider chat started at 2026-05-04 10:11:12

    > Aider v0.86.0··                    what aider itself says
    #### make the lamp dimmer··          what the person asks
    I'll add a dimmer …                  anything else: what the model answers

(the dots are spaces, which aider puts at the end of its own lines and of prompts). An answer may
hold lines that look like these: headings, quotations, files that are themselves Markdown. So
inside a fence or a block of an edit nothing but aider's two spaces after an empty line ends it,
which is how an interrupted answer ends; and a file whose lines have lost the spaces is read with
more care.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from treadle.thread.agents.reading.fields import moment
from treadle.thread.agents.reading.lines import lines
from treadle.thread.agents.source import Complaints, Source

HEADER = re.compile(r"# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*")
SEARCH = re.compile(r"\s*<{5,9} SEARCH>?\s*")
DIVIDER = re.compile(r"\s*={5,9}\s*")
REPLACE = re.compile(r"\s*>{5,9} REPLACE\s*")

FENCE = re.compile(r"\s*(`{3,9}|<(?:source|code|pre|codeblock|sourcecode)>)(.*)")
"""Opens a fence. Where a file has back quotes of its own, aider takes a tag instead."""

PROMPT, TOLD, ANSWER = "prompt", "told", "answer"
_ASKED = "#### "
_SAID = "> "
_SPACES = "  "


@dataclass(frozen=True, slots=True)
class Chapter:
    """One session of a file."""

    started: str
    """When it began, by the clock of the machine it ran on; ``""`` if the file begins later."""
    lines: tuple[str, ...]
    """What follows its heading, without line ends."""
    source: int
    """Index of the source."""
    offset: int
    """Byte offset of its heading."""

    @property
    def id(self) -> str:
        """Its time and a hash of its first prompt: the file gives no other name to it."""
        first = next((chunk for chunk in chunks(self.lines) if chunk.kind == PROMPT), None)
        text = "\n".join(first.lines) if first else ""
        digest = blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()
        return f"{self.name}-{digest}"

    @property
    def name(self) -> str:
        """Its time as a word; another session may have begun in the same second."""
        return self.started.replace(" ", "T") or "unknown"

    @property
    def time(self) -> str:
        """When it began, taken for UTC: the file has no zone."""
        return moment({"at": self.started}, "at")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of lines of one kind."""

    kind: str
    first: int
    """Number of its first line in the chapter, from 0."""
    lines: tuple[str, ...]
    """Without aider's marks before and spaces behind them."""


def closing(fence: str) -> str:
    """How a line begins that closes a fence."""
    return fence.replace("<", "</")


def chapters(source: Source, index: int, complaints: Complaints) -> list[Chapter]:
    """The sessions in a source. A last line without a line end is being written, and left out."""
    found: list[Chapter] = []
    started, offset, own = "", 0, []
    try:
        with source.open() as stream:
            for at, raw in lines(stream, lambda at, why: complaints.add(source.name, at, why)):
                if not raw.endswith(b"\n"):
                    break
                line = _decoded(raw, at, source.name, complaints)
                header = HEADER.fullmatch(line)
                if header is None:
                    own.append(line)
                    continue
                found.append(Chapter(started, tuple(own), index, offset))
                started, offset, own = header[1], at, []
    except OSError as error:
        complaints.add(source.name, 0, f"cannot be opened: {error.strerror or error}")
    found.append(Chapter(started, tuple(own), index, offset))
    return [one for one in found if one.started or any(line.strip() for line in one.lines)]


def _decoded(raw: bytes, offset: int, name: str, complaints: Complaints) -> str:
    raw = raw.removesuffix(b"\n").removesuffix(b"\r")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        complaints.add(name, offset + error.start, "not UTF-8, unreadable bytes replaced")
        return raw.decode("utf-8", "replace")


def without_copies(found: Iterable[Chapter]) -> list[Chapter]:
    """Each session once: of two copies one is the beginning of the other."""
    ordered = sorted(found, key=lambda one: (one.started, one.lines))
    following = [*ordered[1:], None]
    return [
        one
        for one, after in zip(ordered, following, strict=True)
        if after is None
        or after.started != one.started
        or after.lines[: len(one.lines)] != one.lines
    ]


def chunks(read: Sequence[str]) -> list[Chunk]:
    """The lines of a session in runs of one kind. Empty lines part runs that are no answers."""
    reader = _Reader(any(line.startswith(_ASKED) and line.endswith(_SPACES) for line in read))
    for number, line in enumerate(read):
        reader.take(number, line)
    reader.end()
    return reader.found


class _Reader:
    def __init__(self, spaced: bool) -> None:
        self.found: list[Chunk] = []
        self._spaced = spaced
        self._kind = ""
        self._first = 0
        self._lines: list[str] = []
        self._fence = ""
        """How the line begins that closes the fence at hand."""
        self._block = False
        self._empty = True
        """Whether the line before was empty."""
        self._last = TOLD
        """The kind of the last run that had lines."""

    def take(self, number: int, line: str) -> None:
        """Take in the next line."""
        kind = self._kind_of(line)
        if kind != ANSWER and kind != self._kind:
            self._begin(kind, number)
        elif kind == ANSWER and self._kind != ANSWER and line.strip():
            self._begin(ANSWER, number)
        if self._kind == ANSWER:
            self._lines.append(line)
            self._watch(line)
        elif kind != ANSWER:
            self._lines.append(_bare(line, kind))
        elif not line.strip():
            self.end()
        self._empty = not line.strip()

    def _kind_of(self, line: str) -> str:
        asked, said = line.startswith(_ASKED) or line == "####", line.startswith(_SAID)
        if not asked and not said and line != ">":
            return ANSWER
        spaced = self._spaced and line.endswith(_SPACES)
        if self._fence or self._block:
            return (PROMPT if asked else TOLD) if spaced and self._empty else ANSWER
        if self._spaced:
            known = spaced or (self._kind == TOLD and not asked)
        else:
            known = not asked or self._last != ANSWER
        return (PROMPT if asked else TOLD) if known else ANSWER

    def _begin(self, kind: str, number: int) -> None:
        self.end()
        self._kind, self._first = kind, number
        self._last = kind

    def _watch(self, line: str) -> None:
        """Keep track of fences, and of edits' blocks, in which fences mean nothing."""
        if self._block:
            self._block = not REPLACE.fullmatch(line)
        elif SEARCH.fullmatch(line):
            self._block = True
        elif self._fence:
            self._fence = "" if line.lstrip().startswith(self._fence) else self._fence
        elif fence := FENCE.fullmatch(line):
            self._fence = closing(fence[1])

    def end(self) -> None:
        """Close the run at hand."""
        while self._kind == ANSWER and self._lines and not self._lines[-1].strip():
            self._lines.pop()
        if self._lines:
            self.found.append(Chunk(self._kind, self._first, tuple(self._lines)))
        self._kind, self._lines = "", []
        self._fence, self._block = "", False


def _bare(line: str, kind: str) -> str:
    line = line.removesuffix(_SPACES)
    return line[len(_ASKED) :] if kind == PROMPT else line[len(_SAID) :]
