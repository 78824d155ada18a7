"""What a thread tried before at the place where a step then wrote.

Two things count: edits of the file that found no place in the commit (they failed, or were
taken back), and earlier steps whose lines this very hunk took away. Who wrote those lines
follows from applying the document up to the step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from treadle.tangle.account import Attempt
from treadle.tangle.apply import File, Mark, Placed, apply_change, by_reference, in_order
from treadle.tangle.read import base_texts
from treadle.thread.document import part_id
from treadle.thread.errors import UserError
from treadle.thread.model import Change, Hunk, Part, Row, Step, Thread, Turn
from treadle.thread.repo import Repo
from treadle.thread.story import first_line, reason

_SHORT = 80
"""Characters of a command or a prompt that are quoted."""


def without_place(part: Part, turn: Turn, step: Step, path: str) -> Iterator[Attempt]:
    """Earlier edits of ``path`` in the part that are not in the commit."""
    for other in part.turns:
        for earlier in other.steps:
            if (other.number, earlier.number) >= (turn.number, step.number):
                return
            for change in earlier.changes:
                if change.path == path and change.kind == "unplaced":
                    name = f"{other.number}.{earlier.number}"
                    fate = change.reason or "not in this commit"
                    yield Attempt(name, fate, reason(other, earlier))


def replaced(repo: Repo, thread: Thread, step: Step, hunk: Hunk, path: str) -> Iterator[Attempt]:
    """Earlier steps of the thread whose lines ``hunk`` of ``step`` took away."""
    row = next((row for row in thread.placement.rows if row.path == path), None)
    if row is None or by_reference(row) or all(line[0] != "-" for line in hunk.lines):
        return
    steps = in_order(thread.parts)
    here = next((placed for placed in steps if placed.step is step), None)
    by_name = {(placed.part, placed.name): placed for placed in steps}
    for mark in dict.fromkeys(_taken_away(repo, thread, row, steps, hunk)):
        earlier = by_name.get((mark.part, mark.step))
        if here is not None and earlier is not None and earlier.step is not step:
            other = f"{part_id(thread.parts[mark.part])[:8]}:" if mark.part != here.part else ""
            told = reason(earlier.turn, earlier.step)
            cause = _cause(steps, earlier, here)
            yield Attempt(other + mark.step, f"replaced by {here.name}{cause}", told)


def _cause(steps: list[Placed], earlier: Placed, here: Placed) -> str:
    """What came between an attempt and its replacement: a failure, or a person's word."""
    between = steps[steps.index(earlier) + 1 : steps.index(here)]
    for placed in reversed(between):
        if placed.part == here.part and placed.step.kind == "ran" and placed.step.ok is False:
            command = first_line(placed.step.text, _SHORT)
            return f", after {placed.name} failed ({command})"
    if (here.part, here.turn.number) != (earlier.part, earlier.turn.number):
        asked = first_line(here.turn.prompt, _SHORT)
        return f", when it was asked: {asked}" if asked else ""
    return ""


def _taken_away(
    repo: Repo, thread: Thread, row: Row, steps: list[Placed], hunk: Hunk
) -> Iterator[Mark]:
    """Marks of the lines that the hunk removes, where it is applied."""
    placement = replace(thread.placement, rows=(row,))
    try:
        base = base_texts(repo, replace(thread, placement=placement))
    except UserError:
        return  # the parent's file is not in this clone; the answer stands without this
    file = File.of(base.get(row.source or row.path) if row.before else None)
    for placed in steps:
        for change in placed.step.changes:
            if change.path != row.path or change.kind not in ("edit", "drift"):
                continue
            if any(own is hunk for own in change.hunks):
                yield from _removed(file, hunk)
                return
            _apply(file, change, placed)


def _removed(file: File, hunk: Hunk) -> Iterator[Mark]:
    at = hunk.old
    for line in hunk.lines:
        if line[0] == "-" and at < len(file.marks) and (mark := file.marks[at]) is not None:
            yield mark
        at += line[0] != "+"


def _apply(file: File, change: Change, placed: Placed) -> None:
    apply_change(file, change, placed.part, placed.step.origin or placed.name)
