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

from treadle.thread.model import Edit, split_lines

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
    if text.find(old, first + 1) < 0 or edit.before == text:
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
    """A hunk of ``apply_patch``: whole lines, behind its anchors, the first place that fits."""
    lines = split_lines(text)
    old, new = split_lines(edit.old), split_lines(edit.new)
    begin = _behind(lines, edit.anchor.split("\n") if edit.anchor else [])
    if begin is None:
        return edit, None, "the patch's anchor was not found"
    if not old:
        return _placed(lines, begin if edit.anchor else len(lines), 0, old, new, edit)
    for loosen in _LOOSENESS:
        wanted = [loosen(line.removesuffix("\n")) for line in old]
        there = [loosen(line.removesuffix("\n")) for line in lines]
        for at in range(begin, len(lines) - len(old) + 1):
            if there[at : at + len(old)] == wanted:
                return _placed(lines, at, len(old), old, new, edit)
    return edit, None, "text not found"


def _behind(lines: Sequence[str], anchors: Sequence[str]) -> int | None:
    """The line behind the last anchor; anchors stand in order."""
    at = 0
    for anchor in anchors:
        if not anchor.strip():
            continue
        wanted = anchor.strip()
        hits = (i for i in range(at, len(lines)) if lines[i].strip() == wanted)
        found = next(hits, None)
        if found is None:
            return None
        at = found + 1
    return at


def _placed(
    lines: Sequence[str], at: int, count: int, old: list[str], new: list[str], edit: Edit
) -> Found:
    """The hunk at line ``at``; lines it only carries along stay as the file has them."""
    there = list(lines[at : at + count])
    written = _carried(old, there, new)
    offset = sum(map(len, lines[:at]))
    if at == len(lines) and lines and not lines[-1].endswith("\n"):
        there, written = [lines[-1]], [lines[-1] + "\n", *written]
        offset -= len(lines[-1])
    if there and written and not there[-1].endswith("\n") and at + count == len(lines):
        written[-1] = written[-1].removesuffix("\n")
    fitted = replace(edit, old="".join(there), new="".join(written), loose=False, before=None)
    return fitted, [offset], ""


def _carried(old: list[str], there: list[str], new: list[str]) -> list[str]:
    """``new`` in which lines that ``old`` has too are as ``there`` has them."""
    from treadle.tangle.diff import changed

    result: list[str] = []
    at = 0
    for i1, i2, j1, j2 in sorted(changed(old, new)):
        result += there[at:i1]
        result += new[j1:j2]
        at = i2
    return result + there[at:]
