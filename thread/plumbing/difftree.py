"""Reads what ``git diff-tree --stdin -z --raw --patch -U0`` prints.

For each commit git writes its id and a NUL, the raw rows (``-z``: fields end in NUL), one
more NUL, and the patch as text, one ``diff --git`` block for each row in the same order (two
for a change of type). Only the hunks' headers are read; their lines are skipped by
count, so that no content, whatever it looks like, is ever taken for a header.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import IO

from treadle.thread.model import Entry
from treadle.thread.plumbing.commit import Delta

_HEAD = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?)\0")
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ABSENT = "000000"

Range = tuple[int, int]
_Block = tuple[tuple[Range, ...], tuple[Range, ...], bool]
"""Removed ranges, added ranges, whether it is binary."""


def read_difftree(out: IO[bytes]) -> Iterator[tuple[str, tuple[Delta, ...]]]:
    """Each commit with its deltas, in the order of the output.

    The output is read line by line: the diff of an imported tree may be larger than memory.
    """
    feed = _Feed(out)
    while feed.more():
        head = feed.match(_HEAD)
        if head is None:
            raise ValueError(f"diff-tree: no commit id before {feed.line[:80]!r}")
        feed.at = head.end()
        rows = _rows(feed)
        yield head[1].decode(), tuple(_deltas(rows, _blocks(feed)))


class _Feed:
    """The line that is read, and how far."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.line = b""
        self.at = 0

    def more(self) -> bool:
        """Whether anything is left; ``line`` has more at ``at`` then."""
        if self.at >= len(self.line):
            self.line, self.at = self._out.readline(), 0
        return bool(self.line)

    def match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        return pattern.match(self.line, self.at)

    def begins(self, word: bytes) -> bool:
        return self.more() and self.line.startswith(word, self.at)

    def skip(self) -> None:
        """Pass over the rest of the line."""
        self.at = len(self.line)

    def pass_over(self, lines: int) -> None:
        """Pass over the rest of the line and so many lines of a hunk; remarks on a missing newline
        do not count."""
        line = self.line
        while lines and line:
            line = self._out.readline()
            lines -= not line.startswith(b"\\")
        self.line, self.at = self._out.readline(), 0
        if self.line.startswith(b"\\"):
            self.skip()

    def field(self) -> str:
        """What stands before the next NUL; a path may hold LFs."""
        end = self.line.find(b"\0", self.at)
        while end < 0:
            more = self._out.readline()
            if not more:
                raise ValueError("diff-tree: the output ends within a row")
            self.line, self.at = self.line[self.at :] + more, 0
            end = self.line.find(b"\0")
        found, self.at = self.line[self.at : end], end + 1
        return os.fsdecode(found)


def _rows(feed: _Feed) -> list[list[str]]:
    """Raw rows as ``[modes..., status, path, (new path)]``."""
    rows = []
    while feed.begins(b":"):
        row = feed.field()[1:].split(" ")
        row += [feed.field() for _ in range(2 if row[4][0] in "RC" else 1)]
        rows.append(row)
    if feed.begins(b"\0"):
        feed.at += 1
    return rows


def _blocks(feed: _Feed) -> list[_Block]:
    """The patch's blocks, up to where the next commit begins."""
    blocks: list[_Block] = []
    removed: list[Range] = []
    added: list[Range] = []
    binary = False
    begun = False
    while feed.more():
        hunk = feed.match(_HUNK)
        if hunk:
            old, new = _range(hunk[1], hunk[2]), _range(hunk[3], hunk[4])
            removed += [old] if old[0] < old[1] else []
            added += [new] if new[0] < new[1] else []
            feed.pass_over(old[1] - old[0] + new[1] - new[0])
            continue
        if feed.begins(b"diff --git "):
            if begun:
                blocks.append((tuple(removed), tuple(added), binary))
            removed, added, binary, begun = [], [], False, True
        elif feed.match(_HEAD):
            break
        elif feed.begins(b"Binary files "):
            binary = True
        feed.skip()
    if begun:
        blocks.append((tuple(removed), tuple(added), binary))
    return blocks


def _range(start: bytes, count: bytes | None) -> Range:
    """A 1-based ``start,count`` as a 0-based half-open range."""
    lines = 1 if count is None else int(count)
    first = int(start) - (1 if lines else 0)
    return first, first + lines


def _deltas(rows: list[list[str]], blocks: list[_Block]) -> Iterator[Delta]:
    waiting = iter(blocks)
    for old_mode, new_mode, old_id, new_id, status, *paths in rows:
        removed, added, binary = next(waiting, ((), (), False))
        if status == "T":
            _, added, binary = next(waiting, ((), (), False))
        yield Delta(
            path=paths[-1],
            status=status[0],
            before=None if old_mode == _ABSENT else Entry(old_mode, old_id),
            after=None if new_mode == _ABSENT else Entry(new_mode, new_id),
            source=paths[0] if len(paths) == 2 else "",
            added=added,
            removed=removed,
            binary=binary,
        )
