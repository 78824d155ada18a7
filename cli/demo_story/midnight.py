"""Fifth session, of another agent: today is the harbour's today."""

from __future__ import annotations

from treadle.cli.demo_story.clocks import RENDER, STAND_TEST
from treadle.cli.demo_story.script import (
    Committed,
    Edit,
    Patched,
    Prompt,
    Ran,
    Read,
    Said,
    Searched,
    Session,
    Thought,
)

CLOCK = '''\
def clock(harbour: Harbour, hours: float) -> str:
    """Return the wall-clock time at the harbour, to the nearest minute."""
    at = harbour.epoch + timedelta(minutes=round(hours * 60))
    return f"{at.astimezone(ZoneInfo(harbour.zone)):%H:%M}"'''

LAST_TEST = """\
def test_a_stand_is_one_row():
    table = render(load("mellin-sound"), NEAP)
    assert "stand" in table"""

HEAD = """\
from datetime import date

from tide.station import load
from tide.table import day_bounds, render, turns
"""

IMPORTS_RECALLED = """\
from tide.station import load
from tide.table import render, turns
"""

IMPORTS_HOPED = """\
from tide.station import load
from tide.table import render, today, turns
"""

NEW_HEAD = """\
from datetime import UTC, date, datetime

from tide.station import load
from tide.table import day_bounds, render, today, turns
"""

MIDNIGHT_TEST = """\


def test_today_is_the_harbours():
    half_past_midnight = datetime(2026, 3, 29, 23, 30, tzinfo=UTC)
    assert today(load("harrow-quay"), half_past_midnight) == date(2026, 3, 30)
"""

TODAY = '''\
def today(harbour: Harbour, now: datetime) -> date:
    """Return the day that it is at the harbour."""
'''

RELABELLED = """\
    return now.replace(tzinfo=ZoneInfo(harbour.zone)).date()
"""

CONVERTED = """\
    return now.astimezone(ZoneInfo(harbour.zone)).date()
"""

OLD_IMPORTS = """\
from datetime import date

from tide.station import UnknownHarbour, load
from tide.table import render
"""

NEW_IMPORTS = """\
from datetime import UTC, date, datetime

from tide.station import UnknownHarbour, load
from tide.table import render, today
"""

OLD_PRINT = """\
    print(render(harbour, args.day or date.today()))
"""

NEW_PRINT = """\
    print(render(harbour, args.day or today(harbour, datetime.now(UTC))))
"""

FAILURE = """\
........F                                                                [100%]
=================================== FAILURES ===================================
__________________________ test_today_is_the_harbours __________________________

    def test_today_is_the_harbours():
        half_past_midnight = datetime(2026, 3, 29, 23, 30, tzinfo=UTC)
>       assert today(load("harrow-quay"), half_past_midnight) == date(2026, 3, 30)
E       AssertionError: assert datetime.date(2026, 3, 29) == datetime.date(2026, 3, 30)

tests/test_table.py:36: AssertionError
=========================== short test summary info ============================
FAILED tests/test_table.py::test_today_is_the_harbours - AssertionError: asse...
1 failed, 8 passed in 0.12s"""

THE_MIDNIGHT = Session(
    name="the midnight",
    agent="codex",
    version="0.115.0",
    model="gpt-5.3-codex",
    steps=(
        Prompt(
            "Last night, half past midnight by the quay's clock, `tide harrow-quay` gave me "
            "yesterday's table. A day that I don't name must be the harbour's own. Fix it, with "
            "a test, and commit.",
            at="2026-03-30T07:52",
        ),
        Thought(
            "**Finding where the day is chosen**\n\n"
            "The clocks went forward on Sunday. At half past midnight summer time a machine on "
            "UTC still has yesterday's date, so something asks the machine for the day."
        ),
        Said("I'll find where a day that nobody named comes from."),
        Searched("today"),
        Read("tide/cli.py"),
        Ran("grep -A 3 '^def clock' tide/table.py", CLOCK),
        Ran("tail -n 3 tests/test_table.py", LAST_TEST),
        Said(
            "`date.today()` is the machine's day. The harbour knows its zone, so its day follows "
            "from a moment; I make the moment an argument, and a test can say half past "
            "midnight. The test comes first."
        ),
        Patched(
            (
                Edit("tests/test_table.py", IMPORTS_RECALLED, IMPORTS_HOPED),
                Edit("tests/test_table.py", STAND_TEST, STAND_TEST + MIDNIGHT_TEST),
            )
        ),
        Said("I had read only the end of that file and guessed its imports. Now its beginning."),
        Ran("head -n 4 tests/test_table.py", HEAD.removesuffix("\n")),
        Patched(
            (
                Edit("tests/test_table.py", HEAD, NEW_HEAD),
                Edit("tests/test_table.py", STAND_TEST, STAND_TEST + MIDNIGHT_TEST),
            )
        ),
        Said(
            "`today` stands in the table beside `clock`, which knows the zone already, and the "
            "command line only hands it the moment. The moment is taken in UTC, so that it does "
            "not matter where the machine thinks it is."
        ),
        Patched(
            (
                Edit("tide/table.py", RENDER, TODAY + RELABELLED + "\n\n" + RENDER),
                Edit("tide/cli.py", OLD_IMPORTS, NEW_IMPORTS),
                Edit("tide/cli.py", OLD_PRINT, NEW_PRINT),
                Edit("pyproject.toml", 'version = "0.3.0"\n', 'version = "0.3.1"\n'),
            )
        ),
        Ran("python3 -m pytest -q", FAILURE, exit=1),
        Thought(
            "**Telling a label from a conversion**\n\n"
            "`replace` keeps the hands of the clock and only writes another zone under them: "
            "23:30 stays 23:30, on the 29th. The moment must be converted, as `clock` does."
        ),
        Said(
            "`replace` only writes another zone under the same 23:30. `astimezone` moves the "
            "hands: 00:30 on the 30th."
        ),
        Patched((Edit("tide/table.py", TODAY + RELABELLED, TODAY + CONVERTED),)),
        Committed(
            "python3 -m pytest -q && git add -A",
            ".........                                                                [100%]\n"
            "9 passed in 0.12s",
            subject="Ask the harbour what day it is",
            body="So that the table just after midnight is not yesterday's.",
        ),
        Said(
            "A day that is not named is the harbour's own now, whatever the machine's clock is "
            "set to; the test asks at half past midnight in summer time, and nine pass."
        ),
    ),
)
