"""The pictures of a book: its files as a map, its threads along time.

All of it is laid out here, as numbers; a template draws it, and a table says the same in words.
"""

from __future__ import annotations

from dataclasses import dataclass

from treadle.weave import text as say
from treadle.weave.pages.dyes import Agents
from treadle.weave.pages.fields import Field, fields, last_change
from treadle.weave.pages.timeline import LANE, Lane, timeline
from treadle.weave.places import Link
from treadle.weave.view import Cloth, Plan, explained, total

FIELDS = 400
"""Files that have a field of their own, the largest first; the others share one."""


@dataclass(frozen=True, slots=True)
class Row:
    """A file in the table that says the same."""

    link: Link
    lines: int
    explained: int
    by: tuple[tuple[str, int], ...]
    """Who wrote how many lines, the most first."""
    day: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Both pictures, and the table."""

    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    unlisted: int
    """Files that have no row."""
    agents: tuple[tuple[int, str], ...]
    """The colours that occur, and whose they are."""
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int
    """Of the timeline."""


def picture(plan: Plan) -> Picture:
    """Return the pictures of a book."""
    files = [file for file in plan.book.files if total(file.runs)]
    files.sort(key=lambda file: (-total(file.runs), file.path))
    agents = Agents(plan, files)
    lanes, ticks = timeline(plan, agents)
    return Picture(
        fields=tuple(fields(plan, agents, files[:FIELDS], files[FIELDS:])),
        rows=tuple(_row(plan, agents, file) for file in files[:FIELDS]),
        unlisted=max(0, len(files) - FIELDS),
        agents=tuple((dye, name) for name, dye in agents.dyes.items() if dye),
        lanes=lanes,
        ticks=ticks,
        height=LANE * len(lanes) + 30,
    )


def _row(plan: Plan, agents: Agents, file: Cloth) -> Row:
    return Row(
        link=Link(say.visible(file.path), plan.places.files.get(file.path, "")),
        lines=total(file.runs),
        explained=explained(file.runs),
        by=tuple(agents.lines(file).most_common()),
        day=say.day(last_change(plan, file)),
    )
