"""Lines that come back into a history that holds their part already: after a revert, a conflict, a
filter, a rename."""

from __future__ import annotations

import subprocess
import sys

from tests.tangle.relinking.loom import FIRST, SECOND, Loom
from treadle.thread.store import Store


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


def test_a_line_that_comes_back_beside_its_mate_and_before_a_new_one(loom: Loom) -> None:
    loom.step("lamp.py", 5, *FIRST)
    loom.step("dir/oil.txt", 5, *SECOND, "a third line of oil, and much is left of it in the jar")
    loom.save()
    loom.person("lamp.py", FIRST[1] + "\n", "")
    loom.person("lamp.py", "number 20\n", "number 20, by hand\n")
    brought = f"{FIRST[0]}\n{FIRST[1]}\na person's line stands below it now\n"
    among_others(loom, FIRST[0] + "\n", brought)
    loom.expect(FIRST[1:])


def test_a_line_that_comes_back_beside_one_mate_with_new_lines_before_the_other(loom: Loom) -> None:
    third = "a third lamp of the house is lit where it stands by the stairs"
    loom.step("lamp.py", 5, *FIRST, third)
    loom.step("dir/oil.txt", 5, *SECOND, "a third line of oil, and much is left of it in the jar")
    loom.save()
    loom.person("lamp.py", FIRST[1] + "\n", "")
    loom.person("lamp.py", "number 20\n", "number 20, by hand\n")
    hand = "".join(f"a person's line, number {n} of those that stand between\n" for n in range(5))
    among_others(loom, f"{third}\n", f"{hand}{FIRST[1]}\n{third}\n")
    loom.expect(FIRST[1:])


def test_a_line_that_comes_back_beside_its_mate_where_another_steps_line_is_gone(
    loom: Loom,
) -> None:
    other = "a lamp that an earlier step had hung where the two stand now"
    loom.step("lamp.py", 5, other)
    loom.step("lamp.py", 6, *FIRST)
    loom.step("dir/oil.txt", 5, *SECOND, "a third line of oil, and much is left of it in the jar")
    loom.save()
    loom.person("lamp.py", f"{other}\n{FIRST[0]}\n", "a person's line stands there instead\n")
    loom.person("lamp.py", "number 20\n", "number 20, by hand\n")
    among_others(loom, f"{FIRST[1]}\n", f"{FIRST[0]}\n{FIRST[1]}\n")
    loom.expect(FIRST[:1])


def test_a_lone_line_that_comes_back_with_a_new_one_between_it_and_its_neighbour(
    loom: Loom,
) -> None:
    loom.step("lamp.py", 15, FIRST[1])
    loom.step("lamp.py", 5, FIRST[0])
    loom.step("dir/oil.txt", 5, *SECOND, "a third line of oil, and much is left of it in the jar")
    loom.save()
    loom.person("lamp.py", FIRST[0] + "\n", "")
    loom.person("lamp.py", "number 20\n", "number 20, by hand\n")
    brought = f"number 5\n{FIRST[0]}\na person's line stands below it now\n"
    among_others(loom, "number 5\n", brought)
    loom.expect(FIRST[:1])


def test_what_a_revert_brings_back_into_a_renamed_folder(loom: Loom) -> None:
    loom.step("dir/oil.txt", 5, *FIRST)
    loom.save()
    taken = loom.person("dir/oil.txt", "".join(f"{line}\n" for line in FIRST), "")
    loom.scratch.git("mv", "dir", "cellar")
    loom.person("lamp.py", "number 20\n", "number 20, by hand\n")
    loom.scratch.git("revert", "--no-edit", taken.id)
    assert loom.scratch.read("cellar/oil.txt").count(FIRST[0]) == 1
    loom.relink("HEAD")
    loom.expect(FIRST)


def test_a_file_that_comes_back_under_another_name(loom: Loom) -> None:
    lines = [*FIRST, *SECOND]
    loom.agent.prompt("Make a file")
    loom.agent.write("new.txt", "".join(f"{line}\n" for line in lines))
    loom.save()
    text = loom.scratch.read("new.txt")
    loom.scratch.delete("new.txt")
    loom.scratch.commit("Away")
    loom.scratch.write("other.txt", text)
    loom.scratch.commit("Back")
    loom.relink("HEAD")
    loom.expect(lines)


def test_a_copy_is_nobodys(loom: Loom) -> None:
    loom.agent.prompt("Make a file")
    loom.agent.write("new.txt", "".join(f"{line}\n" for line in (*FIRST, *SECOND)))
    loom.save()
    loom.scratch.write("other.txt", loom.scratch.read("new.txt"))
    copied = loom.scratch.commit("Copy")
    loom.relink("HEAD")
    assert copied.id not in Store(loom.scratch.repo).notes()


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


def test_a_line_of_a_file_that_was_renamed_since_comes_back_in_the_other_half(loom: Loom) -> None:
    """The second half makes the very text that a document has, under the new name."""
    more = [f"lamp {n} of the agent hangs on the long wall of the hall" for n in range(4)]
    loom.step("lamp.py", 5, *FIRST, *more)
    loom.save()
    loom.scratch.git("mv", "lamp.py", "light.py")
    loom.scratch.commit("Rename")
    loom.step("light.py", 20, *SECOND)
    loom.save()
    whole = loom.scratch.read("light.py")
    loom.scratch.git("reset", "-q", "HEAD^")
    loom.scratch.write("light.py", whole.replace(f"{FIRST[1]}\n", ""))
    loom.scratch.commit("One half")
    loom.relink("HEAD")
    loom.scratch.write("light.py", whole)
    loom.scratch.commit("The other half")
    loom.relink("HEAD")
    loom.expect(SECOND, "HEAD^")
    loom.expect([FIRST[1]], "HEAD")
