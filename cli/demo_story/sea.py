"""First session: the sea as a sum of cosines."""

from __future__ import annotations

from treadle.cli.demo_story.script import Committed, Prompt, Ran, Said, Session, Thought, Write

PROJECT = """\
[project]
name = "slackwater"
version = "0.1.0"
requires-python = ">=3.11"

[tool.pytest.ini_options]
testpaths = ["tests"]
"""

PACKAGE = '''\
"""Tide tables from harmonic constituents."""
'''

HARMONIC = '''\
"""The height of the tide, as a sum of cosines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians


@dataclass(frozen=True, slots=True)
class Constituent:
    """One cosine of the tide: how fast, how large, how late."""

    name: str
    speed: float      # degrees an hour
    amplitude: float  # metres
    lag: float        # degrees


def height(parts: Sequence[Constituent], hours: float, mean: float = 0.0) -> float:
    """Return metres above the datum at an hour since the epoch."""
    return mean + sum(
        p.amplitude * cos(radians(p.speed * hours - p.lag)) for p in parts
    )
'''

TESTS = """\
from tide.harmonic import Constituent, height

M2 = Constituent("M2", 28.9841042, 1.9, 0.0)


def test_one_cosine_at_its_crest():
    assert height([M2], 0.0) == 1.9


def test_the_mean_is_added_once():
    assert height([M2, M2], 0.0, mean=2.0) == 5.8
"""

THE_SEA = Session(
    name="the sea",
    version="2.1.58",
    model="claude-opus-4-5-20251101",
    steps=(
        Prompt(
            "Give me the smallest thing that gives the height of the tide at a given hour, for "
            "a harbour whose constituents I know. Plain Python, nothing to install. I shall "
            "check it against my own sums.",
            at="2026-03-02T09:02",
        ),
        Thought(
            "The harmonic method: the height is a mean level plus one cosine for each "
            "constituent, and each cosine has a speed in degrees an hour, an amplitude and a "
            "lag. Nothing is carried from one hour to the next, so this wants to be a pure "
            "function over a tuple of values, and no class that predicts.\n\n"
            "Nodal corrections would change the amplitudes by a few per cent over 18.6 years. "
            "She asked for the smallest thing, so I should ask before I add them."
        ),
        Said(
            "The tide is a sum of cosines. Each constituent has a speed, a size and a lag, and "
            "nothing is remembered between one hour and the next; so one value and one pure "
            "function will do. Do you want nodal corrections? They matter over years, not weeks."
        ),
        Prompt("No. A month ahead is far enough.", at="2026-03-02T09:05"),
        Said(
            "Then I count hours from an epoch in UTC, and no clock and no zone comes near the "
            "arithmetic. The package first, then the sum."
        ),
        Write("pyproject.toml", PROJECT),
        Write("tide/__init__.py", PACKAGE),
        Said(
            "One value for a constituent, its units beside each field, and the height as the "
            "sum that stands in every handbook. The mean level is an argument, because it "
            "belongs to the harbour and not to any one cosine."
        ),
        Write("tide/harmonic.py", HARMONIC),
        Said(
            "Two tests, both of them sums that can be done in the head: at its crest a cosine "
            "is its amplitude, and the mean is added once, however many cosines there are."
        ),
        Write("tests/test_harmonic.py", TESTS),
        Ran(
            "python3 -m pytest -q",
            "..                                                                       [100%]\n"
            "2 passed in 0.02s",
        ),
        Committed(
            "git add -A",
            "",
            subject="Sum the constituents",
            body="So that a height of water is one pure function of a harbour and an hour.",
        ),
        Said("Both pass, and it is committed: 43 lines, with nothing kept between calls."),
    ),
)
