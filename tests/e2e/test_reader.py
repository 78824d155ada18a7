"""A reader who knows nothing of the repository: few clicks, one search, in a book of any length."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.test_site import FLAGS, Open, browser, faults, open_page, site
from tests.weave.maker import Maker, edited, part, said, turn
from treadle.weave.site import weave_book

__all__ = ["FLAGS", "browser", "open_page", "site"]

pytestmark = pytest.mark.browser

REASON = "Number {n} must be kept apart, because two of them shared a tide and nobody saw it."


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a book whose chapters have pages of their own."""
    maker = Maker()
    lines: list[str] = []
    for n in range(60):
        lines.append(f"tide_{n} = {n}\n")
        steps = turn(
            1,
            f"Please keep wave number {n} apart from zephyr-{n}.",
            "2026-03-02T09:00:00.000Z",
            said(REASON.format(n=n)),
            edited(maker.edit(f"waves/{n % 4}.py", "".join(lines[n % 4 :: 4]))),
            said("All of it is in its place now, and the tests pass again."),
        )
        maker.commit(f"Keep wave {n}", f"2026-03-{n // 3 + 1:02}", part(f"s{n}", steps))
    out = tmp_path_factory.mktemp("long")
    weave_book(maker.book(), out, jobs=1)
    return out


def test_from_the_first_page_why_a_line_is_there_takes_two_clicks(
    open_page: Open, long: Path
) -> None:
    page = open_page("index.html", folder=long)
    page.locator(".map a", has_text="2.py").first.click()
    page.wait_for_url(re.compile(r"/file/waves~2\.py"))
    page.hover("#L3")
    page.click("#L3 > a")
    assert REASON.format(n=10) in page.locator(".answer:visible").inner_text()


def test_without_a_script_it_takes_no_more(open_page: Open, long: Path) -> None:
    page = open_page("index.html", folder=long, java_script_enabled=False)
    page.locator(".map summary").click()
    page.locator(".map table a", has_text="2.py").click()
    page.click(".span:has(#L3) .ev")
    assert REASON.format(n=10) in page.locator(".answer:visible").inner_text()


def test_a_thread_is_found_by_a_word_of_its_prompt_in_one_search(
    open_page: Open, long: Path
) -> None:
    page = open_page("index.html", folder=long)
    page.keyboard.press("/")
    page.keyboard.type("zephyr-41")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/thread/"))
    assert "wave number 41" in page.locator(".prompt").inner_text()


def test_the_story_can_be_read_from_chapter_to_chapter(open_page: Open, long: Path) -> None:
    page = open_page("index.html", folder=long)
    page.get_by_role("link", name="Week of 2 March 2026").click()
    page.wait_for_url(re.compile(r"/story/week-2026-03-02\.html"))
    first = page.locator(".story").first
    assert REASON.format(n=3) in first.inner_text()
    page.keyboard.press("n")
    page.wait_for_url(re.compile(r"/story/week-2026-03-09\.html"))
    page.locator(".tale .because a").first.click()
    page.wait_for_url(re.compile(r"/thread/.*#s-"))
    assert page.locator(".step:target").count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_contents_and_chapters_have_no_fault_for_assistive_technology(
    open_page: Open, long: Path, theme: str, width: int
) -> None:
    for name in ("index.html", "story/week-2026-03-02.html"):
        around = {"viewport": {"width": width, "height": 844}, "color_scheme": theme}
        page = open_page(name, folder=long, **around)
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
