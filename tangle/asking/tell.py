"""Tells what a thread knows of one line: finds the step in its document, and reads around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from treadle.tangle.blame import Run
from treadle.tangle.learnt.account import Account, Asking, Attempt, Deed, Edit, Teller
from treadle.tangle.learnt.index import Index
from treadle.tangle.learnt.tried import told, without_place
from treadle.tangle.read import parse_of
from treadle.thread.document import head, part_id
from treadle.thread.errors import UserError
from treadle.thread.model import Hunk, Part, Step, Thread, Turn
from treadle.thread.story import prose, reason

_SECOND = b"\n---\ntreadle: "
"""How a second document in a note begins."""


def tell(index: Index, run: Run, text: str) -> Account:
    """All that the thread tells of the line at which ``run`` begins; ``text`` is that line.

    ``UserError`` where the step is in no document here.
    """
    place = _place(index, run)
    part, turn, step = place.part, place.turn, place.step
    said = prose(turn, step)
    hunk = _hunk(step, run.path, text) or _left(place.thread, run) or _hunk(step, run.path)
    return Account(
        Teller(part.agent, part.version, part.models, part.session),
        Asking(turn.number, turn.prompt),
        Deed(step.number, step.kind, step.time, step.lane),
        said.text if said else "",
        reason(turn, step),
        Edit(hunk.lines) if hunk else None,
        _tried(index, place, run),
        len(place.thread.parts) > 1,
        place.commit,
    )


class _Place(NamedTuple):
    """Where a step stands."""

    commit: str
    """Whose document it is."""
    thread: Thread
    part: Part
    turn: Turn
    step: Step


def _place(index: Index, run: Run) -> _Place:
    """The step in the commit's document, or in the earlier one that holds the part."""
    for commit in _candidates(index, run):
        text = index.document(commit)
        if text is None or run.origin.part not in (_named(text) or [run.origin.part]):
            continue
        thread = parse_of(commit, text)
        ids = _named(text) or [part_id(part) for part in thread.parts]
        for id_, part in zip(ids, thread.parts, strict=True):
            if id_ == run.origin.part:
                for turn in part.turns:
                    for step in turn.steps:
                        if f"{turn.number}.{step.number}" == run.origin.step:
                            return _Place(commit, thread, part, turn, step)
    raise UserError(
        f"step {run.origin.step} of part {run.origin.part[:8]} is in no document here",
        "fetch the notes again, or run treadle check",
    )


def _candidates(index: Index, run: Run) -> Iterator[str]:
    """Commits whose documents may hold the step: the line's own, the one the index knows, any."""
    known = index.holder(run.origin.part)
    yield from dict.fromkeys(filter(None, (run.commit, known)))
    yield from _others(index, run)


def _named(text: bytes) -> list[str]:
    """Ids of a document's parts, as its front matter names them and ``parse`` verifies it; empty
    where the note holds several documents, whose parts are united."""
    if _SECOND in text:
        return []
    return [strand.part for strand in head(text)[0].strands]


def _others(index: Index, run: Run) -> list[str]:
    """Commits whose documents may hold a part that the line's own commit only points to."""
    needle = run.origin.part.encode()
    notes = index.notes()
    found = zip(notes, index.repo.read_all(notes.values()), strict=True)
    return [commit for commit, text in found if commit != run.commit and text and needle in text]


def _hunk(step: Step, path: str, line: str = "") -> Hunk | None:
    """The hunk of the step that added ``line``; without a line its first of this path."""
    hunks = (
        hunk
        for change in step.changes
        if change.path == path or len(step.changes) == 1
        for hunk in change.hunks
    )
    return next((hunk for hunk in hunks if not line or "+" + line in hunk.lines), None)


def _left(thread: Thread, run: Run) -> Hunk | None:
    """The hunk of drift or residue that holds the line, where the step itself changed nothing."""
    for change in thread.placement.residue:
        if change.path == run.path:
            for hunk in change.hunks:
                size = sum(line[0] != "-" for line in hunk.lines)
                if hunk.new <= run.first < hunk.new + size:
                    return hunk
    return None


def _tried(index: Index, place: _Place, run: Run) -> tuple[Attempt, ...]:
    """What the thread did before at this place, in its order."""
    found = list(without_place(place.part, place.turn, place.step, run.path))
    where = (run.commit, run.path)
    for over in index.replaced([where]).get(where, ()):
        if over.start <= run.first < over.start + over.count:
            found += (told(one, run.origin.part, run.origin.step) for one in over.replaced)
    return tuple(sorted(found, key=lambda attempt: _number(attempt.address)))


def _number(address: str) -> tuple[int, ...]:
    return tuple(int(number) for number in address.rpartition(":")[2].split("."))
