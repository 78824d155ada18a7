"""The site on disk: complete, safe, and nobody else's."""

import json
import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.weave.maker import Maker, edited, part, ran, said, thought, turn
from tests.weave.markup import Page, read_site
from tests.weave.slackwater import slackwater
from treadle.thread.errors import UserError
from treadle.weave.leaves.texts import held
from treadle.weave.making.folder import MARKER
from treadle.weave.site import weave_book
from treadle.weave.view import Book, Cloth

EVIL = (
    "</pre></code></div><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
    """ " onclick="x' {{7*7}}"""
)
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "out"
    weave_book(slackwater(), out, jobs=1)
    return out


def hostile() -> Book:
    """A book whose every text tries to break out."""
    maker = Maker(title=EVIL)
    steps = turn(
        1,
        f"{EVIL}\n\n[x](javascript:alert(1))\u202e",
        "2026-03-02T09:00:00.000Z",
        said(f"{EVIL}\n\n[x](javascript:alert(1)) <b>b</b>\n\n```{EVIL}\n{EVIL}\n```"),
        thought(EVIL),
        ran(EVIL + "\n" + EVIL, f"{EVIL}\n\x1b[31m\0", ok=False),
        edited(maker.edit("evil.py", f'x = "{EVIL}"\n# {EVIL}\n\x1b\u202e\udcff\n')),
        edited(maker.edit("a\"b<c>'&\x1b/é #?%.html", f"{EVIL}\n")),
        replace(ran(EVIL, lane=EVIL), tool=EVIL),
        replace(ran(EVIL, EVIL), kind="asked"),
        replace(ran(EVIL, EVIL), kind="marked"),
    )
    strand = part(EVIL, steps, agent=EVIL, problems=(EVIL,))
    maker.commit(EVIL, "2026-03-02", strand, author=EVIL, body=EVIL)
    return maker.book(Cloth(EVIL, None, (), EVIL))


def broken_links(pages: dict[str, Page], out: Path) -> list[tuple[str, str]]:
    return [
        (name, link)
        for name, page in pages.items()
        for link in page.links + page.sources
        if urlsplit(link).scheme not in ("http", "https", "mailto")
        and not leads_somewhere(pages, out, name, link)
    ]


def leads_somewhere(pages: dict[str, Page], out: Path, name: str, link: str) -> bool:
    parts = urlsplit(link)
    at = (out / name).parent / unquote(parts.path) if parts.path else out / name
    target = os.path.relpath(at.resolve(), out.resolve())
    if target.startswith("..") or not (out / target).is_file():
        return False
    return not parts.fragment or parts.fragment in pages[target].ids


@pytest.mark.parametrize("book", [slackwater, hostile, lambda: Book("Empty", "", (), ())])
def test_every_link_and_anchor_resolves(book, tmp_path: Path) -> None:
    weave_book(book(), tmp_path, jobs=1)
    pages = read_site(tmp_path)
    assert broken_links(pages, tmp_path) == []
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name


def test_a_hostile_text_stays_text(tmp_path: Path) -> None:
    weave_book(hostile(), tmp_path, jobs=1)
    for name, page in read_site(tmp_path).items():
        html = (tmp_path / name).read_text(encoding="utf-8")
        assert html.count("<script") == 1
        assert not [link for link in page.links if link.startswith("javascript:")]
        assert "49" not in page.text.replace("{{7*7}}", "")
        assert not set(html) & set("\x00\x1b\u202e")


def test_every_page_has_the_policy_and_loads_only_its_own(site: Path) -> None:
    for name, page in read_site(site).items():
        html = (site / name).read_text(encoding="utf-8")
        assert POLICY in html
        root = "../" if "/" in name else ""
        assert page.sources == [f"{root}style.css", f"{root}site.js"]


def test_every_line_of_every_file_has_an_anchor(site: Path) -> None:
    pages = read_site(site)
    for file in slackwater().files:
        if file.text:
            name = next(n for n in pages if n.endswith(f"{file.path.replace('/', '~')}.html"))
            lines = [id_ for id_ in pages[name].ids if id_.startswith("L")]
            assert lines == [f"L{n + 1}" for n in range(file.text.lines)]


def test_every_step_has_an_anchor_that_names_its_part(site: Path) -> None:
    pages = read_site(site)
    ids = [id_ for page in pages.values() for id_ in page.ids if id_.startswith("s-")]
    assert len(ids) == sum(
        len(turn.steps)
        for woven in slackwater().threads
        for part in woven.thread.parts
        for turn in part.turns
    )


def test_weaving_twice_gives_the_same_bytes_and_touches_nothing(site: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in site.rglob("*.*")}
    weave_book(slackwater(), site, jobs=1)
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in site.rglob("*.*")}
    assert before == after


def test_several_processes_write_the_same_site(site: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    book = slackwater()
    more = tuple(
        Cloth(
            f"more/{n}.txt",
            held("a\n" * n),
            tuple(replace(run, start=0, count=n) for run in runs),
            "",
        )
        for n, runs in ((n, book.files[0].runs[:1]) for n in range(1, 60))
    )
    large = replace(book, files=book.files + more)
    one, two = tmp_path / "one", tmp_path / "two"
    report = weave_book(large, one, jobs=1)
    assert weave_book(large, two, jobs=2, progress=lambda *at: seen.append(at)) == report
    assert read_bytes(one) == read_bytes(two)
    assert seen[-1] == (report.pages, report.pages)
    assert seen == sorted(seen)


def read_bytes(out: Path) -> dict[str, bytes]:
    found = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in found}


def test_a_page_whose_file_is_gone_is_taken_away(tmp_path: Path) -> None:
    book = slackwater()
    weave_book(book, tmp_path, jobs=1)
    assert (tmp_path / "file/README.md.html").exists()
    kept = tuple(file for file in book.files if file.path != "README.md")
    weave_book(replace(book, files=kept), tmp_path, jobs=1)
    assert not (tmp_path / "file/README.md.html").exists()
    assert broken_links(read_site(tmp_path), tmp_path) == []


def test_git_ignores_the_site(site: Path) -> None:
    assert (site / ".gitignore").read_text() == "*\n"


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(UserError, match="not a treadle site"):
        weave_book(slackwater(), tmp_path, jobs=1)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("x")
    with pytest.raises(UserError, match="no folder"):
        weave_book(slackwater(), tmp_path / "site", jobs=1)


def test_a_folder_of_the_site_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    out, other = tmp_path / "site", tmp_path / "other"
    weave_book(slackwater(), out, jobs=1)
    other.mkdir()
    for path in (out / "file").iterdir():
        path.unlink()
    (out / "file").rmdir()
    (out / "file").symlink_to(other)
    with pytest.raises(UserError, match="symbolic link"):
        weave_book(slackwater(), out, jobs=1)
    assert not list(other.iterdir())


def test_a_marker_cannot_have_other_files_taken_away(tmp_path: Path) -> None:
    out = tmp_path / "site"
    weave_book(slackwater(), out, jobs=1)
    victim = tmp_path / "victim.html"
    victim.write_text("x")
    names = ["../victim.html", str(victim), "file/../../victim.html", 3, None]
    (out / MARKER).write_text(json.dumps({"treadle-site": 1, "pages": names}))
    weave_book(slackwater(), out, jobs=1)
    assert victim.exists()


@pytest.mark.parametrize("marker", ["", "[]", "{}", "[" * 100_000, '{"pages": []}'])
def test_a_damaged_marker_is_none(tmp_path: Path, marker: str) -> None:
    (tmp_path / MARKER).write_text(marker)
    with pytest.raises(UserError, match="not a treadle site"):
        weave_book(slackwater(), tmp_path, jobs=1)


def test_a_folder_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    weave_book(slackwater(), tmp_path, jobs=1)
    (tmp_path / "index.html").unlink()
    (tmp_path / "index.html").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        weave_book(slackwater(), tmp_path, jobs=1)
    assert not list(tmp_path.rglob("*.part"))


def test_a_page_of_four_thousand_lines_stays_light(tmp_path: Path) -> None:
    import gzip

    maker = Maker()
    text = "".join(
        f"def f{n}(x):\n    return x * {n}  # {n * 7919 % 1000}\n\n\n" for n in range(1000)
    )
    steps = [edited(maker.edit("big.py", text[: (k + 1) * len(text) // 20])) for k in range(20)]
    maker.commit("Big", "2026-03-02", part("s", turn(1, "Big", "2026-03-02T09:00:00.000Z", *steps)))
    weave_book(maker.book(), tmp_path, jobs=1)
    page = (tmp_path / "file/big.py.html").read_bytes()
    assert len(gzip.compress(page)) < 200_000
