"""An invented project, Slackwater, as a book: five commits, four of them with threads."""

from __future__ import annotations

from tests.weave.maker import Maker, edited, looked, part, ran, said, thought, turn, unplaced
from treadle.thread.model import (
    Step,
)
from treadle.weave.view import Book, Cloth

HARMONIC = '''\
"""The height of water as a sum of cosines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians


@dataclass(frozen=True, slots=True)
class Constituent:
    """One wave of the tide."""

    name: str
    speed: float  # degrees an hour
    amplitude: float  # metres
    lag: float  # degrees


def height(parts: Sequence[Constituent], hours: float, mean: float = 0.0) -> float:
    """Return the height of water, in metres, ``hours`` after the epoch."""
    return mean + sum(
        p.amplitude * cos(radians(p.speed * hours - p.lag)) for p in parts
    )
'''

SLOPE = '''\


def slope(parts: Sequence[Constituent], hours: float) -> float:
    """Return how fast the water rises, in metres an hour."""
    return -sum(
        p.amplitude * radians(p.speed) * sin(radians(p.speed * hours - p.lag))
        for p in parts
    )


def shortest_period(parts: Sequence[Constituent]) -> float:
    """Return the period of the fastest constituent, in hours."""
    return 360 / max(p.speed for p in parts)
'''

TABLE_1 = '''\
"""High and low water for one day at one harbour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tide.harmonic import height
from tide.station import Harbour

DATUM = "datum"


@dataclass(frozen=True, slots=True)
class Turn:
    """One high or low water."""

    hours: float  # since the harbour's epoch
    metres: float  # above the datum
    high: bool


def turns(harbour: Harbour, begin: float, end: float) -> Iterator[Turn]:
    """Yield every high and low water between two hours, in order."""
    t = begin + 1.0
    while t < end:
        before, here, after = (height(harbour.parts, t + d) for d in (-1, 0, 1))
        if before < here > after or before > here < after:
            yield Turn(t, here, high=here > after)
        t += 1.0
'''

TABLE_2 = TABLE_1.replace(
    "from tide.harmonic import height\n",
    "from tide.harmonic import Constituent, height, shortest_period, slope\n",
).replace(
    'DATUM = "datum"\n',
    "# A turn is looked for in steps of an eighth of the fastest constituent.\n"
    "STEPS_PER_PERIOD = 8\nQUARTER_MINUTE = 1 / 240  # of an hour\n"
    'DATUM = "datum"\n',
)
TABLE_2 = (
    TABLE_2[: TABLE_2.index("    t = begin + 1.0")]
    + '''\
    step = shortest_period(harbour.parts) / STEPS_PER_PERIOD
    left, rising = begin, slope(harbour.parts, begin) > 0
    while left < end:
        right = min(left + step, end)
        still_rising = slope(harbour.parts, right) > 0
        if still_rising != rising:
            at = bisect_slope(harbour.parts, left, right)
            yield Turn(at, height(harbour.parts, at, harbour.mean), high=rising)
        left, rising = right, still_rising


def bisect_slope(parts: Sequence[Constituent], left: float, right: float) -> float:
    """Return the hour between two hours where the slope changes its sign."""
    rising = slope(parts, left) > 0
    while right - left > QUARTER_MINUTE:
        middle = (left + right) / 2
        if (slope(parts, middle) > 0) == rising:
            left = middle
        else:
            right = middle
    return left
'''
)

TEST = '''\
from tide.station import load
from tide.table import turns


def test_double_high_water():
    """Seven turns on a neap day: the small dip is one of them."""
    found = list(turns(load("mellin-sound"), 7 * 24, 8 * 24))
    assert len(found) == 7
'''

STATION = '''\
"""Harbours, as the data file has them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from tide.harmonic import Constituent


@dataclass(frozen=True, slots=True)
class Harbour:
    title: str
    parts: tuple[Constituent, ...]
    mean: float


def load(key: str) -> Harbour:
    """Return one harbour of ``data/harbours.toml``."""
    found = tomllib.loads(Path("data/harbours.toml").read_text())[key]
    parts = tuple(Constituent(*one) for one in found["parts"])
    return Harbour(found["title"], parts, found["mean"])
'''

HARBOURS = """\
[mellin-sound]
title = "Mellin Sound"
mean  = 2.9
parts = [
  ["M2", 28.9841042, 1.90, 112.0],
  ["S2", 30.0000000, 0.40, 150.0],
  ["M4", 57.9682084, 0.50, 201.0],
  ["M6", 86.9523127, 0.06, 20.0],
]
"""

CARD = '''\
"""Print harbours as TOML."""

import csv
import sys

for row in csv.DictReader(sys.stdin):
    print("[" + row["key"] + "]")
'''

HEADING = '''\


def heading(harbour: Harbour) -> str:
    """Return the table's title."""
    return f"{harbour.title}, heights above {DATUM}"
'''

PROMPT_3 = """\
Print the day’s high and low waters for a harbour: the time to the minute, the height to a \
tenth of a metre.

It has to be right for Mellin Sound. The water there makes two highs with a small dip between, \
and every table I own shows only one of them."""

THOUGHT_3 = """\
Five instead of seven: the pair around seven in the morning is gone. On the fine curve the dip \
is at 06:31 and the crest after it at 07:06, eight millimetres higher. An hour’s step walks over \
both.

Could I step by ten minutes? Then this test passes, and the next harbour with a shallower dip \
fails silently. The step should come from the tide, not from the test."""

FAILED = """\
    def test_double_high_water():
        found = list(turns(load("mellin-sound"), 7 * 24, 8 * 24))
>       assert len(found) == 7
E       assert 5 == 7

tests/test_table.py:8: AssertionError
1 failed, 4 passed in 0.31s"""

ANSWER = """\
## What I found

Two are faster than two cycles a day, **M4** and **M6**:

| wave | period | amplitude |
|---|---|---|
| M4 | 6.21 h | 0.50 m |
| M6 | 4.14 h | 0.06 m |

1. The fastest wave has a period of *4.14 hours*.
2. Near neaps the dip will be small, see `harbours.toml`.

```python
def period(speed: float) -> float:
    return 360 / speed  # in hours
```

More in [the primer](https://example.org/tides) and ![a chart](chart.png)."""


def slackwater() -> Book:
    """The whole story."""
    maker = Maker()
    _first(maker)
    _second(maker)
    _third(maker)
    _fourth(maker)
    _fifth(maker)
    return maker.book(Cloth("docs/chart.png", None, (), "binary"))


def _first(maker: Maker) -> None:
    first = turn(
        1,
        "The smallest thing that gives the height of the tide.",
        "2026-03-02T09:00:00.000Z",
        said("A tide is a sum of cosines. I’ll write `height` as one pure function of the hour."),
        edited(maker.edit("tide/harmonic.py", HARMONIC)),
        edited(maker.edit("tide/__init__.py", "")),
        ran("python3 -m pytest -q", "2 passed in 0.08s"),
        said("Done: hours are counted from an epoch in UTC, and no clock comes near the sum."),
    )
    maker.commit("Sum the constituents", "2026-03-02", part("s-1", first))


def _second(maker: Maker) -> None:
    first = turn(
        1,
        "Read a harbour from a file.",
        "2026-03-03T14:00:00.000Z",
        looked("Read tide/harmonic.py"),
        said("A harbour is a title, a mean level and its constituents; TOML keeps it readable."),
        edited(maker.edit("tide/station.py", STATION)),
        edited(maker.edit("data/harbours.toml", HARBOURS)),
        ran("ruff format tide/station.py", ""),
    )
    tools = maker.edit(
        "tools/card.py",
        CARD,
        "residue",
        "unrecorded",
    )
    maker.commit(
        "Read a harbour from a file",
        "2026-03-03",
        part("s-2", first, agent="codex"),
        residue=(tools,),
        evidence={"1.3": "replayed", "1.4": "matched"},
    )


def _third(maker: Maker) -> None:
    lane = "Explore"
    first = turn(
        1,
        PROMPT_3,
        "2026-03-05T09:12:00.000Z",
        said("I’ll look at what the sum of constituents can tell us before I choose a way."),
        looked("Read tide/harmonic.py"),
        looked("Read tide/station.py"),
        looked('Grep "speed" in tide'),
        Step(
            0,
            "asked",
            text=f"{lane}: how fast is the curve?\n\nWhich constituents are faster than two cycles"
            " a day, and how large are they? Change nothing.",
            output=ANSWER,
            tool="Task",
        ),
        looked("Read data/harbours.toml", lane),
        ran(
            'python3 -c "from tide.station import load; ..."',
            "M2  12.42 h\nM6   4.14 h",
            lane=lane,
        ),
        said(ANSWER, lane=lane),
        said("The awkward day comes first. Seven turns is what the curve has."),
        edited(maker.edit("tests/test_table.py", TEST)),
        said("The plain way: take the height each hour, and call it a turn when it stands out."),
        edited(maker.edit("tide/table.py", TABLE_1)),
        ran("python3 -m pytest -q", FAILED, ok=False),
        thought(THOUGHT_3),
        said(
            "The sampling is wrong in kind, not in degree. I’ll look for changes of sign in the"
            " slope, spaced by the fastest constituent, and halve the bracket."
        ),
        edited(
            maker.edit(
                "tide/harmonic.py",
                HARMONIC.replace("cos, radians", "cos, radians, sin") + SLOPE,
            )
        ),
        edited(
            unplaced(
                "tide/table.py",
                "failed: text not found",
                "    t = begin + 1\n",
                "    step = shortest_period(harbour.parts)\n",
            ),
            ok=False,
            output="String to replace not found in file.",
        ),
        edited(maker.edit("tide/table.py", TABLE_2)),
        edited(unplaced("notes.md", "not in this commit", "", "# Notes\n\nThe dip is at 06:31.\n")),
        ran("python3 -m pytest -q", "5 passed in 0.29s"),
        said("Seven turns on 8 March, the small dip among them at **06:31**."),
    )
    second = turn(
        2,
        "Good. Commit it.",
        "2026-03-05T09:44:00.000Z",
        Step(0, "marked", text="The conversation was compacted."),
        ran(
            'git commit -qm "Find high and low water" && git log --stat -1',
            "\n".join(f" line {n} of the log" for n in range(40)),
        ),
    )
    maker.commit(
        "Find high and low water",
        "2026-03-05",
        part("s-3", first, second),
        body="The obvious search failed its first test by eight millimetres of water.",
    )


def _fourth(maker: Maker) -> None:
    maker.edit("tide/table.py", TABLE_2.replace('"datum"', '"chart datum"'))
    maker.edit("data/harbours.toml", HARBOURS + '\n[harrow-quay]\ntitle = "Harrow Quay"\n')
    maker.commit("Name the datum; add Harrow Quay", "2026-03-09")


def _fifth(maker: Maker) -> None:
    table = TABLE_2.replace('"datum"', '"chart datum"')
    first = turn(
        1,
        "Say the harbour’s name above the table.",
        "2026-03-16T10:00:00.000Z",
        thought("A heading needs the title; nothing else of the harbour is wanted here."),
        edited(
            maker.edit(
                "tide/table.py",
                table + HEADING,
            )
        ),
    )
    other = turn(
        1,
        "",
        "2026-03-16T09:50:00.000Z",
        ran("ruff check --select I --fix tide"),
        edited(maker.edit("README.md", "# Slackwater\n\nHigh and low water.\n")),
    )
    maker.commit(
        "Put the harbour’s name above the table",
        "2026-03-16",
        part("s-5", first),
        part("s-6", other, agent="codex", named=False),
        evidence={"1.2": "neighbour"},
    )
