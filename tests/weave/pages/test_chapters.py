"""Chapters: how threads are cut, what the pages are called, and that each can be turned to."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.weave.maker import Maker, part, ran, turn
from tests.weave.markup import read_site
from treadle.weave.making.folder import claim
from treadle.weave.pages import chapters as module
from treadle.weave.pages.chapters import chapter_view, chapters
from treadle.weave.pages.index import index_page
from treadle.weave.places import Link
from treadle.weave.site import weave_book
from treadle.weave.view import Book, Plan, plan


def book(days: list[str]) -> Book:
    maker = Maker()
    for n, day in enumerate(days):
        steps = turn(1, f"Ask {n}", "2026-03-02T09:00:00.000Z", ran("true"))
        maker.commit(f"Commit {n}", day, part(f"s{n}", steps))
    return maker.book()


def sixty() -> Plan:
    return plan(book([f"2026-03-{n // 3 + 1:02}" for n in range(60)]))


def test_many_threads_are_cut_into_shorter_chapters() -> None:
    assert [chapter.title for chapter in chapters(sixty())] == [
        "Week of 23 February 2026",
        "Week of 2 March 2026",
        "Week of 9 March 2026",
        "Week of 16 March 2026",
    ]


def test_a_short_book_is_told_on_its_first_page() -> None:
    page = index_page(plan(book(["2026-03-01"] * 3)))
    (only,) = page.chapters
    assert (only.chapter.page, len(only.entries), only.names) == ("", 3, ())


def test_a_thread_that_reached_the_branch_later_says_so() -> None:
    made = book(["2026-03-01", "2026-03-02"])
    first, last = made.threads
    merged = replace(first, arrived="2026-03-05T09:00:00.000Z")
    woven = plan(replace(made, threads=(merged, last)))
    entries = [entry for one in index_page(woven).chapters for entry in one.entries]
    told = {entry.subject: (entry.day, entry.arrived) for entry in entries}
    assert told == {
        "Commit 0": ("1 March 2026", "5 March 2026"),
        "Commit 1": ("2 March 2026", ""),
    }


def test_the_first_page_of_a_long_book_names_each_thread_and_links_its_chapters() -> None:
    page = index_page(sixty())
    assert [one.chapter.page for one in page.chapters][:2] == [
        "story/week-2026-02-23.html",
        "story/week-2026-03-02.html",
    ]
    assert sum(len(one.names) for one in page.chapters) == 60
    assert not any(one.entries for one in page.chapters)


def test_the_first_page_of_a_very_long_book_names_its_chapters_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("treadle.weave.pages.index.CONTENTS", 50)
    assert not any(one.names for one in index_page(sixty()).chapters)


def test_a_day_with_very_many_threads_is_several_chapters() -> None:
    found = chapters(plan(book(["2026-03-01"] * 200)))
    assert [(one.title, one.sections) for one in found] == [
        ("1 March 2026", "§1 to §80"),
        ("1 March 2026, continued", "§81 to §160"),
        ("1 March 2026, continued", "§161 to §200"),
    ]
    assert len({one.page for one in found}) == 3


def test_times_that_are_none_have_a_chapter_of_their_own() -> None:
    (only,) = chapters(plan(book(["some day"])))
    assert only.title == "Undated"


def test_each_chapter_leads_to_the_next_and_back() -> None:
    shared = sixty()
    every = chapters(shared)
    pages = [chapter_view(shared, every, at) for at in range(len(every))]
    assert pages[0].before is None
    assert pages[-1].after is None
    for one, other in pairwise(pages):
        assert one.after == Link(other.chapter.title, other.page)
        assert other.before == Link(one.chapter.title, one.page)


def test_a_chapter_is_woven_again_only_where_it_changed(tmp_path: Path) -> None:
    days = [f"2026-03-{n // 3 + 1:02}" for n in range(60)]
    weave_book(book(days), tmp_path, jobs=1)
    first = {name: key for name, (key, _) in claim(tmp_path).pages.items()}
    weave_book(book([*days, "2026-03-20"]), tmp_path, jobs=1)
    then = {name: key for name, (key, _) in claim(tmp_path).pages.items()}
    story = [name for name in first if name.startswith("story/")]
    assert [name for name in story if first[name] != then[name]] == ["story/week-2026-03-16.html"]


def test_a_book_that_grew_short_again_leaves_no_page_of_a_chapter(tmp_path: Path) -> None:
    weave_book(sixty().book, tmp_path, jobs=1)
    assert "story/week-2026-03-02.html" in read_site(tmp_path)
    weave_book(book(["2026-03-01"]), tmp_path, jobs=1)
    assert not list((tmp_path / "story").glob("*"))


def test_a_topic_is_a_folder_that_many_of_its_threads_changed() -> None:
    assert module._topic(()) == ""


def test_folders_that_as_many_threads_changed_are_named_in_their_order() -> None:
    maker = Maker()
    steps = turn(1, "Ask", "2026-03-02T09:00:00.000Z", ran("true"))
    maker.commit("Commit", "2026-03-02", part("s", steps))
    (woven,) = maker.book().threads
    files = tuple(f"{folder}/a.py" for folder in "hgfedcba")
    threads = [replace(woven, leaf=replace(woven.leaf, files=files))]
    assert module._topic(threads) == "a, b"
