"""A section knows which sections it changes, which changed it, and where its lines stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.weave.markup import read_site
from tests.weave.slackwater import slackwater
from treadle.weave.making.keys import thread_key
from treadle.weave.pages.thread import thread_page
from treadle.weave.site import weave_book
from treadle.weave.view import Book, plan


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
    standing = files["tests/test_table.py"].standing
    assert standing
    assert standing.text == "lines 1–8"
    assert standing.href.endswith("#L1")


def test_a_page_is_woven_again_when_a_later_section_changes_it(book: Book) -> None:
    before, after = plan(replace(book, changed={})), plan(book)
    changed = [thread_key(before, at) != thread_key(after, at) for at in range(4)]
    assert changed == [True, False, True, False]


def test_both_stand_on_the_page(book: Book, tmp_path: Path) -> None:
    weave_book(book, tmp_path, jobs=1)
    pages = read_site(tmp_path)
    page = pages[plan(book).places.sections[2].page]
    assert "What it changes" in page.text
    assert "changes" in page.ids
    assert "changed" not in page.ids
