"""Which documents belong to a commit: claims are weighed, and in doubt there is no tie.

Code is full of lines that stand in many places: tests begin alike, errors are handled alike.
Claimed lines alone therefore say little. A document is believed if the commit makes
its very change (the patch-id, or a file that is the same blob), if much of what it wrote, or
much of what the commit adds, is claimed, or if a run of what it wrote stands there unbroken,
between the lines between which it stood before, or just beside one that was written with it.

Figures of these rules on real histories are in ``docs/decisions.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

from treadle.tangle.relinking.claim import LONG, Claim, Goal, Kin, Pairing, runs, same_base, text
from treadle.tangle.text.match import SMALL, weight, weight_of

_LONGER = 3 * LONG
"""Letters and digits of a run for which one of its neighbours is enough: the other may be new."""
_NEAR = 3
"""Lines on each side of a run among which its neighbour is looked for."""
_SHARE = 1 / 3
"""Of what a document wrote, or of what a commit adds: beyond this it is much."""
_ALL = 0.9
"""Of what a document wrote in one file: as good as all of it."""
_REST = 0.25
"""Of what a document wrote: so much must be left of it on the very base it was written on."""


def trusted(
    goals: Sequence[Goal],
    kin: Sequence[Kin],
    pairings: Sequence[Pairing],
    claimed: Sequence[Sequence[Claim]],
    patch_id: str,
) -> dict[int, str]:
    """Documents that belong to the commit, by their index in ``kin``, and why.

    ``claimed`` holds the claims of each pairing.
    """
    lines: dict[int, set[tuple[int, int]]] = {}
    files: dict[int, dict[str, set[tuple[int, int]]]] = {}
    wrote: set[int] = set()
    whole: set[int] = set()
    for claims in claimed:
        for claim in claims:
            lines.setdefault(claim.kin, set()).add(claim[:2])
            files.setdefault(claim.kin, {}).setdefault(claim.path, set()).add(claim[:2])
            wrote |= {claim.kin} if claim.origin.part else set()
        whole |= {run[0].kin for run in runs(claims) if _in_place(goals, kin, run)}
    same = {p.kin for p in pairings if p.same and weight(goals[p.goal].lines) >= LONG}
    based = {p.kin for p in pairings if same_base(goals[p.goal], kin[p.kin].files[p.path])}
    added = sum(weight_of(goal.lines[i]) for goal in goals for i in goal.new)
    sure = {}
    for number, where in lines.items():
        if kin[number].past and number not in wrote:
            continue
        held = sum(weight_of(goals[goal].lines[line]) for goal, line in where)
        if patch_id and kin[number].candidate.patch_id == patch_id:
            sure[number] = "the same change"
        elif number in same:
            sure[number] = "the same file"
        elif held >= LONG and held >= _SHARE * min(added, kin[number].written):
            sure[number] = "most of the lines"
        elif number in based and held >= _REST * kin[number].written:
            sure[number] = "much of it, on the same base"
        elif number in wrote and any(
            _all_of_a_file(goals, kin[number], rows) for rows in files[number].values()
        ):
            sure[number] = "all that it wrote in a file"
        elif number in whole:
            sure[number] = "a run of lines in its place"
    return sure


def _all_of_a_file(goals: Sequence[Goal], kin: Kin, where: set[tuple[int, int]]) -> bool:
    """Whether the lines claimed of a file are all that the document wrote in it."""
    held = sum(weight_of(goals[goal].lines[line]) for goal, line in where)
    paths = {goals[goal].target.path for goal, _ in where}
    own = [weight([*file.own]) for path, file in kin.files.items() if {path} == paths]
    return bool(own) and held >= LONG and held >= _ALL * own[0]


def _in_place(goals: Sequence[Goal], kin: Sequence[Kin], run: Sequence[Claim]) -> bool:
    """Whether a run stands between its old neighbours, or beside one that was written with it. A
    neighbour that its step wrote with it must be there, if with new lines between: of a block that
    was torn apart nothing is known."""
    first, last = run[0], run[-1]
    file, goal = kin[first.kin].files[first.path], goals[first.goal]
    size = weight([text(goals, claim) for claim in run])
    if size < LONG:
        return False
    begin, at = max(0, first.place - _NEAR), max(0, first.line - _NEAR)
    above = file.lines[begin : first.place][::-1], goal.lines[at : first.line][::-1]
    end, to = last.place + 1 + _NEAR, last.line + 1 + _NEAR
    below = file.lines[last.place + 1 : end], goal.lines[last.line + 1 : to]
    beside = [_near(old, new) for old, new in (above, below)]
    blocks = (
        file.blocks[first.place - 1 : first.place],
        file.blocks[last.place + 1 : last.place + 2],
    )
    mates = [block == (first.block,) for block in blocks]
    sides = goal.lines[: first.line], goal.lines[last.line + 1 :]
    own = file.origins[first.place]
    steps = (
        file.origins[first.place - 1 : first.place],
        file.origins[last.place + 1 : last.place + 2],
    )
    for mate, step, there, old, side in zip(
        mates, steps, beside, (above, below), sides, strict=True
    ):
        if mate and step == (own,) and not there and _next(old[0]) not in side:
            return False
    close = [_next(old) == _next(new) != "" for old, new in (above, below)]
    return (
        all(beside)
        or any(mate and there for mate, there in zip(mates, close, strict=True))
        or (any(beside) and size >= _LONGER)
    )


def _next(lines: Sequence[str]) -> str:
    """The very next line, if it tells something."""
    return lines[0] if lines and weight_of(lines[0]) > SMALL else ""


def _near(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether the old neighbour, the next line that tells something, stands among the new ones; or
    there is none on either side, at an end of the file."""
    told = [[line for line in lines if weight_of(line) > SMALL] for lines in (old, new)]
    return told[0][0] in told[1] if told[0] else not told[1]
