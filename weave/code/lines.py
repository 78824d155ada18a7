"""Code as HTML: lines of files and of diffs, built by plain joins.

A page of code has thousands of lines and tens of thousands of tokens; a template engine
would spend most of the weave on them. So this module writes their markup itself, and is
the only one besides ``markdown`` that does. Everything that comes in is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from types import MappingProxyType

from treadle.thread.model import Hunk
from treadle.weave.code.marks import Range, marks
from treadle.weave.highlight import Token, tokens
from treadle.weave.text import count, visible
from treadle.weave.view import WIDEST

OPEN = 48
"""Lines of a diff that are shown at once; what is over stands folded below them."""

Known = Mapping[str, Sequence[Token]]
"""Tokens of lines by their texts."""

NOTHING: Known = MappingProxyType({})

Row = tuple[str, str]
"""An element's name with its attributes, and the HTML of a line."""

ELEMENTS = {"k": "b", "s": "u", "c": "i", "f": "b class=f", "o": "i class=o"}
"""The element of each class of token: the shortest that says so even without a style."""


@dataclass(frozen=True, slots=True)
class Dyed:
    """The lines of a file in colours."""

    html: Sequence[str]
    """Of each line, without its LF, in the order of the file."""
    known: Known


def lines_html(lines: Sequence[Sequence[Token]]) -> list[str]:
    """Return the tokens of lines as HTML, without LF; what is too wide is cut and said so."""
    # Escaped in one go: no token holds a LF.
    texts = "\n".join([text for line in lines for _, text in line])
    escaped = iter(escape(texts, quote=False).split("\n"))
    found = ["".join([_token(name, next(escaped)) for name, _ in line]) for line in lines]
    for at, line in enumerate(lines):
        if len(found[at]) > WIDEST and sum([len(text) for _, text in line]) > WIDEST:
            found[at] = _cut_line("".join(text for _, text in line))
    return found


def line_html(line: Sequence[Token], marked: Sequence[Range] = ()) -> str:
    """Return one line's tokens as HTML; ``marked`` are ranges of characters that changed."""
    if marked and sum([len(text) for _, text in line]) <= WIDEST:
        return "".join(_marked(line, marked))
    return lines_html([line])[0]


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


def file_lines(path: str, text: str) -> Dyed:
    """Return the lines of a file in colours.

    CR before LF is left out where every line ends so; elsewhere it is shown.
    """
    ends = text.count("\n")
    if ends and text.count("\r\n") == ends:
        text = text.replace("\r\n", "\n")
    shown = visible(text)
    found = tokens(shown, path)
    return Dyed(lines_html(found), dict(zip(shown.split("\n"), found, strict=False)))


def numbered(lines: Sequence[str], start: int) -> str:
    """Return lines of a file with their anchors; ``start`` is the 0-based number of the first.

    The number stands in the anchor alone: the style sheet shows it from there.
    """
    return "".join(f"<a id=L{n}>{line}\n</a>" for n, line in enumerate(lines, start + 1))


def diff_html(
    path: str,
    hunks: Sequence[Hunk],
    most: int,
    whole: bool = True,
    known: Known = NOTHING,
) -> str:
    """Return hunks as HTML, at most ``most`` lines of them, long ones folded.

    With ``whole`` false the line numbers are left out, for hunks that have no place. ``known`` are
    tokens of lines of the whole file, which sees more than a hunk: a string that began above it.
    """
    rows = list(_rows(path, hunks, whole, most, known))
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


def _rows(path: str, hunks: Sequence[Hunk], whole: bool, most: int, known: Known) -> Iterator[Row]:
    for nth, hunk in enumerate(hunks):
        if most <= 0:
            return
        if nth and whole:
            yield "span class=hop", "<i></i><i>⋯</i><b></b>"
        coloured = _coloured(path, hunk.lines[:most], known)
        yield from _hunk_rows(hunk, coloured, whole)
        most -= len(hunk.lines)


def _hunk_rows(hunk: Hunk, coloured: Sequence[str], whole: bool) -> Iterator[Row]:
    numbers = [hunk.old, hunk.new]
    for at, (line, html) in enumerate(zip(hunk.lines, coloured, strict=False)):
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


def _coloured(path: str, lines: Sequence[str], known: Known) -> list[str]:
    """Return the HTML of a hunk's lines; each side that changed is tokenised in one piece."""
    texts = [visible(line[1:].removesuffix("\n")) for line in lines]
    words = marks([(line[0], text) for line, text in zip(lines, texts, strict=True)])
    html = [""] * len(lines)
    signs = {line[0] for line in lines}
    for changed, kept in (("-", " -"), ("+", " +")):
        if changed in signs or (changed == "+" and "-" not in signs):
            side = [at for at, line in enumerate(lines) if line[0] in kept]
            found = _side(path, [texts[at] for at in side], known)
            for at, line in zip(side, found, strict=True):
                html[at] = line_html(line, words.get(at, ()))
    return html


def _side(path: str, texts: Sequence[str], known: Known) -> Sequence[Sequence[Token]]:
    """Tokenise one side of a hunk, unless all its lines are known; every text is one line, an empty
    one too."""
    if known and all(text in known for text in texts):
        return [known[text] for text in texts]
    found = tokens("\n".join(texts) + "\n", path) if texts else []
    return found if len(found) == len(texts) else [[("", text)] for text in texts]


def _row(mark: str, places: Sequence[str], html: str) -> Row:
    name, sign = {"+": ("ins", "+"), "-": ("del", "−")}.get(mark, ("span", " "))
    return name, "".join(f"<i>{place}</i>" for place in places) + f"<b>{sign}</b>{html}"
