"""Where in a text an edit goes.

Agents name the text they replace, so the place is where that text stands; if it stands in
several places, the line that the transcript names decides, and without one there is no
place. Two things bend this: an agent that was shown LF edits a file of CRLF, whose ends its tool
puts back, and ``apply_patch`` finds a hunk though spaces or quotes differ (its matcher, in the
Codex CLI's ``seek_sequence``, tries exact lines, then without trailing space, then without
space at both ends, then with plain punctuation).
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
    if not edit.old:
        return _insertion(text, edit)
    fitted = edit
    place, why = (None, "") if _all_crlf(text) else _exactly(text, edit)
    if place is None and _has_crlf(text):
        old = edit.old if "\r" in edit.old else _crlf(edit.old)
        fitted = replace(edit, old=old, new=_crlf(edit.new))
        place, why = _exactly(text, fitted)
    return fitted, place, why


def _has_crlf(text: str) -> bool:
    # One character is looked for two hundred times as fast as two.
    return "\r" in text and "\r\n" in text


def _all_crlf(text: str) -> bool:
    return _has_crlf(text) and text.count("\n") == text.count("\r\n")


def as_shown(text: str) -> str:
    """A text as an agent is shown it: with LF for CRLF."""
    return text.replace("\r\n", "\n") if _has_crlf(text) else text


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _exactly(text: str, edit: Edit) -> tuple[list[int] | None, str]:
    old = edit.old
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


def _insertion(text: str, edit: Edit) -> Found:
    """Text that replaces nothing: into an empty file, or before the line that is named."""
    if not text:
        return edit, [0], ""
    lines = split_lines(text)
    if edit.line is None or edit.line > len(lines):
        return edit, None, "it replaces nothing in a file with text"
    new = _crlf(edit.new) if _all_crlf(text) else edit.new
    if edit.line == len(lines) and not text.endswith("\n"):
        return _placed(lines, edit.line, 0, split_lines(new), edit)
    return replace(edit, new=new), [sum(map(len, lines[: edit.line]))], ""


def _all(text: str, old: str) -> list[int]:
    found = []
    at = text.find(old)
    while at >= 0:
        found.append(at)
        at = text.find(old, at + len(old))
    return found


def _nearest(text: str, old: str, line: int) -> tuple[list[int] | None, str]:
    """The occurrence that begins nearest to the line the transcript names; no tie."""
    ranked = []
    number = behind = 0
    for at in _all(text, old):
        number += text.count("\n", behind, at)
        behind = at
        ranked.append((abs(number - line), at))
    ranked.sort()
    if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
        return None, "text found more than once"
    return [ranked[0][1]], ""


def _loosely(text: str, edit: Edit) -> Found:
    """A hunk of ``apply_patch``: whole lines, behind its anchors, the first place that fits.

    The patch's lines are written as they are, those it only carries along too, and a file
    ends in LF afterwards, as the tool itself leaves it. A hunk that ends in an empty line which
    is not there fits without it.
    """
    lines = split_lines(text)
    old, new = split_lines(edit.old), split_lines(edit.new)
    if not old:
        at = len(lines) - (lines[-1:] == ["\n"])
        return _placed(lines, at, 0, new, edit)
    begin = _behind(lines, edit.anchor.split("\n") if edit.anchor else [])
    shorter = new[:-1] if new[-1:] == ["\n"] else new
    tries = [(old, new)]
    if old[-1] == "\n" and len(old) > 1:
        tries.append((old[:-1], shorter))
    for wanted, written in tries:
        spots = _spots(lines, wanted, begin or 0)
        if spots and (begin is not None or len(spots) == 1):
            return _placed(lines, spots[0], len(wanted), written, edit)
    lost = "text not found" if begin is not None else "the patch's anchor was not found"
    return edit, None, lost


def _spots(lines: Sequence[str], old: Sequence[str], begin: int) -> list[int]:
    """The first two lines from ``begin`` on at which ``old`` stands, by the strictest of the ways
    in which it stands there at all."""
    for loosen in _LOOSENESS:
        wanted = _loosened(old, loosen)
        there = _loosened(lines[begin:], loosen)
        first = there.find(wanted)
        if first >= 0:
            second = there.find(wanted, first + 1)
            return [begin + there.count("\n", 0, at) for at in (first, second) if at >= 0]
    return []


def _loosened(lines: Sequence[str], loosen: Callable[[str], str]) -> str:
    """Lines as one text, in which each stands between two LF."""
    return "\n" + "".join(loosen(line.removesuffix("\n")) + "\n" for line in lines)


def _behind(lines: Sequence[str], anchors: Sequence[str]) -> int | None:
    """The line behind the last anchor; anchors stand in order."""
    at = 0
    for anchor in anchors:
        if anchor.strip():
            found = _spots(lines, [anchor], at)
            if not found:
                return None
            at = found[0] + 1
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
