"""The threads of a book along time: a lane for each agent, and a mark for each thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from treadle.thread.grammar.moment import seconds
from treadle.weave import text as say
from treadle.weave.pages.dyes import NOBODY, Agents, plain
from treadle.weave.pages.fields import WIDE
from treadle.weave.pages.file import commit_link
from treadle.weave.places import Link
from treadle.weave.view import Plan

LANE = 46
"""Height of a lane of the timeline."""

LEFT = 150
"""Where the lanes begin, to the right of their names."""

TALLEST = 30
"""Height of the mark of the largest thread."""

DAY = 86_400.0
"""Seconds."""

IDLE = 3.0
"""Days that an idle stretch takes on the timeline, at most."""

TICKS = 8
"""Days that are named below the timeline, at most."""

MARKS = 240
"""Marks of a lane up to which each thread has its own; of more, those that touch share one."""

NEAR = 6.0
"""Marks that are nearer than this touch."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A thread on the timeline."""

    link: Link
    told: str
    x: float
    height: float
    label: str
    """Its number, where there is room for it."""


@dataclass(frozen=True, slots=True)
class Lane:
    """The threads of one agent."""

    name: str
    dye: int
    """0 for commits without a thread."""
    y: int
    marks: tuple[Mark, ...]


def timeline(plan: Plan, agents: Agents) -> tuple[tuple[Lane, ...], tuple[tuple[float, str], ...]]:
    threads = {woven.commit.id for woven in plan.threads}
    others = [commit for commit in plan.book.others if commit.id not in threads]
    place = axis(sorted({stamp[:10] for stamp in _stamps(plan)}))

    most = max((woven.coverage.added for woven in plan.threads), default=1) or 1
    by_lane: dict[str, list[Mark]] = {name: [] for name in agents.dyes}
    for at, woven in enumerate(plan.threads):
        section = plan.places.sections[at]
        subject = say.visible(woven.commit.subject)
        told = f"{section.label} {subject}, {say.day(woven.commit.committed)}"
        height = 5 + (TALLEST - 5) * (woven.coverage.added / most) ** 0.5
        mark = Mark(Link(section.label, section.page), told, place(woven.commit.committed),
                    round(height, 1), "")  # fmt: skip
        for name in dict.fromkeys(plain(strip.agent) for strip in woven.leaf.strips):
            by_lane[name].append(mark)
    for commit in sorted(others, key=lambda one: one.committed):
        told = f"{commit.id[:7]} {say.visible(commit.subject)}, {say.day(commit.committed)}"
        link = commit_link(plan, commit.id)
        by_lane[NOBODY].append(Mark(link, told, place(commit.committed), 8.0, ""))
    lanes = [
        Lane("no thread" if name == NOBODY else name, agents.dyes[name], LANE * nth,
             tuple(_labelled(_joined(sorted(marks, key=lambda mark: mark.x)))))
        for nth, (name, marks) in enumerate((n, m) for n, m in by_lane.items() if m)
    ]  # fmt: skip
    days = sorted({stamp[:10] for stamp in _stamps(plan) if stamp})
    step = max(1, -(-len(days) // TICKS))
    ticks = [(place(f"{day}T00:00:00Z"), say.day(day)) for day in days[::step] if day]
    return tuple(lanes), tuple(_apart(ticks))


def axis(days: Sequence[str]) -> Callable[[str], float]:
    """Return where a moment stands on the timeline, if these are the days on which anything
    happened: a day is a day, but what was idle takes ``IDLE`` days at most."""
    begins: dict[str, float] = {}
    at = 0.0
    for nth, day in enumerate(days):
        gap = (seconds(day) - seconds(days[nth - 1])) / DAY if nth else 0.0
        at += min(max(gap, 1.0), IDLE) if nth else 0.0
        begins[day] = at
    span = at + 1.0

    def place(stamp: str) -> float:
        hours = (seconds(stamp) - seconds(stamp[:10])) / DAY if stamp else 0.0
        moment = begins.get(stamp[:10], 0.0) + min(max(hours, 0.0), 1.0)
        return round(LEFT + 10 + (WIDE - LEFT - 40) * moment / span, 1)

    return place


def _stamps(plan: Plan) -> Iterator[str]:
    yield from (woven.commit.committed for woven in plan.threads)
    yield from (commit.committed for commit in plan.book.others)


def _joined(marks: Sequence[Mark]) -> Sequence[Mark]:
    """The marks of a lane; where they are very many, those that touch are one, the tallest's."""
    if len(marks) <= MARKS:
        return marks
    found: list[list[Mark]] = []
    for mark in marks:
        if found and mark.x - found[-1][0].x < NEAR:
            found[-1].append(mark)
        else:
            found.append([mark])
    return [_one(group) for group in found]


def _one(marks: Sequence[Mark]) -> Mark:
    best = max(marks, key=lambda mark: mark.height)
    more = f" and {len(marks) - 1} more" if len(marks) > 1 else ""
    return Mark(best.link, best.told + more, marks[0].x, best.height, "")


def _labelled(marks: Sequence[Mark]) -> Iterator[Mark]:
    """The marks, with their numbers where no other mark stands in the way."""
    free = 0.0
    for nth, mark in enumerate(marks):
        after = marks[nth + 1].x if nth + 1 < len(marks) else float(WIDE)
        fits = mark.x >= free and after - mark.x > 34
        label = mark.link.text if fits and mark.link.href else ""
        if label:
            free = mark.x + 34
        yield Mark(mark.link, mark.told, mark.x, mark.height, label)


def _apart(ticks: Sequence[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """Ticks that stand far enough from each other to be read."""
    last = float("-inf")
    for _, group in groupby(ticks, key=lambda tick: tick[1]):
        x, name = next(group)
        if x - last > 130:
            yield max(x, float(LEFT)), name
            last = x
