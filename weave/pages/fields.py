"""The map of a book: each file has a field as large as it has lines.

The tone says how many of them are explained, the band at its foot by whose threads, the line at its
head how long ago it last changed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.thread.grammar.moment import seconds
from treadle.thread.story import shorten
from treadle.weave import text as say
from treadle.weave.pages.dyes import Agents
from treadle.weave.pages.treemap import Box, squarified
from treadle.weave.places import Link
from treadle.weave.view import Cloth, Plan, explained, total

WIDE, HIGH = 1232, 420
"""Size of the map, in its own units; about pixels on a large screen."""

LETTER = 6.7
"""Width of a letter of a name in the map."""

LINE = 14
"""Height of a line of it."""

NAME = 7
"""Letters for which a line must have room."""

_BREAK = re.compile(r"(?<=[_-])(?=[^_-])|(?<=\.)(?=[^.]{3})|(?<=[a-z0-9])(?=[A-Z])")

GAP = 3.0
"""Between folders."""

TONES = (40, 60, 75, 95)
"""Percent explained at which the next tone begins."""


@dataclass(frozen=True, slots=True)
class Band:
    """A share of a file's lines, by who wrote them."""

    dye: int
    """1-based; 0 where nobody explains them."""
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Field:
    """A file in the map."""

    link: Link
    counts: str
    """``120 lines, 98 % explained``."""
    told: str
    """The whole of it in words."""
    box: Box
    tone: int
    """1 to 5, the more explained the higher."""
    bands: tuple[Band, ...]
    youth: float
    """How long the line at its head is: from 0, the oldest file, to the width of the field."""
    label: tuple[str, ...]
    """Its name in lines, as far as there is room for it."""
    note: bool
    """There is room for a line more."""


def fields(
    plan: Plan, agents: Agents, shown: Sequence[Cloth], rest: Sequence[Cloth]
) -> Iterator[Field]:
    """A field for each file that is ``shown``, the largest first, and one for all the ``rest``."""
    folders: dict[str, list[Cloth]] = {}
    for file in shown:
        folders.setdefault(file.path.rpartition("/")[0], []).append(file)
    groups = sorted(folders.items(), key=lambda one: (-_size(one[1]), one[0]))
    sizes = [float(_size(group)) for _, group in groups]
    sizes += [float(_size(rest))] if rest else []
    boxes = squarified(sizes, Box(0.0, 0.0, float(WIDE), float(HIGH)))
    ages = _Ages(plan, shown)
    for (_, group), box in zip(groups, boxes, strict=False):
        inner = squarified([float(total(file.runs)) for file in group], box.inside(GAP / 2))
        for file, field in zip(group, inner, strict=True):
            yield _field(plan, agents, ages, file, field)
    if rest:
        told = f"{say.count(len(rest), 'smaller file')}, {say.count(_size(rest), 'line')}"
        yield Field(Link(told, "files.html"), told, told, boxes[-1], 1, (), 0.0, (), False)


def _size(files: Sequence[Cloth]) -> int:
    return sum(total(file.runs) for file in files)


def _field(plan: Plan, agents: Agents, ages: _Ages, file: Cloth, box: Box) -> Field:
    lines, known = total(file.runs), explained(file.runs)
    name = say.visible(file.path.rpartition("/")[2])
    counts = f"{say.count(lines, 'line')}, {say.percent(known, lines)} explained"
    box = box.inside(0.5)
    named = label(name, box)
    return Field(
        link=Link(say.visible(file.path), plan.places.files.get(file.path, "")),
        counts=counts,
        told=f"{say.visible(file.path)}: {counts}, last changed {ages.day(file)}",
        box=box,
        tone=1 + sum(100 * known >= tone * lines for tone in TONES),
        bands=tuple(_bands(agents, agents.lines(file), lines, box)),
        youth=round(box.width * ages.youth(file), 1),
        label=named,
        note=bool(named) and box.width > 150 and box.height > 38 + LINE * len(named),
    )


def label(name: str, box: Box) -> tuple[str, ...]:
    """A name in as many lines as it needs and the field has room for, broken behind ``_``, ``-``,
    a ``.`` and before a capital; nothing where hardly a word of it could be read."""
    letters, most = int((box.width - 10) / LETTER), int((box.height - 16) / LINE)
    if letters < NAME or most < 1:
        return ()
    lines = [""]
    for piece in filter(None, _BREAK.split(name)):
        if len(lines[-1]) + len(piece) <= letters:
            lines[-1] += piece
        else:
            lines.append(piece)
    found = [*filter(None, lines)]
    if len(found) > most:
        found[most - 1 :] = ["".join(found[most - 1 :])]
    return tuple(shorten(line, letters) for line in found)


def _bands(agents: Agents, counts: Mapping[str, int], lines: int, box: Box) -> Iterator[Band]:
    by_dye: Counter[int] = Counter()
    for name, number in counts.items():
        by_dye[agents.dyes[name]] += number
    at = box.x
    for dye, number in sorted(by_dye.items(), key=lambda one: (one[0] == 0, one[0])):
        width = box.width * number / lines
        yield Band(dye, round(at, 1), round(width, 1))
        at += width


class _Ages:
    """How long ago each file last changed, on the scale of the whole book."""

    def __init__(self, plan: Plan, files: Sequence[Cloth]) -> None:
        self.last = {file.path: last_change(plan, file) for file in files}
        known = [seconds(stamp) for stamp in self.last.values() if stamp]
        self.begin, self.end = min(known, default=0.0), max(known, default=0.0)

    def youth(self, file: Cloth) -> float:
        """From 0, the longest ago, to 1."""
        span = self.end - self.begin
        return max(0.0, (seconds(self.last[file.path]) - self.begin) / span) if span else 1.0

    def day(self, file: Cloth) -> str:
        """The day in words."""
        return say.day(self.last[file.path]) or "at an unknown time"


def last_change(plan: Plan, file: Cloth) -> str:
    """When a line of the file was last written; ``""`` where no commit is known."""
    stamps = (plan.commits[run.commit].time for run in file.runs if run.commit in plan.commits)
    return max(stamps, default="")
