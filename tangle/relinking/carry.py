"""Which lines of a commit some documents wrote, when they were written for other commits.

The lines that a document's commit had are laid beside those of the commit in question, by git's
own diff. An equal line that the document wrote is claimed for the step that wrote it; one
that stood in the document's base is asked of the document before it, if that one ends in
the very blob with which this one begins: what blame would do, could it still walk the old
commits.

    the commit      a [b c] d e        b, c and e were added by it
    a document      a [b c] d          it wrote b and c
    claimed            ^ ^

Equal lines alone prove nothing, every file has braces. A run counts if it holds enough text to
be recognised; with it come the small lines that the document wrote in the same place. And a
document counts as a whole if the change is the same, if a run is long, or if much of it, or
of the commit, is claimed. In doubt nothing is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.relinking.claim import (
    LONG,
    Claim,
    Goal,
    Kin,
    Pairing,
    same_file,
)
from treadle.tangle.relinking.lineage import Chains, ascend, chains_of, resolve, said
from treadle.tangle.relinking.recognition import recognised
from treadle.tangle.relinking.revision import Revision, back_of
from treadle.tangle.relinking.trust import trusted
from treadle.tangle.relinking.version import uncontested
from treadle.tangle.text.diff import changed
from treadle.tangle.text.match import SMALL, enough, weight, weight_of
from treadle.thread.git.differences import Difference
from treadle.thread.origin import Origin


@dataclass(slots=True)
class Carried:
    """What documents explain of one commit."""

    origins: list[dict[int, Origin]]
    """For each of the commit's files its claimed lines."""
    kin: list[int]
    """Documents that are tied, in their order."""
    sure: dict[int, str]
    """Of each why it is believed."""


def related(
    goal: Goal, files: Mapping[str, Revision], names: Container[str]
) -> Iterator[tuple[str, Revision]]:
    """Those of a document's files that may have become the commit's: the same blob, the same path,
    or, where the commit changes no file of that path (``names``), one of which it has most of the
    added lines, or which is mostly the same text."""
    target = goal.target
    blob = target.row.after.blob if target.row.after else ""
    if target.after is None or not goal.new:
        return
    own = {target.path, target.row.source}
    for path, file in files.items():
        if blob and file.after == blob:
            yield path, file
            continue
        shared = [line for line in goal.fresh & file.own if weight_of(line) > SMALL]
        if path in own:
            if enough(shared):
                yield path, file
        elif path not in names and target.path not in files:
            size = weight(shared)
            much = 2 * size >= weight([*file.own])
            if size >= LONG and (much or same_file(goal, file)):
                yield path, file


def beside(file: Revision, goal: Goal) -> Difference:
    """How a file with unknown lines lies beside the commit's. Git's diff gives up looking for the
    few lines that two long texts share; ours goes from one line that is unique to the next."""
    cuts = list(changed(file.lines, goal.lines))
    return Difference(tuple((a, b) for a, b, _, _ in cuts), tuple((c, d) for _, _, c, d in cuts))


def carry(
    goals: Sequence[Goal],
    kin: Sequence[Kin],
    pairings: Sequence[Pairing],
    patch_id: str,
) -> Carried:
    """Claim the commit's added lines for the documents that wrote them."""
    chains = chains_of(kin)
    claimed = [list(_claims(goals, kin, chains, pairing)) for pairing in pairings]
    claimed = [
        recognised(goals, kin, claims, pairing)
        for pairing, claims in zip(pairings, claimed, strict=True)
    ]
    claimed = uncontested(goals, kin, pairings, claimed)
    sure = trusted(goals, kin, pairings, claimed, patch_id)
    led = [
        claim.kin
        for pairing, claims in zip(pairings, claimed, strict=True)
        if pairing.kin in sure
        for claim in claims
    ]
    for number in (*led, *_passed(goals, kin, chains, pairings, sure)):
        sure.setdefault(number, "a step on the way")
    origins: list[dict[int, Origin | None]] = [{} for _ in goals]
    for pairing, claims in sorted(
        zip(pairings, claimed, strict=True),
        key=lambda row: _precedence(kin, pairings, row[0]),
        reverse=True,
    ):
        for claim in claims:
            if claim.kin in sure and claim.origin.part:
                origin = None if claim.unsure else claim.origin
                origins[pairing.goal].setdefault(claim.line, origin)
    known = [{line: one for line, one in told.items() if one is not None} for told in origins]
    return Carried(known, sorted(sure, key=lambda n: kin[n].candidate.order), sure)


def _precedence(
    kin: Sequence[Kin], pairings: Sequence[Pairing], one: Pairing
) -> tuple[bool, bool, tuple[str, tuple[str, ...], str, int]]:
    """Whom to ask first: the same text, then the end of a chain of documents, then the later."""
    file = kin[one.kin].files[one.path]
    followed = any(
        file.after == kin[other.kin].files[other.path].before
        for other in pairings
        if other.goal == one.goal and other.kin != one.kin
    )
    return one.same, not followed, kin[one.kin].candidate.order


def _claims(
    goals: Sequence[Goal], kin: Sequence[Kin], chains: Chains, pairing: Pairing
) -> Iterator[Claim]:
    """Every added line of the target that the document, or one before it, wrote."""
    goal = goals[pairing.goal]
    file = kin[pairing.kin].files[pairing.path]
    size = len(goal.lines)
    places = list(range(size)) if pairing.same else back_of(size, *pairing.change)
    if not pairing.same:
        _find_moved(goal, file, places)
    for line in goal.new:
        if places[line] < 0:
            continue
        here = ascend(chains, pairing.kin, file, places[line])
        others = {resolve(chains, number, at, other) for number, at, other in here.unsure}
        if here.origin is not None:
            unsure = not others <= {said(here.origin)}
            block, path = here.file.blocks[here.place], here.file.path
            where = pairing.goal, line, here.kin, block, here.place
            yield Claim(*where, here.origin, path, unsure)


def _find_moved(goal: Goal, file: Revision, places: list[int]) -> None:
    """Give lines that the diff passes over, since they stand in another order, their place in the
    document's file, where that can be but one."""
    held = Counter(file.lines)
    there = Counter(goal.lines)
    where = {line: place for place, line in enumerate(file.lines) if held[line] == 1}
    for i in goal.new:
        line = goal.lines[i]
        if places[i] < 0 and there[line] == 1 and line in where and enough([line]):
            places[i] = where[line]


def _passed(
    goals: Sequence[Goal],
    kin: Sequence[Kin],
    chains: Chains,
    pairings: Sequence[Pairing],
    sure: Mapping[int, str],
) -> set[int]:
    """Documents of which no line is left, but which lead, blob by blob, from the file before the
    commit to one that is tied: a squash made them one."""
    found: set[int] = set()
    for pairing in pairings:
        before = goals[pairing.goal].target.row.before
        if pairing.same or pairing.kin in sure:
            start = pairing.kin, kin[pairing.kin].files[pairing.path]
            found |= _way(chains, start, before.blob if before else "", frozenset())
    return {number for number in found if not kin[number].past}


def _way(chains: Chains, here: tuple[int, Revision], goal: str, seen: frozenset[str]) -> set[int]:
    """The documents between the blob ``goal`` and the one with which ``here`` ends."""
    number, file = here
    if file.before == goal:
        return {number}
    if not file.before or file.before in seen:
        return set()
    found: set[int] = set()
    for earlier in chains.get(file.before, ()):
        found |= _way(chains, earlier, goal, seen | {file.before})
    return found | {number} if found else found
