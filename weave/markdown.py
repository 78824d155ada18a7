"""Agents' answers, from Markdown to HTML; the only module that knows markdown-it-py.

An answer is hostile text: no raw HTML passes, no image is loaded (its place says so), and a
link is one only where it leads to the web or to a mailbox. Its headings stand below those of
the page, so that the outline a screen reader reads stays that of the thread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from treadle.weave.code.lines import lines_html
from treadle.weave.guard import within
from treadle.weave.highlight import tokens
from treadle.weave.text import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererProtocol
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict

    Env = dict[str, Any]

LARGEST = 60_000
"""Longest answer that is read as Markdown, in characters; a longer one is shown as it is."""

PATIENCE = 2.0
"""How long one answer may take, in seconds."""

LINKS = ("http://", "https://", "mailto:")

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ,.;:'()?!/%+-]*[A-Za-z0-9,.;:'()?!/%])?")
"""One line without a sign that Markdown could take for its own, as a third of all answers are."""

TOP = 4
"""The level at which an answer's headings begin."""


def to_html(text: str) -> str:
    """Return the HTML of one answer, safe to stand in a page."""
    shown = visible(text)
    if len(shown) > LARGEST:
        return as_it_is(shown)
    if _PLAIN.fullmatch(shown):
        return f"<p>{shown}</p>\n"
    return within(PATIENCE, lambda: _rendered(shown), "") or as_it_is(shown)


def as_it_is(text: str) -> str:
    """Return text as escaped paragraphs that keep their lines."""
    paragraphs = (piece.strip("\n") for piece in text.split("\n\n"))
    return "".join(f'<p class="asis">{escape(piece)}</p>' for piece in paragraphs if piece.strip())


def _rendered(text: str) -> str:
    reader = _reader()
    stream = reader.parse(text)
    _demote(stream)
    return str(reader.renderer.render(stream, reader.options, {}))


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20})
    reader.enable(["table", "strikethrough"])
    rules = {
        "image": _image,
        "link_open": _link_open,
        "link_close": _link_close,
        "fence": _fence,
        "code_block": _fence,
        "table_open": _table_open,
        "table_close": _table_close,
    }
    for name, rule in rules.items():
        reader.add_render_rule(name, rule)
    return reader


def _demote(stream: Sequence[Token]) -> None:
    """Lower headings below ``TOP`` without a gap between the levels that are used."""
    headings = [token for token in stream if token.type in ("heading_open", "heading_close")]
    ranks = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(6, TOP + ranks.index(token.tag))}"


def _image(
    renderer: RendererProtocol,
    stream: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: Env,
) -> str:
    said = stream[at].content.strip()
    return f'<span class="cut">[image{": " + escape(said) if said else ""}, not kept]</span>'


def _link_open(
    renderer: RendererProtocol,
    stream: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: Env,
) -> str:
    target = str(stream[at].attrs.get("href", ""))
    if target.lower().startswith(LINKS):
        return f'<a href="{escape(target)}" rel="noreferrer">'
    return f'<span class="nolink" title="{escape(target)}">'


def _link_close(
    renderer: RendererProtocol,
    stream: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: Env,
) -> str:
    opened = next(token for token in reversed(stream[:at]) if token.type == "link_open")
    target = str(opened.attrs.get("href", ""))
    return "</a>" if target.lower().startswith(LINKS) else "</span>"


def _fence(
    renderer: RendererProtocol,
    stream: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: Env,
) -> str:
    token = stream[at]
    language = (token.info.split() or [""])[0]
    lines = tokens(token.content, language=language) if language else tokens(token.content)
    shown = "\n".join(lines_html(lines))
    return f'<pre class="quoted"><code>{shown}\n</code></pre>\n'


def _table_open(
    renderer: RendererProtocol,
    stream: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: Env,
) -> str:
    return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'


def _table_close(
    renderer: RendererProtocol,
    stream: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: Env,
) -> str:
    return "</table></div>\n"
