"""Slackwater: how a small program came to be, told in six scenes and seven commits.

The program prints tide tables. The harbours are invented, the tides are computed and the
program runs; what the tools answer in the story is what they do answer. In it happens what
happens in any repository: an attempt fails its test and is replaced, an edit misquotes the
file, a sub-agent measures, a person changes lines beside the agent and alone, a second agent
mends what the first one overlooked, and two secrets fall into a conversation where they have
no business.
"""

from __future__ import annotations

from treadle.cli.demo_story.clocks import THE_CLOCKS
from treadle.cli.demo_story.harbours import THE_HARBOURS
from treadle.cli.demo_story.midnight import THE_MIDNIGHT
from treadle.cli.demo_story.script import Alone, Edit, Story
from treadle.cli.demo_story.sea import THE_SEA
from treadle.cli.demo_story.table import THE_TABLE

HARROW_QUAY = """\

[harrow-quay]
title = "Harrow Quay"
zone  = "Europe/London"
epoch = 2026-03-01T00:00:00Z
mean  = 3.4
parts = [
  ["M2", 28.9841042, 2.31, 141.0],
  ["S2", 30.0000000, 0.77, 188.0],
]
"""

LAST_ROW = """\
  ["M6", 86.9523127, 0.06, 180.0],
]
"""

DATUM = Alone(
    at="2026-03-09T17:20",
    changes=(
        Edit("tide/table.py", '"datum"\n', '"chart datum (lowest astronomical tide)"\n'),
        Edit("tide/table.py", "# above datum\n", "# above the datum\n"),
        Edit("data/harbours.toml", LAST_ROW, LAST_ROW + HARROW_QUAY),
        Edit(
            "README.md",
            "in a terminal.\n\n",
            "in a terminal.\n\nHeights are metres above chart datum. Not for navigation.\n\n",
        ),
    ),
    subject="Name the datum; add Harrow Quay",
    body="The harbour master reads lowest astronomical tide, so say it.",
)

SLACKWATER = Story(
    person="Ines Aldous",
    email="ines@slackwater.example",
    home="/home/ines",
    folder="slackwater",
    scenes=(THE_SEA, THE_HARBOURS, THE_TABLE, DATUM, THE_CLOCKS, THE_MIDNIGHT),
)

QUESTION = ("tide/table.py", 46)
"""A line worth asking about, 1-based: the step of the search, which replaced the hourly samples."""
