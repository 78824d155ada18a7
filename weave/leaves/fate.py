"""What became of each step's lines within its own thread.

An agent tries, fails and tries again; the commit keeps the last attempt. Since a document's
hunks say where they apply, the fate of every line follows from line numbers alone: no text
of the base is needed, only a list of who wrote which line, as long as the steps reach.

    step 1.4 writes lines 20-29      marks  . . . a a a a a a a a a
    step 1.8 replaces 23-27 by 9     marks  . . . a a a b b b b b b b b b a a
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.apply import in_order
from treadle.thread.model import Change, Thread

Key = tuple[str, str]
"""A part's id and a step, ``T.S``."""


@dataclass(frozen=True, slots=True)
class Fate:
    """How the lines one step added fared up to the commit."""

    added: int = 0
    lost: tuple[tuple[Key, int], ...] = ()
    """Steps that removed lines of it, with how many; the residue's key is ``("", "")``."""

    @property
    def replaced(self) -> bool:
        """Nothing of it reached the commit, because later steps of the thread replaced it."""
        return 0 < self.added == sum(number for _, number in self.lost)


def fates(thread: Thread, ids: Sequence[str]) -> Mapping[Key, Fate]:
    """Return the fate of every step that added a line; ``ids`` are those of the parts, in order.

    In a file that was moved the parts stand on several bases: each tells of itself alone.
    """
    marks: dict[tuple[str, str], list[Key | None]] = {}
    moved = {row.path for row in thread.placement.rows if row.moved}
    added: Counter[Key] = Counter()
    lost: dict[Key, Counter[Key]] = {}
    changes = [
        ((ids[placed.part], placed.name), change)
        for placed in in_order(thread.parts)
        for change in placed.step.changes
        if change.kind in ("edit", "drift")
    ]
    left = [change for change in thread.placement.residue if change.path not in moved]
    changes += [(("", ""), change) for change in left]
    for key, change in changes:
        owner = key if change.kind == "edit" else ("", "")
        text = (change.path, key[0] if change.path in moved else "")
        gone, came = _apply(marks.setdefault(text, []), change, owner)
        added[owner] += came
        for other, number in gone.items():
            if other not in (owner, ("", "")):
                lost.setdefault(other, Counter())[key] += number
    return {
        key: Fate(number, tuple(lost.get(key, Counter()).most_common()))
        for key, number in added.items()
        if key[0] and number
    }


def _apply(lines: list[Key | None], change: Change, owner: Key) -> tuple[Counter[Key], int]:
    """Write one change into the marks of its file; return what it removed and added."""
    gone: Counter[Key] = Counter()
    came = shift = 0
    for hunk in change.hunks:
        at = hunk.old + shift
        for line in hunk.lines:
            if line[:1] == "+":
                lines.insert(at, owner)
                came, shift, at = came + 1, shift + 1, at + 1
                continue
            if at >= len(lines):
                lines.extend([None] * (at + 1 - len(lines)))
            if line[:1] == "-":
                mark = lines.pop(at)
                shift -= 1
                gone.update([mark] if mark else [])
            else:
                at += 1
    if change.op == "delete":
        gone.update(mark for mark in lines if mark)
        lines.clear()
    return gone, came
