"""From views to pages: one function a kind of page; the only module that knows Jinja.

The templates stand in a folder of their own and may use nothing but the variables their
README lists. Everything is escaped unless a function of ``code.lines``, ``cloth`` or ``markdown``
made it, and those escape what they take in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.weave import text as say
from treadle.weave.code.lines import diff_html, file_lines
from treadle.weave.leaves.memo import Memo
from treadle.weave.lexers import lexer_of
from treadle.weave.markdown import as_it_is, to_html
from treadle.weave.pages.chapters import ChapterPage
from treadle.weave.pages.cloth import cloth_html, ribbon_html, table_html
from treadle.weave.pages.file import FilePage
from treadle.weave.pages.identifiers import NamesPage
from treadle.weave.pages.index import FilesPage, GapsPage, IndexPage
from treadle.weave.pages.picture import Picture
from treadle.weave.pages.prompts import PromptsPage
from treadle.weave.pages.steps import ChangeView
from treadle.weave.pages.thread import ThreadPage
from treadle.weave.view import HOW, Frame

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context
    from markupsafe import Markup

TEMPLATES = Path(__file__).parents[1] / "templates"

STATIC = ("style.css", "site.js", "search.js")
"""Files of the templates' folder that go into a site as they are."""


def index_html(page: IndexPage, frame: Frame, picture: Picture) -> str:
    """Return the first page."""
    return _render("index.html", root="", page=page, frame=frame, picture=picture)


def chapter_html(page: ChapterPage, frame: Frame) -> str:
    """Return the page of a chapter of the story."""
    return _render("chapter.html", root="../", page=page, frame=frame)


def files_html(page: FilesPage, frame: Frame) -> str:
    """Return the table of files."""
    return _render("files.html", root="", page=page, frame=frame)


def gaps_html(page: GapsPage, frame: Frame) -> str:
    """Return the list of unexplained lines."""
    return _render("unexplained.html", root="", page=page, frame=frame)


def names_html(page: NamesPage, frame: Frame) -> str:
    """Return a page of the index of identifiers."""
    root = "../" if "/" in page.page else ""
    return _render("identifiers.html", root=root, page=page, frame=frame)


def prompts_html(page: PromptsPage, frame: Frame) -> str:
    """Return the list of prompts."""
    return _render("prompts.html", root="", page=page, frame=frame)


def thread_html(page: ThreadPage, frame: Frame, memo: Memo | None = None) -> str:
    """Return the page of a thread; ``memo`` holds what was rendered of its document before."""
    return _render("thread.html", root="../", page=page, frame=frame, memo=memo or Memo())


def single_html(page: ThreadPage, frame: Frame, memo: Memo) -> str:
    """Return the page of a thread that stands alone: its style within it, and no script."""
    from base64 import b64encode
    from hashlib import sha256

    from markupsafe import Markup

    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    own = {"style": Markup(style), "digest": digest}
    return _render("thread.html", root="", page=page, frame=frame, memo=memo, **own)


def files_of(pages: Sequence[FilePage], frame: Frame) -> Iterator[tuple[str, str]]:
    """Return the pages of one file by their names; its code is coloured once."""
    from markupsafe import Markup

    dyed = file_lines(pages[0].source, pages[0].text)
    for page in pages:
        woven = {
            "cloth": Markup(cloth_html(page, "../", dyed)),
            "ribbon": Markup(ribbon_html(page)),
            "table": Markup(table_html(page, "../")),
        }
        yield page.page, _render("file.html", root="../", page=page, frame=frame, **woven)


def prepare(kinds: Collection[str]) -> None:
    """Load what every page of these kinds needs, before the process is copied: then no process does
    it for itself."""
    own = (f"{kind}.html" for kind in ("file", "thread") if kind in kinds)
    for name in (*own, "layout.html", "parts.html"):
        _environment().get_template(name)
    lexer_of("", "")
    if "thread" in kinds:
        to_html("`a`")


def _render(name: str, **variables: object) -> str:
    return _environment().get_template(name).render(**variables)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["markdown"] = pass_context(_markdown)
    environment.filters["asis"] = _asis
    environment.filters["diff"] = pass_context(_diff)
    environment.globals["count"] = say.count
    environment.globals["percent"] = say.percent
    environment.globals["how"] = HOW
    return environment


def _markdown(context: Context, text: str) -> Markup:
    from markupsafe import Markup

    memo: Memo = context["memo"]
    return Markup(memo.once("md", lambda: to_html(text), text))


def _asis(text: str) -> Markup:
    from markupsafe import Markup

    return Markup(as_it_is(text))


def _diff(context: Context, change: ChangeView) -> Markup:
    from markupsafe import Markup

    memo: Memo = context["memo"]
    whole = change.kind != "unplaced"
    told = change.source, change.hunks, change.most, whole
    return Markup(memo.once("diff", lambda: diff_html(*told), *told))
