"""Changes as unified diffs: the text of a ``diff`` fence, and back.

The text is what ``diff -u`` would print, so that people, forges and ``patch`` can read it,
with three additions. What is known of a drift's or a residue's lines stands behind the
second ``@@``, where git shows a function's name:

    @@ -3,2 +3,3 @@ matched 4.2 hidden 2-3

is evidence, causing step, and the lines of the hunk that redaction hid (1-based, counted
below this line). Nothing but LF ends a line. And the place of a side without lines is
written as ``diff`` does it: the number of the line before, so 0 at the beginning.

    Hunk(old=2, new=2)  with lines on both sides:   @@ -3,n +3,m @@
    Hunk(old=2, new=2)  with added lines only:      @@ -2,0 +3,m @@
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from treadle.thread.grammar.blocks import Block, DocumentError, Fields, decode, encode, fence
from treadle.thread.model import EVIDENCE, Change, Hunk
from treadle.thread.paths import refusal

STEP_ID = r"[1-9][0-9]{0,8}\.[1-9][0-9]{0,8}"
"""``T.S``, the id of a step within its part."""
PART_ID = "[0-9a-f]{40}"

_NUMBER = "(0|[1-9][0-9]{0,8})"
_HEADER = re.compile(
    f"-{_NUMBER},{_NUMBER} \\+{_NUMBER},{_NUMBER} @@"
    f"(?: ({'|'.join(EVIDENCE)}))?(?: ((?:{PART_ID}:)?{STEP_ID}))?(?: hidden ([0-9,-]+))?"
)
_RANGE = re.compile("([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?")
_MARKS = frozenset(" -+")
_NO_LF = "\\ No newline at end of file"


# -- a change and its fence ---------------------------------------------------------


def write_change(change: Change) -> str:
    """A change as a ``diff`` fence."""
    info = {"path": change.path, "kind": change.kind}
    if change.op:
        info["op"] = change.op
    if change.reason:
        info["reason"] = change.reason
    return fence("diff", write_hunks(change.hunks), encode(info))


def read_change(block: Block, kinds: tuple[str, ...]) -> Change:
    """The change in a ``diff`` fence, which must be of one of ``kinds``."""
    fields = Fields(decode(block.info or "{}", block.line), block.line, "diff")
    path = fields.text("path", None)
    kind = fields.word("kind", kinds)
    if kind != "unplaced":
        check_path(path, block.line)
    op = fields.word("op", ("", "create", "delete"))
    reason = fields.text("reason")
    fields.end()
    return Change(path, kind, op, read_hunks(block.text, block.line + 1), reason)


def check_path(path: str, line: int) -> None:
    """Raise if ``path`` is not the name of a file within a repository, outside git's own folder."""
    if why := refusal(path):
        raise DocumentError(line, f"the path {encode(path)} is refused: {why}")


# -- hunks --------------------------------------------------------------------------


def write_hunks(hunks: tuple[Hunk, ...]) -> str:
    """Hunks as whole lines of a unified diff."""
    return "".join([_write_hunk(hunk) for hunk in hunks])


def read_hunks(body: str, line: int) -> tuple[Hunk, ...]:
    """The hunks of a unified diff's lines. ``line``: 1-based, that of the first, for errors."""
    return tuple(_each_hunk(body, line)) if body else ()


def _write_hunk(hunk: Hunk) -> str:
    body = "".join(hunk.lines)
    if body.count("\n") != len(hunk.lines):
        ended = [text if text[-1] == "\n" else f"{text}\n{_NO_LF}\n" for text in hunk.lines]
        body = "".join(ended)
    old, new = _count_sides([text[0] for text in hunk.lines])
    tail = f" {hunk.evidence}" if hunk.evidence else ""
    if hunk.cause:
        tail += f" {hunk.cause}"
    if hunk.hidden:
        tail += f" hidden {_write_ranges(hunk.hidden)}"
    return f"@@ -{hunk.old + (old > 0)},{old} +{hunk.new + (new > 0)},{new} @@{tail}\n{body}"


def _each_hunk(body: str, line: int) -> Iterator[Hunk]:
    # No line of a hunk begins with `@`, so the whole text can be cut at once.
    before, *pieces = ("\n" + body[:-1]).split("\n@@ ")
    if before or not pieces:
        raise DocumentError(line, "expected `@@ -LINE,COUNT +LINE,COUNT @@`")
    for piece in pieces:
        yield _read_hunk(piece, line)
        line += 1 + piece.count("\n")


def _read_hunk(piece: str, line: int) -> Hunk:
    head, _, body = piece.partition("\n")
    match = _HEADER.fullmatch(head)
    if match is None:
        raise DocumentError(line, "expected `@@ -LINE,COUNT +LINE,COUNT @@`, evidence, step")
    first_old, old, first_new, new, evidence, cause, hidden = match.groups("")
    lines, sides = _read_lines(body, line + 1) if len(piece) > len(head) else ((), (0, 0))
    if sides != (int(old), int(new)):
        raise DocumentError(line, f"this hunk's lines are not {old} old and {new} new ones")
    if (first_old == "0" and sides[0]) or (first_new == "0" and sides[1]):
        raise DocumentError(line, "a hunk's first line is 1, not 0")
    return Hunk(
        int(first_old) - (sides[0] > 0),
        int(first_new) - (sides[1] > 0),
        lines,
        evidence,
        cause,
        _read_ranges(hidden, len(lines), line) if hidden else (),
    )


def _count_sides(marks: list[str]) -> tuple[int, int]:
    """How many lines a hunk has before and after, from the first characters of its lines."""
    both = marks.count(" ")
    return both + marks.count("-"), both + marks.count("+")


def _read_lines(body: str, line: int) -> tuple[tuple[str, ...], tuple[int, int]]:
    """A hunk's lines, from their text without the last LF, and how many each side has."""
    texts = body.split("\n")
    marks = [text[:1] for text in texts]
    if _MARKS.issuperset(marks):
        return tuple([text + "\n" for text in texts]), _count_sides(marks)
    lines: list[str] = []
    for number, text in enumerate(texts, line):
        if text[:1] in _MARKS:
            lines.append(text + "\n")
        elif text == _NO_LF and lines and lines[-1][-1] == "\n":
            lines[-1] = lines[-1][:-1]
        else:
            raise DocumentError(number, "expected a blank, `-` or `+` before the line")
    _check_ends(lines, line)
    return tuple(lines), _count_sides([text[0] for text in lines])


def _check_ends(lines: list[str], line: int) -> None:
    """Only the last line of either side may lack its LF."""
    ended: set[str] = set()
    for text in lines:
        sides = "-+" if text[0] == " " else text[0]
        if ended.intersection(sides):
            raise DocumentError(line, "a line after the one without LF, which is its file's last")
        line += 1
        if text[-1] != "\n":
            ended.update(sides)
            line += 1


def _write_ranges(numbers: tuple[int, ...]) -> str:
    """0-based numbers in ascending order as 1-based ranges: ``(0, 1, 2, 6)`` is ``1-3,7``."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number:
            ranges[-1][1] = number + 1
        else:
            ranges.append([number + 1, number + 1])
    return ",".join(f"{a}-{b}" if a < b else str(a) for a, b in ranges)


def _read_ranges(text: str, limit: int, line: int) -> tuple[int, ...]:
    numbers: list[int] = []
    for item in text.split(","):
        match = _RANGE.fullmatch(item)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not (numbers[-1] + 1 if numbers else 0) < first <= last <= limit:
            raise DocumentError(line, f"expected ascending lines of this hunk, up to {limit}")
        numbers.extend(range(first - 1, last))
    return tuple(numbers)
