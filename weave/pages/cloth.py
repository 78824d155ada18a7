"""The cloth of a file page: code, and beside each span its note, built by plain joins.

Rows are packed into chunks of exactly ``CHUNK`` lines, so that a browser may skip those out
of sight and still know their height; a span that crosses a border is cut there and goes on
with a note that says so. One line of code is one row, whatever stands beside it: a note is
clamped to the height of its span (classes ``n1`` to ``n8``), never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from treadle.weave.code.lines import diff_html, numbered
from treadle.weave.pages.file import Answer, FilePage, SpanView
from treadle.weave.places import Link

CHUNK = 64
"""Lines of a chunk; the style sheet knows the same number."""

CLAMPED = 8
"""Spans up to this many lines clamp their note."""


@dataclass(frozen=True, slots=True)
class Slip:
    """The share of a span that stands in one chunk."""

    span: SpanView
    start: int
    count: int

    @property
    def goes_on(self) -> bool:
        """Whether the span began in an earlier chunk."""
        return self.start > self.span.start


def chunks(page: FilePage) -> Iterator[list[Slip]]:
    """Cut a page's spans at the borders of chunks; give the slips of each chunk."""
    chunk: list[Slip] = []
    for span in page.spans:
        start, end = max(span.start, page.begin), min(span.start + span.count, page.end)
        while start < end:
            border = min(end, (start // CHUNK + 1) * CHUNK)
            chunk.append(Slip(span, start, border - start))
            start = border
            if border % CHUNK == 0:
                yield chunk
                chunk = []
    if chunk:
        yield chunk


def cloth_html(page: FilePage, root: str, lines: Sequence[str]) -> str:
    """Return the page's code with its notes.

    ``root`` is the way to the site's root, ``lines`` the HTML of all lines of the file.
    """
    packed = list(chunks(page))
    html = []
    for nth, chunk in enumerate(packed):
        last = " last" if nth == len(packed) - 1 else ""
        html.append(f'<div class="chunk{last}">')
        html += [_slip(page, slip, lines, root) for slip in chunk]
        html.append("</div>\n")
    return "".join(html)


def ribbon_html(page: FilePage) -> str:
    """Return the page's spans in little: one mark a span, as high as its lines."""
    marks = "".join(
        f'<a href="#L{max(span.start, page.begin) + 1}" tabindex=-1'
        f' data-o="{escape(span.origin)}">{_mark(span)}</a>'
        for span in page.spans
    )
    box = f"0 {page.begin} 10 {max(1, page.end - page.begin)}"
    return f'<svg viewBox="{box}" preserveAspectRatio=none>{marks}</svg>'


def _mark(span: SpanView) -> str:
    said = escape(f"{_lines(span.start, span.count)}: {span.link.text}, {span.evidence}")
    known = span.evidence != "unrecorded"
    shape = f'class="t{span.dye}" x=0 width=10' if known else "class=u x=4 width=2"
    return f"<rect {shape} y={span.start} height={span.count}><title>{said}</title></rect>"


def _slip(page: FilePage, slip: Slip, lines: Sequence[str], root: str) -> str:
    span = slip.span
    clamp = f" n{slip.count}" if slip.count <= CLAMPED else ""
    code = numbered(lines[slip.start : slip.start + slip.count], slip.start)
    return (
        f'<div class="span{clamp} t{span.dye} {span.evidence}" data-o="{escape(span.origin)}">'
        f"{_note(slip, root)}<pre class=code><code>{code}</code></pre>"
        f"{_answer(page, slip, root)}</div>\n"
    )


def _note(slip: Slip, root: str) -> str:
    span = slip.span
    if slip.goes_on:
        said = f"goes on from {link_html(Link(f'line {span.start + 1}', span.href), root)}"
    elif span.see:
        said = f"see {link_html(span.see, root)}"
    else:
        said = escape(span.say, quote=False)
    return (
        f"<div class=note><div class=in><span class=who>{link_html(span.link, root, 'sec')}"
        f'<a href="#L{slip.start + 1}" class=ev>{span.evidence}</a></span>'
        f"<span class=say>{said}</span></div></div>"
    )


def link_html(link: Link, root: str, name: str = "") -> str:
    """Return a link; where it leads nowhere, its words alone, as code."""
    given = f' class="{name}"' if name else ""
    if not link.href:
        return f"<code{given}>{escape(link.text)}</code>"
    return f'<a{given} href="{escape(root + link.href)}">{escape(link.text)}</a>'


def _answer(page: FilePage, slip: Slip, root: str) -> str:
    span, answer = slip.span, slip.span.answer
    if slip.goes_on and answer.edit:
        first = Link(f"line {span.start + 1}", span.href)
        answer = replace(answer, edit=None, shown=first)
    where = _lines(slip.start, slip.count)
    are = "is" if slip.count == 1 else "are"
    return (
        f'<div class=answer role=region aria-label="Why {where} {are} there" tabindex=0>'
        f"<div class=ah><h3>Why {where} {are} there</h3><span>{link_html(span.link, root, 'sec')}"
        f" <span class=ev>{span.evidence}</span></span>"
        "<button class=copy type=button hidden>Copy link</button>"
        '<a class=shut href="#code">Close</a></div>'
        f"<div class=cols>{_columns(page, answer, span, root)}</div></div>"
    )


def _columns(page: FilePage, answer: Answer, span: SpanView, root: str) -> str:
    asked = f"<div><h4>Asked</h4><p>“{escape(answer.asked)}”</p></div>" if answer.asked else ""
    because = f"<p>{escape(answer.because)}</p>" if answer.because else ""
    how = f"<p class=dim><em>{span.evidence}</em>: {answer.how}</p>"
    edit = ""
    if answer.edit:
        diff = diff_html(page.source, (answer.edit,), len(answer.edit.lines), whole=False)
        edit = f"<div><h4>The edit</h4><div class=diff>{diff}</div></div>"
    elif answer.shown:
        edit = (
            f"<div><h4>The edit</h4><p>Shown with {link_html(answer.shown, root)},"
            " which the same step wrote.</p></div>"
        )
    return f"{asked}<div><h4>Because</h4>{because}{how}</div>{edit}"


def _lines(start: int, count: int) -> str:
    return f"line {start + 1}" if count == 1 else f"lines {start + 1} to {start + count}"
