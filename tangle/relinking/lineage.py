"""From document to document: where a line of one's file came from, as far as documents lead.

A document that ends in the very blob with which another begins stands before it. So a line can be
followed up, as git's blame would follow it through commits, though no commit is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from treadle.tangle.relinking.claim import Kin
from treadle.tangle.relinking.revision import Revision
from treadle.thread.origin import Origin

Chains = Mapping[str, Sequence[tuple[int, Revision]]]
"""The files that end in a blob, by its id, each with the number of its document."""


class Reached(NamedTuple):
    """How far up a line was followed."""

    kin: int
    """Index of the last document on the way."""
    file: Revision
    place: int
    """0-based: the line in that document's file, or in its base where the document did not add
    it."""
    origin: Origin | None
    """The step that wrote the line; None where it stood in the base."""
    unsure: tuple[tuple[int, Revision, str], ...] = ()
    """What squashes on the way say that it may be instead: index of the document, its file, and the
    other as ``Doubt`` has it."""


def chains_of(kin: Sequence[Kin]) -> Chains:
    """The files of these documents by what they end in."""
    found: dict[str, list[tuple[int, Revision]]] = {}
    for number, one in enumerate(kin):
        for file in one.files.values():
            if file.after != file.before:
                found.setdefault(file.after, []).append((number, file))
    return found


def ascend(chains: Chains, number: int, file: Revision, place: int, goal: str = "") -> Reached:
    """Follow line ``place`` of a document's file up to the document that added it, from blob to
    blob; not beyond the blob ``goal``."""
    seen: set[str] = set()
    unsure: list[tuple[int, Revision, str]] = []
    while place < len(file.origins):
        origin = file.origins[place]
        if origin is not None:
            return Reached(number, file, place, origin, tuple(unsure))
        unsure += [(number, file, other) for other in sorted(file.doubts.get(place, ()))]
        place = file.back[place]
        earlier = chains.get(file.before, ()) if file.before not in seen else ()
        if not earlier or (goal and file.before == goal):
            break
        seen.add(file.before)
        number, file = earlier[0]
    return Reached(number, file, place, None, tuple(unsure))


def resolve(chains: Chains, number: int, file: Revision, other: str, goal: str = "") -> str:
    """What a line in doubt may be instead, as a document's file says it, said of the blob ``goal``
    from which documents lead to that file; ``""`` where they do not."""
    if other[:1] not in ("-", "+"):
        return other
    place = int(other[1:]) - 1
    if other[0] == "-" and file.before == goal:
        return other
    if other[0] == "-":
        earlier = chains.get(file.before, ())
        if not earlier:
            return ""
        number, file = earlier[0]
    reached = ascend(chains, number, file, place, goal)
    if reached.origin is not None:
        return said(reached.origin)
    return f"-{reached.place + 1}" if reached.file.before == goal else ""


def said(origin: Origin) -> str:
    """A step as ``Doubt`` has it; nobody knows where there is none."""
    return f"{origin.part}:{origin.step}" if origin.part else ""
