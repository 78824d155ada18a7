"""Turns and steps: what a turn is called, where a long text is cut, thoughts as Markdown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.weave.maker import Maker, edited, part, said, turn
from treadle.weave.pages.steps import OPENING, fold
from treadle.weave.pages.thread import thread_page
from treadle.weave.site import weave_book
from treadle.weave.view import plan

NINE = "2026-03-05T09:00:00.000Z"


def test_a_first_line_that_leads_on_to_the_rest_is_not_the_whole_title() -> None:
    maker = Maker()
    asked = "Implement the following plan:\n\n# Find the turns\n\nBracket them first."
    steps = [turn(1, asked, NINE), turn(2, "Go on.\nQuickly.", NINE)]
    maker.commit("Turns", "2026-03-05", part("s", *steps))
    (strand,) = thread_page(plan(maker.book()), 0).strands
    assert [one.title for one in strand.turns] == [
        "Implement the following plan: Find the turns Bracket them first.",
        "Go on.",
    ]


def test_a_section_of_which_nothing_is_left_says_so(tmp_path: Path) -> None:
    maker = Maker()
    for day, text in (("05", "a\n"), ("06", "b\n")):
        steps = turn(1, "Write.", NINE, edited(maker.edit("a.py", text)))
        maker.commit(f"Write {day}", f"2026-03-{day}", part(day, steps))
    weave_book(maker.book(), tmp_path, jobs=1)
    told = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "100 % of 1 line explained, none alive" in told
    assert "100 % of 1 line explained, 1 alive" in told


def test_a_long_text_is_cut_at_a_line_and_before_code_in_a_fence() -> None:
    prose = "word " * (OPENING // 10)
    code = "```\n" + "x = 1\n" * OPENING + "```"
    shown, rest = fold(f"{prose}\n{prose[:400]}\n{code}\n\nThe end.")
    assert shown.endswith("word")
    assert rest.startswith("```\n")
    assert rest.endswith("The end.")
    shown, rest = fold(code)
    assert shown.startswith("```"), "nothing stands before it"
    assert len(shown) <= OPENING


def test_a_thought_is_shown_as_the_markdown_it_is(tmp_path: Path) -> None:
    maker = Maker()
    thought = replace(
        said("**Finding the day**\n\nSo `today` asks:\n\n1. one\n2. two"), kind="thought"
    )
    steps = turn(1, "Find `it`.", NINE, thought, edited(maker.edit("a.py", "a\n")))
    maker.commit("Day", "2026-03-05", part("s", steps))
    weave_book(maker.book(), tmp_path, jobs=1)
    (page,) = (tmp_path / "thread").iterdir()
    html = page.read_text(encoding="utf-8")
    assert "<strong>Finding the day</strong>" in html
    assert "<code>today</code>" in html
    assert "<li>one</li>" in html
    assert "Find `it`." in html, "a person's words stay as they were typed"
