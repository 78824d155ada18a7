"""Lines of a squash of which git's word is not enough.

Git compares the two ends of a squash. Where an edit on the way took lines out and a later one
wrote the same again, its diff passes over them, and blame calls them older than they are; where a
block goes that ends like what stays, it may keep the wrong one of two blank lines. So a line
that was there before, as git says, is in doubt if

- a document says that a step wrote it on the way, or that it was another line of the base;
- a document on the way is of a squash itself, and doubts the line;
- git's shortest diff gives it another place than git's usual one;
- it holds no letter and no digit, stands just beside a block that was replaced, and the run of
  such lines in which it stands stood in the old block too, or stands in the new one;

unless, in the last two cases, documents lead from it to the very line that git names. Whether
the other lines are of another step is found out when blame is asked, for only then are their
commits known: until then a doubt says what else the line may be.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from itertools import pairwise

from treadle.tangle.relinking.claim import Goal, Kin, Pairing
from treadle.tangle.relinking.lineage import Chains, ascend, resolve, said
from treadle.tangle.relinking.revision import Revision, back_of
from treadle.tangle.text.match import weight_of
from treadle.thread.doubt import MANY, runs
from treadle.thread.git.differences import Difference, Range
from treadle.thread.model import Doubt
from treadle.thread.origin import split_lines

_Others = dict[int, set[str]]
"""By line of the commit's file what else it may be, as ``Doubt`` has it."""


def doubts(
    goal: Goal,
    pairings: Sequence[Pairing],
    kin: Sequence[Kin],
    chains: Chains,
    sure: Container[int],
    shortest: Difference,
) -> tuple[Doubt, ...]:
    """The doubts about one file of a commit that documents (``sure``, by index) were tied to.

    ``pairings`` are those of this file, ``shortest`` git's shortest diff of it.
    """
    before = goal.target.row.before
    tied = [pairing for pairing in pairings if pairing.kin in sure]
    if before is None or not tied:
        return ()
    back = back_of(len(goal.lines), goal.target.removed, goal.target.added)
    if len(tied) == 1 and _same_edit(goal, back, kin[tied[0].kin].files[tied[0].path]):
        return ()
    told: _Others = {}
    agreed: set[int] = set()
    for pairing in tied:
        for line, other in _told(goal, pairing, kin, chains, sure, back):
            if other is None:
                agreed.add(line)
            else:
                told.setdefault(line, set()).add(other)
    for line, other in (*_shorter(goal, back, shortest), *_beside_blocks(goal, back)):
        if line not in agreed:
            told.setdefault(line, set()).add(other)
    return runs(told)


def _same_edit(goal: Goal, back: Sequence[int], file: Revision) -> bool:
    """Whether a document makes the commit's very edit of a file, if on another base: a commit that
    was moved hides nothing."""
    return not file.doubts and _edit(goal.lines, back) == _edit(file.lines, file.back)


def _edit(lines: Sequence[str], back: Sequence[int]) -> tuple[list[str], list[int]]:
    """The lines that came, and how many went at each place where some did, but at the end."""
    kept = [place for place in back if place >= 0]
    gone = [after - before - 1 for before, after in pairwise([-1, *kept])]
    came = [line for line, place in zip(lines, back, strict=True) if place < 0]
    return came, [count for count in gone if count]


def _told(
    goal: Goal,
    pairing: Pairing,
    kin: Sequence[Kin],
    chains: Chains,
    sure: Container[int],
    back: Sequence[int],
) -> Iterator[tuple[int, str | None]]:
    """What a document says of lines that git passes over: what else they are, or None where it
    says the same."""
    file = kin[pairing.kin].files[pairing.path]
    size = len(goal.lines)
    places = range(size) if pairing.same else back_of(size, *pairing.change)
    row = goal.target.row
    base = row.before.blob if row.before else ""
    for line in range(size):
        if back[line] < 0 or places[line] < 0:
            continue
        here = ascend(chains, pairing.kin, file, places[line], base)
        for number, squashed, other in here.unsure:
            yield line, resolve(chains, number, squashed, other, base)
        if here.origin is not None:
            # That no step wrote it says little: a merge's document tells only what no parent has.
            if here.origin.part and here.kin in sure and not kin[here.kin].past:
                yield line, said(here.origin)
        elif here.file.before == base and here.place != back[line]:
            yield line, f"-{here.place + 1}"
        elif here.file.before == base and not here.unsure:
            yield line, None


def _shorter(goal: Goal, back: Sequence[int], shortest: Difference) -> Iterator[tuple[int, str]]:
    """Lines that stand elsewhere in git's shortest diff."""
    for line, place in enumerate(back_of(len(goal.lines), *shortest)):
        if back[line] >= 0 and place != back[line]:
            yield line, f"-{place + 1}" if place >= 0 else ""


def _beside_blocks(goal: Goal, back: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Runs of bare lines that touch a replaced block and stand in it as well."""
    old = split_lines(goal.target.before or "")
    for gone, came in _replaced(goal, back):
        for run in (_bare(goal, back, came[0] - 1, -1), _bare(goal, back, came[1], 1)):
            texts = [goal.lines[line] for line in run]
            for sign, lines, block in (("-", old, gone), ("+", goal.lines, came)):
                for at in _found(texts, lines, block):
                    for number, line in enumerate(run):
                        yield line, f"{sign}{at + number + 1}"


def _replaced(goal: Goal, back: Sequence[int]) -> Iterator[tuple[Range, Range]]:
    """Blocks that gave way to others: where they stood, and where the others stand."""
    for begin, end in goal.target.added:
        if begin > 0 and end < len(goal.lines):
            gone = back[begin - 1] + 1, back[end]
        elif begin:
            gone = back[begin - 1] + 1, len(split_lines(goal.target.before or ""))
        else:
            gone = 0, back[end] if end < len(goal.lines) else 0
        if gone[0] < gone[1]:
            yield gone, (begin, end)


def _bare(goal: Goal, back: Sequence[int], line: int, way: int) -> range:
    """The lines without letters and digits that git passes over, from ``line`` on, up or down."""
    end = line
    while 0 <= end < len(goal.lines) and back[end] >= 0 and weight_of(goal.lines[end]) == 0:
        end += way
    return range(line, end) if way > 0 else range(end + 1, line + 1)


def _found(texts: Sequence[str], lines: Sequence[str], block: Range) -> Iterator[int]:
    """Where in a block the same lines follow one another."""
    size = len(texts)
    if 0 < size <= MANY:
        for at in range(block[0], block[1] - size + 1):
            if list(lines[at : at + size]) == list(texts):
                yield at
