"""Where in a text an edit goes.

Agents name the text they replace, so the place is where that text stands; if it stands in
several places, the line that the transcript names decides, and without one there is no
place. Two things bend this: an agent that was shown LF edits a file of CRLF as it is, and
``apply_patch`` finds a hunk though spaces or quotes differ (its matcher, in the Codex CLI's
``seek_sequence``, tries exact lines, then without trailing space, then without space at
both ends, then with plain punctuation).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from treadle.thread.model import Edit
from treadle.thread.origin import split_lines

Found = tuple[Edit, list[int] | None, str]
"""The edit as it fits the text, the offsets at which ``old`` gives way (None: nowhere), and why."""

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
        **dict.fromkeys(
            "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "
        ),
    }
)
_LOOSENESS: tuple[Callable[[str], str], ...] = (
    lambda line: line,
    str.rstrip,
    str.strip,
    lambda line: line.strip().translate(_PLAIN),
)


def find(text: str, edit: Edit) -> Found:
    """The place of a ``replace`` in ``text``."""
    if edit.loose:
        return _loosely(text, edit)
    place, why = _exactly(text, edit)
    if place is None and "\r\n" in text and "\r" not in edit.old:
        crlf = replace(edit, old=_crlf(edit.old), new=_crlf(edit.new), before=None)
        place, _ = _exactly(text, crlf)
        edit = crlf if place is not None else edit
    return edit, place, why


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _exactly(text: str, edit: Edit) -> tuple[list[int] | None, str]:
    old = edit.old
    if not old:
        return _insertion(text, edit)
    first = text.find(old)
    if first < 0:
        return None, "text not found"
    if edit.every:
        return _all(text, old), ""
    if text.find(old, first + len(old)) < 0 or edit.before == text:
        return [first], ""
    if edit.line is None:
        return None, "text found more than once"
    return _nearest(text, old, edit.line)


def _insertion(text: str, edit: Edit) -> tuple[list[int] | None, str]:
    """Text that replaces nothing: into an empty file, or before the line that is named."""
    if not text:
        return [0], ""
    lines = split_lines(text)
    if edit.line is None or edit.line > len(lines):
        return None, "it replaces nothing in a file with text"
    return [sum(map(len, lines[: edit.line]))], ""


def _all(text: str, old: str) -> list[int]:
    found = []
    at = text.find(old)
    while at >= 0:
        found.append(at)
        at = text.find(old, at + len(old))
    return found


def _nearest(text: str, old: str, line: int) -> tuple[list[int] | None, str]:
    """The occurrence that begins nearest to the line the transcript names; no tie."""
    ranked = sorted((abs(text.count("\n", 0, at) - line), at) for at in _all(text, old))
    if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
        return None, "text found more than once"
    return [ranked[0][1]], ""


def _loosely(text: str, edit: Edit) -> Found:
    """A hunk of ``apply_patch``: whole lines, behind its anchors, the first place that fits.

    The patch's lines are written as they are, those it only carries along too, and a file
    ends in LF afterwards, as the tool itself leaves it.
    """
    lines = split_lines(text)
    old, new = split_lines(edit.old), split_lines(edit.new)
    begin = _behind(lines, edit.anchor.split("\n") if edit.anchor else [])
    if not old:
        at = len(lines) - (lines[-1:] == ["\n"])
        return _placed(lines, at, 0, new, edit)
    spots = _spots(lines, old)
    if begin is None and len(spots) != 1:
        return edit, None, "the patch's anchor was not found"
    at = next((spot for spot in spots if spot >= (begin or 0)), -1)
    if at >= 0:
        return _placed(lines, at, len(old), new, edit)
    if old[-1:] == ["\n"] and len(old) > 1:
        shorter = new[:-1] if new[-1:] == ["\n"] else new
        fewer = replace(edit, old="".join(old[:-1]), new="".join(shorter))
        return _loosely(text, fewer)
    return edit, None, "text not found"


def _spots(lines: Sequence[str], old: Sequence[str]) -> list[int]:
    """Lines at which ``old`` stands, by the strictest of the ways in which it stands at all."""
    for loosen in _LOOSENESS:
        wanted = [loosen(line.removesuffix("\n")) for line in old]
        there = [loosen(line.removesuffix("\n")) for line in lines]
        last = len(lines) - len(old) + 1
        found = [
            at
            for at in range(last)
            if there[at] == wanted[0] and there[at : at + len(old)] == wanted
        ]
        if found:
            return found
    return []


def _behind(lines: Sequence[str], anchors: Sequence[str]) -> int | None:
    """The line behind the last anchor; anchors stand in order."""
    at = 0
    for anchor in anchors:
        if not anchor.strip():
            continue
        wanted = anchor.strip()
        found = next((i for i in range(at, len(lines)) if lines[i].strip() == wanted), None)
        if found is None:
            return None
        at = found + 1
    return at


def _placed(lines: Sequence[str], at: int, count: int, new: Sequence[str], edit: Edit) -> Found:
    """The hunk at line ``at``, in place of ``count`` lines."""
    there, written = list(lines[at : at + count]), list(new)
    offset = sum(map(len, lines[:at]))
    if at == len(lines) and lines and not lines[-1].endswith("\n"):
        there, written = [lines[-1]], [lines[-1] + "\n", *written]
        offset -= len(lines[-1])
    fitted = replace(edit, old="".join(there), new="".join(written), loose=False, before=None)
    return fitted, [offset], ""
