"""Third session, second turn: two crests with a shallow dip between them are one stand."""

from __future__ import annotations

from treadle.cli.demo_story.script import Committed, Edit, Prompt, Said, Step, Thought

STAND_SIZES = """\
DATUM = "datum"

# Two highs this close, in time and in height, are one stand of water.
STAND_HOURS = 2.0
STAND_METRES = 0.1
"""

TURN_END = """\
    high: bool
"""

STAND = '''\


@dataclass(frozen=True, slots=True)
class Stand:
    """A high water that lasts: from its first crest to its last."""

    first: Turn
    last: Turn
'''

BEFORE_RENDER = "def render(harbour: Harbour, day: date) -> str:\n"

FOLD = '''\
def with_stands(found: Sequence[Turn]) -> Iterator[Turn | Stand]:
    """Fold two highs and the shallow dip between them into one stand."""
    rest = list(found)
    while rest:
        if len(rest) > 2 and is_stand(*rest[:3]):
            first, _, last, *rest = rest
            yield Stand(first, last)
        else:
            yield rest.pop(0)


def is_stand(first: Turn, dip: Turn, last: Turn) -> bool:
    """Tell whether three turns are one long high water."""
    return (
        first.high
        and last.hours - first.hours < STAND_HOURS
        and min(first.metres, last.metres) - dip.metres < STAND_METRES
    )


'''

PLAIN_ROWS = """\
    for row in turns(harbour, begin, begin + 24):
        at = harbour.epoch + timedelta(hours=row.hours)
        word = "high" if row.high else "low"
        lines.append(f"{at:%H:%M}        {word:5}  {row.metres:4.1f}")
"""

STAND_ROWS = """\
    for row in with_stands(list(turns(harbour, begin, begin + 24))):
        if isinstance(row, Stand):
            both = [(turn, "stand") for turn in (row.first, row.last)]
        else:
            both = [(row, "high" if row.high else "low")]
        for turn, word in both:
            at = harbour.epoch + timedelta(hours=turn.hours)
            lines.append(f"{at:%H:%M}        {word:5}  {turn.metres:4.1f}")
"""

THE_STANDS: tuple[Step, ...] = (
    Prompt(
        "Good. Where two highs are close and the dip between them is under ten centimetres, "
        "call it a stand of water, not two tides.",
        at="2026-03-05T09:44",
    ),
    Thought(
        "I could drop the dips inside turns(), but then highs and lows would no longer "
        "alternate, and a test relies on it. A second pass over the finished list is simpler "
        "to trust."
    ),
    Said(
        "A pilot calls two crests with a shallow dip between them one stand of water. I fold "
        "them in a pass of their own, so that `turns` stays true to the curve and only the "
        "table is a matter of taste."
    ),
    Edit(
        "tide/table.py",
        '"""High and low water for one day at one harbour."""\n',
        '"""High and low water for one day at one harbour, and the stands between."""\n',
    ),
    Edit("tide/table.py", 'DATUM = "datum"\n', STAND_SIZES),
    Edit("tide/table.py", TURN_END, TURN_END + STAND),
    Edit("tide/table.py", BEFORE_RENDER, FOLD + BEFORE_RENDER),
    Said("In the table both crests of a stand keep their row, and say what they are."),
    Edit("tide/table.py", PLAIN_ROWS, STAND_ROWS),
    Committed(
        "python3 -m pytest -q && git add -A",
        "......                                                                   [100%]\n"
        "6 passed in 0.05s",
        subject="Find high and low water",
        body="So that no turn of the tide is missed, however shallow: the slope is searched,\n"
        "not the height.",
    ),
    Said(
        "Committed. The search by the hour is gone, and what replaced it needs no number "
        "that some harbour could defeat."
    ),
)
