"""The door to git, in every kind of repository that one meets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.scratch import Scratch
from treadle.thread.errors import UserError
from treadle.thread.repo import Repo

# -- opening ----------------------------------------------------------------------


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


# -- commits ----------------------------------------------------------------------


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


def test_a_work_tree_whose_git_directory_lies_elsewhere_is_listed(
    scratch: Scratch, tmp_path: Path
) -> None:
    scratch.commit()
    allow = ["-c", "protocol.file.allow=always"]
    scratch.git(*allow, "submodule", "--quiet", "add", str(scratch.top), "sub")
    apart = tmp_path / "apart"
    scratch.git("clone", "--quiet", "--separate-git-dir", f"{apart}.git", ".", str(apart))
    for top in (scratch.top / "sub", apart):
        scratch.git("-C", str(top), "worktree", "add", "--quiet", "-b", "side", f"{top}-side")
        with Repo.open(top) as repo:
            assert repo.worktrees() == [str(top), f"{top}-side"]
    with Repo.open(Repo.open(scratch.top / "sub").git_dir) as repo:
        assert repo.worktrees()[0] == str(scratch.top / "sub")
