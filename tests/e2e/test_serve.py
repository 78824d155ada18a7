"""The served site, the single page and the pages of a long file, in a real browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_site import FLAGS
from tests.weave.maker import Maker, edited, part, turn
from tests.weave.slackwater import slackwater
from treadle.weave.html import single_html
from treadle.weave.leaves.memo import Memo
from treadle.weave.pages.thread import thread_page
from treadle.weave.server import Server
from treadle.weave.site import weave_book
from treadle.weave.view import frame, plan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of which nothing may be complained."""
    complaints: list[str] = []
    context = browser.new_context()
    found = context.new_page()
    found.on("console", lambda said: complaints.append(said.text))
    found.on("pageerror", lambda error: complaints.append(str(error)))
    yield found
    context.close()
    assert complaints == []


def test_an_open_page_loads_itself_again_after_a_weave(page: Page, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    weave_book(slackwater(), tmp_path, jobs=1)
    with Server(tmp_path, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"{server.address}file/tide~table.py.html#L40")
        assert page.locator(".answer:visible").count() == 1
        page.wait_for_timeout(1500)
        weave_book(replace(slackwater(), title="Woven anew"), tmp_path, jobs=1)
        expect(page).to_have_title(re.compile("Woven anew$"), timeout=30_000)
        assert page.url.endswith("#L40")
        server.shutdown()


def test_who_reads_a_page_that_did_not_change_or_types_is_left_alone(
    page: Page, tmp_path: Path
) -> None:
    weave_book(slackwater(), tmp_path, jobs=1)
    marker = tmp_path / ".treadle-site.json"

    def woven_anew() -> None:
        marker.write_bytes(marker.read_bytes())
        page.wait_for_timeout(1500)

    with Server(tmp_path, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"{server.address}file/tide~table.py.html")
        page.wait_for_timeout(1500)
        page.evaluate("window.first = true")
        woven_anew()
        assert page.evaluate("window.first"), "another page was woven"
        page.keyboard.press("/")
        page.keyboard.type("smallest")
        page.locator(".found li").first.wait_for()
        woven_anew()
        assert page.evaluate("window.first"), "a search is typed"
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.wait_for_timeout(2500)
        assert not page.evaluate("window.first"), "the index it read is an old one"
        server.shutdown()


def test_a_single_page_has_its_style_and_no_script(page: Page, tmp_path: Path) -> None:
    book = slackwater()
    whole = plan(book)
    commit = whole.threads[2].commit.id
    alone = replace(whole, places=replace(whole.places, files={}, heights={}, alone=commit))
    html = single_html(thread_page(alone, 2), frame(book), Memo())
    (tmp_path / "one.html").write_text(html, encoding="utf-8")
    page.goto((tmp_path / "one.html").as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.page')).display") == "grid"
    assert page.evaluate("document.scripts.length") == 0
    page.click(".outline a >> nth=1")
    assert page.evaluate("document.querySelector(':target') !== null")


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("long") / "out"
    maker = Maker()
    text = "".join(f"line_{n} = {n}\n" for n in range(1, 8_001))
    steps = turn(1, "Count", "2026-03-02T09:00:00.000Z", edited(maker.edit("long.py", text)))
    maker.commit("Count", "2026-03-02", part("s", steps))
    weave_book(maker.book(), out, jobs=1)
    return out


def test_a_line_typed_by_hand_is_found_on_another_page(page: Page, long_site: Path) -> None:
    page.goto((long_site / "file/long.py.html").as_uri() + "#L7000")
    page.wait_for_url("**/long.py~~2.html#L7000")
    assert page.locator(".answer:visible").count() == 1
    assert page.locator("#L7000").text_content() == "7000line_7000 = 7000\n"


def test_the_pages_of_a_long_file_lead_to_each_other(page: Page, long_site: Path) -> None:
    page.goto((long_site / "file/long.py.html").as_uri())
    page.keyboard.press("n")
    page.wait_for_url("**/long.py~~2.html")
    assert page.locator("[aria-current=page]", has_text="6,145–8,000").count() == 2
    page.locator(".note a", has_text="line 1").first.click()
    page.wait_for_url("**/long.py.html#L1")


def test_a_step_in_hand_offers_its_link(browser: Browser, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    weave_book(slackwater(), tmp_path, jobs=1)
    with Server(tmp_path, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        longest = max((tmp_path / "thread").iterdir(), key=lambda one: one.stat().st_size)
        page.goto(f"{server.address}thread/{longest.name}")
        step = page.locator(".step.edited").first
        step.hover()
        step.locator("button.perma").click()
        expect(page.locator("button.perma")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.url.split("#")[0] + f"#{step.get_attribute('id')}"
        context.close()
        server.shutdown()
