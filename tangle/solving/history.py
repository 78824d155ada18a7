"""All that a commit's sessions tell of one path, in the order of time.

A path's text can come from another path: by ``mv``, by ``cp``, out of a folder that was
moved, even from outside of the repository. Such a command is told here as a *write* of the
text that the other path had then, found by the same replay; so ``replay`` itself knows one
path only. A move that the commit itself shows as a rename changes nothing: both names are
one history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from treadle.tangle.replay import Seen, replay
from treadle.tangle.solving.place import Use
from treadle.tangle.text.spot import as_shown
from treadle.thread.model import Edit
from treadle.thread.select import Ref, Slice, came_from

Base = Callable[[str], str | None]
"""The text of a path in the commit's base tree; None where there is no such file."""
_DEEPEST = 6
"""Moves in a row that are followed."""
_MOST = 10
"""Moves onto one path that are followed, the last ones."""


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


Moment = tuple[str, int, int, int]
"""Time, slice, event and item: the order in which everything happened."""


@dataclass(frozen=True, slots=True)
class History:
    """The slices of one commit, asked path by path."""

    slices: Sequence[Slice]
    base: Base
    _known: dict[tuple[str, Moment, int], str | None] = field(default_factory=dict, compare=False)
    """Texts of other paths that were asked for."""

    def of(self, path: str, source: str = "", *, deleted: bool = False) -> list[Candidate]:
        """Candidates for a path, and for the one it was renamed from, up to each slice's end.

        Of a path that the commit has ``deleted`` the deletions of folders above it are told too.
        Elsewhere they say little: what was deleted with its folder and is there again was made
        anew, mostly by a program.
        """
        names = [name for name in dict.fromkeys((source, path)) if name]
        return self._told(names, None, 0, cleared=deleted)

    def _told(
        self, names: list[str], until: Moment | None, depth: int, *, cleared: bool = False
    ) -> list[Candidate]:
        """Candidates for the names, in the order of time, before ``until``."""
        found: list[tuple[Moment, Candidate]] = []
        for index in range(len(self.slices)):
            for name in names:
                found += self._seen(index, name, names, until)
                found += self._brought(index, name, names, until, depth)
                found += self._cleared(index, name) if cleared else ()
        found.sort(key=lambda row: row[0])
        return [candidate for _, candidate in found]

    def _seen(
        self, index: int, name: str, names: list[str], until: Moment | None
    ) -> Iterator[tuple[Moment, Candidate]]:
        """Reads and edits of a name. A move that stays among ``names`` changes nothing."""
        reel = self.slices[index].strand.reel
        within = {ref for ref, _, to in reel.moves if to in names}
        for ref in reel.reads.get(name, ()):
            if at := self._moment(index, ref, until):
                text = reel.session.events[ref.event].reads[ref.item].text
                yield at, self._candidate(index, ref, None, text)
        for ref in reel.edits.get(name, ()):
            edit = reel.edit(ref)
            if edit.op == "move":
                edit = replace(edit, op="delete")
            if edit.op == "copy" or ref in within:
                continue
            if at := self._moment(index, ref, until):
                yield at, self._candidate(index, ref, edit)

    def _cleared(self, index: int, name: str) -> Iterator[tuple[Moment, Candidate]]:
        """Deletions of folders that a name lies in."""
        reel = self.slices[index].strand.reel
        for ref in reel.cleared(name):
            if at := self._moment(index, ref, None):
                yield at, self._candidate(index, ref, replace(reel.edit(ref), path=name))

    def _brought(
        self, index: int, name: str, names: list[str], until: Moment | None, depth: int
    ) -> Iterator[tuple[Moment, Candidate]]:
        """Moves and copies onto a name, as writes of what the other name held."""
        found = []
        for ref, origin, to in self.slices[index].strand.reel.moves:
            sources = came_from(name, origin, to) if depth < _DEEPEST else []
            if sources and not set(sources) & set(names):
                at = self._moment(index, ref, until)
                found += [(at, ref, sources)] if at else []
        for at, ref, sources in found[-_MOST:]:
            text = self._first_text(sources, at, depth)
            if text is not None:
                edit = Edit(name, "write", new=text)
                yield at, self._candidate(index, ref, edit, to=True)

    def _moment(self, index: int, ref: Ref, until: Moment | None) -> Moment | None:
        """When it was, if that is before ``until`` and in the slice, and it did not fail."""
        slice_ = self.slices[index]
        at = (slice_.strand.reel.times[ref.event], index, ref.event, ref.item)
        good = ref.event < slice_.end and slice_.session.events[ref.event].ok is not False
        return at if good and (until is None or at < until) else None

    def _candidate(
        self, index: int, ref: Ref, edit: Edit | None, text: str | None = None, to: bool = False
    ) -> Candidate:
        slice_ = self.slices[index]
        natural = ref.event >= slice_.begin or ref in slice_.early
        use = Use(f"{index}.{ref.event}.{ref.item}", index, edit, text)
        return Candidate(index, ref, natural, use, to)

    def _first_text(self, names: Sequence[str], until: Moment, depth: int) -> str | None:
        """The text of the first of ``names`` that was a file then."""
        texts = (self._text(name, until, depth) for name in names)
        return next((text for text in texts if text is not None), None)

    def _text(self, name: str, until: Moment, depth: int) -> str | None:
        """What ``name`` held just before a moment."""
        key = (name, until, depth)
        if key not in self._known:
            self._known[key] = self._replayed(name, self._told([name], until, depth + 1))
        return self._known[key]

    def _replayed(self, name: str, told: Sequence[Candidate]) -> str | None:
        seen = [Seen(c.use.edit, c.use.text, key) for key, c in enumerate(told)]
        text = None if name.startswith("/") else self.base(name)
        for outcome in replay(text, seen, eager=True):
            text = outcome.after
        shown = told[-1].use.text if told else None
        known = text is not None and as_shown(text) == shown
        return text if shown is None or known else shown
