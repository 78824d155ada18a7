"""The edits that an answer of Aider's model proposes, among its prose.

Models are told to write edits in one of these formats, and all may be in one file:

    lamp.py                     a path, a fence, and a block: lines to find, lines to put there;
    ```python                   or the path inside the fence; an empty SEARCH makes a new file,
    <<<<<<< SEARCH              or adds to the end of one that is there; `...` in both halves
    =======                     stands for lines that stay
    >>>>>>> REPLACE
    ```

a ```` ```diff ```` fence with a unified diff without line numbers; a patch in the language of
``apply_patch``; a path and a fence with the whole new file.

How the halves of a block are read, down to which line is the path, is how Aider reads them
(``find_original_update_blocks`` and ``strip_quoted_wrapping`` in its ``editblock_coder``).
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from treadle.thread.agents.aider.history import DIVIDER, FENCE, REPLACE, SEARCH, closing
from treadle.thread.agents.events import patch as patches
from treadle.thread.model import Edit

_CLOSE = re.compile(r"\s*(?:`{3,}|</(?:source|code|pre|codeblock|sourcecode)>)\s*")
_DOTS = re.compile(r"\s*\.\.\.\s*")
_NAME = re.compile(r"[^\s<>|\"'`*?]+(?: [^\s<>|\"'`*?]+)*")
_BACK = 3
"""Lines before a block among which its path is searched."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an answer: prose, or a proposed edit."""

    first: int
    """Number of its first line in the answer, from 0."""
    text: str = ""
    """Of prose."""
    format: str = ""
    """Of an edit: ``diff``, ``udiff``, ``patch`` or ``whole``."""
    edits: tuple[Edit, ...] = ()
    old: tuple[str, ...] = ()
    """Of a block: the lines to be found."""


def pieces(lines: Sequence[str], whole: Collection[str]) -> list[Piece]:
    """An answer in order. ``whole`` names the files of which it may hold the whole text."""
    reader = _Reader(lines, whole)
    reader.read()
    return reader.found


class _Reader:
    def __init__(self, lines: Sequence[str], whole: Collection[str]) -> None:
        self.found: list[Piece] = []
        self._lines = lines
        self._whole = whole
        self._at = 0
        self._prose = 0
        """The first line that no piece has yet."""
        self._path = ""
        """The last path that a block named."""
        self._searches = [at for at, line in enumerate(lines) if SEARCH.fullmatch(line)]
        self._dividers = [at for at, line in enumerate(lines) if DIVIDER.fullmatch(line)]
        replaces = [at for at, line in enumerate(lines) if REPLACE.fullmatch(line)]
        self._ends = sorted(self._dividers + replaces)
        self._closes: dict[str, list[int]] = {}

    def read(self) -> None:
        """Take all lines apart."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if SEARCH.fullmatch(line):
                self._block()
            elif line.startswith("```diff"):
                self._udiff()
            elif line.strip() == patches.BEGIN:
                self._patch()
            elif not (FENCE.match(line) and self._listing()):
                self._at += 1
        self._close(len(self._lines))

    def _close(self, end: int) -> None:
        """Make a piece of the prose up to a line."""
        first = self._prose
        while first < end and not self._lines[first].strip():
            first += 1
        text = "\n".join(self._lines[first:end]).rstrip()
        if text:
            self.found.append(Piece(first, text))

    def _edit(self, begin: int, end: int, piece: Piece) -> None:
        """Add an edit that takes the lines from ``begin`` to ``end``, and its closing fence."""
        self._close(begin)
        self.found.append(piece)
        if end < len(self._lines) and _CLOSE.fullmatch(self._lines[end]):
            end += 1
        self._at = self._prose = end

    def _next(self, marks: Sequence[int], at: int) -> int:
        """The first of some lines that is not before ``at``; behind the last line if none is."""
        found = bisect_left(marks, at)
        return marks[found] if found < len(marks) else len(self._lines)

    def _closed(self, fence: str, at: int) -> int:
        """Where a fence is closed."""
        if fence not in self._closes:
            marks = [i for i, line in enumerate(self._lines) if line.startswith(fence)]
            self._closes[fence] = marks
        return self._next(self._closes[fence], at)

    def _block(self) -> None:
        start = self._at
        divider = self._next(self._dividers, start + 1)
        end = self._next(self._ends, divider + 1)
        path, begin = self._named(start)
        if end >= len(self._lines) or not path:
            self._at += 1
            return
        self._path = path
        old = _unwrapped(self._lines[start + 1 : divider], path)
        new = _unwrapped(self._lines[divider + 1 : end], path)
        edits = tuple(_replacements(path, old, new))
        self._edit(begin, end + 1, Piece(start, "", "diff", edits, tuple(old)))

    def _named(self, start: int) -> tuple[str, int]:
        """The path of a block, and the first line that belongs to it: its path or fence."""
        begin = start
        for at in range(start - 1, max(self._prose - 1, start - 1 - _BACK), -1):
            line = self._lines[at]
            path = _path(line)
            if path:
                fenced = at > self._prose and FENCE.fullmatch(self._lines[at - 1])
                return path, at - bool(fenced)
            if not FENCE.match(line):
                break
            begin = at
        return self._path, begin

    def _udiff(self) -> None:
        start = self._at
        end = self._closed("```", start + 1)
        edits = tuple(_hunks(self._lines[start + 1 : end]))
        if not edits:
            self._at = end + 1
            return
        old = tuple(line for edit in edits for line in edit.old.split("\n"))
        self._edit(start, end, Piece(start, "", "udiff", edits, old))

    def _patch(self) -> None:
        start = self._at
        end = start
        while end < len(self._lines) and self._lines[end].strip() != patches.END:
            end += 1
        read = patches.patch("\n".join(self._lines[start : end + 1]))
        edits = tuple(edit for section in read.sections for edit in section.edits)
        if not edits:
            self._at = end + 1
            return
        begin = start
        if begin > self._prose and FENCE.match(self._lines[begin - 1]):
            begin -= 1
        self._edit(begin, end + 1, Piece(start, "", "patch", edits))

    def _listing(self) -> bool:
        """Pass a fence that opens here; whether it was the whole text of a file."""
        start = self._at
        fence = FENCE.match(self._lines[start])
        end = self._closed(closing(fence[1]) if fence else "", start + 1)
        if self._next(self._searches, start) < end:
            return False
        body = self._lines[start + 1 : end]
        path = _path(self._lines[start - 1]) if start > self._prose else ""
        name = same(path, self._whole) if path else ""
        if not name:
            self._at = end + 1
            return True
        edit = Edit(name, "write", new="".join(f"{line}\n" for line in body))
        self._edit(start - 1, end, Piece(start, "", "whole", (edit,)))
        return True


def _path(line: str) -> str:
    """The path that a line gives, without the ornaments that models put around it."""
    name = line.strip()
    fence = FENCE.fullmatch(name)
    if fence:
        name = fence[2].strip()
        return name if _NAME.fullmatch(name) and ("." in name or "/" in name) else ""
    name = name.removesuffix(":").lstrip("#").strip().strip("`").strip("*").replace("\\_", "_")
    return name if name != "..." and _NAME.fullmatch(name) else ""


def same(path: str, known: Collection[str]) -> str:
    """The known path that ``path`` means: models like to leave out, or to invent, a folder."""
    if path in known:
        return path
    base = posixpath.basename(path)
    found = [one for one in known if posixpath.basename(one) == base]
    return found[0] if len(found) == 1 else ""


def _unwrapped(lines: Sequence[str], path: str) -> list[str]:
    """Without a path and a fence that a model put around the lines of a half."""
    kept = list(lines)
    if kept and kept[0].strip().endswith(posixpath.basename(path)):
        kept = kept[1:]
    if len(kept) > 1 and FENCE.match(kept[0]) and _CLOSE.fullmatch(kept[-1]):
        kept = kept[1:-1]
    return kept


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _replacements(path: str, old: Sequence[str], new: Sequence[str]) -> list[Edit]:
    """The edits of a block; several where it leaves out lines with ``...`` in both halves."""
    if not _text(old).strip():
        return [Edit(path, "append", new=_text(new))]
    before, after = _parts(old), _parts(new)
    if len(before) == len(after) > 1 and any(before):
        pairs = list(zip(before, after, strict=True))
        if all(part or not other for part, other in pairs):
            return [_replacement(path, one, two) for one, two in pairs if one != two]
    return [_replacement(path, old, new)]


def _parts(lines: Sequence[str]) -> list[list[str]]:
    """The lines, cut at those that are ``...``."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if _DOTS.fullmatch(line):
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _replacement(path: str, old: Sequence[str], new: Sequence[str]) -> Edit:
    return Edit(path, "replace", _text(old), _text(new), loose=True)


def _hunks(lines: Sequence[str]) -> list[Edit]:
    """The hunks of a unified diff whose line numbers mean nothing, if it has any."""
    found: list[Edit] = []
    path, created = "", False
    old: list[str] = []
    new: list[str] = []

    def flush() -> None:
        if path and old != new:
            found.append(_hunk(path, old, new, created))
        old.clear()
        new.clear()

    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if line.startswith("--- ") and following.startswith("+++ "):
            flush()
            created = line[4:].strip() == "/dev/null"
        elif line.startswith("+++ ") and at and lines[at - 1].startswith("--- "):
            path = _target(lines[at - 1][4:].strip(), line[4:].strip())
        elif line.startswith("@@"):
            flush()
        else:
            if not line.startswith("+"):
                old.append(line[1:])
            if not line.startswith("-"):
                new.append(line[1:])
    flush()
    return found


def _target(before: str, after: str) -> str:
    """The path of a diff, without the letters that git puts before it."""
    prefixed = after.startswith("b/") and (before.startswith("a/") or before == "/dev/null")
    return after[2:] if prefixed else after


def _hunk(path: str, old: Sequence[str], new: Sequence[str], created: bool) -> Edit:
    if created and not old:
        return Edit(path, "write", new=_text(new), before="")
    if not _text(old).strip():
        return Edit(path, "append", new=_text(new))
    return _replacement(path, old, new)
