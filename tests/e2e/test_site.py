"""The woven site as a person sees it: in a real browser, from the file system."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.lamp import Lamp, attack, run
from tests.weave.slackwater import Maker, edited, part, said, slackwater, turn
from tests.weave.test_site import hostile
from treadle.weave.leaves.texts import held
from treadle.weave.site import weave_book

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FILE = "file/tide~table.py.html"
KINDS = (
    "index.html",
    "files.html",
    "prompts.html",
    "identifiers.html",
    "unexplained.html",
    "thread",
    FILE,
    f"{FILE}#L40",
)

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("book") / "a site with spaces, # and %"
    weave_book(slackwater(), out, jobs=1)
    return out


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, site: Path) -> Iterator[Open]:
    """Opens a page; afterwards nothing may have been complained of or sent."""
    complaints: list[str] = []
    contexts = []

    def opened(name: str, folder: Path = site, **given: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **given})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda asked: complaints.extend(_foreign(asked.url)))
        page.goto(address(folder, name))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _foreign(url: str) -> list[str]:
    return [] if url.startswith(("file:", "data:")) else [f"request to {url}"]


def address(site: Path, name: str) -> str:
    """The URL of a page; ``thread`` is the longest story."""
    path, _, line = name.partition("#")
    if path == "thread":
        path = max((site / "thread").iterdir(), key=lambda page: page.stat().st_size)
    return (site / path).as_uri() + (f"#{line}" if line else "")


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_kind_of_page_has_a_serious_fault_for_assistive_technology(
    open_page: Open, name: str, theme: str
) -> None:
    page = open_page(name, color_scheme=theme)
    assert faults(page) == []


def test_a_phone_finds_no_fault_either(open_page: Open) -> None:
    for name in KINDS:
        page = open_page(name, viewport={"width": 390, "height": 844})
        assert faults(page) == []


def faults(page: Page) -> list[str]:
    """What axe finds that is serious or worse, with everything unfolded."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_no_page_scrolls_sideways(open_page: Open, width: int) -> None:
    for name in KINDS:
        page = open_page(name, viewport={"width": width, "height": 844})
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == width, name


def test_a_line_opens_its_answer(open_page: Open) -> None:
    from playwright.sync_api import expect

    page = open_page(FILE)
    assert not page.locator(".answer:visible").count()
    page.hover("#L40")
    page.click("#L40 > a")
    answer = page.locator(".answer:visible")
    expect(answer.locator("h3")).to_have_text("Why line 40 is there")
    assert "changes of sign in the slope" in answer.inner_text()
    assert "Print the day’s high and low waters" in answer.inner_text()
    page.keyboard.press("Escape")
    expect(answer).to_have_count(0)


def test_a_tap_on_a_number_opens_its_answer(open_page: Open) -> None:
    page = open_page(FILE, viewport={"width": 390, "height": 844}, has_touch=True)
    page.tap("#L40", position={"x": 12, "y": 8})
    page.wait_for_url(re.compile("#L40$"))
    assert page.locator(".answer:visible").count() == 1


def test_a_click_into_the_code_opens_nothing(open_page: Open) -> None:
    page = open_page(FILE)
    page.click("#L40", position={"x": 200, "y": 8})
    assert not page.locator(".answer:visible").count()


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_the_number_of_a_line_stands_where_its_link_will(open_page: Open, width: int) -> None:
    page = open_page(f"{FILE}#L9", viewport={"width": width, "height": 844})
    box = page.locator("#L9 > a").bounding_box()
    line = page.locator("#L40")
    shown = line.evaluate(
        "line => { const s = getComputedStyle(line, '::before'), r = line.getBoundingClientRect();"
        " return [r.right - parseFloat(s.right), parseFloat(s.width)]; }"
    )
    assert box
    assert shown == pytest.approx([box["x"] + box["width"], 2 * box["width"]], abs=0.5)


def test_a_link_to_a_line_opens_its_answer_without_a_script(open_page: Open) -> None:
    page = open_page(f"{FILE}#L14", java_script_enabled=False)
    answer = page.locator(".answer:visible")
    assert "No thread was recorded for commit" in answer.inner_text()
    assert page.locator("#L14").is_visible()


def test_of_many_answers_the_right_one_shows_without_a_script(
    open_page: Open, tmp_path: Path
) -> None:
    maker = Maker()
    lines = ["a line\n"] * 70
    first = edited(maker.edit("a.txt", "".join(lines)))
    maker.commit("Write", "2026-03-02", part("s", turn(1, "", "2026-03-02T09:00:00.000Z", first)))
    steps = []
    for n in range(60):
        lines[n] = f"new {n}\n"
        steps += [said(f"Reason {n}."), edited(maker.edit("a.txt", "".join(lines)))]
    again = part("t", turn(1, "Again.", "2026-03-03T09:00:00.000Z", *steps))
    maker.commit("Again", "2026-03-03", again)
    weave_book(maker.book(), tmp_path, jobs=1)
    page = open_page("file/a.txt.html", folder=tmp_path, java_script_enabled=False)
    for n in (0, 25, 26, 27, 52, 59):
        page.goto(address(tmp_path, f"file/a.txt.html#L{n + 1}"))
        assert f"Reason {n}." in page.locator(".answer:visible").inner_text()
        assert page.locator(".answer:visible").count() == 1
    page.goto(address(tmp_path, "file/a.txt.html#L65"))
    assert "§1" in page.locator(".answer:visible").inner_text()


def test_tab_leads_from_a_line_into_its_answer(open_page: Open) -> None:
    page = open_page(f"{FILE}#L8")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == (
        "Why line 8 is there"
    )


def test_a_mark_of_the_ribbon_says_which_lines_it_stands_for(open_page: Open) -> None:
    page = open_page(FILE)
    page.locator(".ribbon rect").first.hover()
    said = page.locator(".ribbon").get_attribute("title") or ""
    assert re.fullmatch(r"lines 1 to \d+: §3 ¶1\.12, \w+", said)


def test_a_note_leads_to_its_step_and_the_step_back_to_its_lines(open_page: Open) -> None:
    page = open_page(FILE)
    page.locator(".note a.sec", has_text="§3 ¶1.18").first.click()
    page.wait_for_url(re.compile(r"/thread/[0-9a-f]{12}\.html#s-[0-9a-f]{8}-1-18$"))
    step = page.locator(".step:target")
    assert "bisect_slope" in step.inner_text()
    step.locator(".margin a", has_text="lines 8, 11–13").click()
    page.wait_for_url(re.compile(r"tide~table\.py\.html#L8$"))
    assert page.locator(".answer:visible").count() == 1


def test_the_keys_walk_through_the_sections(open_page: Open) -> None:
    page = open_page("index.html")
    seen = []
    for key in "jjk":
        page.keyboard.press(key)
        seen.append(page.evaluate("document.activeElement.textContent"))
    assert seen == ["§1", "§2", "§1"]
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/thread/"))


def test_the_keys_walk_through_spans_and_lines(open_page: Open) -> None:
    from playwright.sync_api import expect

    page = open_page(FILE)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('.span').matches('.at')")
    page.hover("#L40")
    page.click("#L40 > a")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "41"
    page.keyboard.press("Enter")
    expect(page.locator(".answer:visible h3")).to_have_text("Why line 41 is there")


@pytest.mark.parametrize("way", ["key", "link"])
def test_who_closes_an_answer_stays_where_they_read(open_page: Open, way: str) -> None:
    page = open_page(f"{FILE}#L40", viewport={"width": 1440, "height": 400})
    answer = page.locator(".answer:visible")
    answer.wait_for()
    place = "[scrollY, document.getElementById('L40').getBoundingClientRect().top]"
    before = page.evaluate(place)
    if way == "key":
        page.keyboard.press("Escape")
    else:
        answer.get_by_text("Close", exact=True).click()
    page.wait_for_url(re.compile("#code$"))
    assert answer.count() == 0
    assert page.evaluate(place) == before
    assert before[0] > page.evaluate("document.getElementById('code').offsetTop"), "it can be seen"


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("prompts.html", "thread/"),
        ("identifiers.html", ""),
        ("files.html", "file/"),
        ("unexplained.html", "file/"),
    ],
)
def test_the_keys_walk_through_every_list(open_page: Open, name: str, link: str) -> None:
    page = open_page(name)
    seen = []
    for _ in range(2):
        page.keyboard.press("j")
        seen.append(page.evaluate("document.activeElement.outerHTML"))
    assert all(f'href="{link}' in one for one in seen)
    assert len(set(seen)) == 2


def test_help_opens_and_closes(open_page: Open) -> None:
    page = open_page("index.html")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    page = open_page(f"{FILE}#L40")
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.locator(".answer:visible").count() == 1, "one thing is closed at a time"


def test_tab_goes_from_note_to_note_and_not_through_the_lines(open_page: Open) -> None:
    page = open_page(FILE)
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.getAttribute('class') || ''"))
    assert "sec" in stops
    assert "skip" in stops[0]
    page.hover("#L8")
    assert not page.evaluate(
        "[...document.querySelectorAll('.span a[id][href], .span a a')].some(a => a.tabIndex >= 0)"
    )


def test_the_theme_follows_the_system_and_the_reader(open_page: Open) -> None:
    page = open_page("index.html", color_scheme="dark")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.click("#theme")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert brightness(dark) < 60 < 200 < brightness(light)


def brightness(colour: str) -> float:
    return sum(float(part) for part in re.findall(r"[\d.]+", colour)[:3]) / 3


def test_siblings_of_a_span_are_lit(open_page: Open) -> None:
    page = open_page(FILE)
    page.hover("#L8")
    lit = page.locator(".span.lit a[id]").evaluate_all("all => all.map(line => line.id)")
    assert {"L8", "L11", "L30"} <= set(lit)


def test_a_link_into_a_fold_opens_it(open_page: Open) -> None:
    page = open_page("thread")
    page.evaluate("document.querySelector('details pre').id = 'inside'; location.hash = '#inside'")
    page.wait_for_function("document.getElementById('inside').closest('details').open")


def test_without_a_script_every_page_reads_and_links(open_page: Open) -> None:
    for name in KINDS:
        page = open_page(name, java_script_enabled=False)
        assert page.locator("main").inner_text().strip()
        assert page.locator("header button:visible").count() == 0


def test_hostile_texts_do_nothing(open_page: Open, tmp_path: Path) -> None:
    weave_book(hostile(), tmp_path, jobs=1)
    for path in sorted(tmp_path.rglob("*.html")):
        name = path.relative_to(tmp_path).as_posix()
        page = open_page(name, folder=tmp_path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.locator("img, script:not([src]), [onclick], [onerror]").count() == 0


def test_the_attack_corpus_woven_does_nothing(open_page: Open, tmp_path: Path) -> None:
    lamp = Lamp(tmp_path / "repo")
    lamp.build()
    attack(lamp)
    lamp.close()
    assert run("weave", "-o", tmp_path / "out", at=lamp.top).code == 0
    pages = sorted((tmp_path / "out").rglob("*.html"))
    assert any("attack.py" in page.name for page in pages)
    for path in pages:
        page = open_page(path.relative_to(tmp_path / "out").as_posix(), folder=tmp_path / "out")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.locator("img, iframe, base, form, object, [onclick], [onerror]").count() == 0
        assert page.locator("a[href^='javascript:'], a[href^='data:']").count() == 0
        assert page.title() != "owned"


def test_a_page_of_many_lines_is_there_at_once(open_page: Open, tmp_path: Path) -> None:
    book = slackwater()
    file = next(file for file in book.files if file.path == "tide/harmonic.py")
    text = "".join(f"line_{n} = {n}\n" for n in range(10_000))
    runs = tuple(replace(file.runs[n % 2], start=5 * n, count=5, first=5 * n) for n in range(2_000))
    large = replace(file, text=held(text), runs=runs)
    weave_book(replace(book, files=(large,)), tmp_path, jobs=1)
    page = open_page("file/tide~harmonic.py.html#L9000", folder=tmp_path)
    assert page.locator(".answer:visible").count() == 1
    assert page.locator("#L9000").evaluate(
        "line => [line.getBoundingClientRect().top].every(top => 0 < top && top < innerHeight)"
    )


def test_the_map_leads_to_its_files(open_page: Open) -> None:
    page = open_page("index.html")
    page.locator(".map a", has_text="table.py").first.click()
    page.wait_for_url(re.compile(r"/file/tide~table"))


def test_a_mark_of_the_timeline_leads_to_its_thread(open_page: Open) -> None:
    page = open_page("index.html")
    page.locator(".times a").first.click()
    page.wait_for_url(re.compile("/thread/"))


def test_a_name_of_the_index_leads_to_its_definition(open_page: Open) -> None:
    page = open_page("identifiers.html")
    page.get_by_role("link", name="table.py:39").click()
    page.wait_for_url(re.compile(r"/file/tide~table.py.html#L39"))
    assert "bisect_slope" in page.locator("#L39").inner_text()


def test_the_outline_follows_the_reader(open_page: Open) -> None:
    page = open_page("thread", viewport={"width": 1440, "height": 300})
    seen = """(() => {
      const box = document.querySelector(".outline"), here = box.querySelector("[aria-current]");
      const a = here && here.getBoundingClientRect(), b = box.getBoundingClientRect();
      return here ? [here.textContent, a.top >= b.top - 1 && a.bottom <= b.bottom + 1] : null;
    })()"""
    titles = set()
    for _ in range(12):
        page.evaluate("scrollBy(0, document.documentElement.scrollHeight / 12)")
        page.wait_for_timeout(120)
        found = page.evaluate(seen)
        if found:
            title, visible = found
            titles.add(title)
            assert visible, title
    assert len(titles) > 2
    assert page.evaluate("document.querySelector('.outline').scrollTop") > 0


def test_on_a_phone_a_thread_shows_its_title_at_once(open_page: Open) -> None:
    page = open_page("thread", viewport={"width": 390, "height": 844})
    box = page.locator(".masthead h1").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 480, "the outline stands before it, and only of turns"
