"""Documents tied again after every way in which git rewrites commits.

One repository, one agent whose lines are all unique, a person beside it; after each rewrite the
lines that are still there must be told of the same step with the same evidence.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.record import claims, document, makes_its_commit, record
from tests.support.scratch import Scratch, numbered
from treadle.tangle.relink import Relinked, propose, relink
from treadle.thread.document import parse, part_id, render
from treadle.thread.model import Thread
from treadle.thread.origin import Origin
from treadle.thread.repo import Commit
from treadle.thread.store import Store


class Loom:
    """A repository with two branches, an agent at work on one of them."""

    def __init__(self, top: Path) -> None:
        self.scratch = Scratch(top)
        self.scratch.write("lamp.py", numbered(30, "a lamp of the old house"))
        self.scratch.write("dir/oil.txt", numbered(30, "a jar of oil from the cellar"))
        self.begin = self.scratch.commit("Begin")
        self.scratch.git("branch", "start")
        self.agent = Agent(self.scratch)
        self.known: dict[str, Origin] = {}
        """For each line that a step wrote what its first document said of it."""

    def step(self, path: str, at: int, *lines: str) -> None:
        """The agent adds lines behind line ``at`` of a file."""
        self.agent.prompt(f"Mind line {at} of {path}")
        self.agent.said(f"I add {len(lines)} lines.")
        there = self.scratch.read(path).split("\n")
        old = there[at] + "\n"
        self.agent.edit(path, old, old + "".join(f"{line}\n" for line in lines))

    def save(self, message: str = "Change") -> Commit:
        """Commit, and write the document."""
        commit = self.scratch.commit(message)
        thread = record(self.scratch, [commit], self.agent)[commit.id]
        for _, line, origin in claims(self.scratch, commit, thread):
            if origin.part:
                self.known.setdefault(line, origin)
        self.agent.events = []
        self.agent.name += "+"
        return commit

    def person(self, path: str, old: str, new: str, message: str = "By hand") -> Commit:
        """A person edits and commits."""
        text = self.scratch.read(path)
        assert old in text
        self.scratch.write(path, text.replace(old, new))
        return self.scratch.commit(message)

    def onto(self, *commands: str) -> None:
        """Move ``start`` forward by a person's commit, and back to ``main``."""
        self.scratch.git("checkout", "-q", "start")
        self.person("lamp.py", "number 2\n", "number 2\nby hand, on the other branch\n")
        self.scratch.git("checkout", "-q", "main")

    def relink(self, *revs: str) -> Relinked:
        """Relink, twice: the second time nothing changes."""
        commits = self.scratch.repo.chosen(revs) if revs else self.scratch.repo.commits((), "--all")
        done = relink(self.scratch.repo, commits)
        tip = Store(self.scratch.repo).tip()
        assert not [o for o in relink(self.scratch.repo, commits).outcomes if o.sources]
        assert Store(self.scratch.repo).tip() == tip
        return done

    def thread(self, rev: str = "HEAD") -> Thread:
        return document(self.scratch, self.scratch.head(rev))

    def told(self, rev: str = "HEAD") -> dict[str, Origin]:
        """For each line that a commit added and a step wrote, what its document says."""
        thread = self.thread(rev)
        assert makes_its_commit(self.scratch, thread)
        assert parse(render(thread)) == thread
        found = claims(self.scratch, self.scratch.head(rev), thread)
        return {line: origin for _, line, origin in found if origin.part}

    def expect(self, lines: list[str], *revs: str) -> None:
        """These lines, and no others, are told in the commits, as they were at first."""
        found: dict[str, Origin] = {}
        for rev in revs or ("HEAD",):
            found |= self.told(rev)
        assert found == {f"{line}\n": self.known[f"{line}\n"] for line in lines}


@pytest.fixture
def loom(tmp_path: Path) -> Iterator[Loom]:
    made = Loom(tmp_path / "lamp")
    yield made
    made.scratch.close()


FIRST = [
    "the first lamp of the house is lit by the agent at dusk",
    "its wick was trimmed this morning with the small scissors",
]
SECOND = [
    "the second lamp hangs over the door and burns all night",
    "its glass was cleaned with paper and a little vinegar",
]


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


def among_others(loom: Loom, old: str, new: str) -> None:
    """A person brings a line back, and writes much else in the same commit."""
    hand = [f"line {n} that a person wrote about oil and jars at length" for n in range(4)]
    oil = loom.scratch.read("dir/oil.txt")
    loom.scratch.write("dir/oil.txt", oil + "".join(f"{line}\n" for line in hand))
    loom.person("lamp.py", old, new)
    loom.relink("HEAD")


def test_a_line_that_a_conflict_brings_back_into_its_block(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.step("dir/oil.txt", 5, *SECOND, "a third line of oil, and much is left of it in the jar")
    loom.save()
    loom.person("lamp.py", FIRST[0] + "\n", "")
    loom.person("lamp.py", "number 20\n", "number 20, by hand\n")
    among_others(loom, FIRST[1] + "\n", "".join(f"{line}\n" for line in FIRST))
    loom.expect(FIRST[:1])


def test_a_line_that_comes_back_where_its_block_is_gone_is_nobodys(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.step("dir/oil.txt", 5, *SECOND, "a third line of oil, and much is left of it in the jar")
    loom.save()
    loom.person("lamp.py", "".join(f"{line}\n" for line in FIRST), "")
    among_others(loom, "number 5\n", f"number 5\n{FIRST[0]}\n")
    assert loom.scratch.head().id not in Store(loom.scratch.repo).notes()


def test_a_history_that_was_filtered_into_a_folder(loom: Loom) -> None:
    """Written, taken back and brought back: two commits of it share the part."""
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.git("revert", "--no-edit", "HEAD")
    loom.scratch.git("revert", "--no-edit", "HEAD")
    loom.relink()
    way = ["--force", "--quiet", "--to-subdirectory-filter", "inner", "--refs", "main", "start"]
    tool = [sys.executable, "-m", "git_filter_repo", *way]
    subprocess.run(tool, cwd=loom.scratch.top, check=True, capture_output=True)
    loom.relink()
    loom.expect(FIRST, "HEAD~2")
    loom.expect(FIRST, "HEAD")


def test_a_renamed_file(loom: Loom) -> None:
    loom.step("dir/oil.txt", 5, *FIRST)
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("mv", "dir", "cellar")
    loom.scratch.commit("Rename the folder")
    loom.scratch.git("cherry-pick", "main")
    loom.relink()
    loom.expect(FIRST)


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


# -- merges -------------------------------------------------------------------------

RESOLVED = "a lamp that both branches can agree on, as the agent says"


def merged(loom: Loom) -> Commit:
    """The agent merges ``start`` and resolves a conflict."""
    loom.person("lamp.py", "number 2\n", "number 2, as main has it\n")
    loom.step("lamp.py", 20, *FIRST)
    loom.save()
    loom.onto()
    git = ["git", "-C", str(loom.scratch.top), "merge", "-q", "--no-commit", "start"]
    assert subprocess.run(git, capture_output=True).returncode == 1
    text = loom.scratch.read("lamp.py")
    end = text.index(">>>>>>> start\n") + len(">>>>>>> start\n")
    loom.agent.prompt("Resolve the conflict, please")
    loom.agent.edit("lamp.py", text[text.index("<<<<<<<") : end], f"{RESOLVED}\n")
    return loom.save("Merge")


def test_a_merge_with_other_words(loom: Loom) -> None:
    old = merged(loom)
    loom.scratch.commit("Merge, in other words", "--amend")
    (outcome,) = loom.relink("HEAD").outcomes
    assert [source.commit for source in outcome.sources] == [old.id]
    assert (outcome.explained, outcome.added) == (1, 1)
    loom.expect([RESOLVED])
    assert loom.thread().placement == loom.thread(old.id).placement


def test_a_merge_with_another_line(loom: Loom) -> None:
    merged(loom)
    text = loom.scratch.read("lamp.py")
    loom.scratch.write("lamp.py", text.replace("number 25\n", "number 25\nby hand, in the end\n"))
    loom.scratch.commit("Merge", "--amend")
    loom.relink("HEAD")
    loom.expect([RESOLVED])


def test_a_merge_that_was_made_again_over_another_commit(loom: Loom) -> None:
    merged(loom)
    whole = loom.scratch.read("lamp.py")
    loom.scratch.git("checkout", "-q", "HEAD^1")
    loom.person("dir/oil.txt", "number 8\n", "number 8, by hand\n")
    git = ["git", "-C", str(loom.scratch.top), "merge", "-q", "--no-commit", "start"]
    assert subprocess.run(git, capture_output=True).returncode == 1
    loom.scratch.write("lamp.py", "by hand, on top\n" + whole)
    loom.scratch.commit("Merge")
    loom.relink("HEAD")
    loom.expect([RESOLVED])


def test_a_merge_in_which_nobody_edited_is_left_alone(loom: Loom) -> None:
    """It makes the change of its one commit, and that has told of it."""
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--no-ff", "main")
    assert not [o for o in loom.relink().outcomes if o.sources]
    loom.scratch.git("reset", "-q", "--hard", "HEAD^")
    loom.person("lamp.py", "number 28\n", "number 28, by hand\n")
    loom.scratch.git("merge", "-q", "--no-ff", "main")
    assert not [o for o in loom.relink().outcomes if o.sources]


def test_a_squash_of_a_branch_with_a_merge_in_it(loom: Loom) -> None:
    merged(loom)
    loom.scratch.git("checkout", "-q", loom.begin.id)
    loom.scratch.git("checkout", "-q", "-B", "start")
    loom.scratch.git("merge", "-q", "--squash", "main")
    loom.scratch.commit("Squashed")
    loom.relink("HEAD")
    loom.expect([*FIRST, RESOLVED])
    assert len(loom.thread().parts) == 2


def test_a_merge_that_was_made_a_plain_commit_tells_of_both_sides(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--no-ff", "--no-commit", "main")
    loom.step("dir/oil.txt", 20, *SECOND)
    loom.save("Merge")
    loom.scratch.git("reset", "-q", "--soft", "HEAD^")
    loom.scratch.commit("As one")
    loom.relink("HEAD")
    loom.expect([*FIRST, *SECOND])
