"""The view of a thread in short, as the chapters and the head of its own page show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from treadle.weave.leaves.gist import Point
from treadle.weave.places import Link, strand, turn_anchor
from treadle.weave.view import Plan, Woven


@dataclass(frozen=True, slots=True)
class Line:
    """One quotation."""

    head: str
    """What it is, said once before several of a kind; else ``""``."""
    kind: str
    """``asked``, ``because``, ``dropped`` or ``ended``."""
    text: str
    link: Link
    """Where it stands."""
    later: Link | None = None
    """The step that replaced what it wrote, or a good deal of it."""


def tale(plan: Plan, woven: Woven) -> tuple[Line, ...]:
    """Return a thread in short; the links are of its own page."""
    return tuple(_lines(plan, woven))


def _lines(plan: Plan, woven: Woven) -> Iterator[Line]:
    gist = woven.leaf.gist
    asked = [point for point in gist.asked if _plain(point.text) != _plain(woven.commit.subject)]
    for nth, point in enumerate(asked):
        yield Line("" if nth else "Asked", "asked", point.text, _turn(plan, woven, point))
    for nth, point in enumerate(gist.reasons):
        yield Line("" if nth else "Because", "because", point.text, *_steps(plan, woven, point))
    for nth, point in enumerate(gist.dropped):
        yield Line("" if nth else "Given up", "dropped", point.text, *_steps(plan, woven, point))
    if gist.ended:
        yield Line("In the end", "ended", gist.ended.text, *_steps(plan, woven, gist.ended))


def _plain(text: str) -> str:
    return text.strip(" .…").lower()


def _turn(plan: Plan, woven: Woven, point: Point) -> Link:
    label = f"¶{strand(woven.leaf.parts, point.part)}{point.name}"
    mark = f"#{turn_anchor(point.part, int(point.name))}"
    if plan.places.alone:
        return Link(label, mark)
    return Link(label, f"{plan.places.sections[plan.places.by_commit[woven.commit.id]].page}{mark}")


def _steps(plan: Plan, woven: Woven, point: Point) -> tuple[Link, Link | None]:
    part, _, name = point.later.rpartition(":")
    later = _step(plan, woven, part, name) if part in woven.leaf.parts else None
    return _step(plan, woven, point.part, point.name), later


def _step(plan: Plan, woven: Woven, part: str, name: str) -> Link:
    found = plan.places.step(woven.commit.id, part, name)
    label = f"¶{strand(woven.leaf.parts, part)}{name}"
    return Link(label, found.href if found else "")
