"""The whole answer for one line: who asked, why, by which edit, in place of what."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from treadle.tangle.blame import Run, blame
from treadle.tangle.index import Index
from treadle.tangle.later import Later, later
from treadle.tangle.read import parse_of
from treadle.tangle.tried import Attempt, replaced, without_place
from treadle.thread.document import head, part_id
from treadle.thread.errors import UserError
from treadle.thread.model import Hunk, Part, Step, Thread, Turn
from treadle.thread.repo import Commit
from treadle.thread.story import prose, reason

_SECOND = b"\n---\ntreadle: "
"""How a second document in a note begins."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a line is there. Fields behind ``commit`` are None or empty where no thread tells."""

    path: str
    line: int
    """1-based."""
    text: str
    run: Run
    commit: Commit | None
    """None for a line that is not committed yet."""
    silence: str = ""
    """Why nothing is known, where nothing is."""
    part: Part | None = None
    part_id: str = ""
    turn: Turn | None = None
    step: Step | None = None
    because: str = ""
    """The reasoning just before the edit, in full."""
    short: str = ""
    """The same in one line."""
    hunk: Hunk | None = None
    """The edit that wrote the line."""
    replaced: tuple[str, ...] = ()
    """Lines that the hunk took away, without their sign."""
    tried: tuple[Attempt, ...] = ()
    several: bool = False
    """The document has several parts, so that a step is named with its part."""
    document: str = ""
    """Id of the commit whose document holds the step: an earlier one where only this commit took
    up what the step had written."""
    later: Later | None = None
    """What became of the line since ``rev``, where one was named."""


def why(
    index: Index,
    path: str,
    line: int,
    rev: str = "",
    process: subprocess.Popen[bytes] | None = None,
) -> Answer:
    """Answer for the 1-based ``line`` of ``path`` as of ``rev`` or the work tree.

    ``process`` is git's blame of that line, where it was started early.
    """
    found = blame(index, path, rev, (line - 1, line), process)
    run = found.runs[0]
    text = found.lines[line - 1] if line <= len(found.lines) else ""
    shown = text.rstrip("\n")
    if not run.commit.strip("0"):
        return Answer(path, line, shown, run, None, "this line is not committed yet")
    commit = index.repo.commit(run.commit)
    since = later(index.repo, path, line, rev) if rev else None
    if not run.origin.part:
        boundary = "boundary" in found.told.get(run.commit, {})
        why_not = _silence(index, run, boundary)
        return Answer(path, line, shown, run, commit, why_not, later=since)
    place = _place(index, run)
    said = prose(place.turn, place.step)
    hunk = _hunk(place.step, run.path, text) or _left(place.thread, run)
    hunk = hunk or _hunk(place.step, run.path)
    return Answer(
        path=path,
        line=line,
        text=shown,
        run=run,
        commit=commit,
        part=place.part,
        part_id=run.origin.part,
        turn=place.turn,
        step=place.step,
        because=said.text if said else "",
        short=reason(place.turn, place.step),
        hunk=hunk,
        replaced=tuple(line[1:] for line in hunk.lines if line[0] == "-") if hunk else (),
        tried=_tried(index, place, hunk, run.path),
        several=len(place.thread.parts) > 1,
        document=place.commit,
        later=since,
    )


def _silence(index: Index, run: Run, boundary: bool) -> str:
    """Why nothing is known of a committed line."""
    if boundary and run.commit in index.repo.shallow():
        return (
            "this clone's history ends at that commit, so the line may be older; "
            "git fetch --unshallow brings the rest"
        )
    if run.commit not in index.notes():
        return "no thread was recorded for this commit"
    error = index.error(run.commit)
    if error:
        return f"the document of this commit cannot be read: {error}"
    _, reference = index.spans(run.commit, run.path)
    if reference:
        return f"this file stands in the document by reference only ({reference})"
    return (
        "the commit has a thread, but none of its recorded steps wrote this line: a person, "
        "a formatter, a command or a lost session did"
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


def _tried(index: Index, place: _Place, hunk: Hunk | None, path: str) -> tuple[Attempt, ...]:
    """What the thread did before at this place, in its order."""
    found = list(without_place(place.part, place.turn, place.step, path))
    if hunk is not None:
        found += replaced(index.repo, place.thread, place.step, hunk, path)
    return tuple(sorted(found, key=lambda attempt: _number(attempt.address)))


def _number(address: str) -> tuple[int, ...]:
    return tuple(int(number) for number in address.rpartition(":")[2].split("."))
