"""One path's edits in their place: each becomes a change of its step, or keeps its reason."""

from __future__ import annotations

from tests.support.agents import edit, written
from tests.support.scratch import lines
from treadle.tangle.apply import File, apply_change
from treadle.tangle.solving.place import Placing, Use, place, unplaced
from treadle.tangle.solving.target import Target
from treadle.tangle.text.diff import splices
from treadle.thread.model import Change, Edit, Entry, Row
from treadle.thread.origin import split_lines

OLD, NEW = Entry("100644", "a" * 40), Entry("100644", "b" * 40)
LIT = lines("def the_lamp_is_lit(hour):", "    return hour > 18 or hour < 6")


def target(before: str | None, after: str | None) -> Target:
    """A path that was ``before`` and became ``after``; added are the lines of our own diff."""
    row = Row("f", OLD if before is not None else None, NEW if after is not None else None)
    added, removed, shift = [], [], 0
    for cut in splices(split_lines(before or ""), split_lines(after or "")):
        at = cut.start + shift
        added += [(at, at + len(cut.added))] if cut.added else []
        removed += [(cut.start, cut.start + len(cut.removed))] if cut.removed else []
        shift += len(cut.added) - len(cut.removed)
    return Target(row, before, after, tuple(added), tuple(removed))


def placed(goal: Target, *edits: Edit, eager: bool = False) -> tuple[Placing, list[Change]]:
    """The placing, and its changes, which must give its state when they are applied."""
    uses = [Use(f"1.{n}", 0, one) for n, one in enumerate(edits, 1)]
    placing = place(goal, uses, eager)
    file = File.of(goal.before)
    for key, change in placing.changes:
        if change.kind != "unplaced":
            apply_change(file, change, 0, uses[key].name)
    assert (file.text, file.exists) == (placing.state.text, placing.state.exists)
    return placing, [change for _, change in placing.changes]


def test_edits_alone_that_give_the_blob_are_exact() -> None:
    goal = target("a\nb\n", "a\nc\n")
    assert placed(goal, edit("f", "b", "c"))[0].exact
    assert not placed(goal, edit("f", "b", "d"))[0].exact


def test_a_file_that_should_be_gone_is_not_exact_while_it_is_there() -> None:
    assert not placed(target("a\n", None), edit("f", "a\n", ""))[0].exact
    assert placed(target("a\n", None), Edit("f", "delete"))[0].exact


def test_a_file_that_is_made_and_deleted_again_leaves_nothing() -> None:
    placing, found = placed(target(None, None), written("f", "a\n"), Edit("f", "delete"))
    assert [change.op for change in found] == ["create", "delete"]
    assert placing.exact


def test_drift_stands_before_the_edit_that_noticed_it() -> None:
    seen = lines("a", "person wrote")
    goal = target("a\n", lines("a", "agent wrote"))
    placing, found = placed(goal, edit("f", "person wrote", "agent wrote", before=seen))
    assert [change.kind for change in found] == ["drift", "edit"]
    assert placing.state.text == goal.after
    assert placing.exact


def test_drift_names_only_steps_of_its_own_part() -> None:
    lost = edit("f", "lost", LIT)
    noticing = edit("f", "a\n", "b\n", before="a\n" + LIT)
    goal = target("a\n", "b\n" + LIT)
    for part, cause in ((1, ""), (0, "1.1")):
        uses = [Use("1.1", 0, lost), Use("1.2", part, noticing)]
        found = [change for _, change in place(goal, uses, True).changes]
        assert {hunk.cause for hunk in found[1].hunks} == {cause}


def test_an_edit_without_a_place_changes_nothing_and_says_why() -> None:
    placing, found = placed(target("a\n", "b\n"), edit("f", "lost", "x"), edit("f", "a", "b"))
    assert [(change.kind, change.reason) for change in found] == [
        ("unplaced", "text not found"),
        ("edit", ""),
    ]
    assert placing.exact


def test_an_edit_that_changes_nothing_says_so() -> None:
    _, found = placed(target("a\n", "b\n"), written("f", "a\n"))
    assert [change.reason for change in found] == ["it changes nothing"]


def test_an_unplaced_edit_keeps_its_old_and_its_new_text() -> None:
    change = unplaced("f", edit("f", "a\nb\n", "a\nc\n"), "text not found")
    assert (change.kind, change.reason) == ("unplaced", "text not found")
    assert [hunk.lines for hunk in change.hunks] == [(" a\n", "-b\n", "+c\n")]


def test_an_unplaced_file_keeps_its_text_and_an_unplaced_deletion_says_so() -> None:
    change = unplaced("f", written("f", "a\nb"), "failed: no")
    assert [hunk.lines for hunk in change.hunks] == [("+a\n", "+b")]
    gone = unplaced("f", Edit("f", "delete"), "the file is not there")
    assert (gone.op, gone.hunks) == ("delete", ())
