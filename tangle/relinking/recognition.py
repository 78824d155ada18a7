"""Which claimed lines can be told from lines that only look like them.

A brace, a blank line, a check for an error stand everywhere. Where the commit's file is the
very text that a document made, all its lines are the document's. Elsewhere a run of lines must
hold enough text to be recognised; small runs count only just beside such a run of the same block;
and lines that would read the same if the block stood a little higher or lower count for nobody,
since git may see the old text there and the new one here. Nor does a brace that came in the place
of other text count where the document's base is known in part and the same brace stayed close by:
which of the two is new git decided by lines that are not here.

    a document wrote [b c }]       } before the block and } at its end: which is new?
        a } b c } d                a [} b c] } d    or    a } [b c }] d
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from treadle.tangle.apply import Unknown
from treadle.tangle.relinking.claim import (
    Claim,
    Goal,
    Kin,
    Pairing,
    counts,
    own_path,
    runs,
    same_file,
    text,
)
from treadle.tangle.relinking.revision import Revision
from treadle.tangle.text.match import LONE, SMALL, enough, weight_of

_NEAR = 3
"""Lines between a small run and the one beside which it counts, at most."""


def recognised(
    goals: Sequence[Goal], kin: Sequence[Kin], claims: Sequence[Claim], pairing: Pairing
) -> list[Claim]:
    """Those of a pairing's claims that count."""
    same, goal = pairing.same, goals[pairing.goal]
    past = any(kin[claim.kin].past for claim in claims)
    here = past and same_file(goal, kin[pairing.kin].files[pairing.path])
    counted = [
        claim
        for claim in claims
        if counts(goals, kin, claim, here)
        or ((here or own_path(goal, claim)) and weight_of(text(goals, claim)) <= SMALL)
    ]
    new = frozenset(goal.new)
    whole = {claim for run in runs(counted) if _whole(new, kin, run) for claim in run}
    fixed = [
        claim
        for claim in counted
        if not doubtful(kin[claim.kin].files[claim.path], claim.place)
        and (
            (same and not kin[claim.kin].past)
            or claim in whole
            or not slides(kin[claim.kin].files[claim.path], claim.place)
        )
    ]
    found = list(runs(fixed))
    firm = [
        (same and not kin[run[0].kin].past)
        or enough([text(goals, claim) for claim in run if counts(goals, kin, claim, here)])
        for run in found
    ]
    kept: list[Claim] = []
    for number, run in enumerate(found):
        around = [n for n in (number - 1, number + 1) if 0 <= n < len(found) and firm[n]]
        if firm[number] or any(_beside(found[n], run) for n in around):
            kept += run if same else _bare(goals, run, whole)
    return kept


def _whole(new: Set[int], kin: Sequence[Kin], run: Sequence[Claim]) -> bool:
    """Whether a run is all that the document added in its place, and all that the commit adds there
    (``new``: the lines that it adds)."""
    first, last = run[0], run[-1]
    blocks = kin[first.kin].files[first.path].blocks
    around = (
        *blocks[max(0, first.place - 1) : first.place],
        *blocks[last.place + 1 : last.place + 2],
    )
    return first.block not in around and not {first.line - 1, last.line + 1} & new


def _bare(goals: Sequence[Goal], run: Sequence[Claim], whole: Set[Claim]) -> list[Claim]:
    """A run without the small lines at its ends: where the text beside them is another, nobody can
    tell whether a brace is this run's or that text's."""
    begin, end = 0, len(run)
    while begin < end and run[begin] not in whole and weight_of(text(goals, run[begin])) <= SMALL:
        begin += 1
    while (
        begin < end and run[end - 1] not in whole and weight_of(text(goals, run[end - 1])) <= SMALL
    ):
        end -= 1
    return list(run[begin:end])


def _beside(firm: Sequence[Claim], run: Sequence[Claim]) -> bool:
    """Whether a run stands just above or below another of its block, in both files."""
    first, last = (firm, run) if firm[0].line < run[0].line else (run, firm)
    return (
        first[0][2:4] == last[0][2:4]
        and first[0].path == last[0].path
        and 0 < last[0].line - first[-1].line <= _NEAR
        and 0 < last[0].place - first[-1].place <= _NEAR
    )


def slides(file: Revision, place: int) -> bool:
    """Whether a line is one of those by which its block could stand higher or lower."""
    blocks, lines = file.blocks, file.lines
    block = blocks[place]
    begin, end = place, place + 1
    while begin > 0 and blocks[begin - 1] == block:
        begin -= 1
    while end < len(lines) and blocks[end] == block:
        end += 1
    size = end - begin
    up = down = 0
    while up < size and begin - up > 0 and lines[begin - 1 - up] == lines[end - 1 - up]:
        up += 1
    while down < size and end + down < len(lines) and lines[end + down] == lines[begin + down]:
        down += 1
    return place >= end - up or place < begin + down


def doubtful(file: Revision, place: int) -> bool:
    """Whether a small added line of a text that is known in part may as well be the old one."""
    line = file.lines[place]
    if file.whole or weight_of(line) > SMALL or not _replaces(file, place):
        return False
    above, below = range(place - 1, -1, -1), range(place + 1, len(file.lines))
    return any(_stays(file, way, line) for way in (above, below))


def _replaces(file: Revision, place: int) -> bool:
    """Whether lines of the base went where the block of an added line stands."""
    begin, end = place, place
    while begin >= 0 and file.back[begin] < 0:
        begin -= 1
    while end < len(file.back) and file.back[end] < 0:
        end += 1
    above = file.back[begin] if begin >= 0 else -1
    return end == len(file.back) or file.back[end] - above > 1


def _stays(file: Revision, way: Iterable[int], line: str) -> bool:
    """Whether an equal line of the base comes before one that can be recognised, or is unknown."""
    for i in way:
        old = file.back[i] >= 0
        if old and file.lines[i] == line:
            return True
        if isinstance(file.lines[i], Unknown) or (old and weight_of(file.lines[i]) >= LONE):
            return False
    return False
