"""Which lines of a squash's file are in doubt, as far as texts and diffs tell."""

from __future__ import annotations

from treadle.tangle.relinking.candidates import Candidate
from treadle.tangle.relinking.claim import Goal, Kin, Pairing
from treadle.tangle.relinking.doubt import doubts
from treadle.tangle.relinking.revision import Revision
from treadle.tangle.solving.target import Target
from treadle.thread.git.differences import Difference, Range
from treadle.thread.model import Doubt, Entry, Placement, Row, Thread

BEFORE = "head\n}\n\nold\n}\n\ntail\n"
AFTER = "head\n}\n\ntail\n"
FILE = Entry("100644", "1" * 40), Entry("100644", "2" * 40)


def asked(
    added: tuple[Range, ...],
    removed: tuple[Range, ...],
    shortest: Difference,
    texts: tuple[str, str] = (BEFORE, AFTER),
    sure: tuple[int, ...] = (0,),
) -> tuple[Doubt, ...]:
    """The doubts where a document that is tied says nothing of any line."""
    row = Row("a", *FILE)
    goal = Goal.of(Target(row, *texts, added, removed))
    far = Revision("a", "", "3" * 40, "4" * 40, (), (), (), (), b"", False, frozenset())
    told = Candidate("5" * 40, "6" * 40, 0, "", "", "", (), "", "", ())
    kin = Kin(told, Thread((), Placement("", "")), {"a": far})
    whole = Difference(((0, 1),), ((0, len(goal.lines)),))
    return doubts(goal, [Pairing(0, 0, "a", False, whole)], [kin], {}, sure, shortest)


def test_a_line_that_the_shortest_diff_takes_for_another() -> None:
    usual, shortest = ((1, 4),), Difference(((3, 6),), ())
    assert asked((), usual, shortest) == (Doubt(1, 2, ("-2",)),)


def test_a_line_that_the_shortest_diff_takes_for_a_new_one() -> None:
    usual, shortest = ((1, 4),), Difference(((1, 6),), ((1, 3),))
    assert asked((), usual, shortest) == (Doubt(1, 2, ("",)),)


def test_where_both_diffs_agree_nothing_is_in_doubt() -> None:
    usual = ((1, 4),)
    assert asked((), usual, Difference(usual, ())) == ()


def test_bare_lines_beside_a_block_that_held_them_too() -> None:
    texts = BEFORE, "new\n}\n\ntail\n"
    usual = ((0, 4),), ((0, 1),)
    assert asked(usual[1], usual[0], Difference(*usual), texts) == (Doubt(1, 2, ("-2",)),)


def test_bare_lines_beside_a_block_that_brought_them_too() -> None:
    texts = "old\n}\n\ntail\n", "one\n}\n\ntwo\n}\n\ntail\n"
    usual = ((0, 1),), ((0, 4),)
    assert asked(usual[1], usual[0], Difference(*usual), texts) == (Doubt(4, 2, ("+2",)),)


def test_lines_with_letters_beside_a_block_are_not_in_doubt() -> None:
    texts = "same\nold\nsame\ntail\n", "new\nsame\ntail\n"
    usual = ((0, 2),), ((0, 1),)
    assert asked(usual[1], usual[0], Difference(*usual), texts) == ()


def test_where_no_document_is_tied_nothing_is_doubted() -> None:
    usual, shortest = ((1, 4),), Difference(((3, 6),), ())
    assert asked((), usual, shortest, sure=()) == ()
