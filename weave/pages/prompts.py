"""The list of prompts: all that was asked, in its order, each with the section that answered it.

It is also the search of those who have no script: a browser finds any word on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from treadle.weave import text as say
from treadle.weave.places import Link, nth_page
from treadle.weave.view import Plan

ROWS = 1_500
"""Prompts that a page lists."""


@dataclass(frozen=True, slots=True)
class PromptRow:
    """One prompt."""

    link: Link
    """``§3 ¶2``, and the turn."""
    asked: str
    agent: str
    subject: str


@dataclass(frozen=True, slots=True)
class PromptDay:
    """What was asked on one day."""

    title: str
    rows: tuple[PromptRow, ...]


@dataclass(frozen=True, slots=True)
class PromptsPage:
    """All prompts."""

    page: str
    count: int
    """Of all pages."""
    days: tuple[PromptDay, ...]
    pages: tuple[Link, ...] = ()
    """Where there are several: all of them, by their days."""


def page_prompts(plan: Plan) -> tuple[str, ...]:
    """Return the pages of the list."""
    count = sum(len(strip.prompts) for woven in plan.threads for strip in woven.leaf.strips)
    return tuple(nth_page("prompts.html", nth) for nth in range(max(1, -(-count // ROWS))))


def prompts_pages(plan: Plan) -> Iterator[PromptsPage]:
    """The views of the pages; a prompt that is repeated stands where it was first asked."""
    rows, pages = list(_rows(plan)), page_prompts(plan)
    shares = [rows[nth * ROWS : (nth + 1) * ROWS] for nth in range(len(pages))]
    links = tuple(
        Link(say.days(share[0][0], share[-1][0]), page)
        for page, share in zip(pages, shares, strict=True)
        if share
    )
    for page, share in zip(pages, shares, strict=True):
        days = tuple(
            PromptDay(say.day(day) or "Undated", tuple(row for _, row in group))
            for day, group in groupby(share, key=lambda row: row[0])
        )
        yield PromptsPage(page, len(rows), days, links if len(links) > 1 else ())


def _rows(plan: Plan) -> Iterator[tuple[str, PromptRow]]:
    for at, woven in enumerate(plan.threads):
        section = plan.places.sections[at]
        for strip in woven.leaf.strips:
            for prompt in strip.prompts:
                yield (
                    woven.when[:10],
                    PromptRow(
                        Link(
                            f"{section.label} ¶{prompt.turn}",
                            f"{section.page}#t-{strip.id[:8]}-{prompt.turn}",
                        ),
                        prompt.text or "(nothing in words)",
                        say.visible(strip.agent),
                        say.visible(woven.commit.subject),
                    ),
                )
