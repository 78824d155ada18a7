"""One path's edits in their place, what is left over, and whose it is."""

from __future__ import annotations

from tests.support.agents import edit, written
from tests.support.scratch import lines
from treadle.tangle.apply import File, apply_change
from treadle.tangle.diff import splices
from treadle.tangle.place import Use, label_by, place, residue, unplaced
from treadle.tangle.target import Target
from treadle.thread.model import Change, Edit, Entry, Row, split_lines

OLD, NEW = Entry("100644", "a" * 40), Entry("100644", "b" * 40)
LIT = lines("def the_lamp_is_lit(hour):", "    return hour > 18 or hour < 6")


def target(before: str | None, after: str | None) -> Target:
    """A path that was ``before`` and became ``after``; added are the lines of our own diff."""
    row = Row("f", OLD if before is not None else None, NEW if after is not None else None)
    cuts = splices(split_lines(before or ""), split_lines(after or ""))
    added, removed, shift = [], [], 0
    for cut in cuts:
        at = cut.start + shift
        added += [(at, at + len(cut.added))] if cut.added else []
        removed += [(cut.start, cut.start + len(cut.removed))] if cut.removed else []
        shift += len(cut.added) - len(cut.removed)
    return Target(row, before, after, tuple(added), tuple(removed))


def uses(*edits: Edit, part: int = 0) -> list[Use]:
    return [Use(f"1.{n}", part, one) for n, one in enumerate(edits, 1)]



def finished(goal: Target, told: list[Use], *, eager: bool = False) -> tuple[File, list[Change]]:
    """The file after all changes and the residue, and all of them."""
    placing = place(goal, told, eager)
    file = File.of(goal.before)
    for key, change in placing.changes:
        if change.kind != "unplaced":
            apply_change(file, change, told[key].part, told[key].name)
    assert (file.text, file.exists) == (placing.state.text, placing.state.exists)
    left = residue(goal, file, label_by(told, lambda use: f"p{use.part}:{use.name}"))
    if left is not None:
        apply_change(file, left, -1, "")
    return file, [change for _, change in placing.changes] + ([left] if left else [])


def evidence(file: File) -> list[tuple[str, str, str]]:
    """Each marked line's text, step and class."""
    told = zip(file.lines, file.marks, strict=True)
    return [(line, mark.step, mark.evidence) for line, mark in told if mark]


def test_edits_alone_that_give_the_blob_are_exact() -> None:
    goal = target("a\nb\n", "a\nc\n")
    assert place(goal, uses(edit("f", "b", "c")), False).exact
    assert not place(goal, uses(edit("f", "b", "d")), False).exact


def test_a_file_that_should_be_gone_is_not_exact_while_it_is_there() -> None:
    assert not place(target("a\n", None), uses(edit("f", "a\n", "")), False).exact
    assert place(target("a\n", None), uses(Edit("f", "delete")), False).exact


def test_what_a_person_added_is_residue_of_nobody() -> None:
    goal = target("a\n", lines("a", "agent wrote", "person wrote"))
    file, _ = finished(goal, uses(edit("f", "a\n", "a\nagent wrote\n")))
    assert file.text == goal.after
    assert evidence(file) == [
        ("agent wrote\n", "1.1", ""),
        ("person wrote\n", "", "unrecorded"),
    ]


def test_an_edit_without_a_place_is_recognised_in_the_residue() -> None:
    goal = target("a\n", "a\n" + LIT)
    file, found = finished(goal, uses(edit("f", "lost", LIT)))
    assert found[0].kind == "unplaced"
    assert found[0].reason == "text not found"
    assert {mark for _, *mark in evidence(file) for mark in [tuple(mark)]} == {
        ("p0:1.1", "matched")
    }


def test_a_run_of_residue_is_cut_where_the_evidence_changes() -> None:
    goal = target("a\n", "a\n" + LIT + "person wrote this\n")
    file, found = finished(goal, uses(edit("f", "lost", LIT)))
    assert [(hunk.evidence, hunk.cause) for hunk in found[-1].hunks] == [
        ("matched", "p0:1.1"),
        ("unrecorded", ""),
    ]
    assert file.text == goal.after


def test_a_person_s_replacement_is_cut_so_that_removed_lines_go_once() -> None:
    goal = target("x\ny\nz\n", "person one\n" + LIT + "person two\nz\n")
    file, found = finished(goal, uses(edit("f", "lost", LIT)))
    assert file.text == goal.after
    removed = [line for hunk in found[-1].hunks for line in hunk.lines if line[0] == "-"]
    assert removed == ["-x\n", "-y\n"]
    assert [line for line, _, kind in evidence(file) if kind == "matched"] == split_lines(LIT)


def test_drift_stands_before_the_edit_that_noticed_it() -> None:
    seen = lines("a", "person wrote")
    goal = target("a\n", lines("a", "agent wrote"))
    told = uses(edit("f", "person wrote", "agent wrote", before=seen))
    file, found = finished(goal, told)
    assert [change.kind for change in found] == ["drift", "edit"]
    assert file.text == goal.after
    assert file.drifted


def test_drift_names_only_steps_of_its_own_part() -> None:
    seen = "a\n" + LIT
    lost = Use("1.1", 0, edit("f", "lost", LIT))
    mine = Use("1.1", 1, edit("f", "a\n", "b\n", before=seen))
    placing = place(target("a\n", "b\n" + LIT), [lost, mine], True)
    (drift,) = [change for _, change in placing.changes if change.kind == "drift"]
    assert {hunk.cause for hunk in drift.hunks} == {""}
    again = Use("1.2", 0, edit("f", "a\n", "b\n", before=seen))
    placing = place(target("a\n", "b\n" + LIT), [lost, again], True)
    (drift,) = [change for _, change in placing.changes if change.kind == "drift"]
    assert {hunk.cause for hunk in drift.hunks} == {"1.1"}


def test_a_file_the_commit_deletes_is_residue_without_lines() -> None:
    file, found = finished(target("a\nb\n", None), [])
    assert found == [Change("f", "residue", "delete")]
    assert not file.exists


def test_a_file_that_no_edit_made_is_created_by_the_residue() -> None:
    file, found = finished(target(None, "a\n"), [])
    assert (found[0].op, file.text, file.exists) == ("create", "a\n", True)


def test_an_empty_file_that_no_edit_made_is_created_all_the_same() -> None:
    file, found = finished(target(None, ""), [])
    assert found == [Change("f", "residue", "create")]
    assert file.exists


def test_nothing_left_is_no_residue() -> None:
    _, found = finished(target("a\n", "b\n"), uses(written("f", "b\n")))
    assert [change.kind for change in found] == ["edit"]


def test_line_ends_alone_may_be_the_residue() -> None:
    goal = target("a\nb\n", "a\r\nb\r\n")
    file, _ = finished(goal, uses(written("f", "a\nb\n")))
    assert file.text == goal.after


def test_an_unplaced_edit_keeps_its_old_and_its_new_text() -> None:
    change = unplaced("f", edit("f", "a\nb\n", "a\nc\n"), "text not found")
    assert (change.kind, change.reason) == ("unplaced", "text not found")
    assert [hunk.lines for hunk in change.hunks] == [(" a\n", "-b\n", "+c\n")]


def test_an_unplaced_file_keeps_its_text_and_an_unplaced_deletion_says_so() -> None:
    change = unplaced("f", written("f", "a\nb"), "failed: no")
    assert [hunk.lines for hunk in change.hunks] == [("+a\n", "+b")]
    gone = unplaced("f", Edit("f", "delete"), "the file is not there")
    assert (gone.op, gone.hunks) == ("delete", ())
