"""Fourth session: the harbour's own day, and a stand as one row. It makes two commits."""

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

MODEL_KEY = invented("sk-ant-api03-", 93) + "AA"

OLD_TIME = """\
from datetime import date, datetime, time, timedelta, timezone

"""

NEW_TIME = """\
from zoneinfo import ZoneInfo
from datetime import date, datetime, time, timedelta

"""

SORTED_TIME = """\
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

"""

RENDER = "def render(harbour: Harbour, day: date) -> str:\n"

OWN_DAY = '''\
def day_bounds(harbour: Harbour, day: date) -> tuple[float, float]:
    """Return the hours at which the harbour's own day begins and ends.

    A day is 23 or 25 hours long when the clocks change.
    """
    zone = ZoneInfo(harbour.zone)
    midnights = (
        datetime.combine(day + timedelta(days=ahead), time(), zone)
        for ahead in (0, 1)
    )
    begin, end = ((at - harbour.epoch).total_seconds() / 3600 for at in midnights)
    return begin, end


def clock(harbour: Harbour, hours: float) -> str:
    """Return the wall-clock time at the harbour, to the nearest minute."""
    at = harbour.epoch + timedelta(minutes=round(hours * 60))
    return f"{at.astimezone(ZoneInfo(harbour.zone)):%H:%M}"


'''

UTC_ROWS = """\
    midnight = datetime.combine(day, time(), timezone.utc)
    begin = (midnight - harbour.epoch).total_seconds() / 3600
    lines = [f"{harbour.title}, {day:%A %d %B %Y}", f"metres above {DATUM}", ""]
    for row in with_stands(list(turns(harbour, begin, begin + 24))):
        if isinstance(row, Stand):
            both = [(turn, "stand") for turn in (row.first, row.last)]
        else:
            both = [(row, "high" if row.high else "low")]
        for turn, word in both:
            at = harbour.epoch + timedelta(hours=turn.hours)
            lines.append(f"{at:%H:%M}        {word:5}  {turn.metres:4.1f}")
"""

OWN_ROWS = """\
    found = list(turns(harbour, *day_bounds(harbour, day)))
    lines = [f"{harbour.title}, {day:%A %d %B %Y}", f"metres above {DATUM}", ""]
    for row in with_stands(found):
        if isinstance(row, Stand):
            both = [(turn, "stand") for turn in (row.first, row.last)]
        else:
            both = [(row, "high" if row.high else "low")]
        for turn, word in both:
            lines.append(f"{clock(harbour, turn.hours)}        {word:5}  {turn.metres:4.1f}")
"""

OLD_TEST_HEAD = '''\
from tide.station import load
from tide.table import turns


def test_double_high_water():
    """Seven turns on a neap day: the small dip is one of them."""
    found = list(turns(load("mellin-sound"), 7 * 24, 8 * 24))
'''

NEW_TEST_HEAD = '''\
from datetime import date

from tide.station import load
from tide.table import day_bounds, render, turns

NEAP = date(2026, 3, 8)  # the dip between two highs is under a centimetre


def test_double_high_water():
    """Seven turns on a neap day: the small dip is one of them."""
    harbour = load("mellin-sound")
    found = list(turns(harbour, *day_bounds(harbour, NEAP)))
'''

ALTERNATE = "    assert all(a.high != b.high for a, b in zip(found, found[1:]))\n"

FORWARD = """\


def test_the_clocks_go_forward():
    harbour = load("harrow-quay")
    begin, end = day_bounds(harbour, date(2026, 3, 29))
    assert end - begin == 23
"""

CLI_WORDS = '"""Print the tides of a harbour."""\n'
HER_WORDS = '"""`tide HARBOUR [DAY]`: print one day\'s table."""\n'

CLI = '''\

from __future__ import annotations

import argparse
import sys
from datetime import date

from tide.station import UnknownHarbour, load
from tide.table import render


def main(argv: list[str] | None = None) -> int:
    """Print the table; return the exit status."""
    parser = argparse.ArgumentParser(prog="tide")
    parser.add_argument("harbour")
    parser.add_argument("day", nargs="?", type=date.fromisoformat, default=None)
    args = parser.parse_args(argv)
    try:
        harbour = load(args.harbour)
    except UnknownHarbour as problem:
        print(f"tide: {problem.args[0]}", file=sys.stderr)
        return 2
    print(render(harbour, args.day or date.today()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
'''

OLD_PROJECT = """\
version = "0.1.0"
requires-python = ">=3.11"
"""

NEW_PROJECT = """\
version = "0.2.0"
requires-python = ">=3.11"

[project.scripts]
tide = "tide.cli:main"
"""

FIRST_LINES = """\
High and low water for small harbours, in a terminal.

"""

USAGE = """\
    $ tide mellin-sound 2026-03-08

"""

TWO_ROWS = """\
        if isinstance(row, Stand):
            both = [(turn, "stand") for turn in (row.first, row.last)]
        else:
            both = [(row, "high" if row.high else "low")]
        for turn, word in both:
            lines.append(f"{clock(harbour, turn.hours)}        {word:5}  {turn.metres:4.1f}")
"""

ONE_ROW = """\
        if isinstance(row, Stand):
            first, last = (clock(harbour, t.hours) for t in (row.first, row.last))
            lines.append(f"{first}-{last}  stand  {row.first.metres:4.1f}")
        else:
            word = "high" if row.high else "low"
            lines.append(f"{clock(harbour, row.hours)}        {word:5}  {row.metres:4.1f}")
"""

STAND_TEST = """\


def test_a_stand_is_one_row():
    table = render(load("mellin-sound"), NEAP)
    assert "stand" in table
"""

NO_STAND = """\
Mellin Sound, Sunday 08 March 2026
metres above chart datum (lowest astronomical tide)

04:08        high    4.3
06:31        low     3.9
07:06        high    3.9
11:57        low     0.9
16:34        high    4.2
18:41        low     3.9
19:44        high    3.9"""

TWO_STANDS = """\
Mellin Sound, Sunday 08 March 2026
metres above chart datum (lowest astronomical tide)

04:08-07:06  stand   4.3
11:57        low     0.9
16:34-19:44  stand   4.2"""

ENVIRONMENT = f"""\
UTC
ANTHROPIC_API_KEY={MODEL_KEY}
HOME=/home/ines
LANG=en_GB.UTF-8
SHELL=/bin/bash"""


def appended(path: str, text: str) -> str:
    """The command by which a shell appends a text to a file."""
    return f"cat >> {path} <<'EOF'\n{text}EOF"


THE_CLOCKS = Session(
    name="the clocks",
    version="2.1.66",
    model="claude-opus-4-5-20251101",
    steps=(
        Prompt(
            "The table must be for the harbour's own day, in its own time. Check the night the "
            "clocks change.",
            at="2026-03-16T10:05",
        ),
        Read("tide/table.py"),
        Said("Before I touch a clock I want to know what this machine thinks the time is."),
        Ran("date +%Z && env | sort | grep -E '^(ANTHROPIC|HOME|LANG|SHELL|TZ)'", ENVIRONMENT),
        Said(
            "It runs on UTC and has no TZ, so nothing I write may ask for the local time. That "
            "listing shows an API key, too; it is in this transcript now, and should be replaced."
        ),
        Thought(
            "A day at the harbour runs from midnight to midnight on its own clock, so on two "
            "nights a year it has 23 or 25 hours. Adding 24 to the first midnight would be wrong "
            "on exactly those nights. Make both midnights in the zone, and only then turn them "
            "into hours: then there is no special case to forget."
        ),
        Said(
            "Both midnights are made in the zone and only then turned into hours since the "
            "epoch; adding 24 to the first would be wrong on exactly the two nights you ask "
            "about. The time is rounded to the minute before the zone is applied, so that "
            "11:59:40 is noon."
        ),
        Edit("tide/table.py", OLD_TIME, NEW_TIME),
        Edit("tide/table.py", RENDER, OWN_DAY + RENDER),
        Said("The table asks for its own day now, and writes its own time."),
        Edit("tide/table.py", UTC_ROWS, OWN_ROWS),
        Ran(
            "ruff check --select I --fix tide/table.py",
            "Found 1 error (1 fixed, 0 remaining).",
            leaves=(Edit("tide/table.py", NEW_TIME, SORTED_TIME),),
        ),
        Said(
            "Now the night itself. Harrow Quay goes to summer time on 29 March, and that day "
            "must have 23 hours."
        ),
        Edit("tests/test_table.py", OLD_TEST_HEAD, NEW_TEST_HEAD),
        Ran(
            appended("tests/test_table.py", FORWARD),
            leaves=(Edit("tests/test_table.py", ALTERNATE, ALTERNATE + FORWARD),),
        ),
        Said(
            "And a way to call it. `render` returns a string, so the only print is in the "
            "command line, and a wrong name ends in one line and status 2."
        ),
        Write("tide/cli.py", CLI_WORDS + CLI),
        ByHand((Edit("tide/cli.py", CLI_WORDS, HER_WORDS),)),
        Edit("pyproject.toml", OLD_PROJECT, NEW_PROJECT),
        Edit(
            "README.md",
            "High and low water for small harbours.\n\n",
            "High and low water for small harbours.\n\n" + USAGE,
        ),
        Said("I quoted the README from memory and got it wrong. I'll read it."),
        Read("README.md"),
        Edit("README.md", FIRST_LINES, FIRST_LINES + USAGE),
        Committed(
            "python3 -m pytest -q && git add -A",
            ".......                                                                  [100%]\n"
            "7 passed in 0.11s",
            subject="The harbour's own day",
            body="So that the table is right on the night the clocks change.",
        ),
        Said("Seven tests pass. 29 March has 23 hours, without a special case anywhere."),
        Prompt(
            "Mellin Sound shows no stand at all on the 8th. Its crests are three hours apart, "
            "aren't they? And print a stand as one row, from its first crest to its last.",
            at="2026-03-16T10:41",
        ),
        Ran("python3 -m tide.cli mellin-sound 2026-03-08", NO_STAND),
        Thought(
            "The crests are at 04:08 and 07:06, two hours and 58 minutes apart. I wrote two "
            "hours, and no test looked: with two, Mellin Sound can never have a stand. Four "
            "holds both pairs, 04:08 with 07:06 and 16:34 with 19:44, and is still well short "
            "of the six between a high and the next low."
        ),
        Said(
            "They are, and the mistake is mine: two hours can never hold them. Four does, and is "
            "still well short of the six between a high and the next low."
        ),
        Edit("tide/table.py", "STAND_HOURS = 2.0\n", "STAND_HOURS = 4.0\n"),
        Said(
            "One row a stand, from its first crest to its last, with the height of the first: "
            "that is what a pilot plans by. Two times in one cell keep the columns; a note under "
            "the table would be overlooked."
        ),
        Edit("tide/table.py", TWO_ROWS, ONE_ROW),
        Ran(
            appended("tests/test_table.py", STAND_TEST),
            leaves=(Edit("tests/test_table.py", FORWARD, FORWARD + STAND_TEST),),
        ),
        Ran("python3 -m tide.cli mellin-sound 2026-03-08", TWO_STANDS),
        Edit("pyproject.toml", 'version = "0.2.0"\n', 'version = "0.3.0"\n'),
        Committed(
            "python3 -m pytest -q && git add -A",
            "........                                                                 [100%]\n"
            "8 passed in 0.12s",
            subject="A stand is one row",
            body="So that a pilot reads when the water stands, and how long.",
        ),
        Said("Two stands on the 8th, one row each, and a test that would have caught me."),
    ),
)
