"""Reads woven pages back, as strictly as a browser is lenient."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "link", "br", "hr", "input", "img"}
FORBIDDEN = {"img", "iframe", "object", "embed", "form", "base", "style"}


@dataclass
class Page(HTMLParser):
    """What a page's markup holds; raises where it is not well formed or not allowed."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in FORBIDDEN, tag
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert name != "style", tag
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                (self.links if tag == "a" else self.sources).append(value or "")
            if name == "src":
                self.sources.append(value or "")
        assert tag != "script" or "src" in names
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open, tag
        assert self.open.pop() == tag, (self.open[-5:], tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, text: str) -> None:
        self.text += text


def check_markup(html: str) -> Page:
    """Read markup; every element must be closed in its order and be of the kinds allowed."""
    page = Page()
    page.feed(html)
    page.close()
    assert not page.open, page.open
    return page


def read_site(out: Path) -> dict[str, Page]:
    """Read all pages of a site, by their names."""
    return {
        path.relative_to(out).as_posix(): check_markup(path.read_text(encoding="utf-8"))
        for path in sorted(out.rglob("*.html"))
    }
