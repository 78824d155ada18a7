"""Sessions that nothing names are found by the lines they wrote, and by nothing less."""

from __future__ import annotations

import pytest

from tests.support.agents import edit, reel, session
from treadle.thread.model import Session
from treadle.thread.select import Strand, When, find

WROTE = "def the_lamp_is_lit(hour):\n    return hour > 18 or hour < 6\n"
WANTED = frozenset(line for line in WROTE.split("\n") if line)


def ends(told: Session, time: str) -> list[int]:
    """Where the slices end that are found for a commit made at ``time``."""
    strand = Strand(reel(told, "lamp.py"), named=False)
    when = When("c" * 40, "Light the lamp", time, time)
    return [slice_.end for slice_ in find([strand], when, {"lamp.py": WANTED})]


def test_a_session_that_wrote_the_lines_is_found() -> None:
    told = session(edit("lamp.py", "", WROTE))
    last = max(event.time for event in told.events)
    assert ends(told, last) == [1]


@pytest.mark.parametrize("text", ["    return None\n", "def the_lamp_is_lit(hour):\n", "}\n"])
def test_a_common_line_or_a_single_one_is_no_sign(text: str) -> None:
    told = session(edit("lamp.py", "", text))
    last = max(event.time for event in told.events)
    assert ends(told, last) == []


def test_another_file_is_another_matter() -> None:
    told = session(edit("oil.py", "", WROTE))
    last = max(event.time for event in told.events)
    assert ends(told, last) == []


def test_what_came_later_cannot_have_written_it() -> None:
    assert ends(session(edit("lamp.py", "", WROTE)), "2001-01-01T00:00:00.000Z") == []


def test_what_was_written_weeks_before_was_not_written_for_it() -> None:
    assert ends(session(edit("lamp.py", "", WROTE)), "2099-01-01T00:00:00.000Z") == []
