"""Which recorded edit wrote a line that replay could not carry to its place.

What is left over after replay is compared with the text that the thread's own edits wrote.
Only *runs* count, aligned in order: a bag of lines would let every closing brace be claimed
by anybody. A run may reach into the lines around the ones in question, and into those the
edit only carried along; it must hold enough text to be recognised, and so a blank line or
a brace comes along inside a run but never alone. Claimed are only lines that the edit added.
Where two edits hold the same run the later one is taken, since it wrote last; where they
hold different runs, the one with more text is.

    the file        a [b c] d          an edit's text        a b c e
    in question        ^ ^             added by it             ^ ^
    the run         a  b c             claimed                 b c
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from treadle.tangle.text.diff import changed

SMALL = 2
"""A line with no more letters and digits than this tells nothing."""
LONE = 20
"""Letters and digits that a run of a single line needs to be recognised."""
_RUN = 12
"""Letters and digits that a longer run needs."""
_LARGEST = 3000 * 3000
"""Largest comparison, in lines times lines."""


@dataclass(frozen=True, slots=True)
class Written:
    """Text of one step."""

    step: str
    """The step's name, ``T.S`` or ``PART:T.S``."""
    lines: tuple[str, ...]
    """Without LF: an agent names pieces of lines, of which the last has none though it is whole."""
    added: frozenset[int]
    """Indices of the lines that it added; the others it carried along."""

    @classmethod
    def of(cls, step: str, old: Sequence[str], new: Sequence[str]) -> Written:
        """What a step wrote that made ``new`` out of ``old``."""
        before, after = _bare(old), _bare(new)
        added = {j for _, _, j1, j2 in changed(before, after) for j in range(j1, j2)}
        return cls(step, tuple(after), frozenset(added))


@dataclass(frozen=True, slots=True)
class _Run:
    weight: int
    order: int
    claims: tuple[int, ...]
    """Indices of the lines in question that the run's edit added."""
    step: str


def matched(
    lines: Sequence[str],
    written: Sequence[Written],
    before: Sequence[str] = (),
    behind: Sequence[str] = (),
) -> list[str]:
    """For each line the step that wrote it, ``""`` where none can be told.

    ``written`` stands in the order of time; ``before`` and ``behind`` are the lines around.
    """
    found = [""] * len(lines)
    around = _bare([*before, *lines, *behind])
    wanted = set(around[len(before) : len(before) + len(lines)])
    runs: list[_Run] = []
    for order, edit in enumerate(written):
        if edit.added and wanted & set(edit.lines) and len(around) * len(edit.lines) <= _LARGEST:
            runs += _runs(around, len(before), len(lines), edit, order)
    for run in sorted(runs, key=lambda run: (run.weight, run.order), reverse=True):
        for i in run.claims:
            found[i] = found[i] or run.step
    return found


def _bare(lines: Sequence[str]) -> list[str]:
    return [line.removesuffix("\n") for line in lines]


def _runs(
    around: Sequence[str], begin: int, count: int, edit: Written, order: int
) -> Iterator[_Run]:
    matcher = SequenceMatcher(None, around, edit.lines, autojunk=False)
    for block in matcher.get_matching_blocks():
        lines = around[block.a : block.a + block.size]
        claims = tuple(
            block.a + i - begin
            for i in range(block.size)
            if begin <= block.a + i < begin + count and block.b + i in edit.added
        )
        if claims and enough(lines):
            yield _Run(weight(lines), order, claims, edit.step)


def enough(lines: Sequence[str]) -> bool:
    """Whether a run of lines holds enough text to be recognised."""
    substantial = [size for size in map(weight_of, lines) if size > SMALL]
    if len(substantial) < 2:
        return bool(substantial) and substantial[0] >= LONE
    return sum(substantial) >= _RUN


def weight(lines: Sequence[str]) -> int:
    """Letters and digits of some lines."""
    return sum(map(weight_of, lines))


def weight_of(line: str) -> int:
    """Letters and digits of a line."""
    return sum(map(str.isalnum, line))
