"""Second session: a harbour is read from a file."""

from __future__ import annotations

from treadle.cli.demo_story.script import (
    ByHand,
    Committed,
    Edit,
    Prompt,
    Ran,
    Read,
    Said,
    Session,
    Thought,
    Write,
    invented,
)

FORGE_TOKEN = invented("ghp_", 36)

STATION = '''\
"""Harbours, read from one TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tide.harmonic import Constituent

HARBOURS = Path(__file__).parents[1] / "data" / "harbours.toml"


@dataclass(frozen=True, slots=True)
class Harbour:
    """A place with a clock, a mean level and its constituents."""

    title: str
    zone: str
    epoch: datetime
    mean: float
    parts: tuple[Constituent, ...]


def load(name: str, path: Path = HARBOURS) -> Harbour:
    """Return one harbour by its key in the file."""
    with path.open("rb") as file:
        entry = tomllib.load(file)[name]
    return Harbour(
        title=entry["title"],
        zone=entry["zone"],
        epoch=entry["epoch"],
        mean=entry["mean"],
        parts=tuple(Constituent(*row) for row in entry["parts"]),
    )
'''

CARDS = """\
key,title,mean,M2,S2,M4,M6
mellin-sound,Mellin Sound,2.9,1.90@0.0,0.40@36.0,0.50@180.0,0.06@180.0
"""

CARD_SCRIPT = '''\
"""Print harbours as TOML, from the cards typed in by hand."""

import csv
import sys

SPEEDS = {"M2": 28.9841042, "S2": 30.0, "M4": 57.9682084, "M6": 86.9523127}

print("# written by tools/harbour_card.py; heights in metres, lags in degrees")
for row in csv.DictReader(sys.stdin):
    print(f'[{row["key"]}]')
    print(f'title = "{row["title"]}"')
    print('zone  = "Europe/London"')
    print("epoch = 2026-03-01T00:00:00Z")
    print(f'mean  = {row["mean"]}')
    print("parts = [")
    for name, speed in SPEEDS.items():
        amplitude, lag = row[name].split("@")
        print(f'  ["{name}", {speed:.7f}, {amplitude}, {lag}],')
    print("]")
'''

MELLIN_SOUND = """\
# written by tools/harbour_card.py; heights in metres, lags in degrees
[mellin-sound]
title = "Mellin Sound"
zone  = "Europe/London"
epoch = 2026-03-01T00:00:00Z
mean  = 2.9
parts = [
  ["M2", 28.9841042, 1.90, 0.0],
  ["S2", 30.0000000, 0.40, 36.0],
  ["M4", 57.9682084, 0.50, 180.0],
  ["M6", 86.9523127, 0.06, 180.0],
]
"""

LOOKUP = """\
        entry = tomllib.load(file)[name]
"""

CAREFUL_LOOKUP = """\
        known = tomllib.load(file)
    if name not in known:
        raise UnknownHarbour(f"{name}: known are {', '.join(sorted(known))}")
    entry = known[name]
"""

HARBOUR = """\
@dataclass(frozen=True, slots=True)
class Harbour:
"""

UNKNOWN_HARBOUR = '''\
class UnknownHarbour(KeyError):
    """No harbour of that name; carries the names that exist."""


'''

README = """\
# slackwater

High and low water for small harbours, in a terminal.

## Harbours

Constituents live in `data/harbours.toml`. To add a harbour, add
its four largest constituents there and run the tests.
"""

THE_HARBOURS = Session(
    name="the harbours",
    version="2.1.58",
    model="claude-opus-4-5-20251101",
    steps=(
        Prompt(
            "Now one file of harbours that I can edit with cold hands: no code in it, and a "
            "comment beside a number where I want one.",
            at="2026-03-03T14:10",
        ),
        Read("tide/harmonic.py"),
        Thought(
            "JSON has no comments. CSV has them neither, and no room for a title and a zone "
            "beside a table of numbers. TOML has both, and the standard library has read it "
            "since 3.11, so there is still nothing to install."
        ),
        Said(
            "TOML, then: it allows a comment beside a number, a small table stays readable in "
            "it, and the standard library reads it. A harbour is a title, a zone, an epoch, a "
            "mean level and its constituents, one to a row in the order of the value's fields. "
            "The file is found from the module's own place, so the program may be started "
            "anywhere."
        ),
        Write("tide/station.py", STATION),
        ByHand((Write("tools/harbour_card.py", CARD_SCRIPT),)),
        Prompt(
            "Make the file from my cards. They are in ~/cards.csv, and tools/harbour_card.py, "
            "which I have just put beside the package, prints them as TOML. When you are done "
            f"push it; the forge will ask for a token, here is mine: {FORGE_TOKEN}",
            at="2026-03-03T14:21",
        ),
        Said(
            "I shall not push: this repository has no remote, and I would not put a token on a "
            "command line, where every process can read it. It stands in this conversation now, "
            "so please revoke it. The cards I can do."
        ),
        Ran(
            "mkdir -p data && python3 tools/harbour_card.py < ~/cards.csv > data/harbours.toml",
            leaves=(Write("data/harbours.toml", MELLIN_SOUND),),
        ),
        Read("data/harbours.toml"),
        Said(
            "One harbour came out, with four constituents, and the rows are in the order that "
            "`load` expects: name, speed, amplitude, lag."
        ),
        Prompt(
            "An unknown harbour should say which ones are known. And a README, ten lines at most.",
            at="2026-03-03T14:34",
        ),
        Said(
            "A mistyped name should cost one glance. So it gets an exception of its own that "
            "carries the names that exist, and whoever catches it can print them in a line."
        ),
        Edit("tide/station.py", HARBOUR, UNKNOWN_HARBOUR + HARBOUR),
        Edit("tide/station.py", LOOKUP, CAREFUL_LOOKUP),
        Said("The README says what this is, and how a harbour is added; no more is true yet."),
        Write("README.md", README),
        Ran(
            "python3 -c \"from tide.station import load; load('nowhere')\" 2>&1 | tail -n 1",
            "tide.station.UnknownHarbour: 'nowhere: known are mellin-sound'",
        ),
        Committed(
            "python3 -m pytest -q && git add -A",
            "..                                                                       [100%]\n"
            "2 passed in 0.02s",
            subject="Read a harbour from a file",
            body="So that a new harbour needs no new code.",
        ),
        Said("Committed, your script with it. The README has eight lines."),
    ),
)
