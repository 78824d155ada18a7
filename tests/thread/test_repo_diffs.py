"""What git says a commit changed, path by path, line by line."""

from __future__ import annotations

from pathlib import Path

from tests.support.scratch import Scratch, lines
from treadle.thread.model import Entry
from treadle.thread.repo import Delta


def deltas(scratch: Scratch, rev: str = "HEAD") -> dict[str, Delta]:
    """The paths of a commit's diff."""
    ((_, found),) = scratch.repo.deltas([scratch.head(rev).id])
    return {delta.path: delta for delta in found}


def test_a_root_commit_adds_every_line(scratch: Scratch) -> None:
    scratch.write("a", "a\nb\n")
    scratch.write("empty", "")
    scratch.commit()
    found = deltas(scratch)
    assert (found["a"].status, found["a"].before, found["a"].added) == ("A", None, ((0, 2),))
    assert (found["empty"].status, found["empty"].added) == ("A", ())


def test_an_empty_commit_changes_no_path(scratch: Scratch) -> None:
    scratch.commit("one")
    commit = scratch.commit("two")
    assert deltas(scratch) == {}
    assert scratch.repo.patch_ids([commit.id]) == {}


def test_ranges_are_those_of_gits_diff(scratch: Scratch) -> None:
    scratch.write("a", lines(*"abcdefghij"))
    scratch.commit()
    scratch.write("a", lines(*"aBcdefXYgij"))
    scratch.commit()
    delta = deltas(scratch)["a"]
    assert delta.added == ((1, 2), (6, 8))
    assert delta.removed == ((1, 2), (7, 8))


def test_a_rename_keeps_its_source(scratch: Scratch) -> None:
    scratch.write("old", lines(*"abcdefghij"))
    scratch.commit()
    scratch.git("mv", "old", "new name")
    scratch.write("new name", lines(*"abcdefghij", "more"))
    scratch.commit()
    (delta,) = deltas(scratch).values()
    assert (delta.path, delta.source, delta.status) == ("new name", "old", "R")
    assert delta.added == ((10, 11),)


def test_a_rename_without_a_change_has_no_lines(scratch: Scratch) -> None:
    scratch.write("old", "a\n")
    scratch.write("stays", "x\n")
    scratch.commit()
    scratch.git("mv", "old", "new")
    scratch.write("stays", "y\n")
    scratch.commit()
    found = deltas(scratch)
    assert (found["new"].source, found["new"].added) == ("old", ())
    assert found["stays"].added == ((0, 1),)


def test_a_file_that_becomes_a_link_or_executable(scratch: Scratch) -> None:
    scratch.write("a", "x\ny\n")
    scratch.write("run", "x\n")
    scratch.write("z", "z\n")
    scratch.commit()
    scratch.delete("a")
    (scratch.top / "a").symlink_to("target")
    (scratch.top / "run").chmod(0o755)
    scratch.write("z", "z\nz\n")
    scratch.commit()
    found = deltas(scratch)
    assert (found["a"].status, found["a"].removed, found["a"].added) == ("T", ((0, 2),), ((0, 1),))
    assert found["a"].after is not None
    assert found["a"].after.mode == "120000"
    assert (found["run"].status, found["run"].added) == ("M", ())
    assert found["z"].added == ((1, 2),)


def test_a_binary_file_has_no_lines(scratch: Scratch) -> None:
    scratch.write("a.bin", b"\0\1\2\n")
    scratch.write("b", "b\n")
    scratch.commit()
    found = deltas(scratch)
    assert (found["a.bin"].binary, found["a.bin"].added) == (True, ())
    assert (found["b"].binary, found["b"].added) == (False, ((0, 1),))


def test_a_submodule_is_an_entry_of_its_commit(scratch: Scratch, tmp_path: Path) -> None:
    inner = Scratch(tmp_path / "inner")
    commit = inner.commit()
    allow = ["-c", "protocol.file.allow=always"]
    scratch.git(*allow, "submodule", "--quiet", "add", str(inner.top), "sub")
    scratch.commit()
    assert deltas(scratch)["sub"].after == Entry("160000", commit.id)


NAMES = [
    "with space",
    "new\nline",
    'quo"te',
    "tab\there",
    "back\\slash",
    "é ü 漢",
    "foreign \udc80\udcff",
    "x\n@@ -1,9 +1,9 @@",
    "x\ndiff --git a/y b/y",
    "-option",
    ":(glob)*",
]


def test_strange_names_are_read_as_they_are(scratch: Scratch) -> None:
    for number, name in enumerate(NAMES):
        scratch.write(name, f"{number}\n")
    commit = scratch.commit()
    found = deltas(scratch)
    assert found.keys() == set(NAMES) == scratch.repo.tree(commit.tree).keys()
    assert {delta.added for delta in found.values()} == {((0, 1),)}
    assert scratch.repo.paths_ever() == set(NAMES)


def test_text_that_looks_like_a_diff_is_text(scratch: Scratch) -> None:
    marks = ("diff --git a/x b/x", "@@ -1,9 +1,9 @@", "--- a", "+++ b", "\\ No newline")
    forged = lines(*marks, "0" * 40)
    scratch.write("a", forged)
    scratch.write("b", "b\n")
    scratch.commit()
    scratch.write("a", "begin\n" + forged.replace("-", "+") + "0" * 40)
    scratch.write("b", "c")
    scratch.commit()
    found = deltas(scratch)
    assert found.keys() == {"a", "b"}
    assert found["b"].added == ((0, 1),)
    assert sum(end - begin for begin, end in found["a"].added) == 5


def test_a_merge_is_compared_with_its_first_parent(scratch: Scratch) -> None:
    scratch.write("a", "a\n")
    scratch.commit()
    scratch.git("checkout", "--quiet", "-b", "side")
    scratch.write("b", "b\n")
    side = scratch.commit("side")
    scratch.git("checkout", "--quiet", "main")
    scratch.write("a", "a\na\n")
    main = scratch.commit("main")
    scratch.git("merge", "--quiet", "--no-edit", "side")
    merge = scratch.head()
    assert merge.parents == (main.id, side.id)
    assert deltas(scratch).keys() == {"b"}


def test_many_commits_are_answered_in_the_order_asked(scratch: Scratch) -> None:
    commits = []
    for number in range(5):
        scratch.write(f"f{number}", "x\n" * number)
        commits.append(scratch.commit().id)
    asked = [commits[3], commits[0], commits[4]]
    told = list(scratch.repo.deltas(asked))
    assert [commit for commit, _ in told] == asked
    assert [[delta.path for delta in found] for _, found in told] == [["f3"], ["f0"], ["f4"]]
    assert list(scratch.repo.deltas([])) == []


def test_a_users_settings_change_nothing(scratch: Scratch) -> None:
    scratch.write(".gitattributes", "*.c diff=odd\n")
    for name in "xyz":
        scratch.write(f"{name}.c", lines(*(name + letter for letter in "abcdefghij")))
    scratch.commit("one")
    for name in "xyz":
        scratch.git("mv", f"{name}.c", f"new-{name}1.c")
        scratch.write(f"new-{name}1.c", lines(*(name + letter for letter in "abcdXfghij")))
    commit = scratch.commit("two")
    plain = deltas(scratch)
    assert {delta.status for delta in plain.values()} == {"R"}
    patch_id, told = scratch.repo.patch_ids([commit.id]), scratch.repo.commits()
    for key, value in (
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.renames", "false"),
        ("diff.renameLimit", "1"),
        ("diff.external", "false"),
        ("diff.odd.textconv", "rev"),
        ("diff.odd.command", "false"),
        ("diff.context", "9"),
        ("diff.interHunkContext", "9"),
        ("diff.suppressBlankEmpty", "true"),
        ("diff.relative", "true"),
        ("color.ui", "always"),
        ("log.showSignature", "true"),
        ("log.date", "relative"),
        ("log.follow", "true"),
        ("core.quotePath", "false"),
        ("i18n.logOutputEncoding", "ISO-8859-1"),
    ):
        scratch.git("config", key, value)
    assert deltas(scratch) == plain
    assert scratch.repo.patch_ids([commit.id]) == patch_id
    assert scratch.repo.commits() == told


def test_patch_ids_are_gits_stable_ones(scratch: Scratch) -> None:
    scratch.write("a", "a\n")
    first = scratch.commit()
    scratch.write("a", "a\nb\n")
    second = scratch.commit()
    shown = scratch.run("show", second.id)
    theirs = scratch.git("patch-id", "--stable", feed=shown).split()[0]
    found = scratch.repo.patch_ids([first.id, second.id])
    assert found[second.id] == theirs
    assert len(set(found.values())) == 2
