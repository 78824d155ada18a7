"""What of a part can be searched, and which files each passage is about."""

from __future__ import annotations

from treadle.tangle.searching.passages import LARGEST, Passage, passages
from treadle.thread.model import Change, Hunk, Part, Step, Turn


def edit(number: int, path: str, *lines: str, kind: str = "edit") -> Step:
    change = Change(path, kind, hunks=(Hunk(0, 0, lines),))
    return Step(number, "edited", text=path, changes=(change,))


def told(*steps: Step, prompt: str = "Mind the oil", continued: bool = False) -> list[Passage]:
    turn = Turn(1, prompt, "2026-01-02T03:04:05.000Z", continued, steps)
    return list(passages(Part("loom", "s", turns=(turn,))))


def test_a_prompt_is_about_all_that_its_turn_edits() -> None:
    (prompt, *_) = told(edit(1, "a.py", "+x\n"), edit(2, "b.py", "+y\n"), edit(3, "a.py", "+z\n"))
    assert (prompt.step, prompt.kind, prompt.paths) == ("1.0", "prompt", ("a.py", "b.py"))
    assert not prompt.repeated


def test_a_prompt_of_an_earlier_document_is_repeated() -> None:
    assert told(continued=True)[0].repeated


def test_prose_is_about_what_was_edited_because_of_it() -> None:
    steps = (
        Step(1, "said", text="First the lamp."),
        edit(2, "lamp.py", "+x\n"),
        Step(3, "said", text="Then the oil."),
        edit(4, "oil.py", "+y\n"),
        edit(5, "can.py", "+z\n"),
        Step(6, "said", text="Done."),
    )
    about = {passage.text: passage.paths for passage in told(*steps) if passage.kind == "said"}
    assert about == {"First the lamp.": ("lamp.py",), "Then the oil.": ("oil.py", "can.py"),
                     "Done.": ()}  # fmt: skip


def test_code_is_the_lines_that_went_and_came_below_their_path() -> None:
    step = edit(1, "lamp.py", " def f():\n", "-    old\n", "+    new")
    (_, code) = told(step)
    assert code.text == "@lamp.py\n-    old\n+    new\n"
    assert code.reason == "Mind the oil"


def test_an_attempt_without_a_place_can_be_found_too() -> None:
    (_, code) = told(edit(1, "lamp.py", "+lost\n", kind="unplaced"))
    assert "+lost\n" in code.text


def test_what_others_changed_is_not_the_steps_own() -> None:
    assert [one.kind for one in told(edit(1, "lamp.py", "+theirs\n", kind="drift"))] == ["prompt"]


def test_looks_and_what_was_taken_over_are_passed_over() -> None:
    steps = (Step(1, "looked", text="read a"), Step(2, "marked", text="cut"), Step(3, "took"))
    assert [passage.kind for passage in told(*steps)] == ["prompt"]


def test_a_turn_without_a_prompt_has_only_its_steps() -> None:
    assert [one.kind for one in told(Step(1, "ran", text="make"), prompt=" \n")] == ["ran"]


def test_a_passage_is_bounded() -> None:
    assert len(told(Step(1, "said", text="x" * (LARGEST + 5)))[1].text) == LARGEST
