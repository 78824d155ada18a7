"""Which words of a changed line changed: marks within the lines of a diff.

Removed lines are paired with the added lines that follow them at once, in order; a pair
counts as one changed line only where enough of it stayed, else everything would be marked
and nothing said. Words are compared by the same alignment as lines are elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from treadle.tangle.text.diff import changed

Range = tuple[int, int]
"""Characters [start, end) of a line, without its sign."""

Sides = tuple[tuple[Range, ...], tuple[Range, ...]]
"""What changed of a removed line and of the added one."""

WIDEST = 400
"""Longest line whose words are compared, in characters."""

TALLEST = 30
"""Most lines of a block that are paired where it has not as many before as after."""

ALIKE = 0.5
"""How much of a pair, in letters, must have stayed."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def marks(lines: Sequence[tuple[str, str]]) -> Mapping[int, tuple[Range, ...]]:
    """Return the changed ranges of a hunk's lines by their indices; ``lines`` are sign and text."""
    found: dict[int, tuple[Range, ...]] = {}
    for gone, came in _blocks(lines):
        for old, new, (before, after) in _pairs(lines, gone, came):
            found[old], found[new] = before, after
    return found


def _blocks(lines: Sequence[tuple[str, str]]) -> Iterator[tuple[range, range]]:
    """Runs of removed lines with the run of added lines right behind them."""
    gone = range(0)
    at = 0
    for sign, run in groupby(lines, key=lambda line: line[0]):
        here = range(at, at := at + sum(1 for _ in run))
        if sign == "+" and gone:
            yield gone, here
        gone = here if sign == "-" else range(0)


def _pairs(
    lines: Sequence[tuple[str, str]], gone: range, came: range
) -> Iterator[tuple[int, int, Sides]]:
    """The lines that are one line, changed, and what of both changed."""
    if len(gone) == len(came):
        for old, new in zip(gone, came, strict=True):
            if sides := _compared(lines[old][1], lines[new][1]):
                yield old, new, sides
        return
    if max(len(gone), len(came)) > TALLEST:
        return
    begin = came.start
    for old in gone:
        for new in range(begin, came.stop):
            if sides := _compared(lines[old][1], lines[new][1]):
                yield old, new, sides
                begin = new + 1
                break


def _compared(old: str, new: str) -> Sides | None:
    """The ranges that differ on both sides; None where too little is alike, or nothing differs."""
    least, whole = sorted((_letters(old), _letters(new)))
    if max(len(old), len(new)) > WIDEST or least < ALIKE * whole:
        return None
    words = _WORD.findall(old), _WORD.findall(new)
    cuts = list(changed(*words))
    sides = _ranges(words[0], [cut[:2] for cut in cuts]), _ranges(words[1], [c[2:] for c in cuts])
    stayed = min(
        _letters(text) - sum(_letters(text[a:b]) for a, b in side)
        for text, side in zip((old, new), sides, strict=True)
    )
    return sides if cuts and whole and stayed >= ALIKE * whole else None


def _ranges(words: Sequence[str], cuts: Sequence[tuple[int, ...]]) -> tuple[Range, ...]:
    """Ranges of words as ranges of characters."""
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    return tuple((ends[a], ends[b]) for a, b in cuts if a < b)


def _letters(text: str) -> int:
    return sum(map(len, text.split()))
