"""Whether a commit's diff shows an edit: the text by which the two are recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from treadle.thread.model import Edit
from treadle.thread.origin import split_lines


@dataclass(frozen=True, slots=True)
class Diff:
    """What a commit does to one path, for recognising edits in it: lines without their ends."""

    added: frozenset[str]
    removed: frozenset[str]
    created: bool = False
    deleted: bool = False


def in_diff(edit: Edit, diff: Diff, *, most: bool = False) -> bool:
    """Whether the commit shows text that this edit added, or lacks text that it removed.

    With ``most`` more than half of the text must be there.
    """
    if edit.op in ("command", "copy"):
        return False
    if edit.op in ("delete", "move"):
        return diff.deleted and not most
    if edit.op == "substitute":
        return not most and _told_by(edit.old, diff)
    old, new = bare_lines(edit.old), bare_lines(edit.new)
    before, after = frozenset(old), frozenset(new)
    fresh = [line for line in new if line not in before and tells(line)]
    if fresh:
        there = sum(line in diff.added for line in fresh)
        if (2 * there > len(fresh)) if most else there:
            return True
        return _within_lines(old, new, diff)
    lost = [line for line in old if line not in after and tells(line)]
    if lost:
        gone = sum(line in diff.removed for line in lost)
        return 2 * gone > len(lost) if most else gone > 0
    if edit.op == "write" and not edit.new:
        return not diff.added and not diff.deleted
    return diff.created and edit.op == "write" and all(line in diff.added for line in new)


def _within_lines(old: Sequence[str], new: Sequence[str], diff: Diff) -> bool:
    """Whether an edit inside of lines is in the diff: a line that it makes was added, and the line
    that it made it of was removed."""
    ends = {0, -1} if old and new else set()
    for end in ends:
        piece, was = new[end], old[end]
        if piece != was and any(
            piece in line and line.replace(piece, was, 1) in diff.removed for line in diff.added
        ):
            return True
    return False


def bare_lines(text: str) -> list[str]:
    """Lines without their ends: an agent is shown LF where a file has CRLF, and names pieces of
    lines that have no end at all."""
    return [line.rstrip("\n").rstrip("\r") for line in split_lines(text)]


def gained(edit: Edit) -> frozenset[str]:
    """The lines that an edit adds, without ends, of those with enough text to tell."""
    before = frozenset(bare_lines(edit.old))
    return frozenset(line for line in bare_lines(edit.new) if line not in before and tells(line))


def _told_by(script: str, diff: Diff) -> bool:
    """Whether the text that a ``sed`` script's ``s/A/B/`` puts in stands in an added line."""
    told: set[str] = set()
    for line in script.split("\n"):
        mark = next((mark for mark in "/|,#!~%:=@+;" if f"s{mark}" in line), "/")
        pieces = line.replace("\\" + mark, "\0").split(mark)
        told.update(piece.replace("\0", mark) for piece in pieces[2::3])
    return any(word in line for word in told if tells(word) for line in diff.added)


def tells(line: str) -> bool:
    """Whether a line has enough text to be recognised by it."""
    return sum(map(str.isalnum, line)) > 2
