"""Which recorded edit wrote a line that replay could not carry to its place.

What is left over after replay is compared with the text that the thread's own edits of the
same file added. Only *runs* count, aligned in order: a bag of lines would let every
closing brace be claimed by anybody. A run must hold enough text of its own to be recognised;
blank lines and braces come along inside it but never alone. Where two edits hold the
same run the later one is taken, since it wrote last; where they hold different runs, the
one with more text is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_LONE = 20
"""Letters and digits that a run of a single line needs to be recognised."""
_RUN = 12
"""Letters and digits that a longer run needs."""
_LARGEST = 3000 * 3000
"""Largest comparison, in lines times lines."""


@dataclass(frozen=True, slots=True)
class Written:
    """The lines one step added to a file."""

    step: str
    """The step's name, ``T.S`` or ``PART:T.S``."""
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    weight: int
    order: int
    start: int
    size: int
    step: str


def matched(lines: Sequence[str], written: Sequence[Written]) -> list[str]:
    """For each line the step that wrote it, ``""`` where none can be told.

    ``written`` stands in the order of time.
    """
    found = [""] * len(lines)
    wanted = set(lines)
    runs: list[_Run] = []
    for order, edit in enumerate(written):
        if wanted & set(edit.lines) and len(lines) * len(edit.lines) <= _LARGEST:
            runs += _runs(lines, edit, order)
    for run in sorted(runs, key=lambda run: (run.weight, run.order), reverse=True):
        span = range(run.start, run.start + run.size)
        free = [i for i in span if not found[i]]
        if len(free) == run.size or _enough([lines[i] for i in free]):
            for i in free:
                found[i] = run.step
    return found


def _runs(lines: Sequence[str], edit: Written, order: int) -> list[_Run]:
    matcher = SequenceMatcher(None, lines, edit.lines, autojunk=False)
    return [
        _Run(_weight(lines[b.a : b.a + b.size]), order, b.a, b.size, edit.step)
        for b in matcher.get_matching_blocks()
        if b.size and _enough(lines[b.a : b.a + b.size])
    ]


def _enough(lines: Sequence[str]) -> bool:
    substantial = [weight for weight in map(_weight_of, lines) if weight > 2]
    if len(substantial) < 2:
        return bool(substantial) and substantial[0] >= _LONE
    return sum(substantial) >= _RUN


def _weight(lines: Sequence[str]) -> int:
    return sum(map(_weight_of, lines))


def _weight_of(line: str) -> int:
    return sum(map(str.isalnum, line))
