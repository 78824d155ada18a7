"""A slice becomes turns and steps, each where it happened."""

from __future__ import annotations

from tests.support.agents import edit, reel, session
from treadle.tangle.solving.draft import draft
from treadle.thread.model import Change, Event, Part, Session
from treadle.thread.select import Ref, Slice, Strand

LAMP = edit("lamp.py", "a\n", "b\n")
OIL = edit("oil.py", "a\n", "b\n")


def said(text: str = "I see.") -> Event:
    return Event(text, "said", text=text)


def slice_of(told: Session, begin: int = 0, end: int | None = None) -> Slice:
    return Slice(Strand(reel(told, "lamp.py")), begin, len(told.events) if end is None else end)


def shape(part: Part) -> list[tuple[str, bool, list[str]]]:
    """Each turn's prompt, whether it goes on, and the kinds of its steps."""
    return [
        (turn.prompt, turn.continued, [step.kind for step in turn.steps]) for turn in part.turns
    ]


def test_each_prompt_begins_a_turn() -> None:
    told = session("One", LAMP, said(), "Two", OIL)
    made = draft(slice_of(told), [], {})
    assert shape(made.part()) == [("One", False, ["edited", "said"]), ("Two", False, ["edited"])]
    assert made.where == {Ref(1, 0): (1, 1), Ref(4, 0): (2, 1)}


def test_a_slice_that_begins_within_a_turn_repeats_its_prompt() -> None:
    told = session("One", LAMP, said("and on"), OIL)
    part = draft(slice_of(told, 2), [], {}).part()
    assert shape(part) == [("One", True, ["said", "edited"])]
    assert (part.first, part.last, part.continues) == ("and on", "k3", "k1")


def test_events_before_any_prompt_stand_in_a_turn_without_one() -> None:
    part = draft(slice_of(session(said(), LAMP, "One", OIL)), [], {}).part()
    assert shape(part) == [("", False, ["said", "edited"]), ("One", False, ["edited"])]


def test_an_earlier_edit_leads_under_its_own_prompt_with_a_pointer() -> None:
    told = session("One", LAMP, "Two", OIL)
    made = draft(slice_of(told, 2), [Ref(1, 0)], {Ref(1, 0): "f" * 40 + ":1.1"})
    assert shape(made.part()) == [("One", True, ["took"]), ("Two", False, ["edited"])]
    (took,) = made.part().turns[0].steps
    assert took.origin == "f" * 40 + ":1.1"
    assert made.where == {Ref(1, 0): (1, 1), Ref(3, 0): (2, 1)}


def test_an_earlier_edit_of_the_turn_that_goes_on_stands_in_it() -> None:
    told = session("One", LAMP, said(), OIL)
    part = draft(slice_of(told, 2), [Ref(1, 0)], {}).part()
    assert shape(part) == [("One", True, ["took", "said", "edited"])]


def test_early_edits_stand_in_the_order_of_the_session() -> None:
    told = session("One", LAMP, OIL, "Two", said())
    made = draft(slice_of(told, 3), [Ref(2, 0), Ref(1, 0)], {})
    assert made.where == {Ref(1, 0): (1, 1), Ref(2, 0): (1, 2)}


def test_a_slice_of_early_edits_alone_has_no_events_of_its_own() -> None:
    told = session("One", LAMP, "Two")
    part = draft(slice_of(told, 2, 2), [Ref(1, 0)], {}).part()
    assert (part.first, part.last, part.began, part.ended) == ("", "", "", "")
    assert part.continues == "k1"
    assert shape(part) == [("One", True, ["took"])]


def test_several_edits_of_one_call_are_one_step() -> None:
    call = Event("call", "edited", edits=(LAMP, OIL))
    made = draft(slice_of(session("One", call)), [], {})
    assert made.where == {Ref(1, 0): (1, 1), Ref(1, 1): (1, 1)}
    made.add((1, 1), Change("lamp.py", "edit"))
    made.add((1, 1), Change("oil.py", "edit"))
    (step,) = made.part().turns[0].steps
    assert [change.path for change in step.changes] == ["lamp.py", "oil.py"]


def test_a_part_keeps_what_is_known_of_its_session() -> None:
    one = Event("1", "said", "2026-01-05T09:00:00.000Z", model="loom-1")
    two = Event("2", "said", "2026-01-05T09:01:00.000Z", model="loom-2", lane="scout", cut=3)
    told = Session("codex", "s9", "2.0", (one, two, one))
    part = draft(slice_of(told), [], {}).part()
    assert (part.agent, part.session, part.version) == ("codex", "s9", "2.0")
    assert part.models == ("loom-1", "loom-2")
    assert (part.began, part.ended) == (one.time, one.time)
    assert (part.turns[0].steps[1].lane, part.turns[0].steps[1].cut) == ("scout", 3)
