"""Of which document a commit is another version, and what that means for all others.

Whoever amends a commit, or edits it in a rebase, leaves its document nearly whole in the new
one, on the same files. Its lines are told by it. Other documents of the history may have written
lines that read the same, as a later commit does that copies them or moves them: these are
theirs elsewhere, and neither explain a line here nor tie their document to the commit. What follows
on the document, as one does that was squashed into it, may have written them anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from treadle.tangle.relinking.claim import Claim, Goal, Kin, Pairing, same_base
from treadle.tangle.text.match import weight_of

_WHOLE = 0.9
"""Of what a document wrote, or of what a commit adds: as good as all of it."""
_HALF = 0.5
"""Of what a commit adds: more than all others together."""


def uncontested(
    goals: Sequence[Goal],
    kin: Sequence[Kin],
    pairings: Sequence[Pairing],
    claimed: Sequence[list[Claim]],
) -> list[list[Claim]]:
    """The claims of each pairing, without those of lines that are told by the document of which the
    commit is another version."""
    close = _close(goals, kin, pairings, claimed)
    if not close:
        return list(claimed)
    told = {
        claim[:2]
        for pairing, claims in zip(pairings, claimed, strict=True)
        if pairing.kin in close
        for claim in claims
        if claim.origin.part
    }
    reach = _reach(kin, pairings, close)

    def may(pairing: Pairing) -> bool:
        file = kin[pairing.kin].files[pairing.path]
        alike = pairing.same and not same_base(goals[pairing.goal], file)
        return alike or pairing.kin in close or file.before in reach[pairing.goal]

    return [
        claims if may(pairing) else [claim for claim in claims if claim[:2] not in told]
        for pairing, claims in zip(pairings, claimed, strict=True)
    ]


def _close(
    goals: Sequence[Goal],
    kin: Sequence[Kin],
    pairings: Sequence[Pairing],
    claimed: Sequence[Sequence[Claim]],
) -> set[int]:
    """Documents that are nearly whole in the commit, and nearly all of it; where they were written
    on its very files, half of it."""
    held: dict[int, set[tuple[int, int]]] = {}
    based: dict[int, bool] = {}
    for pairing, claims in zip(pairings, claimed, strict=True):
        number, file = pairing.kin, kin[pairing.kin].files[pairing.path]
        own = (claim[:2] for claim in claims if claim.kin == number)
        held.setdefault(number, set()).update(own)
        based[number] = based.get(number, True) and same_base(goals[pairing.goal], file)
    sizes = {n: sum(weight_of(goals[g].lines[i]) for g, i in lines) for n, lines in held.items()}
    added = sum(weight_of(goal.lines[i]) for goal in goals for i in goal.new)
    return {
        number
        for number, size in sizes.items()
        if size >= _WHOLE * kin[number].written
        and size >= (_HALF if based[number] else _WHOLE) * added
    }


def _reach(
    kin: Sequence[Kin], pairings: Iterable[Pairing], close: AbstractSet[int]
) -> Mapping[int, set[str]]:
    """For each of the commit's files the texts to which documents lead from those that are close,
    blob by blob."""
    files: dict[int, list[tuple[str, str]]] = {}
    reach: dict[int, set[str]] = {}
    for pairing in pairings:
        file = kin[pairing.kin].files[pairing.path]
        files.setdefault(pairing.goal, []).append((file.before, file.after))
        reach.setdefault(pairing.goal, set()).update({file.after} if pairing.kin in close else ())
    for goal, found in reach.items():
        size = -1
        while size != len(found):
            size = len(found)
            found |= {after for before, after in files[goal] if before in found}
    return reach
