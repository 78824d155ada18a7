"""A section knows which sections it changes, which changed it, and where its lines stand."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.weave.markup import read_site
from tests.weave.slackwater import slackwater
from treadle.weave.html import single_html
from treadle.weave.leaves.memo import Memo
from treadle.weave.making.keys import thread_key
from treadle.weave.pages.thread import thread_page
from treadle.weave.site import weave_book
from treadle.weave.view import Book, Piece, frame, plan


@pytest.fixture
def book() -> Book:
    """The third section takes away lines of the first, and of a commit that has none."""
    made = slackwater()
    first, third = (plan(made).threads[at].commit.id for at in (0, 2))
    return replace(made, changed={third: {first: 3, "f" * 40: 2}})


def test_forward_and_back_are_told_with_their_lines(book: Book) -> None:
    woven = plan(book)
    first, third = thread_page(woven, 0), thread_page(woven, 2)
    ((link, subject, lines),) = third.changes.sections
    assert (link.text, link.href, subject, lines) == ("§1", first.page, first.subject, 3)
    assert third.changes.others == 2
    ((link, subject, lines),) = first.changed.sections
    assert (link.text, subject, lines) == ("§3", third.subject, 3)
    assert (third.changed.sections, first.changes.sections) == ((), ())


def test_each_file_tells_which_of_its_lines_stand_today(book: Book) -> None:
    woven = plan(book)
    files = {file.path: file for file in thread_page(woven, 2).files}
    assert [to.text for to in files["tests/test_table.py"].standing] == ["1–8"]
    assert files["tests/test_table.py"].standing[0].href.endswith("#L1")
    third = woven.threads[2].commit.id
    many = tuple(Piece("tide/table.py", 2 * n, 1) for n in range(30))
    scattered = thread_page(replace(woven, standing={third: many}), 2)
    table = next(file for file in scattered.files if file.path == "tide/table.py")
    assert [to.text for to in table.standing] == [str(2 * n + 1) for n in range(24)]
    assert table.standing[5].href.endswith("#L11")
    assert table.more == 6


def test_lines_that_stand_in_a_renamed_file_are_told_too(book: Book) -> None:
    names = {"tests/test_table.py": "tests/test_day.py"}
    moved = [replace(file, path=names.get(file.path, file.path)) for file in book.files]
    files = {
        file.path: file for file in thread_page(plan(replace(book, files=tuple(moved))), 2).files
    }
    assert files["tests/test_table.py"].standing == ()
    after = files["tests/test_day.py"]
    assert (after.verb, [to.text for to in after.standing]) == ("holds its lines today", ["1–8"])
    assert after.standing[0].href == "file/tests~test_day.py.html#L1"


def test_a_page_is_woven_again_when_a_later_section_changes_it(book: Book) -> None:
    before, after = plan(replace(book, changed={})), plan(book)
    changed = [thread_key(before, at) != thread_key(after, at) for at in range(4)]
    assert changed == [True, False, True, False]


def test_a_page_that_stands_alone_names_sections_and_links_none(book: Book) -> None:
    whole = plan(book)
    for at, woven in enumerate(whole.threads):
        places = replace(whole.places, files={}, heights={}, alone=woven.commit.id)
        html = single_html(thread_page(replace(whole, places=places), at), frame(book), Memo())
        links = re.findall(r'<a [^>]*href="([^"]*)"', html)
        assert [link for link in links if not link.startswith(("#", "https:"))] == []
        if at == 2:
            assert '<span class="sec">§1</span>' in html


def test_both_stand_on_the_page(book: Book, tmp_path: Path) -> None:
    weave_book(book, tmp_path, jobs=1)
    pages = read_site(tmp_path)
    page = pages[plan(book).places.sections[2].page]
    assert "What it changes" in page.text
    assert "changes" in page.ids
    assert "changed" not in page.ids
