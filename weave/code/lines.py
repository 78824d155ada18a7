"""Code as HTML: lines of files and of diffs, built by plain joins.

A page of code has thousands of lines and tens of thousands of tokens; a template engine
would spend most of the weave on them. So this module writes their markup itself, and is
the only one besides ``markdown`` that does. Everything that comes in is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from treadle.thread.model import Hunk
from treadle.weave.code.marks import Range, marks
from treadle.weave.highlight import Token, tokens
from treadle.weave.text import count, visible
from treadle.weave.view import WIDEST

OPEN = 48
"""Lines of a diff that are shown at once; what is over stands folded below them."""

Row = tuple[str, str]
"""An element's name with its attributes, and the HTML of a line."""

ELEMENTS = {"k": "b", "s": "u", "c": "i", "f": "b class=f", "o": "i class=o"}
"""The element of each class of token: the shortest that says so even without a style."""


def line_html(line: Sequence[Token], marked: Sequence[Range] = ()) -> str:
    """Return one line's tokens as HTML, without its LF; what is too wide is cut and said so.

    ``marked`` are ranges of characters that changed.
    """
    if sum([len(text) for _, text in line]) > WIDEST:
        return _cut_line("".join(text for _, text in line))
    if marked:
        return "".join(_marked(line, marked))
    return "".join([_token(name, escape(text, quote=False)) for name, text in line])


def _token(name: str, html: str) -> str:
    if not name:
        return html
    element = ELEMENTS[name]
    return f"<{element}>{html}</{element[0]}>"


def _marked(line: Sequence[Token], marked: Sequence[Range]) -> Iterator[str]:
    """Give each token's HTML, with the share of it that is marked in an element of its own."""
    begin = 0
    for name, text in line:
        end = begin + len(text)
        borders = {begin, end, *(at for pair in marked for at in pair if begin < at < end)}
        html = ""
        for start, stop in pairwise(sorted(borders)):
            piece = escape(text[start - begin : stop - begin], quote=False)
            inside = any(a <= start < b for a, b in marked)
            html += f"<mark>{piece}</mark>" if inside else piece
        yield _token(name, html)
        begin = end


def _cut_line(text: str) -> str:
    more = count(len(text) - WIDEST, "character")
    shown = escape(text[:WIDEST], quote=False)
    return f"{shown}<i class=cut> … {more} more</i>"


def file_lines(path: str, text: str) -> list[str]:
    """Return the HTML of each line of a file, without its LF, in the order of the file.

    CR before LF is left out where every line ends so; elsewhere it is shown.
    """
    ends = text.count("\n")
    if ends and text.count("\r\n") == ends:
        text = text.replace("\r\n", "\n")
    return [line_html(line) for line in tokens(visible(text), path)]


def numbered(lines: Sequence[str], start: int) -> str:
    """Return lines of a file with their anchors; ``start`` is the 0-based number of the first.

    The number stands in the anchor alone: the style sheet shows it from there.
    """
    return "".join(f"<a id=L{n}>{line}\n</a>" for n, line in enumerate(lines, start + 1))


def diff_html(path: str, hunks: Sequence[Hunk], most: int, whole: bool = True) -> str:
    """Return hunks as HTML, at most ``most`` lines of them, long ones folded.

    With ``whole`` false the line numbers are left out, for hunks that have no place.
    """
    rows = list(_rows(path, hunks, whole, most))
    total = sum(len(hunk.lines) for hunk in hunks)
    if len(rows) <= OPEN + 12:
        html = _pre(rows, whole)
    else:
        more = count(len(rows) - OPEN, "line")
        html = _pre(rows[:OPEN], whole)
        rest = _pre(rows[OPEN:], whole)
        html += f"<details class=more><summary>{more} more</summary>{rest}</details>"
    if total > most:
        html += f"<p class=cut>{count(total - most, 'line')} more, not shown here</p>"
    return html


def _pre(rows: Sequence[Row], whole: bool) -> str:
    lines = "".join(f"<{name}>{html}\n</{name.split()[0]}>" for name, html in rows)
    return f"<pre{'' if whole else ' class=bare'}><code>{lines}</code></pre>"


def _rows(path: str, hunks: Sequence[Hunk], whole: bool, most: int) -> Iterator[Row]:
    for nth, hunk in enumerate(hunks):
        if most <= 0:
            return
        if nth and whole:
            yield "span class=hop", "<i></i><i>⋯</i><b></b>"
        yield from _hunk_rows(path, hunk, whole, most)
        most -= len(hunk.lines)


def _hunk_rows(path: str, hunk: Hunk, whole: bool, most: int) -> Iterator[Row]:
    lines = hunk.lines[:most]
    numbers = [hunk.old, hunk.new]
    for at, (line, html) in enumerate(zip(lines, _coloured(path, lines), strict=True)):
        places = ["", ""] if whole else []
        for side, kept in enumerate((" -", " +") if whole else ()):
            if line[0] in kept:
                numbers[side] += 1
                places[side] = str(numbers[side])
        if at in hunk.hidden:
            html = "<i class=cut>hidden by redaction</i>"
        if not line.endswith("\n"):
            html += "<i class=cut> (no newline at the end)</i>"
        yield _row(line[0], places, html)


def _coloured(path: str, lines: Sequence[str]) -> list[str]:
    """Return the HTML of a hunk's lines; each side that changed is tokenised in one piece."""
    texts = [visible(line[1:].removesuffix("\n")) for line in lines]
    words = marks([(line[0], text) for line, text in zip(lines, texts, strict=True)])
    html = [""] * len(lines)
    signs = {line[0] for line in lines}
    for changed, kept in (("-", " -"), ("+", " +")):
        if changed in signs or (changed == "+" and "-" not in signs):
            side = [at for at, line in enumerate(lines) if line[0] in kept]
            for at, line in zip(side, _side(path, [texts[at] for at in side]), strict=True):
                html[at] = line_html(line, words.get(at, ()))
    return html


def _side(path: str, texts: Sequence[str]) -> list[list[Token]]:
    """Tokenise one side of a hunk; every text is one line, an empty one too."""
    found = tokens("\n".join(texts) + "\n", path) if texts else []
    return found if len(found) == len(texts) else [[("", text)] for text in texts]


def _row(mark: str, places: Sequence[str], html: str) -> Row:
    name, sign = {"+": ("ins", "+"), "-": ("del", "−")}.get(mark, ("span", " "))
    return name, "".join(f"<i>{place}</i>" for place in places) + f"<b>{sign}</b>{html}"
