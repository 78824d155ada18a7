"""The index of identifiers and the list of prompts say what the files and threads say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.weave.slackwater import slackwater
from treadle.tangle.learnt.kept import Kept
from treadle.weave.pages import identifiers as identpage
from treadle.weave.pages.identifiers import Identifier, definitions, names_pages, page_names
from treadle.weave.pages.prompts import prompts_pages
from treadle.weave.view import Book, Plan, plan


@pytest.fixture
def woven() -> Plan:
    return plan(slackwater())


def listed(woven: Plan) -> dict[str, Identifier]:
    (page,) = names_pages(woven, Kept())
    return {one.name: one for letter in page.letters for one in letter.names}


def test_a_name_tells_where_it_is_defined_and_by_whom(woven: Plan) -> None:
    one = listed(woven)["bisect_slope"]
    (place,) = one.places
    assert place.kind == "def"
    assert place.line.text == "table.py:39"
    assert place.line.href == "file/tide~table.py.html#L39"
    assert place.by.text.startswith("§3 ¶")
    assert place.by.href.startswith("thread/")


def test_a_name_tells_which_sections_use_it(woven: Plan) -> None:
    one = listed(woven)["Harbour"]
    assert [link.text for link in one.used.links] == ["§3", "§4"]
    assert all("#s-" in link.href for link in one.used.links)


def test_a_section_is_told_once_as_what_it_did_first(woven: Plan) -> None:
    for one in listed(woven).values():
        defined = {place.by.text.split(" ")[0] for place in one.places}
        changed = {link.text for link in one.changed.links}
        used = {link.text for link in one.used.links}
        assert not defined & changed
        assert not (defined | changed) & used


def test_what_nobody_recorded_is_named_by_its_commit(woven: Plan) -> None:
    (place,) = listed(woven)["DATUM"].places
    assert place.by.href == ""
    assert len(place.by.text) == 7


def test_names_stand_in_the_order_of_a_book(woven: Plan) -> None:
    found = list(listed(woven))
    assert found == sorted(found, key=str.lower)


def test_a_large_book_has_a_page_a_letter(woven: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = listed(woven)
    monkeypatch.setattr(identpage, "WHOLE", 10)
    pages = list(names_pages(woven, Kept()))
    assert tuple(page.page for page in pages) == page_names(woven)
    assert len(pages) == 28
    assert not any(letter.names for letter in pages[0].letters)
    found = [one.name for page in pages for letter in page.letters for one in letter.names]
    assert found == list(whole)


def test_the_search_is_told_of_every_definition_that_is_listed(
    woven: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    (page,) = names_pages(woven, Kept())
    told = list(definitions(page))
    assert ("Harbour", "class", "station.py:11", "file/tide~station.py.html#L11") in told
    monkeypatch.setattr(identpage, "WHOLE", 10)
    assert [one for each in names_pages(woven, Kept()) for one in definitions(each)] == told


def test_what_was_read_once_is_not_read_again(woven: Plan, tmp_path: Path) -> None:
    first = list(names_pages(woven, Kept(str(tmp_path))))
    assert list(names_pages(woven, Kept(str(tmp_path)))) == first


def test_a_book_without_code_has_an_empty_index() -> None:
    (page,) = names_pages(plan(Book("Empty", "", (), ())), Kept())
    assert (page.letters, page.count) == ((), 0)


def test_all_prompts_are_listed_in_their_order(woven: Plan) -> None:
    (page,) = prompts_pages(woven)
    rows = [row for day in page.days for row in day.rows]
    assert [row.link.text for row in rows] == ["§1 ¶1", "§2 ¶1", "§3 ¶1", "§3 ¶2", "§4 ¶1"]
    assert rows[0].asked == "The smallest thing that gives the height of the tide."
    assert page.days[0].title == "2 March 2026"
    assert page.count == len(rows)
