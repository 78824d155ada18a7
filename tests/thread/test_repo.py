"""The door to git, in every kind of repository that one meets."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.scratch import Scratch, lines
from treadle.thread.errors import UserError
from treadle.thread.model import Entry
from treadle.thread.repo import Delta, Repo, decode, encode, is_binary


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "lamp")


def deltas(scratch: Scratch, rev: str = "HEAD") -> dict[str, Delta]:
    """The paths of a commit's diff."""
    ((_, found),) = scratch.repo.deltas([scratch.head(rev).id])
    return {delta.path: delta for delta in found}


# -- opening ------------------------------------------------------------------------


def test_a_folder_without_a_repository_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not in a git repository") as caught:
        Repo.open(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert caught.value.hint


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        Repo.open(tmp_path / "nowhere")


def test_a_repository_is_found_from_a_folder_deep_in_it(scratch: Scratch) -> None:
    (scratch.top / "a" / "b").mkdir(parents=True)
    found = Repo.open(scratch.top / "a" / "b")
    assert found.top == str(scratch.top)
    assert found.common_dir == found.git_dir == str(scratch.top / ".git")


def test_a_repository_is_found_through_a_link_to_a_folder_in_it(
    scratch: Scratch, tmp_path: Path
) -> None:
    (scratch.top / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to(scratch.top / "a" / "b")
    found = Repo.open(tmp_path / "link")
    assert os.path.realpath(found.common_dir) == str(scratch.top / ".git")


def test_a_repository_in_a_folder_with_strange_letters_is_found(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / 'la mp é "quoted" \udc80')
    scratch.write("a", "a\n")
    commit = scratch.commit()
    assert scratch.repo.top == str(scratch.top)
    assert scratch.repo.tree(commit.tree).keys() == {"a"}


def test_a_folder_with_a_line_break_in_its_name_is_refused(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "la\nmp")
    with pytest.raises(UserError, match="holds a line break"):
        Repo.open(scratch.top)


def test_a_bare_repository_has_no_work_tree(scratch: Scratch, tmp_path: Path) -> None:
    scratch.write("a", "a\n")
    commit = scratch.commit()
    scratch.git("clone", "--quiet", "--bare", str(scratch.top), str(tmp_path / "bare"))
    with Repo.open(tmp_path / "bare") as bare:
        assert bare.top == ""
        assert bare.commits() == [commit]
        assert bare.read(bare.tree(commit.tree)["a"].blob) == b"a\n"


def test_the_git_folder_itself_is_a_repository_without_a_work_tree(scratch: Scratch) -> None:
    commit = scratch.commit()
    with Repo.open(scratch.top / ".git") as found:
        assert found.resolve("HEAD") == commit.id


def test_a_second_work_tree_shares_the_objects_and_has_its_own_head(
    scratch: Scratch, tmp_path: Path
) -> None:
    first = scratch.commit("first")
    scratch.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = Scratch(tmp_path / "side", init=False)
    side.write("b", "b\n")
    second = side.commit("second")
    assert side.repo.common_dir == scratch.repo.common_dir
    assert side.repo.git_dir != scratch.repo.git_dir
    assert side.repo.resolve("HEAD") == second.id
    assert scratch.repo.resolve("HEAD") == first.id
    assert set(scratch.repo.worktrees()) == {str(scratch.top), str(tmp_path / "side")}


def test_git_variables_of_a_hook_do_not_lead_elsewhere(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = scratch.commit()
    other = Scratch(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.top / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.top / ".git" / "index"))
    assert Repo.open(scratch.top).resolve("HEAD") == commit.id


# -- commits ------------------------------------------------------------------------


def test_a_repository_without_commits_says_so(scratch: Scratch) -> None:
    with pytest.raises(UserError, match="no commits yet"):
        scratch.repo.resolve("HEAD")
    assert scratch.repo.find("HEAD") == ""
    assert scratch.repo.paths_ever() == frozenset()


def test_a_name_that_names_nothing_is_refused(scratch: Scratch) -> None:
    scratch.commit()
    with pytest.raises(UserError, match="'nowhere' names no commit here"):
        scratch.repo.resolve("nowhere")
    for option in ("--all", "-h", "--output=x"):
        with pytest.raises(UserError):
            scratch.repo.resolve(option)


def test_a_detached_head_is_a_commit_like_any_other(scratch: Scratch) -> None:
    first = scratch.commit("first")
    scratch.commit("second")
    scratch.git("checkout", "--quiet", "--detach", first.id)
    assert [commit.subject for commit in scratch.repo.commits()] == ["first"]


def test_commits_come_parents_first_with_all_that_git_knows_of_them(scratch: Scratch) -> None:
    first = scratch.commit("Begin")
    message = "Go on\n\nA body\n\nEntire-Checkpoint: 00c9e2351016"
    second = scratch.commit(message, "--author=Zoë <z@z>")
    assert scratch.repo.commits() == [first, second]
    assert (first.parents, second.parents) == ((), (first.id,))
    assert (second.subject, second.author) == ("Go on", "Zoë")
    assert second.message.endswith("Entire-Checkpoint: 00c9e2351016\n")
    assert second.time == second.committed == "2026-01-05T09:00:20.000Z"


def test_a_commit_keeps_the_time_of_its_author_when_it_is_amended(scratch: Scratch) -> None:
    first = scratch.commit("Begin")
    scratch.clock.tick(3600)
    amended = scratch.commit("Begin again", "--amend")
    assert amended.time == first.time
    assert amended.committed > first.committed


def test_a_message_without_text_or_in_another_encoding_is_read(scratch: Scratch) -> None:
    empty = scratch.commit("", "--allow-empty-message")
    assert (empty.subject, empty.message.strip()) == ("", "")
    latin = ["-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--quiet", "--allow-empty"]
    scratch.git(*latin, "--file=-", feed="Über\n".encode("latin-1"))
    assert scratch.head().subject == "Über"


def test_a_range_names_its_commits_and_a_name_only_itself(scratch: Scratch) -> None:
    commits = [scratch.commit(name) for name in ("one", "two", "three")]
    assert scratch.repo.chosen(["HEAD~2..HEAD"]) == commits[1:]
    assert scratch.repo.chosen(["HEAD"]) == commits[2:]
    assert scratch.repo.chosen(["HEAD", "HEAD~1..HEAD"]) == commits[2:]
    assert scratch.repo.chosen([]) == []


def test_a_tag_names_its_commit(scratch: Scratch) -> None:
    commit = scratch.commit()
    scratch.git("tag", "-a", "v1", "-m", "One")
    assert scratch.repo.resolve("v1") == commit.id


def test_a_shallow_clone_knows_where_it_was_cut(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit("one")
    last = scratch.commit("two")
    scratch.git("clone", "--quiet", "--depth=1", f"file://{scratch.top}", str(tmp_path / "cut"))
    assert Repo.open(tmp_path / "cut").shallow() == {last.id}
    assert scratch.repo.shallow() == frozenset()


# -- diffs --------------------------------------------------------------------------


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


# -- objects ------------------------------------------------------------------------


def test_objects_come_in_the_order_asked_and_missing_ones_are_none(scratch: Scratch) -> None:
    contents = [f"blob {number}\n".encode() * number for number in range(150)]
    ids = [scratch.git("hash-object", "-w", "--stdin", feed=content) for content in contents]
    nowhere = "0" * 39 + "1"
    found = list(scratch.repo.read_all([*ids, nowhere, ids[0]]))
    assert found == [*contents, None, contents[0]]


def test_other_objects_can_be_asked_for_in_between(scratch: Scratch) -> None:
    ids = [scratch.git("hash-object", "-w", "--stdin", feed=b"%d" % n) for n in range(100)]
    for number, content in enumerate(scratch.repo.read_all(ids)):
        assert content == b"%d" % number
        assert scratch.repo.read(ids[0]) == b"0"


def test_large_objects_do_not_block_the_conversation(scratch: Scratch) -> None:
    large = scratch.git("hash-object", "-w", "--stdin", feed=b"x" * 1_000_000)
    assert [len(blob or b"") for blob in scratch.repo.read_all([large] * 70)] == [1_000_000] * 70


@pytest.mark.parametrize("name", ["HEAD:a", "a\nb", "", "--batch", "HEAD^{tree}"])
def test_only_ids_are_asked_for(scratch: Scratch, name: str) -> None:
    with pytest.raises(ValueError, match="not an object id"):
        scratch.repo.read(name)


def test_a_damaged_object_is_an_error_that_names_it(scratch: Scratch) -> None:
    blob = scratch.git("hash-object", "-w", "--stdin", feed=b"content\n" * 100)
    good = scratch.git("hash-object", "-w", "--stdin", feed=b"good")
    path = scratch.top / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(UserError, match=f"git cannot read object {blob}"):
        list(scratch.repo.read_all([blob, good]))
    assert scratch.repo.read(good) == b"good"


def test_the_id_of_a_blob_is_gits(scratch: Scratch) -> None:
    for content in (b"", b"a\n", b"\0\xff"):
        asked = scratch.git("hash-object", "--stdin", feed=content)
        assert scratch.repo.blob_id(content) == asked


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_the_empty_tree_is_known_in_both_formats(tmp_path: Path, form: str) -> None:
    scratch = Scratch(tmp_path / form, f"--object-format={form}")
    assert scratch.git("mktree", feed=b"") == scratch.repo.empty_tree
    assert scratch.git("hash-object", "--stdin", feed=b"a") == scratch.repo.blob_id(b"a")


def test_foreign_bytes_go_out_as_they_came_in() -> None:
    content = bytes(range(256)) + "é漢".encode()
    assert encode(decode(content)) == content


def test_binary_is_what_git_calls_binary() -> None:
    assert is_binary(b"a" * 7999 + b"\0")
    assert not is_binary(b"a" * 8000 + b"\0")
    assert not is_binary(b"")


def test_a_git_command_that_fails_says_gits_own_words(scratch: Scratch) -> None:
    with pytest.raises(UserError, match=r"git cat-file failed: fatal: Not a valid object name"):
        scratch.repo.run("cat-file", "-p", "nowhere")
    assert scratch.repo.text("rev-parse", "--verify", "--quiet", "nowhere") == ""


def test_closing_ends_the_reader_and_reading_again_starts_another(scratch: Scratch) -> None:
    blob = scratch.git("hash-object", "-w", "--stdin", feed=b"a")
    with Repo.open(scratch.top) as repo:
        assert repo.read(blob) == b"a"
        repo.close()
        assert repo.read(blob) == b"a"
    children = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True
    )
    assert f"--git-dir {repo.git_dir}" not in children.stdout
