"""What a commit left of an edit of which it took only part."""

from __future__ import annotations

import pytest

from tests.support.agents import edit, reel, session
from treadle.tangle.solving.rest import rests, without
from treadle.thread.model import Change, Entry, Hunk, Placement, Row
from treadle.thread.select import Ref

AFTER = Entry("100644", "a" * 40)
LAMP = edit("lamp.py", "wick = 0\n", "wick = 1\noil = full\n}\nlit = True\n")
HAND = edit("hand.py", "", "right = 1\n")
TOLD = reel(session(LAMP, HAND))
TAKEN = [Ref(0, 0), Ref(1, 0)]


def left(
    *lines: str, reference: str = "", source: str = "", moved: bool = False
) -> dict[Ref, frozenset[str]]:
    """What is left where the residue of the commit's one path has these lines."""
    path = "light.py" if source else "lamp.py"
    row = Row(path, AFTER, AFTER, source, reference, moved=moved)
    residue = () if reference or not lines else (Change(path, "residue", "", (Hunk(0, 0, lines),)),)
    return rests(Placement("", "", rows=(row,), residue=residue), TOLD, TAKEN)


def test_nothing_is_left_where_nothing_was_taken_away() -> None:
    assert left() == {}
    assert left("+by hand\n") == {}


def test_lines_that_only_cease_are_left() -> None:
    assert left("-oil = full\r\n", "-}\n") == {Ref(0, 0): frozenset({"oil = full"})}


def test_lines_that_were_there_before_the_agent_do_not_replace_its_own() -> None:
    assert left("-wick = 1\n", "+wick = 0\n") == {Ref(0, 0): frozenset({"wick = 1"})}


def test_lines_that_somebody_wrote_anew_are_not_left() -> None:
    assert left("-oil = full\n", '+oil = "full"\n') == {}


@pytest.mark.parametrize("line", ["-their own line\n", "-right = 1\n"])
def test_lines_that_the_edit_did_not_write_are_not_left(line: str) -> None:
    assert left(line) == {}


def test_of_a_path_by_reference_nothing_tells() -> None:
    assert left(reference="large") == {}


def test_what_a_later_commit_added_is_not_left_any_more() -> None:
    rest = {Ref(0, 0): frozenset({"oil = full", "lit = True"}), Ref(1, 0): frozenset({"right = 1"})}
    row = Row("lamp.py", AFTER, AFTER)
    change = Change("lamp.py", "residue", "", (Hunk(1, 1, ("+oil = full\n", "+right = 1\n")),))
    placement = Placement("", "", rows=(row,), residue=(change,))
    assert without(rest, placement, TOLD) == {
        Ref(0, 0): frozenset({"lit = True"}),
        Ref(1, 0): frozenset({"right = 1"}),
    }


def test_a_file_that_was_renamed_is_the_same_file() -> None:
    assert left("-oil = full\n", source="lamp.py") == {Ref(0, 0): frozenset({"oil = full"})}


def test_a_residue_on_another_base_tells_nothing() -> None:
    assert left("-oil = full\n", moved=True) == {}
