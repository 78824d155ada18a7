"""Strict application: base text and a thread in, the commit's text out.

Reading a document never searches. Each hunk stands at its line and its context and
removed lines must be there, to the byte; else the document does not belong to this base
and ``MismatchError`` says where. While the lines change hands, each carries its *mark*: None for a
line of the base, else the step that wrote it; that is the whole line map.

    lines   a b c d          hunk at 1:  -b      lines   a x y c d
    marks   . . . .                      +x +y   marks   . s s . .
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from treadle.thread.errors import UserError
from treadle.thread.model import Change, Hunk, Part, Row, Step, Thread, Turn
from treadle.thread.origin import split_lines


class MismatchError(UserError):
    """A hunk that does not fit the text it is to change."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Who wrote a line."""

    part: int
    """Index of the part in the thread; -1 for residue."""
    step: str
    """``T.S``, ``PART:T.S`` where it stands in another part, or ``""`` where nobody knows."""
    evidence: str = ""
    """Of drift and residue: the class; ``""`` for a step's own edit."""
    over: tuple[Mark, ...] = field(default=(), compare=False, repr=False)
    """The marks of the lines that its hunk took away, each once."""


class Hidden(str):
    """A line that redaction hid when it was added: what it was nobody here can tell, so that a
    later hunk which takes it for something is believed."""

    __slots__ = ()


class Unknown(Hidden):
    """A line of a base that is not here. The first hunk that shows it tells what it is."""

    __slots__ = ()


@dataclass(slots=True)
class File:
    """One file while it is written: its lines, and the mark of each."""

    lines: list[str] = field(default_factory=list)
    marks: list[Mark | None] = field(default_factory=list)
    exists: bool = False
    unsettled: bool = False
    """The replay did not end in the commit's text: a residue was needed."""
    hidden: bool = False
    """Some line that was added is hidden by redaction."""

    @classmethod
    def of(cls, text: str | None) -> File:
        lines = split_lines(text or "")
        return cls(lines, [None] * len(lines), text is not None)

    @property
    def text(self) -> str:
        return "".join(self.lines)


@dataclass(frozen=True, slots=True)
class Placed:
    """A step at its place in a thread."""

    part: int
    turn: Turn
    step: Step

    @property
    def name(self) -> str:
        return f"{self.turn.number}.{self.step.number}"


def in_order(parts: Sequence[Part]) -> list[Placed]:
    """All steps of all parts, in the order in which they happened.

    Within a part that is the order written; several parts are merged by time, where a step
    counts as not earlier than the one before it. Ties go to the part that stands first.
    """
    keyed = []
    for index, part in enumerate(parts):
        latest = ""
        for count, (turn, step) in enumerate(_steps(part)):
            latest = max(latest, step.time)
            keyed.append((latest, index, count, Placed(index, turn, step)))
    if len(parts) > 1:
        keyed.sort(key=lambda row: row[:3])
    return [row[3] for row in keyed]


def _steps(part: Part) -> Iterator[tuple[Turn, Step]]:
    for turn in part.turns:
        for step in turn.steps:
            yield turn, step


def apply(
    thread: Thread,
    base: Mapping[str, str | None],
    until: Placed | None = None,
) -> dict[str, File]:
    """The commit's files, of every path that stands in the document with its text.

    ``base`` maps the paths of the first parent's tree (a row's ``source`` or ``path``) to text.
    With ``until`` the state just after that step is given, without the residue.
    ``MismatchError`` where a hunk does not fit.
    """
    rows = {row.path: row for row in thread.placement.rows if not by_reference(row)}
    files = {path: File.of(_before(row, base)) for path, row in rows.items()}
    settled = {path for path, row in rows.items() if not row.moved}
    for placed in in_order(thread.parts):
        for change in placed.step.changes:
            if change.kind in ("edit", "drift") and change.path in settled:
                name = placed.step.origin or placed.name
                apply_change(files[change.path], change, placed.part, name)
        if until is not None and placed == until:
            return files
    for change in thread.placement.residue:
        if change.path in files:
            apply_change(files[change.path], change, -1, "")
    return files


def by_reference(row: Row) -> bool:
    """Whether the document holds no text for the path. Redaction hides single lines only."""
    return row.reference not in ("", "redacted")


def _before(row: Row, base: Mapping[str, str | None]) -> str | None:
    return base[row.source or row.path] if row.before is not None else None


def apply_change(file: File, change: Change, part: int, name: str) -> None:
    """Write one change into ``file``; its own lines are marked with ``name``."""
    shift = 0
    for hunk in change.hunks:
        where = hunk.cause if hunk.evidence else name
        mark = Mark(part, where, hunk.evidence, _taken_away(file, hunk, hunk.old + shift))
        shift += _apply_hunk(file, hunk, shift, mark, change.path)
    file.unsettled |= change.kind == "residue" and not _all_proved(change)
    if change.op == "delete":
        file.lines, file.marks = [], []
    file.exists = change.op != "delete"


def _taken_away(file: File, hunk: Hunk, at: int) -> tuple[Mark, ...]:
    """The marks of the lines that a hunk removes, where it is applied at line ``at``."""
    if not any(file.marks[max(at, 0) : max(at, 0) + len(hunk.lines)]):
        return ()
    found: dict[Mark, None] = {}
    for line in hunk.lines:
        if line[0] == "-" and 0 <= at < len(file.marks) and (mark := file.marks[at]) is not None:
            found[mark] = None
        at += line[0] != "+"
    return tuple(found)


def _all_proved(change: Change) -> bool:
    """Whether a residue only carries to another base what a replay proved on its own."""
    adding = [hunk for hunk in change.hunks if any(line[0] == "+" for line in hunk.lines)]
    return bool(adding) and all(hunk.evidence == "proved" for hunk in adding)


def _apply_hunk(file: File, hunk: Hunk, shift: int, mark: Mark, path: str) -> int:
    """Write one hunk; returns by how many lines the text behind it moved."""
    at = hunk.old + shift
    lines: list[str] = []
    marks: list[Mark | None] = []
    taken = at
    for index, line in enumerate(hunk.lines):
        sign, text = line[0], line[1:]
        hidden = index in hunk.hidden
        if sign == "+":
            file.hidden |= hidden
            lines.append(Hidden(text) if hidden else text)
            marks.append(mark)
            continue
        there = file.lines[taken] if 0 <= taken < len(file.lines) else None
        if there is None or not (there == text or hidden or isinstance(there, Hidden)):
            raise _mismatch(path, taken, text, there)
        if sign == " ":
            lines.append(text if isinstance(there, Unknown) and not hidden else there)
            marks.append(file.marks[taken])
        taken += 1
    if not 0 <= at <= len(file.lines):
        raise _mismatch(path, at, "", None)
    file.lines[at:taken] = lines
    file.marks[at:taken] = marks
    return len(lines) - (taken - at)


def _mismatch(path: str, line: int, wanted: str, there: str | None) -> MismatchError:
    found = "the file ends" if there is None else f"there is {there[:60]!r}"
    return MismatchError(
        f"{path}:{line + 1}: the document wants {wanted[:60]!r} here, but {found}",
        "the document does not belong to this commit's parent, or was edited",
    )
