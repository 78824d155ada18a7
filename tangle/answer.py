"""The whole answer for one line: who asked, why, by which edit, in place of what."""

from __future__ import annotations

from dataclasses import dataclass

from treadle.tangle.blame import Run, blame
from treadle.tangle.index import Index
from treadle.tangle.read import read_thread
from treadle.thread.document import part_id
from treadle.thread.errors import UserError
from treadle.thread.model import Change, Hunk, Part, Step, Thread, Turn
from treadle.thread.repo import Commit
from treadle.thread.story import prose, reason


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something the thread did to the same file that is not in the commit, or did not last."""

    address: str
    """``T.S``."""
    what: str
    """What became of it: ``failed: ...``, ``not in this commit``, ``replaced by 3.4``."""
    reason: str


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


def why(index: Index, path: str, line: int, rev: str = "") -> Answer:
    """Answer for the 1-based ``line`` of ``path`` as of ``rev`` or the work tree."""
    found = blame(index, path, rev, (line - 1, line))
    run = found.runs[0]
    text = found.lines[line - 1].rstrip("\n")
    if not run.commit.strip("0"):
        return Answer(path, line, text, run, None, "this line is not committed yet")
    commit = index.repo.commits([run.commit], "--no-walk")[0]
    if not run.origin.part:
        return Answer(path, line, text, run, commit, _silence(index, run))
    thread, part, turn, step = _step(index, run)
    said = prose(turn, step)
    hunk = _hunk(step, run.path, found.lines[line - 1]) or _left(thread, run)
    return Answer(
        path=path,
        line=line,
        text=text,
        run=run,
        commit=commit,
        part=part,
        part_id=part_id(part),
        turn=turn,
        step=step,
        because=said.text if said else "",
        short=reason(turn, step),
        hunk=hunk,
        replaced=tuple(line[1:] for line in hunk.lines if line[0] == "-") if hunk else (),
        tried=tuple(_tried(part, turn, step, run.path)),
        several=len(thread.parts) > 1,
    )


def _silence(index: Index, run: Run) -> str:
    """Why nothing is known of a committed line."""
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


def _step(index: Index, run: Run) -> tuple[Thread, Part, Turn, Step]:
    """The step in the commit's document, or in the earlier one that holds the part."""
    for commit in (run.commit, *_others(index, run)):
        thread = read_thread(index.store, commit)
        for part in thread.parts:
            if part_id(part) == run.origin.part:
                for turn in part.turns:
                    for step in turn.steps:
                        if f"{turn.number}.{step.number}" == run.origin.step:
                            return thread, part, turn, step
    raise UserError(
        f"step {run.origin.step} of part {run.origin.part[:8]} is in no document here",
        "fetch the notes again, or run treadle check",
    )


def _others(index: Index, run: Run) -> list[str]:
    """Commits whose documents may hold a part that the line's own commit only points to."""
    needle = run.origin.part.encode()
    notes = index.notes()
    found = zip(notes, index.repo.read_all(notes.values()), strict=True)
    return [commit for commit, text in found if commit != run.commit and text and needle in text]


def _hunk(step: Step, path: str, line: str) -> Hunk | None:
    """The hunk of the step that added ``line``; its first of this path where none holds it."""
    hunks = [
        hunk
        for change in step.changes
        if change.path == path or len(step.changes) == 1
        for hunk in change.hunks
    ]
    return next((hunk for hunk in hunks if "+" + line in hunk.lines), hunks[0] if hunks else None)


def _left(thread: Thread, run: Run) -> Hunk | None:
    """The hunk of drift or residue that holds the line, where the step itself changed nothing."""
    for change in thread.placement.residue:
        if change.path == run.path:
            for hunk in change.hunks:
                size = sum(line[0] != "-" for line in hunk.lines)
                if hunk.new <= run.first < hunk.new + size:
                    return hunk
    return None


def _tried(part: Part, turn: Turn, step: Step, path: str) -> list[Attempt]:
    """Earlier steps of the part that touched the path and did not come to stay."""
    found: list[Attempt] = []
    here = (turn.number, step.number)
    for other in part.turns:
        for earlier in other.steps:
            if (other.number, earlier.number) >= here:
                return found
            for change in earlier.changes:
                if change.path == path and change.kind == "unplaced":
                    name = f"{other.number}.{earlier.number}"
                    found.append(Attempt(name, _fate(change), reason(other, earlier)))
    return found


def _fate(change: Change) -> str:
    return change.reason or "not in this commit"
