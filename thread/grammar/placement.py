"""The placement as text: the section that ties a document's parts to its commit.

It has a row for every file of the commit, in the fence ``files``, and the residue, a
``diff`` fence a file. Nothing here is older than the last relink, and nothing of it is part of
a part's id.
"""

from __future__ import annotations

import re
from typing import Any

from treadle.thread.doubt import LAST, MANY
from treadle.thread.grammar.blocks import Block, DocumentError, Fields, decode, encode, fence
from treadle.thread.grammar.hunks import PART_ID, STEP_ID, check_path, read_change, write_change
from treadle.thread.grammar.parts import Cursor
from treadle.thread.model import Change, Doubt, Entry, Placement, Row

HEADING = "Placement"

_MODE = re.compile("[0-7]{6}")
_BLOB = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_REFERENCE = re.compile("binary|submodule|redacted|large|parent [1-9][0-9]{0,3}|")
_PLACE = re.compile("[-+][1-9][0-9]{0,8}")
_OTHER = re.compile(f"|{_PLACE.pattern}|{PART_ID}:{STEP_ID}")


def render_placement(placement: Placement) -> str:
    """The section's text, a LF at its end. The trees' ids stand in the front matter."""
    rows = "".join([encode(_row_values(row)) + "\n" for row in placement.rows])
    residue = [write_change(change) for change in placement.residue]
    return "\n\n".join([f"# {HEADING}", fence("files", rows), *residue]) + "\n"


def read_placement(cursor: Cursor) -> tuple[tuple[Row, ...], tuple[Change, ...]]:
    """The rows and the residue of the section that begins at the cursor."""
    head = cursor.need("#", f"a part or `# {HEADING}`")
    if head.text != HEADING:
        raise DocumentError(head.line, f"expected `# {HEADING}`")
    files = cursor.need("files", "the fence `files`")
    lines = enumerate(files.text.split("\n")[:-1], files.line + 1)
    rows = tuple([_read_row(text, line) for line, text in lines])
    residue: list[Change] = []
    while block := cursor.take("diff"):
        residue.append(read_change(block, ("residue",)))
    _check_once([row.path for row in rows], files, "the rows")
    _check_once([change.path for change in residue], files, "the residue's diffs")
    return rows, tuple(residue)


def _row_values(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {"path": row.path}
    if row.before:
        values["before"] = [row.before.mode, row.before.blob]
    if row.after:
        values["after"] = [row.after.mode, row.after.blob]
    if row.source:
        values["source"] = row.source
    if row.reference:
        values["reference"] = row.reference
    if row.lines:
        values["lines"] = row.lines
    if row.moved:
        values["moved"] = True
    if row.doubts:
        values["doubts"] = [[doubt.line + 1, doubt.count, *doubt.others] for doubt in row.doubts]
    return values


def _read_row(text: str, line: int) -> Row:
    fields = Fields(decode(text, line), line, "a row")
    row = Row(
        fields.text("path", None),
        _read_entry(fields, "before"),
        _read_entry(fields, "after"),
        fields.text("source"),
        fields.text("reference"),
        fields.count("lines"),
        fields.flag("moved", False),
        _read_doubts(fields),
    )
    fields.end()
    check_path(row.path, line)
    if row.source:
        check_path(row.source, line)
    if not _REFERENCE.fullmatch(row.reference):
        raise fields.wrong("reference", "binary, submodule, redacted, large or parent N")
    return row


def _read_doubts(fields: Fields) -> tuple[Doubt, ...]:
    found = []
    end = 1
    for line, count, *others in fields.runs("doubts"):
        ends = [line, *(int(other[1:]) for other in others if _PLACE.fullmatch(other))]
        known = all(map(_OTHER.fullmatch, others)) and len(others) <= MANY
        if line < end or not known or max(ends) + count - 1 > LAST:
            raise fields.wrong("doubts", "runs of lines in order, each with what it may be")
        found.append(Doubt(line - 1, count, tuple(others)))
        end = line + count
    return tuple(found)


def _read_entry(fields: Fields, key: str) -> Entry | None:
    entry = fields.texts(key)
    if not entry:
        return None
    if len(entry) != 2 or not _MODE.fullmatch(entry[0]) or not _BLOB.fullmatch(entry[1]):
        raise fields.wrong(key, "a mode of six octal digits and an object id")
    return Entry(*entry)


def _check_once(paths: list[str], block: Block, what: str) -> None:
    if len(set(paths)) != len(paths):
        raise DocumentError(block.line, f"{what} name a path twice")
