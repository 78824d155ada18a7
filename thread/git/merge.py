"""Two notes commits into one, commit by commit: which side's note each gets.

A note that only one side touched since their last common ancestor is that side's, also where it
was removed. What both touched is left to be united. Nothing here reads a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Merge:
    """What our notes lack of theirs."""

    take: dict[str, str] = field(default_factory=dict)
    """Commit id to blob id: notes that are new or newer there."""
    unite: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Commit id to our blob id and theirs: both changed the note."""
    drop: tuple[str, ...] = ()
    """Commits whose note was removed there and is untouched here."""

    def __bool__(self) -> bool:
        return bool(self.take or self.unite or self.drop)


def merge(base: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str]) -> Merge:
    """What to change of ``ours``, each mapping commit ids to blob ids.

    ``base`` are the notes of the last common ancestor; without one nothing counts as removed. A
    note that one side removed and the other changed stays.
    """
    take: dict[str, str] = {}
    both: dict[str, tuple[str, str]] = {}
    drop: list[str] = []
    for commit in sorted(ours.keys() | theirs.keys()):
        mine, other, was = ours.get(commit), theirs.get(commit), base.get(commit)
        if other in (mine, was):
            continue
        if other is None:
            drop += [commit] if mine == was else []
        elif mine in (None, was):
            take[commit] = other
        else:
            assert mine is not None
            both[commit] = (mine, other)
    return Merge(take, both, tuple(drop))
