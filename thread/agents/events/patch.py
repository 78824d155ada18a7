"""The patch language of ``apply_patch``, as edits.

A patch names text, not lines: each hunk holds lines to be found and lines to put in their
place, in the order in which they stand in the file. This is how Codex itself reads it; other
agents took the same language over.

    *** Begin Patch
    *** Update File: lamp.py
    *** Move to: light.py            optional
    @@ class Lamp                    lines behind which to search; may be bare
     context
    -old
    +new
    *** End of File                  optional
    *** Add File: dim.py             every line begins with +
    *** Delete File: wick.py
    *** End Patch

A line that is empty stands for an empty line of context, except at the end of a hunk, where it
only parts hunks. Each hunk is searched behind the one before it: the lines that it leaves are
anchors of the next, also where it changes nothing. One that holds only new lines has no place
to be searched: Codex puts them at the end of the file, whatever its ``@@`` lines say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from treadle.thread.model import Edit

BEGIN = "*** Begin Patch"
END = "*** End Patch"
_ADD = "*** Add File: "
_DELETE = "*** Delete File: "
_UPDATE = "*** Update File: "
_MOVE = "*** Move to: "
_EOF = "*** End of File"
_HEADERS = {_ADD: "add", _DELETE: "delete", _UPDATE: "update"}
_BEHIND = 20
"""Lines of a hunk that the next one is searched behind."""
_PASSED = ("*** Environment ID:", BEGIN)


@dataclass(frozen=True, slots=True)
class Section:
    """What a patch does to one file."""

    op: str
    """``add``, ``delete`` or ``update``."""
    path: str
    to: str
    """Where it moves the file, or ``""``."""
    edits: tuple[Edit, ...]
    """In their order, the move last."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch taken apart."""

    sections: tuple[Section, ...]
    unread: str = ""
    """Its first line that has no meaning, ``""`` if it has none."""


def patch(text: str) -> Patch:
    """Take a patch apart. What stands before its first line and behind its last is passed over."""
    reader = _Reader(_body(text))
    sections = tuple(reader.sections())
    return Patch(sections, reader.unread)


def _body(text: str) -> list[str]:
    """The lines between the patch's first and last, without their line ends."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    bare = [line.strip() for line in lines]
    begin = bare.index(BEGIN) + 1 if BEGIN in bare else 0
    end = bare.index(END, begin) if END in bare[begin:] else len(bare)
    return lines[begin:end]


class _Reader:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._at = 0
        self.unread = ""

    def sections(self) -> list[Section]:
        found = []
        while self._at < len(self._lines):
            line = self._take().strip()
            header = next((header for header in _HEADERS if line.startswith(header)), "")
            if header:
                found.append(self._section(_HEADERS[header], line[len(header) :].strip()))
            elif line and not line.startswith(_PASSED):
                self.unread = self.unread or line
        return found

    def _section(self, op: str, path: str) -> Section:
        if op == "add":
            lines = []
            while self._next().startswith("+"):
                lines.append(self._take()[1:] + "\n")
            return Section(op, path, "", (Edit(path, "write", new="".join(lines), before=""),))
        if op == "delete":
            return Section(op, path, "", (Edit(path, "delete"),))
        to = ""
        if self._next().startswith(_MOVE):
            to = self._take()[len(_MOVE) :].strip()
        edits = self._hunks(path)
        if to:
            edits.append(Edit(path, "move", to=to))
        return Section(op, path, to, tuple(edits))

    def _hunks(self, path: str) -> list[Edit]:
        edits = []
        passed: list[str] = []
        while self._at < len(self._lines):
            line = self._next()
            if line.startswith("***") and line.strip() != _EOF:
                break
            if not line.strip() or line.strip() == _EOF:
                self._take()
                continue
            begin = self._at
            anchors = self._anchors()
            old, new = self._hunk()
            if old != new:
                anchor = "\n".join([*passed, *anchors]) if old else ""
                edits.append(
                    Edit(path, "replace", _text(old), _text(new), loose=True, anchor=anchor)
                )
                passed = new[-_BEHIND:] or passed
            elif self._at > begin:
                passed += anchors + old
            else:
                line = self._take().strip()
                self.unread = self.unread or line
        return edits

    def _anchors(self) -> list[str]:
        found = []
        while self._next().startswith("@@"):
            anchor = self._take()[2:].removeprefix(" ")
            if anchor.strip():
                found.append(anchor)
        return found

    def _hunk(self) -> tuple[list[str], list[str]]:
        """The lines of a hunk before and after, without their line ends."""
        old: list[str] = []
        new: list[str] = []
        blank = 0
        while self._at < len(self._lines):
            line = self._next()
            if line[:1] not in ("", " ", "-", "+"):
                break
            self._take()
            blank = 0 if line else blank + 1
            if line[:1] != "+":
                old.append(line[1:])
            if line[:1] != "-":
                new.append(line[1:])
        return (old[:-blank], new[:-blank]) if blank else (old, new)

    def _next(self) -> str:
        return self._lines[self._at] if self._at < len(self._lines) else ""

    def _take(self) -> str:
        self._at += 1
        return self._lines[self._at - 1]


def _text(lines: Sequence[str]) -> str:
    return "".join(line + "\n" for line in lines)
