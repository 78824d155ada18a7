"""The site's search as a person uses it: typing, reading, following, from the file system."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_site import FLAGS, Open, browser, faults, open_page, site
from tests.weave.maker import Maker, edited, part, turn
from tests.weave.test_site import hostile
from treadle.tangle.searching.words import fold, pieces, words
from treadle.weave.site import weave_book

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["FLAGS", "browser", "open_page", "site"]

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(open_page: Open) -> Page:
    """The first page, its search field in hand."""
    page = open_page("index.html")
    page.keyboard.press("/")
    return page


def answer(page: Page, text: str) -> list[str]:
    """Type, and read what is found."""
    from playwright.sync_api import expect

    page.locator("#q").fill(text)
    expect(page.locator(".found [role=status]")).to_have_text(re.compile(r"\.$"))
    page.wait_for_function("document.querySelector('.found').hidden === false")
    page.wait_for_timeout(150)
    return page.locator(".found li").all_inner_texts()


def test_a_slash_takes_one_to_the_field_and_typing_answers(asked: Page) -> None:
    from playwright.sync_api import expect

    expect(asked.locator("#q")).to_be_focused()
    asked.keyboard.type("smallest")
    expect(asked.locator(".found li").first).to_contain_text("The smallest thing that gives")
    expect(asked.locator(".found mark").first).to_have_text("smallest")


def test_enter_leads_to_the_best_hit(asked: Page) -> None:
    asked.keyboard.type("smallest thing")
    asked.keyboard.press("Enter")
    asked.wait_for_url(re.compile(r"/thread/.*#(s|t)-"))
    anchor = asked.url.partition("#")[2]
    assert "smallest thing" in asked.locator(f"[id='{anchor}']").inner_text().lower()


FAST = """() => {
  const q = document.getElementById("q");
  q.focus();
  q.value = "smallest thing";
  q.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
}"""


def test_enter_before_the_search_is_loaded_is_not_lost(open_page: Open) -> None:
    page = open_page("index.html")
    page.evaluate(FAST)
    page.wait_for_url(re.compile(r"/thread/.*#(s|t)-"))


def test_arrows_walk_the_hits_and_escape_leaves(asked: Page) -> None:
    from playwright.sync_api import expect

    assert len(answer(asked, "harbour")) > 3
    asked.keyboard.press("ArrowDown")
    expect(asked.locator(".found a").nth(0)).to_be_focused()
    asked.keyboard.press("ArrowDown")
    expect(asked.locator(".found a").nth(1)).to_be_focused()
    asked.keyboard.press("ArrowUp")
    asked.keyboard.press("ArrowUp")
    expect(asked.locator("#q")).to_be_focused()
    asked.keyboard.press("Escape")
    expect(asked.locator(".found")).to_be_hidden()


def test_every_hit_leads_to_its_place(asked: Page, open_page: Open) -> None:
    answer(asked, "harbour")
    hrefs = asked.eval_on_selector_all(".found a", "all => all.map(a => a.href)")
    assert len(hrefs) == len(set(hrefs)) > 3
    for href in hrefs:
        asked.goto(href)
        anchor = href.partition("#")[2]
        assert not anchor or asked.locator(f"[id='{anchor}']").count() == 1


def test_a_subject_goes_before_a_prompt_and_a_prompt_before_the_rest(asked: Page) -> None:
    answer(asked, "harbour")
    found = asked.locator(".found .ev").all_inner_texts()
    assert found[0] == "commit"
    assert found.index("asked") < min(found.index("says"), found.index("thinks"))


def test_the_beginning_of_a_word_and_the_piece_of_a_name_are_found(asked: Page) -> None:
    assert answer(asked, "harb")
    assert answer(asked, "HARBOURS")
    assert answer(asked, "bisect_slo")


def test_what_is_quoted_must_stand_together(asked: Page) -> None:
    assert answer(asked, "the cosines sum")
    assert "stand together" not in asked.locator(".found [role=status]").inner_text()
    (first, *_) = answer(asked, '"sum of cosines"')
    assert "sum of cosines" in first
    assert len(answer(asked, "“sum of cosines”")) == len(answer(asked, '"sum of cosines"'))
    answer(asked, '"cosines of sum"')
    assert "Nowhere does it stand together" in asked.locator(".found [role=status]").inner_text()


def test_a_quoted_word_is_no_beginning_of_another_and_an_open_quotation_is(asked: Page) -> None:
    assert answer(asked, '"harbou')
    answer(asked, '"harbou"')
    assert "Nowhere does it stand together" in asked.locator(".found [role=status]").inner_text()


def test_a_name_of_several_words_is_found_where_it_stands_as_one(asked: Page) -> None:
    found = answer(asked, "bisect_slope")
    assert found
    assert all("bisect_slope" in one or "bisect slope" in one for one in found)


def test_a_word_that_was_mistyped_is_offered_as_it_was_meant(asked: Page) -> None:
    from playwright.sync_api import expect

    answer(asked, "harbuor")
    offer = asked.locator(".found [role=status] button")
    expect(offer).to_have_text("harbour")
    offer.click()
    expect(asked.locator(".found mark").first).to_be_visible()


def test_words_that_no_step_holds_together_are_looked_for_in_sections(asked: Page) -> None:
    assert answer(asked, "smallest cosine zeppelin")
    assert "No section holds all of this" in asked.locator(".found [role=status]").inner_text()


def test_nothing_found_is_said_with_a_way_on(asked: Page) -> None:
    from playwright.sync_api import expect

    asked.keyboard.type("zeppelin")
    expect(asked.locator(".found [role=status]")).to_contain_text("Nothing holds these words")


def test_code_is_found_with_its_file(asked: Page) -> None:
    assert any("tide/" in text for text in answer(asked, "bisect_slope"))


def test_it_answers_on_pages_below_the_root_too(open_page: Open) -> None:
    page = open_page("thread")
    page.keyboard.press("/")
    answer(page, "harbour")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/thread/"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_open_answer_has_no_fault_and_fits(open_page: Open, theme: str, width: int) -> None:
    page = open_page("index.html", color_scheme=theme, viewport={"width": width, "height": 844})
    page.locator("#q").focus()
    answer(page, "harbour")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    box = page.locator(".found").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["y"] < 200


def test_hostile_texts_are_found_as_texts(open_page: Open, tmp_path: Path) -> None:
    weave_book(hostile(), tmp_path, jobs=1)
    page = open_page("index.html", folder=tmp_path)
    page.keyboard.press("/")
    assert answer(page, "alert")
    assert page.locator(".found script, .found img, .found [onclick]").count() == 0


def test_without_script_there_is_no_field(open_page: Open) -> None:
    page = open_page("index.html", java_script_enabled=False)
    assert not page.locator("#q").is_visible()


WORDS = [
    "tideTable",
    "HTTPServer",
    "Été",
    "snake_case2",
    "潮汐table",
    "ＦＵＬＬ",
    "ﬁne",
    "x",
    "I18n",
]


def test_the_script_cuts_and_folds_words_as_the_index_does(open_page: Open, site: Path) -> None:
    """Both read the same rules; here the script's own functions are asked."""
    script = (site / "search.js").read_text(encoding="utf-8")
    begin, end = script.index("  var SPACELESS"), script.index("  // -- the index, piece")
    inner = script[begin:end].replace("VALUE[DIGITS[d]] = d", "0")
    page = open_page("index.html")
    told = page.evaluate(
        "([code, all]) => { const run = Function('DIGITS', code + '; return t => "
        "[(t.match(WORD) || []).map(fold), (t.match(WORD) || []).map(pieces)]');"
        " return all.map(run('')); }",
        [inner, WORDS],
    )
    for text, (folded, cut) in zip(WORDS, told, strict=True):
        found = [(text[a:b], word) for word, a, b in words(text)]
        assert folded == [word for _, word in found]
        assert [fold(raw) for raw, _ in found] == folded
        assert cut == [list(pieces(raw)) for raw, _ in found]


def test_an_address_and_the_id_of_a_commit_lead_to_their_section(asked: Page) -> None:
    assert answer(asked, "§3")[0].startswith("§3")
    (step,) = asked.locator(".found li a").all() if answer(asked, "§3 ¶1.18") else []
    href = step.get_attribute("href") or ""
    assert re.search(r"/thread/[0-9a-f]{12}\.html#s-[0-9a-f]{8}-1-18$", href)
    (id_,) = re.findall(r"/thread/([0-9a-f]{12})", href)
    assert answer(asked, id_[:8])[0].startswith("§3")
    assert answer(asked, "§999") == []
    asked.locator("#q").fill("§3 ¶1.18")
    asked.keyboard.press("Enter")
    asked.wait_for_url(href)


def test_a_file_is_found_by_its_name(asked: Page) -> None:
    assert answer(asked, "table.py")[0] == "file\ntide/table.py"
    assert answer(asked, "tide/tab")[0] == "file\ntide/table.py"
    first, second, *_ = answer(asked, "table")
    assert first.startswith("§"), "what was said of a common word goes before a file called so"
    assert second == "file\ntide/table.py"
    asked.locator(".found li a", has_text="tide/table.py").first.click()
    asked.wait_for_url(re.compile(r"/file/tide~table\.py\.html$"))


def test_an_identifier_leads_to_the_line_that_defines_it(asked: Page) -> None:
    assert answer(asked, "bisect_slope")[0].split() == ["def", "bisect_slope", "table.py:39"]
    found = [one.split() for one in answer(asked, "turn") if not one.startswith("§")]
    assert found == [["class", "Turn", "table.py:18"]], "turns only begins like a common word"
    first, second, *_ = answer(asked, "harbour")
    assert first.startswith("§"), "what was said of a common word goes before a type called so"
    assert second.split() == ["class", "Harbour", "station.py:11"]
    asked.locator(".found li a", has_text="station.py:11").click()
    asked.wait_for_url(re.compile(r"/file/tide~station\.py\.html#L11$"))
    assert "class Harbour" in asked.locator("[id=L11]").inner_text()


def test_a_definition_that_no_thread_tells_of_is_found(open_page: Open, tmp_path: Path) -> None:
    maker = Maker()
    first = turn(1, "A page.", "2026-03-02T09:00:00.000Z", edited(maker.edit("page.txt", "a\n")))
    old = maker.edit("old.py", "def older_than_agents():\n    pass\n", "residue", "unrecorded")
    maker.commit("A page", "2026-03-02", part("s-1", first), residue=(old,))
    weave_book(maker.book(), tmp_path, jobs=1)
    page = open_page("index.html", folder=tmp_path)
    page.keyboard.press("/")
    (way,) = answer(page, "older_than")
    assert way.split() == ["def", "older_than_agents", "old.py:1"]
    assert page.locator(".found [role=status]").inner_text() == "Found by its name."


def test_one_mistyped_word_of_several_is_offered_as_it_was_meant(asked: Page) -> None:
    from playwright.sync_api import expect

    answer(asked, "smallest tihng")
    offer = asked.locator(".found [role=status] button")
    expect(offer).to_have_text("smallest thing")
    offer.click()
    expect(asked.locator(".found mark").nth(1)).to_have_text("thing")
