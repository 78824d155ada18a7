"""Documents tied again after every way in which git rewrites commits.

After each rewrite the lines that are still there must be told of the same step with the same
evidence.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.scratch import Scratch, lines
from tests.tangle.relinking.loom import FIRST, SECOND, Loom, steps
from treadle.tangle.relink import propose, relink
from treadle.thread.document import part_id, render
from treadle.thread.store import Store


def test_a_new_message(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    old = loom.save()
    loom.scratch.commit("Another message", "--amend")
    (outcome,) = [o for o in loom.relink().outcomes if o.sources]
    assert [source.commit for source in outcome.sources] == [old.id]
    assert outcome.sources[0].sure == "the same change"
    assert (outcome.explained, outcome.added) == (2, 2)
    loom.expect(FIRST)
    assert loom.thread().placement.rows[0].moved is False


def test_an_amended_line_of_a_person(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    text = loom.scratch.read("lamp.py")
    loom.scratch.write("lamp.py", text.replace(FIRST[1], "a person trims wicks otherwise"))
    loom.scratch.commit("Change", "--amend")
    loom.relink("HEAD")
    loom.expect(FIRST[:1])


def test_an_amended_commit_whose_lines_a_later_one_had_copied(loom: Loom) -> None:
    """The copy's document is still there when an older commit is edited in a rebase."""
    loom.step("lamp.py", 5, *FIRST)
    loom.step("lamp.py", 15, *SECOND)
    loom.save()
    loom.scratch.git("branch", "older")
    loom.step("dir/oil.txt", 5, *FIRST)
    loom.save("Copied")
    loom.scratch.git("checkout", "-q", "older")
    text = loom.scratch.read("lamp.py")
    loom.scratch.write("lamp.py", text.replace("number 20\n", "number 20, as a person has it\n"))
    loom.scratch.commit("Change", "--amend")
    loom.relink("HEAD")
    loom.expect([*FIRST, *SECOND])
    assert len(loom.thread().parts) == 1
    assert not any(row.doubts for row in loom.thread().placement.rows)


def test_an_amended_line_elsewhere_leaves_a_block_its_braces(loom: Loom) -> None:
    block = ["func light() {", "\tburn(oil, until(morning, or(longer)))", "}", ""]
    loom.step("lamp.py", 5, *block)
    loom.save()
    text = loom.scratch.read("lamp.py")
    loom.scratch.write("lamp.py", text.replace("number 20\n", "number 20, as a person has it\n"))
    loom.scratch.commit("Change", "--amend")
    loom.relink("HEAD")
    loom.expect(block)


def test_an_amended_line_just_behind_a_block_leaves_its_last_brace_to_nobody(loom: Loom) -> None:
    """Which of the two braces was there first is not known."""
    block = ["func light() {", "\tburn(oil, until(morning, or(longer)))", "}"]
    loom.step("lamp.py", 5, *block)
    loom.save()
    text = loom.scratch.read("lamp.py")
    more = "longer)))\n}\nfunc dark() {\n}\n"
    loom.scratch.write("lamp.py", text.replace("longer)))\n}\n", more))
    loom.scratch.commit("Change", "--amend")
    loom.relink("HEAD")
    loom.expect(block[:2])


def test_an_amend_that_takes_a_file_out_again(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.step("dir/oil.txt", 5, *SECOND)
    loom.save()
    loom.scratch.git("checkout", "-q", "HEAD^", "--", "dir/oil.txt")
    loom.scratch.commit("Change", "--amend")
    loom.relink("HEAD")
    loom.expect(FIRST)
    assert len(loom.thread().parts) == 1


def test_a_rebase_over_a_change_in_the_same_file(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.step("lamp.py", 15, *SECOND)
    loom.save()
    loom.onto()
    loom.scratch.git("rebase", "-q", "start")
    loom.relink()
    loom.expect(FIRST, "HEAD^")
    loom.expect(SECOND, "HEAD")


def test_a_cherry_pick_shares_its_part(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    picked = loom.save()
    loom.onto()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("cherry-pick", picked.id)
    loom.relink()
    loom.expect(FIRST)
    assert part_id(loom.thread().parts[0]) == part_id(loom.thread(picked.id).parts[0])


def test_a_squash_merge_keeps_every_part_in_order(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    first = loom.save()
    loom.step("lamp.py", 15, *SECOND)
    second = loom.save()
    loom.onto()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--squash", "main")
    loom.scratch.commit("Squashed")
    loom.relink("HEAD")
    loom.expect([*FIRST, *SECOND])
    both = [part_id(loom.thread(c.id).parts[0]) for c in (first, second)]
    assert [part_id(part) for part in loom.thread().parts] == both


def test_a_squash_of_a_line_that_was_written_over_keeps_its_part(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.agent.prompt("Otherwise")
    loom.agent.edit(
        "lamp.py", "".join(f"{line}\n" for line in FIRST), "all lamps are out now, alas\n"
    )
    loom.save()
    loom.scratch.git("reset", "-q", "--soft", "HEAD~2")
    loom.scratch.commit("Both")
    loom.relink("HEAD")
    loom.expect(["all lamps are out now, alas"])
    assert len(loom.thread().parts) == 2


def test_one_commit_split_in_two(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.step("lamp.py", 20, *SECOND)
    loom.save()
    whole = loom.scratch.read("lamp.py")
    loom.scratch.git("reset", "-q", "HEAD^")
    loom.scratch.write("lamp.py", whole.replace("".join(f"{line}\n" for line in SECOND), ""))
    loom.scratch.commit("One")
    loom.scratch.write("lamp.py", whole)
    loom.scratch.commit("Two")
    loom.relink()
    loom.expect(FIRST, "HEAD^")
    loom.expect(SECOND, "HEAD")


def test_a_revert_and_its_revert(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    written = loom.save()
    loom.scratch.git("revert", "--no-edit", "HEAD")
    reverted = loom.scratch.head()
    loom.scratch.git("revert", "--no-edit", "HEAD")
    loom.relink()
    assert reverted.id not in Store(loom.scratch.repo).notes()
    loom.expect(FIRST)
    assert loom.thread().parts == loom.thread(written.id).parts


def test_a_renamed_file(loom: Loom) -> None:
    loom.step("dir/oil.txt", 5, *FIRST)
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("mv", "dir", "cellar")
    loom.scratch.commit("Rename the folder")
    loom.scratch.git("cherry-pick", "main")
    loom.relink()
    loom.expect(FIRST)


def test_a_file_renamed_on_one_branch_of_which_the_other_kept_little(loom: Loom) -> None:
    """Most of what the document wrote is gone, but its file is mostly the commit's."""
    more = [f"row {row} of a long list of lamps that nobody wanted" for row in range(12)]
    loom.step("lamp.py", 5, *FIRST)
    loom.step("lamp.py", 20, *more)
    loom.save()
    loom.person("lamp.py", lines(*more), "")
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("mv", "lamp.py", "light.py")
    loom.scratch.commit("Rename")
    loom.scratch.git("merge", "-q", "--squash", "main")
    loom.scratch.commit("Squashed")
    loom.relink("HEAD")
    loom.expect(FIRST)


def test_two_files_that_came_of_one_go_on_with_its_steps(loom: Loom) -> None:
    """Blame looks for the source of one file alone; a diff gives each source to one."""
    text = lines(*(f"row {row} of the table of tides was copied by hand" for row in range(12)))
    loom.agent.prompt("Copy the table")
    loom.agent.write("tides.txt", text)
    loom.save()
    loom.agent.prompt("One table for each harbour")
    loom.agent.write("north/tides.txt", text + "and one row for the harbour in the north\n")
    loom.agent.write("south.txt", "the tides of the south\n" + text.replace("row 3 ", "third row "))
    loom.agent.delete("tides.txt")
    loom.save()
    told = steps(loom.scratch, "south.txt", "main")
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--squash", "main")
    loom.scratch.commit("Squashed")
    loom.relink("HEAD")
    first, second = (part_id(part) for part in loom.thread().parts)
    assert [told[f"row {n} of the table of tides was copied by hand"].part for n in (0, 11)] == [
        first
    ] * 2
    assert told["the tides of the south"].part == second
    assert steps(loom.scratch, "south.txt") == told
    assert steps(loom.scratch, "north/tides.txt") == steps(loom.scratch, "north/tides.txt", "main")


def test_a_conflict_resolved_by_hand(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    picked = loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.person("lamp.py", "number 6\n", "number 6, by hand\n")
    loom.scratch.git("cherry-pick", "--no-commit", "--strategy-option=theirs", picked.id)
    text = loom.scratch.read("lamp.py")
    loom.scratch.write("lamp.py", text.replace(FIRST[0], "by hand, for peace"))
    loom.scratch.commit("Picked")
    loom.relink("HEAD")
    loom.expect(FIRST[1:])


def test_lines_that_merely_look_alike_are_not_tied(loom: Loom) -> None:
    loom.step("lamp.py", 5, "return None", "}", "")
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.person("lamp.py", "number 20\n", "number 20\nreturn None\n}\n")
    assert not [o for o in loom.relink().outcomes if o.sources]


def test_a_commit_older_than_the_thread_is_not_tied(loom: Loom) -> None:
    loom.scratch.git("checkout", "-q", "start")
    loom.person("lamp.py", "number 5\n", "number 5\n" + "".join(f"{line}\n" for line in FIRST))
    loom.scratch.git("checkout", "-q", "main")
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    assert not [o for o in loom.relink().outcomes if o.sources]


def test_a_squash_whose_old_commits_never_were_here(loom: Loom, tmp_path: Path) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.person("lamp.py", "number 25\n", "number 25, by hand\n")
    loom.step("lamp.py", 15, *SECOND)
    loom.save()
    loom.onto()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--squash", "main")
    loom.scratch.commit("Squashed")
    fresh = Scratch(tmp_path / "fresh")
    notes = "refs/notes/treadle:refs/notes/treadle"
    fresh.git("fetch", "-q", f"file://{loom.scratch.top}", "start:refs/heads/squashed", notes)
    fresh.git("checkout", "-q", "squashed")
    here = relink(loom.scratch.repo, [loom.scratch.head()])
    there = relink(fresh.repo, [fresh.head()])
    first, second = (o.redacted for o in (*here.outcomes, *there.outcomes))
    assert first
    assert second
    assert render(first.thread) == render(second.thread)
    fresh.close()
    loom.expect([*FIRST, *SECOND])


def test_a_dry_run_writes_nothing(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.commit("Another message", "--amend")
    tip = Store(loom.scratch.repo).tip()
    done = propose(loom.scratch.repo, [loom.scratch.head()])
    assert done.outcomes[0].sources
    assert Store(loom.scratch.repo).tip() == tip


def test_a_squash_of_commits_that_were_rewritten_before(loom: Loom) -> None:
    """The first is little of the whole, and its file was moved: the way through it counts."""
    loom.step("lamp.py", 5, FIRST[0])
    loom.step("dir/oil.txt", 5, *SECOND)
    loom.save()
    loom.person("lamp.py", FIRST[0], "a person knew better than that, as persons do")
    text = loom.scratch.read("lamp.py")
    loom.scratch.write("lamp.py", text.replace("a person knew", FIRST[0] + "\na person knew"))
    loom.scratch.commit("Again", "--amend")
    loom.scratch.git("reset", "-q", "--soft", "HEAD~2")
    loom.scratch.commit("One")
    loom.relink("HEAD")
    loom.step("lamp.py", 12, FIRST[1])
    loom.save()
    loom.scratch.git("reset", "-q", "--soft", "HEAD~2")
    loom.scratch.commit("Both")
    loom.relink("HEAD")
    loom.expect([*FIRST, *SECOND])


def test_a_run_keeps_its_place_where_a_rename_was_dropped(loom: Loom) -> None:
    lines = [f"line {n} that the agent wrote about lamps and oil and wicks" for n in range(3)]
    loom.scratch.git("mv", "lamp.py", "light.py")
    loom.scratch.commit("Rename")
    loom.step("light.py", 5, *lines)
    loom.step("dir/oil.txt", 5, *SECOND, *FIRST)
    loom.save()
    whole = loom.scratch.read("light.py")
    loom.scratch.git("reset", "-q", "--hard", "HEAD~2")
    loom.scratch.write("lamp.py", whole.replace("number 9\n", "number 9\nand a person's line\n"))
    loom.scratch.commit("By hand")
    loom.relink("HEAD")
    loom.expect(lines)


def test_git_copied_the_notes_itself(loom: Loom) -> None:
    """With ``notes.rewriteRef`` git puts the notes of squashed commits one behind the other."""
    loom.scratch.git("config", "notes.rewriteRef", "refs/notes/treadle")
    loom.scratch.git("config", "notes.rewriteMode", "concatenate")
    loom.step("lamp.py", 5, *FIRST)
    first = loom.save()
    loom.step("lamp.py", 20, *SECOND)
    loom.save()
    squash = {"GIT_SEQUENCE_EDITOR": "sed -i 2s/pick/squash/", "GIT_EDITOR": "true"}
    loom.scratch.git("rebase", "-q", "-i", f"{first.id}^", env=squash)
    assert loom.scratch.git("notes", "--ref", "treadle", "show").count("treadle: 1") == 2
    done = loom.relink("HEAD")
    assert [source.sure for source in done.outcomes[0].sources]
    loom.expect([*FIRST, *SECOND])
    assert len(loom.thread().parts) == 2


def test_a_note_that_is_no_document_is_told_of(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.git("notes", "--ref", "treadle", "add", "-m", "not ours", loom.begin.id)
    loom.scratch.commit("Another message", "--amend")
    done = loom.relink()
    assert [row.commit for row in done.unreadable] == [loom.begin.id]
    loom.expect(FIRST)


def test_a_document_that_a_tool_changed_is_told_of(loom: Loom) -> None:
    """As ``git filter-repo --replace-text`` does, which goes over notes too."""
    loom.step("lamp.py", 5, *FIRST)
    saved = loom.save()
    text = loom.scratch.git("notes", "--ref", "treadle", "show", saved.id)
    changed = text.replace(FIRST[0].strip(), FIRST[0].strip().upper()) + "\n"
    assert changed.removesuffix("\n") != text
    blob = loom.scratch.git("hash-object", "-w", "--stdin", feed=changed.encode())
    loom.scratch.git("notes", "--ref", "treadle", "add", "-f", "-C", blob, saved.id)
    loom.scratch.commit("Another message", "--amend")
    done = loom.relink()
    assert [row.commit for row in done.unreadable] == [saved.id]
    assert "changed after it was written" in done.unreadable[0].reason


def test_a_shallow_clone_ties_what_it_can(loom: Loom, tmp_path: Path) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.commit("Another message", "--amend")
    fresh = Scratch(tmp_path / "fresh")
    refs = ["main:refs/heads/other", "refs/notes/treadle:refs/notes/treadle"]
    fresh.git("fetch", "-q", "--depth=1", f"file://{loom.scratch.top}", *refs)
    fresh.git("checkout", "-q", "other")
    assert not relink(fresh.repo, [fresh.head()]).outcomes
    fresh.close()


def test_a_line_that_came_by_way_of_a_document_that_is_known(loom: Loom) -> None:
    """It is little of its own document; that of the commit after it leads there."""
    loom.step("lamp.py", 5, FIRST[0])
    loom.step("dir/oil.txt", 5, *SECOND, "a third line of oil, and much is left of it in the jar")
    loom.step("dir/oil.txt", 15, FIRST[1], "a fourth line of oil, of which a little is spilt now")
    loom.save()
    own = [f"line {number} of what the agent adds about lamps later on" for number in range(3)]
    loom.step("lamp.py", 20, *own)
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("checkout", "-q", "main", "--", "lamp.py")
    text = loom.scratch.read("lamp.py")
    both = FIRST[0] + "\n", FIRST[0] + "\nby hand, below it\n"
    loom.scratch.write("lamp.py", "by hand, on top\n" + text.replace(*both))
    loom.scratch.commit("Taken over")
    loom.relink("HEAD")
    loom.expect([FIRST[0], *own])
    assert len(loom.thread().parts) == 2
