"""Doubts by line, and as the runs of lines that a document keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from treadle.thread.model import Doubt

MANY = 32
"""Others that a line may be; with more of them nobody knows."""
MOST = 200_000
"""Lines of one file that can be in doubt."""


def by_line(doubts: Iterable[Doubt]) -> dict[int, set[str]]:
    """What each line may be instead, by its 0-based number."""
    told: dict[int, set[str]] = {}
    for doubt in doubts:
        for number in range(doubt.count):
            told.setdefault(doubt.line + number, set()).update(doubt.at(number))
    return told


def runs(told: Mapping[int, AbstractSet[str]]) -> tuple[Doubt, ...]:
    """The same as runs, as long as they can be."""
    found: list[Doubt] = []
    for line in sorted(told)[:MOST]:
        others = tuple(sorted(told[line])) if len(told[line]) <= MANY else ("",)
        run = found[-1] if found else None
        if run and line == run.line + run.count and others == tuple(sorted(run.at(run.count))):
            found[-1] = replace(run, count=run.count + 1)
        else:
            found.append(Doubt(line, 1, others))
    return tuple(found)
