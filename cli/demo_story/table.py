"""Third session, first turn: high and low water, and an attempt that is replaced."""

from __future__ import annotations

from treadle.cli.demo_story.script import (
    Edit,
    Prompt,
    Ran,
    Read,
    Said,
    Searched,
    Sent,
    Session,
    Thought,
    Write,
)
from treadle.cli.demo_story.stands import THE_STANDS

TESTS = '''\
from tide.station import load
from tide.table import turns


def test_double_high_water():
    """Seven turns on a neap day: the small dip is one of them."""
    found = list(turns(load("mellin-sound"), 7 * 24, 8 * 24))
    assert len(found) == 7


def test_high_and_low_alternate():
    harbour = load("mellin-sound")
    found = list(turns(harbour, 0, 24 * 28))
    assert all(a.high != b.high for a, b in zip(found, found[1:]))
'''

HOURLY = '''\
"""High and low water for one day at one harbour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from tide.harmonic import height
from tide.station import Harbour

DATUM = "datum"


@dataclass(frozen=True, slots=True)
class Turn:
    """One high or low water."""

    hours: float   # since the harbour's epoch
    metres: float  # above datum
    high: bool


def turns(harbour: Harbour, begin: float, end: float) -> Iterator[Turn]:
    """Yield every high and low water between two hours, in order."""
    t = begin + 1.0
    while t < end:
        before, here, after = (height(harbour.parts, t + d, harbour.mean) for d in (-1, 0, 1))
        if before < here > after or before > here < after:
            yield Turn(t, here, high=here > after)
        t += 1.0


def render(harbour: Harbour, day: date) -> str:
    """Return the day's table, a row a turn."""
    midnight = datetime.combine(day, time(), timezone.utc)
    begin = (midnight - harbour.epoch).total_seconds() / 3600
    lines = [f"{harbour.title}, {day:%A %d %B %Y}", f"metres above {DATUM}", ""]
    for row in turns(harbour, begin, begin + 24):
        at = harbour.epoch + timedelta(hours=row.hours)
        word = "high" if row.high else "low"
        lines.append(f"{at:%H:%M}        {word:5}  {row.metres:4.1f}")
    return "\\n".join(lines)
'''

FAILURE = '''\
..F.                                                                     [100%]
=================================== FAILURES ===================================
____________________________ test_double_high_water ____________________________

    def test_double_high_water():
        """Seven turns on a neap day: the small dip is one of them."""
        found = list(turns(load("mellin-sound"), 7 * 24, 8 * 24))
>       assert len(found) == 7
E       assert 5 == 7
E        +  where 5 = len([Turn(hours=172.0, metres=4.263193552990807, high=True), ...])

tests/test_table.py:8: AssertionError
=========================== short test summary info ============================
FAILED tests/test_table.py::test_double_high_water - assert 5 == 7
1 failed, 3 passed in 0.04s'''

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

SUM = """\
    return mean + sum(
        p.amplitude * cos(radians(p.speed * hours - p.lag)) for p in parts
    )
"""

HARMONIC_IMPORT = """\
from tide.harmonic import Constituent, height

"""

HARMONIC_IMPORTS = """\
from math import isclose

from tide.harmonic import Constituent, height, shortest_period, slope

"""

MEAN_TEST = "    assert height([M2, M2], 0.0, mean=2.0) == 5.8\n"

SLOPE_TESTS = """\


def test_slope_is_the_derivative():
    tiny = 1e-6
    rise = (height([M2], 3 + tiny) - height([M2], 3 - tiny)) / (2 * tiny)
    assert isclose(slope([M2], 3), rise, rel_tol=1e-6)


def test_shortest_period():
    assert isclose(shortest_period([M2]), 12.4206, rel_tol=1e-4)
"""

SAMPLES = '''\
    """Yield every high and low water between two hours, in order."""
    t = begin + 1.0
    while t < end:
        before, here, after = (height(harbour.parts, t + d, harbour.mean) for d in (-1, 0, 1))
        if before < here > after or before > here < after:
            yield Turn(t, here, high=here > after)
        t += 1.0
'''

BRACKETS = '''\
    """Yield every high and low water between two hours, in order.

    The slope changes its sign exactly once at each turn, so a change of
    sign is bracketed first and the turn then found by halving.
    """
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
    return (left + right) / 2
'''

OLD_HEAD = """\
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from tide.harmonic import height
from tide.station import Harbour

DATUM = "datum"
"""

NEW_HEAD = """\
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from tide.harmonic import Constituent, height, shortest_period, slope
from tide.station import Harbour

# A turn is looked for in steps of an eighth of the fastest constituent.
STEPS_PER_PERIOD = 8
QUARTER_MINUTE = 1 / 240  # of an hour
DATUM = "datum"
"""

TURNING_POINTS = """\
python3 - <<'EOF'
from tide.harmonic import height
from tide.station import load
harbour = load("mellin-sound")
at = [height(harbour.parts, 7 * 24 + m / 60, harbour.mean) for m in range(24 * 60 + 1)]
for m in range(1, 24 * 60):
    if (at[m] > at[m - 1]) != (at[m + 1] > at[m]):
        print(f"{m // 60:02}:{m % 60:02}  {at[m]:.3f} m")
EOF"""

SEVEN = """\
04:08  4.268 m
06:31  3.893 m
07:06  3.902 m
11:57  0.887 m
16:34  4.180 m
18:41  3.865 m
19:44  3.912 m"""

PERIODS = """\
M2  12.42 h  1.90 m
S2  12.00 h  0.40 m
M4   6.21 h  0.50 m
M6   4.14 h  0.06 m"""

THE_TABLE = Session(
    name="the table",
    version="2.1.63",
    model="claude-opus-4-5-20251101",
    steps=(
        Prompt(
            "Print the day's high and low waters for a harbour: the time to the minute, the "
            "height to a tenth of a metre. It has to be right for Mellin Sound. The water there "
            "makes two highs with a small dip between, and every table I own shows only one of "
            "them.",
            at="2026-03-05T09:12",
        ),
        Said(
            "I'll look at what the sum of constituents can tell us before I choose a way to "
            "find where it turns."
        ),
        Read("tide/harmonic.py"),
        Read("tide/station.py"),
        Searched("speed"),
        Said(
            "How closely the curve must be watched depends on its fastest part. A sub-agent can "
            "find that out while I write the test."
        ),
        Sent(
            kind="Explore",
            model="claude-haiku-4-5-20251001",
            title="Measure the fastest constituents",
            prompt="Which constituents of Mellin Sound are faster than two cycles a day, and how "
            "large are they? How shallow does the dip between its two highs become in March? "
            "Change nothing.",
            steps=(
                Read("data/harbours.toml"),
                Said("The file gives degrees an hour, so a period is 360 over the speed."),
                Ran(
                    'python3 -c "from tide.station import load; [print(p.name, '
                    "f'{360 / p.speed:6.2f} h  {p.amplitude:.2f} m') "
                    "for p in load('mellin-sound').parts]\"",
                    PERIODS,
                ),
                Said(
                    "The dip is shallowest near neaps, when S2 works against M2. That is on 8 and "
                    "9 March; I take the height at every minute of the 8th."
                ),
                Ran(TURNING_POINTS, SEVEN),
            ),
            answer="Two are faster: M4 at half a metre and M6 at six centimetres. The fastest "
            "wave has a period of 4.14 hours. Together they fold the top of the tide into two "
            "crests. On 8 March the water turns seven times, and the dip at 06:31 is only eight "
            "millimetres below the crest that follows it at 07:06.",
        ),
        Said(
            "The awkward day comes first: 8 March, near neaps, where the sub-agent found a dip of "
            "eight millimetres. A search that is merely fine enough will miss it. Seven turns is "
            "what the curve has. The second test asks of any answer that highs and lows "
            "alternate, for four weeks."
        ),
        Write("tests/test_table.py", TESTS),
        Said(
            "Now the plain way: take the height each hour, and call it a turn when it is above "
            "both its neighbours or below both. A turn is kept as a small value and not printed "
            "at once, so that the tests can count turns without reading a table."
        ),
        Write("tide/table.py", HOURLY),
        Ran("python3 -m pytest -q", FAILURE, exit=1),
        Thought(
            "Five instead of seven: the pair around seven in the morning is gone, the dip at "
            "06:31 and the crest at 07:06, which the sub-agent saw at every minute. An hour's "
            "step walks over both.\n\n"
            "Could I step by ten minutes? Then this test passes, and the next harbour with a "
            "shallower dip fails, and nobody notices. The step should come from the tide and not "
            "from the test.\n\n"
            "The slope changes its sign exactly once at each turn, however shallow. If I look at "
            "the sign of the slope a few times within the fastest wave, 4.14 hours here, two "
            "turns cannot hide in one interval. Then halve the interval."
        ),
        Said(
            "The sampling is wrong in kind, not in degree: a finer step only moves the problem "
            "to the next harbour. I'll look for changes of sign in the slope, at a distance "
            "given by the fastest constituent, and halve the bracket."
        ),
        Edit(
            "tide/harmonic.py",
            "from math import cos, radians\n",
            "from math import cos, radians, sin\n",
        ),
        Said(
            "The derivative of a sum of cosines is a sum of sines, so it is exact, and it costs "
            "no more than the height."
        ),
        Edit("tide/harmonic.py", SUM, SUM + SLOPE),
        Said(
            "Its test asks the height: two heights, a millionth of an hour to either side, must "
            "rise as the slope says. The period of M2 stands in every almanac."
        ),
        Edit("tests/test_harmonic.py", HARMONIC_IMPORT, HARMONIC_IMPORTS),
        Edit("tests/test_harmonic.py", MEAN_TEST, MEAN_TEST + SLOPE_TESTS),
        Said(
            "A finer step only moves the problem: some other harbour has a shallower dip. The "
            "slope has no such threshold. Its shortest wave sets how closely it must be looked "
            "at, and eight looks a wave leave room to spare between two turns; seven halvings "
            "then take a bracket of half an hour to a quarter of a minute."
        ),
        Edit("tide/table.py", OLD_HEAD, NEW_HEAD),
        Edit("tide/table.py", SAMPLES, BRACKETS),
        Ran(
            "python3 -m pytest -q",
            "......                                                                   [100%]\n"
            "6 passed in 0.05s",
        ),
        Said("Seven turns on 8 March, the small dip among them at 06:31."),
        *THE_STANDS,
    ),
)
