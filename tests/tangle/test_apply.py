"""A document is applied strictly: what fits gives the file, what does not says where."""

from __future__ import annotations

import pytest

from treadle.tangle.apply import File, MismatchError, Placed, apply, apply_change, in_order
from treadle.thread.model import (
    Change,
    Entry,
    Hunk,
    Part,
    Placement,
    Row,
    Step,
    Thread,
    Turn,
)

OLD, NEW = Entry("100644", "a" * 40), Entry("100644", "b" * 40)
NOON = "2026-01-05T12:00:00.000Z"
LATER = "2026-01-05T12:05:00.000Z"
LAST = "2026-01-05T12:09:00.000Z"


def change(*hunks: Hunk, path: str = "f", kind: str = "edit", op: str = "") -> Change:
    return Change(path, kind, op, hunks)


def part(name: str, *steps: tuple[str, Change]) -> Part:
    """A part of one turn: steps with their time and their change."""
    told = (Step(n, "edited", time, changes=(c,)) for n, (time, c) in enumerate(steps, 1))
    return Part("claude-code", name, turns=(Turn(1, "Do it", steps=tuple(told)),))


def thread(*parts: Part, rows: tuple[Row, ...], residue: tuple[Change, ...] = ()) -> Thread:
    return Thread(parts, Placement("c" * 40, "d" * 40, rows=rows, residue=residue))


def row(path: str = "f", before: Entry | None = OLD, after: Entry | None = NEW) -> Row:
    return Row(path, before, after)


def test_a_hunk_gives_the_file_and_marks_its_lines() -> None:
    hunk = Hunk(0, 0, (" a\n", "-b\n", "+x\n", "+y\n", " c\n"))
    files = apply(thread(part("s", (NOON, change(hunk))), rows=(row(),)), {"f": "a\nb\nc\n"})
    assert files["f"].text == "a\nx\ny\nc\n"
    assert [mark.step if mark else "" for mark in files["f"].marks] == ["", "1.1", "1.1", ""]
    assert not files["f"].unsettled


def test_a_hunk_that_does_not_fit_says_path_and_line() -> None:
    hunk = Hunk(1, 1, (" b\n", "-c\n", "+x\n"))
    document = thread(part("s", (NOON, change(hunk, path="src/f"))), rows=(row("src/f"),))
    with pytest.raises(MismatchError) as caught:
        apply(document, {"src/f": "a\nb\nother\n"})
    assert caught.value.message.startswith("src/f:3: the document wants 'c\\n' here")
    assert "'other\\n'" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("hunk", "text"),
    [
        (Hunk(3, 3, ("-d\n",)), "a\nb\nc\n"),
        (Hunk(9, 9, ("+d\n",)), "a\n"),
        (Hunk(0, 0, (" a\n", " b\n", "+c\n")), "a\n"),
        (Hunk(0, 0, ("-a",)), "a\n"),
        (Hunk(0, 0, (" a\r\n", "+b\n")), "a\n"),
    ],
)
def test_what_stands_behind_the_end_or_ends_otherwise_does_not_fit(hunk: Hunk, text: str) -> None:
    with pytest.raises(MismatchError):
        apply_change(File.of(text), change(hunk), 0, "1.1")


def test_hunks_of_one_change_count_lines_of_the_text_before_all_of_them() -> None:
    first = Hunk(0, 0, ("+new\n", "+new\n", " a\n"))
    second = Hunk(2, 4, ("-c\n",))
    file = File.of("a\nb\nc\nd\n")
    apply_change(file, change(first, second), 0, "1.1")
    assert file.text == "new\nnew\na\nb\nd\n"


def test_a_hidden_line_is_taken_as_the_file_has_it() -> None:
    hunk = Hunk(0, 0, (" [redacted:x]\n", "-[redacted:y]\n", "+plain\n"), hidden=(0, 1))
    file = File.of("secret\nother secret\n")
    apply_change(file, change(hunk), 0, "1.1")
    assert file.text == "secret\nplain\n"
    assert not file.hidden


def test_a_hidden_line_that_is_added_leaves_the_file_hidden() -> None:
    file = File.of("a\n")
    apply_change(file, change(Hunk(1, 1, ("+[redacted:x]\n",), hidden=(0,))), 0, "1.1")
    assert file.hidden


def test_a_later_hunk_may_take_a_hidden_line_for_what_it_was() -> None:
    file = File.of("a\n")
    apply_change(file, change(Hunk(1, 1, ("+[redacted:x]\n", "+b\n"), hidden=(0,))), 0, "1.1")
    apply_change(file, change(Hunk(0, 0, (" a\n", " a secret\n", "-b\n"))), 0, "1.2")
    assert file.lines == ["a\n", "[redacted:x]\n"]
    with pytest.raises(MismatchError):
        apply_change(file, change(Hunk(0, 0, (" other\n", " a secret\n", "+b\n"))), 0, "1.3")


def test_a_hidden_line_must_be_there_all_the_same() -> None:
    hunk = Hunk(1, 1, ("-[redacted:x]\n",), hidden=(0,))
    with pytest.raises(MismatchError):
        apply_change(File.of("a\n"), change(hunk), 0, "1.1")


def test_a_file_is_created_and_another_deleted() -> None:
    made = change(Hunk(0, 0, ("+a\n",)), path="new", op="create")
    gone = change(Hunk(0, 0, ("-b\n",)), path="old", op="delete")
    rows = (row("new", None, NEW), row("old", OLD, None))
    files = apply(thread(part("s", (NOON, made), (LATER, gone)), rows=rows), {"old": "b\n"})
    assert (files["new"].exists, files["new"].text) == (True, "a\n")
    assert (files["old"].exists, files["old"].lines) == (False, [])


def test_an_empty_file_exists() -> None:
    files = apply(thread(part("s", (NOON, change(op="create"))), rows=(row("f", None),)), {})
    assert (files["f"].exists, files["f"].text) == (True, "")


def test_a_renamed_file_begins_with_the_text_of_the_old_path() -> None:
    document = thread(rows=(Row("new", OLD, OLD, "old"),))
    assert apply(document, {"old": "a\n"})["new"].text == "a\n"


def test_a_path_by_reference_is_left_alone() -> None:
    rows = (Row("f", OLD, NEW, reference="large"),)
    hunk = Hunk(7, 7, ("-not there\n",))
    assert apply(thread(part("s", (NOON, change(hunk))), rows=rows), {}) == {}


def test_unplaced_edits_are_not_applied() -> None:
    document = thread(
        part("s", (NOON, change(Hunk(0, 0, ("-x\n",)), kind="unplaced"))), rows=(row(),)
    )
    assert apply(document, {"f": "a\n"})["f"].text == "a\n"


def test_residue_comes_last_and_carries_its_own_evidence() -> None:
    step = change(Hunk(0, 0, ("+step\n",)))
    left = (
        change(
            Hunk(1, 1, ("+person\n",), "unrecorded"),
            Hunk(1, 2, ("+late\n",), "matched", f"{'e' * 40}:1.1"),
            kind="residue",
        ),
    )
    file = apply(thread(part("s", (NOON, step)), rows=(row(),), residue=left), {"f": ""})["f"]
    assert file.text == "step\nperson\nlate\n"
    told = [(mark.part, mark.step, mark.evidence) for mark in file.marks if mark]
    assert told == [(0, "1.1", ""), (-1, "", "unrecorded"), (-1, f"{'e' * 40}:1.1", "matched")]
    assert file.unsettled


def test_a_step_that_took_an_earlier_edit_marks_lines_with_that_edit() -> None:
    origin = f"{'e' * 40}:2.1"
    took = Step(1, "took", NOON, changes=(change(Hunk(0, 0, ("+a\n",))),), origin=origin)
    document = thread(Part("claude-code", "s", turns=(Turn(1, steps=(took,)),)), rows=(row(),))
    (mark,) = apply(document, {"f": ""})["f"].marks
    assert mark is not None
    assert mark.step == origin


def names(placed: list[Placed]) -> list[tuple[int, str]]:
    return [(one.part, one.name) for one in placed]


def test_two_parts_are_merged_by_time() -> None:
    nothing = change(kind="unplaced")
    first = part("a", (NOON, nothing), (LAST, nothing))
    second = part("b", (LATER, nothing))
    assert names(in_order((first, second))) == [(0, "1.1"), (1, "1.1"), (0, "1.2")]


def test_a_step_without_time_stays_behind_the_one_before_it() -> None:
    nothing = change(kind="unplaced")
    first = part("a", (LATER, nothing), ("", nothing), (NOON, nothing))
    second = part("b", (LAST, nothing))
    order = names(in_order((second, first)))
    assert order == [(1, "1.1"), (1, "1.2"), (1, "1.3"), (0, "1.1")]


def test_steps_at_the_same_time_go_by_part() -> None:
    nothing = change(kind="unplaced")
    first, second = part("a", (NOON, nothing)), part("b", (NOON, nothing))
    assert names(in_order((first, second))) == [(0, "1.1"), (1, "1.1")]


def test_edits_of_two_parts_apply_in_the_order_of_time() -> None:
    one = part(
        "a",
        (NOON, change(Hunk(0, 0, ("-a\n", "+b\n")))),
        (LAST, change(Hunk(0, 0, ("-c\n", "+d\n")))),
    )
    two = part("b", (LATER, change(Hunk(0, 0, ("-b\n", "+c\n")))))
    assert apply(thread(one, two, rows=(row(),)), {"f": "a\n"})["f"].text == "d\n"


def test_the_state_after_a_step_lacks_what_came_later_and_the_residue() -> None:
    told = part(
        "a", (NOON, change(Hunk(0, 0, ("+one\n",)))), (LATER, change(Hunk(1, 1, ("+two\n",))))
    )
    left = (change(Hunk(2, 2, ("+three\n",), "unrecorded"), kind="residue"),)
    document = thread(told, rows=(row(),), residue=left)
    first, second = in_order(document.parts)
    assert apply(document, {"f": ""}, first)["f"].text == "one\n"
    assert apply(document, {"f": ""}, second)["f"].text == "one\ntwo\n"
    assert apply(document, {"f": ""})["f"].text == "one\ntwo\nthree\n"
