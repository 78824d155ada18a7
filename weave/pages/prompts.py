"""The list of prompts: all that was asked, in its order, each with the section that answered it.

It is also the search of those who have no script: a browser finds any word on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from treadle.weave import text as say
from treadle.weave.places import Link
from treadle.weave.view import Plan


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
    days: tuple[PromptDay, ...]


def prompts_page(plan: Plan) -> PromptsPage:
    """Return the view of the list of prompts; a repeated one stands where it was first asked."""
    rows = list(_rows(plan))
    days = tuple(
        PromptDay(say.day(day) or "Undated", tuple(row for _, row in group))
        for day, group in groupby(rows, key=lambda row: row[0])
    )
    return PromptsPage("prompts.html", len(rows), days)


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
