"""What a thread tried before at the place where a step then wrote.

Two things count: edits of the file that found no place in the commit (they failed, or were
taken back), and earlier steps whose lines the very hunk took away that wrote a line. The second
follows from applying the document, and is kept with the line map.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from treadle.tangle.apply import File, Mark, Placed, in_order
from treadle.tangle.learnt.account import Attempt
from treadle.tangle.linemap import Ranges, slid
from treadle.thread.document import part_id
from treadle.thread.model import Part, Step, Thread, Turn
from treadle.thread.origin import ASKED, FAILED, Over, Replaced
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


def told(replaced: Replaced, part: str, step: str) -> Attempt:
    """A replaced attempt as ``why`` tells it of a line that ``step`` of ``part`` wrote."""
    where = "" if replaced.part == part else f"{replaced.part[:8]}:"
    cause = ""
    if replaced.cause == FAILED:
        cause = f", after {replaced.at} failed ({replaced.said})"
    elif replaced.cause == ASKED:
        cause = f", when it was asked: {replaced.said}"
    fate = f"replaced by {step}{cause}"
    return Attempt(where + replaced.step, fate, replaced.reason)


class Replacements:
    """The attempts of a thread that later steps of it replaced."""

    def __init__(self, thread: Thread) -> None:
        self._ids = [part_id(part) for part in thread.parts]
        self._steps = in_order(thread.parts)
        self._at = {
            (one.part, one.step.origin or one.name): at for at, one in enumerate(self._steps)
        }

    def of(self, file: File, added: Ranges) -> tuple[Over, ...]:
        """The runs of a file's added lines that took the place of attempts, sorted."""
        found = []
        for begin, end in added:
            marks = enumerate(slid(file, begin, end), begin)
            for over, run in groupby(marks, lambda row: _over(row[1])):
                rows = [at for at, _ in run]
                if over:
                    told = self._told(*over)
                    found += [Over(rows[0], len(rows), told)] if told else []
        return tuple(found)

    def _told(self, by: Mark, taken: Sequence[Mark]) -> tuple[Replaced, ...]:
        here = self._at.get((by.part, by.step))
        if here is None:
            return ()
        earlier = (self._at.get((mark.part, mark.step)) for mark in taken)
        kept = dict.fromkeys(at for at in earlier if at is not None and at != here)
        return tuple(self._replaced(at, here) for at in kept)

    def _replaced(self, at: int, here: int) -> Replaced:
        earlier, by = self._steps[at], self._steps[here]
        part, _, step = (earlier.step.origin or earlier.name).rpartition(":")
        cause = self._cause(at, here, earlier, by)
        why = reason(earlier.turn, earlier.step)
        return Replaced(part or self._ids[earlier.part], step, why, *cause)

    def _cause(self, at: int, here: int, earlier: Placed, by: Placed) -> tuple[str, str, str]:
        """What came between an attempt and its replacement: a failure, or a person's word."""
        for placed in reversed(self._steps[at + 1 : here]):
            if placed.part == by.part and placed.step.kind == "ran" and placed.step.ok is False:
                return FAILED, placed.name, first_line(placed.step.text, _SHORT)
        asked = first_line(by.turn.prompt, _SHORT)
        if asked and (by.part, by.turn.number) != (earlier.part, earlier.turn.number):
            return ASKED, "", asked
        return "", "", ""


def _over(mark: Mark | None) -> tuple[Mark, tuple[Mark, ...]] | None:
    """Who wrote a line by an edit of its own, and the marks it wrote over."""
    return (mark, mark.over) if mark is not None and mark.over and not mark.evidence else None


def replaced(
    thread: Thread, files: Mapping[str, File], added: Mapping[str, Ranges]
) -> dict[str, tuple[Over, ...]]:
    """By path the runs of lines that took the place of attempts; paths without are left out."""
    found = Replacements(thread)
    runs = {
        path: found.of(file, added.get(path, ())) for path, file in files.items() if file.exists
    }
    return {path: over for path, over in runs.items() if over}
