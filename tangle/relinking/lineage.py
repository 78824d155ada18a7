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
    while place < len(file.origins):
        origin = file.origins[place]
        if origin is not None:
            return Reached(number, file, place, origin)
        place = file.back[place]
        earlier = chains.get(file.before, ()) if file.before not in seen else ()
        if not earlier or (goal and file.before == goal):
            break
        seen.add(file.before)
        number, file = earlier[0]
    return Reached(number, file, place, None)
