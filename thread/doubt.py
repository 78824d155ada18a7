"""Doubts by line, and as the runs of lines that a document keeps.

A run may claim any number of lines, so that nothing here takes longer than there are runs, or lines
in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise

from treadle.thread.model import Doubt

MANY = 32
"""Others that a line may be; with more of them nobody knows."""
LAST = 10**9 - 1
"""The highest line, from 1, that can be in doubt, and that a line may be instead."""
MARK = b'"doubts": ['
"""Without it a document has none, and need not be parsed."""


def by_line(doubts: Iterable[Doubt], size: int) -> dict[int, set[str]]:
    """What each line of a file of ``size`` lines may be instead, by its 0-based number."""
    told: dict[int, set[str]] = {}
    for doubt in doubts:
        for number in range(min(doubt.count, size - doubt.line)):
            told.setdefault(doubt.line + number, set()).update(doubt.at(number))
    return told


def runs(told: Mapping[int, AbstractSet[str]]) -> tuple[Doubt, ...]:
    """The same as runs, as long as they can be."""
    return _merged(Doubt(line, 1, tuple(told[line])) for line in sorted(told))


def joined(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Runs that may overlap as runs that do not, of each line all that any of them tells."""
    waiting = sorted(doubts, key=lambda doubt: doubt.line)
    cuts = sorted({at for doubt in waiting for at in (doubt.line, doubt.line + doubt.count)})
    pieces, first, open_ = [], 0, list[Doubt]()
    for begin, end in pairwise(cuts):
        while first < len(waiting) and waiting[first].line == begin:
            open_.append(waiting[first])
            first += 1
        open_ = [doubt for doubt in open_ if doubt.line + doubt.count > begin]
        others = {other for doubt in open_ for other in doubt.at(begin - doubt.line)}
        if others:
            pieces.append(Doubt(begin, end - begin, tuple(others)))
    return _merged(pieces)


def _merged(pieces: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Runs in order, one where one goes on with the other."""
    found: list[Doubt] = []
    for piece in pieces:
        others = tuple(sorted(set(piece.others))) if len(piece.others) <= MANY else ("",)
        run = found[-1] if found else None
        if run and piece.line == run.line + run.count and others == _next(run):
            found[-1] = replace(run, count=run.count + piece.count)
        else:
            found.append(Doubt(piece.line, piece.count, others))
    return tuple(found)


def _next(run: Doubt) -> tuple[str, ...]:
    """What the line behind a run would be, if the run went on."""
    return tuple(sorted(run.at(run.count)))
