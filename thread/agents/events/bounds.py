"""What of an event is too large to keep.

The texts of an edit are never cut, for half an edit is worth nothing: one that is too large is
left out whole, and said so. The same long text stands in many events (a file before an edit is
the file after the one before it), and is held once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from treadle.thread.agents.events import clip
from treadle.thread.model import Edit, Event, Snapshot

LARGEST_EDIT = 4 << 20
"""Characters of either text of an edit, of the file before it, or of a file that was read."""


class Bounds:
    """Keeps events within bounds; each long text of all of them is held once."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def kept(self, event: Event, complain: Callable[[str], None]) -> Event:
        """The event without what is too large; ``complain`` is told of each edit left out."""
        if not (event.edits or event.reads):
            return event
        edits = []
        for edit in event.edits:
            if max(len(edit.old), len(edit.new)) > LARGEST_EDIT:
                complain(f"edit of {clip.one_line(edit.path)} over 4 MB, left out")
            else:
                edits.append(self._edit(edit))
        reads = tuple(
            Snapshot(read.path, self._once(read.text))
            for read in event.reads
            if len(read.text) <= LARGEST_EDIT
        )
        return replace(event, edits=tuple(edits), reads=reads)

    def _edit(self, edit: Edit) -> Edit:
        before = edit.before
        if before is not None:
            before = None if len(before) > LARGEST_EDIT else self._once(before)
        return replace(edit, old=self._once(edit.old), new=self._once(edit.new), before=before)

    def _once(self, text: str) -> str:
        return self._texts.setdefault(text, text)
