"""What points to a step from elsewhere: ``PART:T.S``.

A part's id is a digest of its text, so a part that is redacted anew, scrubbed or replaced by its
twin has another id, and all that points to it must follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from treadle.thread.model import Change, Placement, Row

Names = Mapping[str, str]
"""Ids of parts and those that stand for them now."""


def pointer(address: str, names: Names) -> str:
    """``PART:T.S`` with the part's new id; any other text as it is."""
    part, colon, step = address.rpartition(":")
    return f"{names.get(part, part)}{colon}{step}"


def change(one: Change, names: Names) -> Change:
    """A residue's change whose causes follow; the same object if none does."""
    hunks = tuple([replace(hunk, cause=pointer(hunk.cause, names)) for hunk in one.hunks])
    return replace(one, hunks=hunks) if hunks != one.hunks else one


def row(one: Row, names: Names) -> Row:
    """A row whose doubts follow; the same object if none does."""
    doubts = tuple(
        [
            replace(doubt, others=tuple([pointer(other, names) for other in doubt.others]))
            for doubt in one.doubts
        ]
    )
    return replace(one, doubts=doubts) if doubts != one.doubts else one


def placement(one: Placement, names: Names) -> Placement:
    """A placement all of whose rows and residue follow."""
    rows = tuple([row(each, names) for each in one.rows])
    return replace(one, rows=rows, residue=tuple([change(each, names) for each in one.residue]))
