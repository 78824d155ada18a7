"""The documents of a book, each read when a page asks for it.

Whatever the size of the book, only a few of its documents are in memory. What a document
tells in short is kept (``tangle.learnt.kept``) and read from there; the document itself is read
by the page of its own thread, and once by whoever first wants it in short.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from treadle.tangle.learnt.kept import Kept
from treadle.tangle.read import AT_ONCE, lately
from treadle.thread.document import DocumentError, parse, part_id, render
from treadle.thread.model import Thread
from treadle.weave.leaves.leaf import (
    Leaf,
    Told,
    all_told,
    find_step,
    leaf_back,
    leaf_of,
    leaf_plain,
    told_back,
    told_of,
    told_plain,
)
from treadle.weave.leaves.texts import Blobs

OPEN = 8
"""Documents that stay in memory."""

QUOTED = 160
"""Documents of which the quotes stay in memory."""


class Shelf:
    """Documents by the ids of their blobs. May be handed to another process."""

    def __init__(self, blobs: Blobs, kept: Kept | None = None) -> None:
        self.blobs = blobs
        self.kept = kept or Kept()
        self.held: dict[str, Thread] = {}
        """Threads that stand in no repository."""
        self._open: dict[str, Thread] = {}
        self._quotes: dict[str, dict[str, Any]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopened, (self.blobs, self.kept, self.held)

    def hold(self, thread: Thread) -> Leaf:
        """Put a thread on the shelf that stands in no repository; return it in short."""
        import hashlib

        note = hashlib.sha1(render(thread), usedforsecurity=False).hexdigest()
        self.held[note] = thread
        return leaf_of(thread, note)

    def leaves(self, notes: Sequence[str]) -> Iterator[Leaf | DocumentError]:
        """Each document in short, or why it cannot be read, in the order given."""
        found = self.kept.get_all("leaf", notes)
        missing = [note for note in dict.fromkeys(notes) if note not in found]
        fresh: dict[str, Leaf | DocumentError] = {}
        for at in range(0, len(missing), AT_ONCE):
            fresh.update(self._read(missing[at : at + AT_ONCE]))
        for note in notes:
            yield fresh[note] if note in fresh else leaf_back(found[note])

    def _read(self, notes: Sequence[str]) -> dict[str, Leaf | DocumentError]:
        """Read documents and keep what they tell in short."""
        found: dict[str, Leaf | DocumentError] = {}
        quotes: dict[str, object] = {}
        for note, text in zip(notes, self.blobs.read_all(notes), strict=True):
            try:
                thread = lately(text or b"")
            except DocumentError as error:
                found[note] = error
                continue
            found[note] = leaf_of(thread, note)
            quotes[note] = {key: told_plain(told) for key, told in all_told(thread).items()}
        read = {note: leaf_plain(leaf) for note, leaf in found.items() if isinstance(leaf, Leaf)}
        self.kept.put("told", quotes)
        self.kept.put("leaf", read)
        return found

    def thread(self, note: str) -> Thread:
        """The whole thread of a document that can be read."""
        if note in self.held:
            return self.held[note]
        if note not in self._open:
            text = next(iter(self.blobs.read_all([note])))
            _make_room(self._open, OPEN)
            self._open[note] = parse(text or b"")
        return self._open[note]

    def told(self, note: str, part: str, step: str) -> Told | None:
        """What is quoted of a step ``T.S``; None where the document has no such step."""
        if note not in self._quotes:
            _make_room(self._quotes, QUOTED)
            found = self.kept.get("told", note) if note not in self.held else None
            self._quotes[note] = found if isinstance(found, dict) else {}
        quotes = self._quotes[note]
        key = f"{part}:{step}"
        if key not in quotes:
            quotes[key] = self._told_anew(note, part, step)
        elif isinstance(quotes[key], list):
            quotes[key] = told_back(quotes[key])
        told: Told | None = quotes[key]
        return told

    def _told_anew(self, note: str, part: str, step: str) -> Told | None:
        for one in self.thread(note).parts:
            if part_id(one) == part:
                found = find_step(one, step)
                return told_of(*found) if found else None
        return None


def _make_room(there: dict[str, Any], most: int) -> None:
    """Let the oldest go where there are as many as there may be."""
    while len(there) >= most:
        del there[next(iter(there))]


def _reopened(blobs: Blobs, kept: Kept, held: Mapping[str, Thread]) -> Shelf:
    shelf = Shelf(blobs, kept)
    shelf.held.update(held)
    return shelf
