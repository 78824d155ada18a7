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

from treadle.thread.model import Entry
from treadle.thread.plumbing.commit import Delta

_HEAD = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?)\0")
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ABSENT = "000000"

Range = tuple[int, int]
_Block = tuple[tuple[Range, ...], tuple[Range, ...], bool]
"""Removed ranges, added ranges, whether it is binary."""


def read_difftree(out: bytes) -> Iterator[tuple[str, tuple[Delta, ...]]]:
    """Each commit with its deltas, in the order of the output."""
    at = 0
    while at < len(out):
        head = _HEAD.match(out, at)
        if head is None:
            raise ValueError(f"diff-tree: no commit id at byte {at}")
        rows, at = _rows(out, head.end())
        blocks, at = _blocks(out, at)
        yield head[1].decode(), tuple(_deltas(rows, blocks))


def _rows(out: bytes, at: int) -> tuple[list[list[str]], int]:
    """Raw rows as ``[modes..., status, path, (new path)]`` and where the patch begins."""
    rows = []
    while out[at : at + 1] == b":":
        end = out.index(b"\0", at)
        row = os.fsdecode(out[at + 1 : end]).split(" ")
        for _ in range(2 if row[4][0] in "RC" else 1):
            at, end = end + 1, out.index(b"\0", end + 1)
            row.append(os.fsdecode(out[at:end]))
        rows.append(row)
        at = end + 1
    return rows, at + 1 if out[at : at + 1] == b"\0" else at


def _blocks(out: bytes, at: int) -> tuple[list[_Block], int]:
    """The patch's blocks, and where the next commit begins."""
    blocks: list[_Block] = []
    removed: list[Range] = []
    added: list[Range] = []
    binary = False
    begun = False
    while at < len(out):
        hunk = _HUNK.match(out, at)
        if hunk:
            old, new = _range(hunk[1], hunk[2]), _range(hunk[3], hunk[4])
            removed += [old] if old[0] < old[1] else []
            added += [new] if new[0] < new[1] else []
            at = _skip(out, _next(out, at), old[1] - old[0] + new[1] - new[0])
            continue
        if out.startswith(b"diff --git ", at):
            if begun:
                blocks.append((tuple(removed), tuple(added), binary))
            removed, added, binary, begun = [], [], False, True
        elif _HEAD.match(out, at):
            break
        elif out.startswith(b"Binary files ", at):
            binary = True
        at = _next(out, at)
    if begun:
        blocks.append((tuple(removed), tuple(added), binary))
    return blocks, at


def _skip(out: bytes, at: int, lines: int) -> int:
    """Past ``lines`` lines of a hunk; remarks on a missing newline do not count."""
    while lines:
        at = _next(out, at)
        lines -= 1
        if out.startswith(b"\\", at):
            at = _next(out, at)
    return at


def _next(out: bytes, at: int) -> int:
    end = out.find(b"\n", at)
    return len(out) if end < 0 else end + 1


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
