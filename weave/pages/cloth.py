"""The cloth of a file page: code, and beside each span its note, built by plain joins.

Rows are packed into chunks of exactly ``CHUNK`` lines, so that a browser may skip those out
of sight and still know their height; a span that crosses a border is cut there and goes on
with a note that says so. One line of code is one row, whatever stands beside it: a note is
clamped to the height of its span (classes ``n1`` to ``n8``), never the other way round.

What is long is said once: a step has one answer on a page, behind the chunk in which it first
wrote a line, and its spans bear the answer's sign. The style sheet shows the one whose sign is
that of the span in which the targeted line stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from string import ascii_lowercase, ascii_uppercase, digits

from treadle.weave.code.lines import Dyed, Known, diff_html, numbered
from treadle.weave.pages.file import FilePage, SpanView
from treadle.weave.places import Link

CHUNK = 64
"""Lines of a chunk; the style sheet knows the same number."""

CLAMPED = 8
"""Spans up to this many lines clamp their note."""

PLACES = ascii_lowercase, ascii_uppercase, digits
"""The letters of a step's sign, its lowest place first. No two places share one, so that the style
sheet can compare them one by one; 6,760 signs are more than a page has lines."""

_PLAIN = re.compile(r"[A-Za-z0-9._~#/\-]+")
"""Values of attributes that need no quotes."""


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


def cloth_html(page: FilePage, root: str, dyed: Dyed) -> str:
    """Return the page's code with its notes and answers.

    ``root`` is the way to the site's root, ``dyed`` all lines of the file.
    """
    packed = list(chunks(page))
    cloth = _Cloth(page, root)
    html = []
    for nth, chunk in enumerate(packed):
        last = " last" if nth == len(packed) - 1 else ""
        html.append(f'<div class="chunk{last}">')
        html += [cloth.slip(slip, dyed.html) for slip in chunk]
        html.append("</div>\n")
        html += [cloth.answer(slip.span, dyed.known) for slip in chunk]
    return "".join(html)


def ribbon_html(page: FilePage) -> str:
    """Return the page's spans in little: one mark a span, as high as its lines."""
    marks = "".join(
        f"<a href=#L{max(span.start, page.begin) + 1} tabindex=-1><rect"
        f" class={f't{span.dye}' if span.evidence != 'unrecorded' else 'u'}"
        f" y={span.start} height={span.count} /></a>"
        for span in page.spans
    )
    box = f"0 {page.begin} 10 {max(1, page.end - page.begin)}"
    return f'<svg viewBox="{box}" preserveAspectRatio=none>{marks}</svg>'


def table_html(page: FilePage, root: str) -> str:
    """Return the rows of a table of the page's steps: their lines, the step, how it is known."""
    cloth = _Cloth(page, root)
    steps: dict[tuple[str, str], list[SpanView]] = {}
    for span in page.spans:
        steps.setdefault((span.origin, span.evidence), []).append(span)
    return "".join(
        f"<tr><td>{', '.join(map(cloth.lines, spans))}</td>"
        f"<td>{cloth.link(spans[0].link, 'sec')}</td><td>{evidence}</td></tr>\n"
        for (_, evidence), spans in steps.items()
    )


def signs(origins: Sequence[str]) -> Mapping[str, str]:
    """Return a sign for each of the origins, all of one length: ``c``, or ``cK``, or ``cK7``."""
    found: dict[str, str] = {}
    of = list(dict.fromkeys(origins))
    for number, origin in enumerate(of):
        sign, rest, room = "", number, 1
        for letters in PLACES:
            if room < len(of) or not sign:
                sign += letters[rest % len(letters)]
            rest, room = rest // len(letters), room * len(letters)
        found[origin] = sign
    return found


class _Cloth:
    """Writes the pieces of one page."""

    def __init__(self, page: FilePage, root: str) -> None:
        self.page = page
        self.root = root
        self.signs = signs([span.origin for span in page.spans])
        self.answered: set[tuple[str, str]] = set()

    def link(self, link: Link, name: str = "") -> str:
        """A link; where it leads nowhere, its words alone, as code."""
        given = f" class={name}" if name else ""
        if not link.href:
            return f"<code{given}>{escape(link.text)}</code>"
        here = link.href.startswith(f"{self.page.page}#")
        href = link.href.removeprefix(self.page.page) if here else self.root + link.href
        return f"<a{given} href={_attribute(href)}>{escape(link.text)}</a>"

    def lines(self, span: SpanView) -> str:
        """The lines of a span, with a link to the first."""
        end = f"–{span.start + span.count}" if span.count > 1 else ""
        return self.link(Link(f"{span.start + 1}{end}", span.href))

    def slip(self, slip: Slip, lines: Sequence[str]) -> str:
        """The share of a span, with its note."""
        span = slip.span
        clamp = f" n{slip.count}" if slip.count <= CLAMPED else ""
        code = numbered(lines[slip.start : slip.start + slip.count], slip.start)
        return (
            f'<div class="span{clamp} t{span.dye} {span.evidence}"'
            f" data-o={self.signs[span.origin]}>{self._note(slip)}"
            f"<pre><code>{code}</code></pre></div>\n"
        )

    def _note(self, slip: Slip) -> str:
        span = slip.span
        if slip.goes_on:
            said = f"goes on from {self.link(Link(f'line {span.start + 1}', span.href))}"
        elif span.see:
            said = f"see {self.link(span.see)}"
        else:
            said = escape(span.say, quote=False)
        return (
            f"<div class=note><p>{self.link(span.link, 'sec')}"
            f"<a class=ev href=#L{slip.start + 1}>{span.evidence}</a>{said}</p></div>"
        )

    def answer(self, span: SpanView, known: Known) -> str:
        """The answer to why a span is there, unless it was given before."""
        key = span.origin, span.evidence
        if key in self.answered:
            return ""
        self.answered.add(key)
        return (
            f'<div class="answer {span.evidence}" data-o={self.signs[span.origin]}>'
            f"<div class=ah><h3>Why this line is there</h3><span>{self.link(span.link, 'sec')}"
            f" <i class=ev>{span.evidence}</i></span><a class=shut href=#code>Close</a></div>"
            f"<div class=cols>{self._columns(span, known)}</div></div>\n"
        )

    def _columns(self, span: SpanView, known: Known) -> str:
        answer = span.answer
        asked = f"<div><h4>Asked</h4><p>“{escape(answer.asked)}”</p></div>" if answer.asked else ""
        because = f"<p>{escape(answer.because)}</p>" if answer.because else ""
        how = f"<p class=dim><em>{span.evidence}</em>: {answer.how}</p>"
        edit = ""
        if answer.edit:
            lines = (answer.edit,)
            diff = diff_html(self.page.source, lines, len(answer.edit.lines), False, known)
            at = f" at {self.link(answer.at)}" if answer.at else ""
            edit = f"<div><h4>The edit{at}</h4><div class=diff>{diff}</div></div>"
        return f"{asked}<div><h4>Because</h4>{because}{how}</div>{edit}"


def _attribute(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else f'"{escape(value)}"'
