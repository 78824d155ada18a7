"""All that a commit's sessions tell of one path, in the order of time.

A path's text can come from another path: by ``mv``, by ``cp``, out of a folder that was
moved, even from outside of the repository. Such a command is told here as a *write* of the
text that the other path had then, found by the same replay; so ``replay`` itself knows one
path only. A move that the commit itself shows as a rename changes nothing: both names are
one history.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from treadle.tangle.place import Use
from treadle.tangle.replay import Seen, replay
from treadle.thread.model import Edit
from treadle.thread.select import Ref, Slice

Base = Callable[[str], str | None]
"""The text of a path in the commit's base tree; None where there is no such file."""
_DEEPEST = 6
"""Moves in a row that are followed."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edit or a full read of the path that may stand in a window."""

    slice: int
    """Index of its slice."""
    ref: Ref
    natural: bool
    """It lies in the slice, or is an earlier edit that the slice takes up."""
    use: Use
    to: bool = False
    """The path is the target of a move or copy."""


@dataclass(frozen=True, slots=True)
class History:
    """The slices of one commit, asked path by path."""

    slices: Sequence[Slice]
    base: Base

    def of(self, path: str, source: str = "") -> list[Candidate]:
        """Candidates for a path, and for the one it was renamed from, up to each slice's end."""
        return self._told([name for name in dict.fromkeys((source, path)) if name], None, 0)

    def _told(
        self, names: list[str], until: tuple[str, int, int] | None, depth: int
    ) -> list[Candidate]:
        found: list[tuple[tuple[str, int, int, int], Candidate]] = []
        for index, slice_ in enumerate(self.slices):
            for candidate in self._of_slice(index, slice_, names, depth):
                ref = candidate.ref
                key = (slice_.strand.reel.times[ref.event], index, ref.event, ref.item)
                if until is None or key[:3] < until:
                    found.append((key, candidate))
        found.sort(key=lambda row: row[0])
        return [candidate for _, candidate in found]

    def _of_slice(self, index: int, slice_: Slice, names: list[str], depth: int) -> list[Candidate]:
        reel, early = slice_.strand.reel, set(slice_.early)
        events = slice_.session.events

        def candidate(
            ref: Ref, edit: Edit | None, text: str | None = None, to: bool = False
        ) -> Candidate:
            natural = ref.event >= slice_.begin or ref in early
            use = Use(f"{index}.{ref.event}.{ref.item}", index, edit, text)
            return Candidate(index, ref, natural, use, to)

        found = []
        for name in names:
            for ref in reel.reads.get(name, ()):
                if ref.event < slice_.end:
                    found.append(candidate(ref, None, events[ref.event].reads[ref.item].text))
            for ref in reel.edits.get(name, ()):
                edit = reel.edit(ref)
                if ref.event >= slice_.end or events[ref.event].ok is False:
                    continue
                if edit.op == "move":
                    edit = replace(edit, op="delete")
                if edit.op != "copy" and not (edit.to and self._within(reel.moves, ref, names)):
                    found.append(candidate(ref, edit))
            for ref, origin, to in reel.moves:
                if ref.event < slice_.end and events[ref.event].ok is not False:
                    source = _source(name, origin, to)
                    if source and source not in names and depth < _DEEPEST:
                        text = self._text(source, (reel.times[ref.event], index, ref.event), depth)
                        if text is not None:
                            edit = Edit(name, "write", new=text)
                            found.append(candidate(ref, edit, None, True))
        return found

    def _within(self, moves: Sequence[tuple[Ref, str, str]], ref: Ref, names: list[str]) -> bool:
        """Whether a move stays among the names of one history."""
        return any(ref == other and to in names for other, _, to in moves)

    def _text(self, name: str, until: tuple[str, int, int], depth: int) -> str | None:
        """What ``name`` held just before an event."""
        told = self._told([name], until, depth + 1)
        base = None if name.startswith("/") else self.base(name)
        if not told:
            return base
        seen = [Seen(c.use.edit, c.use.text, key) for key, c in enumerate(told)]
        outcomes = replay(base, seen, eager=True)
        last = next((c.use.text for c in reversed(told) if c.use.text is not None), None)
        return outcomes[-1].after if outcomes else last if last is not None else base


def _source(name: str, origin: str, to: str) -> str:
    """Where ``name`` came from by a move of ``origin`` to ``to``; ``""`` where it did not.

    ``to`` may be the file, the folder it went into, or ``origin`` and ``to`` may be folders.
    """
    if name == to or name == f"{to}/{origin.rpartition('/')[2]}":
        return origin
    return origin + name[len(to) :] if name.startswith(to + "/") else ""
