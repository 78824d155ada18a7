"""Where the program may be called: folders, repositories in every state, paths as typed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.lamp import Lamp, refused, run

FILE = "src/lamp.py"
LINE = f"{FILE}:2"
ASKING = [
    ("log",),
    ("show", "HEAD~1"),
    ("blame", FILE),
    ("why", LINE),
    ("tangle", "HEAD~1"),
    ("check",),
]
"""Every command that reads, with arguments that work in the lamp repository."""


# -- repositories -------------------------------------------------------------------


@pytest.mark.parametrize("args", [*ASKING, ("weave",), ("import", "entire")])
def test_outside_of_a_repository_it_says_where_it_is_and_what_to_do(
    args: tuple[str, ...], tmp_path: Path
) -> None:
    said = refused(*args, at=tmp_path)
    assert f"{tmp_path} is not in a git repository" in said
    assert "treadle -C DIR" in said


def test_a_folder_that_does_not_exist_is_wrong_usage(tmp_path: Path) -> None:
    assert "nowhere" in refused("-C", tmp_path / "nowhere", "log", at=tmp_path, code=2)


def test_a_file_is_no_folder(lamp: Lamp) -> None:
    assert "is not a folder" in refused("-C", FILE, "log", at=lamp.top, code=2)


@pytest.mark.parametrize(
    "args", [("log",), ("show",), ("blame", "a"), ("why", "a:1"), ("tangle",), ("import", "entire")]
)
def test_a_repository_without_commits_says_so(args: tuple[str, ...], tmp_path: Path) -> None:
    empty = Lamp(tmp_path / "empty")
    said = refused(*args, at=empty.top)
    assert "no commits yet" in said or "there is no branch" in said


@pytest.mark.parametrize("args", [("log",), ("check",), ("weave",)])
def test_a_repository_without_threads_says_how_to_get_some(
    args: tuple[str, ...], bare_lamp: Lamp
) -> None:
    said = refused(*args, at=bare_lamp.top)
    assert "no thread is recorded in this repository" in said
    assert "treadle import entire" in said


def test_without_threads_blame_and_why_still_answer(bare_lamp: Lamp) -> None:
    done = run("blame", FILE, at=bare_lamp.top)
    assert done.code == 0
    assert "(Tess Weaver 2026-01-05 - " in done.out
    assert "no thread was recorded for this commit" in run("why", LINE, at=bare_lamp.top).out


@pytest.mark.parametrize("args", ASKING)
def test_a_detached_head_is_a_place_like_any_other(args: tuple[str, ...], lamp: Lamp) -> None:
    lamp.git("checkout", "--quiet", "--detach")
    assert run(*args, at=lamp.top).code == 0


@pytest.mark.parametrize("args", ASKING)
def test_a_second_work_tree_answers_as_the_first(args: tuple[str, ...], lamp: Lamp) -> None:
    lamp.git("worktree", "add", "--quiet", "--detach", "../second")
    told = run(*args, at=lamp.top)
    assert run(*args, at=lamp.top.parent / "second") == told
    assert told.code == 0


@pytest.mark.parametrize("args", ASKING)
def test_a_bare_repository_answers_for_its_head(args: tuple[str, ...], lamp: Lamp) -> None:
    told = run(*args, at=lamp.top)
    shutil.move(lamp.top / ".git", lamp.top.parent / "bare.git")
    subprocess.run(["git", "config", "core.bare", "true"], cwd=lamp.top.parent / "bare.git")
    assert run(*args, at=lamp.top.parent / "bare.git") == told


def test_a_repository_of_somebody_else_names_gits_own_remedy(lamp: Lamp) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a repository away")
    for path in [lamp.top, *lamp.top.rglob("*")]:
        os.chown(path, 12345, 12345, follow_symlinks=False)
    assert "safe.directory" in refused("log", at=lamp.top, env={"SUDO_UID": None})


# -- clones that lack something -----------------------------------------------------


def clone(lamp: Lamp, *options: str) -> Path:
    """A clone with the notes."""
    target = lamp.top.parent / "clone"
    source = f"file://{lamp.top}"
    subprocess.run(["git", "clone", "--quiet", *options, source, str(target)], check=True)
    refs = "refs/notes/treadle:refs/notes/treadle"
    fetch = ["git", "fetch", "--quiet", *options[:1], "origin", refs]
    subprocess.run(fetch, cwd=target, check=True)
    return target


@pytest.fixture
def shallow(lamp: Lamp) -> Path:
    """A clone that ends at the commit with a document."""
    return clone(lamp, "--depth=2")


def test_where_a_clone_ends_check_fails_and_says_how_to_get_the_parent(shallow: Path) -> None:
    done = run("check", at=shallow)
    assert done.code == 1
    assert "git fetch --deepen=1" in done.out


def test_a_deeper_clone_is_checked_anew(shallow: Path) -> None:
    assert run("check", at=shallow).code == 1
    assert run("blame", FILE, at=shallow).code == 0
    subprocess.run(["git", "fetch", "--quiet", "--unshallow"], cwd=shallow, check=True)
    assert run("check", at=shallow).code == 0
    assert " 1.2 proved " in run("blame", FILE, at=shallow).out


def test_where_a_clone_ends_tangle_asks_for_the_parent(shallow: Path) -> None:
    assert "git fetch --deepen=1" in refused("tangle", "HEAD~1", at=shallow)


def test_where_a_clone_ends_record_asks_for_the_parent(shallow: Path, lamp: Lamp) -> None:
    said = refused("record", "HEAD~1", "--replace", "--from", lamp.transcript, at=shallow)
    assert "git fetch --deepen=1" in said


def test_where_a_clone_ends_nobody_is_blamed_for_what_may_be_older(shallow: Path) -> None:
    told = run("why", f"{FILE}:3", at=shallow)
    assert told.code == 0
    assert "this clone's history ends at that commit" in told.out
    assert "git fetch --unshallow" in told.out


@pytest.mark.parametrize("args", ASKING)
@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
def test_a_partial_clone_answers_as_a_whole_one(
    args: tuple[str, ...], kind: str, lamp: Lamp
) -> None:
    lamp.git("config", "uploadpack.allowFilter", "true")
    lamp.git("config", "uploadpack.allowAnySHA1InWant", "true")
    target = clone(lamp, f"--filter={kind}", "--no-checkout")
    rev = ["HEAD"] if args[0] in ("blame", "why") else []
    told = run(*args, *rev, at=lamp.top)
    assert run(*args, *rev, at=target) == told


def test_nothing_is_downloaded_where_git_is_told_not_to(
    lamp: Lamp, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamp.git("config", "uploadpack.allowFilter", "true")
    target = clone(lamp, "--filter=blob:none", "--no-checkout")
    monkeypatch.setenv("GIT_NO_LAZY_FETCH", "1")
    assert "git fetch --refetch --no-filter" in refused("blame", FILE, "HEAD", at=target)


def test_a_partial_clone_whose_remote_is_gone_says_what_it_lacks(lamp: Lamp) -> None:
    lamp.git("config", "uploadpack.allowFilter", "true")
    target = clone(lamp, "--filter=blob:none", "--no-checkout")
    lamp.top.rename(lamp.top.parent / "gone")
    for args in (("blame", FILE, "HEAD"), ("check",), ("show", "HEAD~1"), ("tangle", "HEAD~1")):
        done = run(*args, at=target)
        assert done.code == 1, (args, done)
        assert done.said.strip()


# -- objects and names that are not there -------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ("show", "nobody"),
        ("tangle", "nobody"),
        ("check", "nobody"),
        ("blame", FILE, "nobody"),
        ("why", LINE, "nobody"),
        ("weave", "--rev", "nobody"),
        ("show", "deadbeef"),
        ("record", "nobody", "--from", "x"),
    ],
)
def test_a_name_of_nothing_is_named(args: tuple[str, ...], lamp: Lamp) -> None:
    said = refused(*args, at=lamp.top)
    assert "names no commit here" in said
    assert "nobody" in said or "deadbeef" in said


@pytest.mark.parametrize(
    "args",
    [
        ("log", "nobody"),
        ("log", "nobody..HEAD"),
        ("check", "nobody..b"),
        ("backfill", "HEAD~1..nobody"),
        ("backfill", "nobody...HEAD"),
        ("backfill", "..nobody"),
        ("log", "HEAD", "^nobody"),
    ],
)
def test_the_end_of_a_range_that_is_nothing_is_named(args: tuple[str, ...], lamp: Lamp) -> None:
    said = refused(*args, at=lamp.top)
    assert "'nobody' names no commit here\n  see git log --oneline --all" in said


@pytest.mark.parametrize("rev", ["--output=x", "-x", "HEAD~1..HEAD", "^HEAD"])
def test_what_names_no_single_commit_is_wrong_usage(rev: str, lamp: Lamp) -> None:
    assert "names no commit" in refused("blame", FILE, "--", rev, at=lamp.top, code=2)
    assert not (lamp.top / "x").exists()


def test_a_branch_that_is_not_here_is_asked_for(lamp: Lamp) -> None:
    said = refused("import", "entire", at=lamp.top)
    assert "there is no branch entire/checkpoints/v1 here" in said
    assert "git fetch origin entire/checkpoints/v1:entire/checkpoints/v1" in said


def test_a_commit_without_a_document_says_what_can_be_done(lamp: Lamp) -> None:
    for command in ("show", "tangle"):
        said = refused(command, "HEAD", at=lamp.top)
        assert "no thread was recorded for it" in said
        assert "treadle record" in said


def test_a_blob_that_was_lost_is_named_and_how_to_get_it(lamp: Lamp) -> None:
    blob = lamp.git("rev-parse", f"HEAD~2:{FILE}")
    (lamp.top / ".git/objects" / blob[:2] / blob[2:]).unlink()
    shutil.rmtree(lamp.top / ".git/treadle")
    for args in (("check",), ("tangle", "HEAD~1"), ("log",)):
        said = refused(*args, at=lamp.top)
        assert blob in said or FILE in said
        assert "git fetch" in said


# -- paths as they are typed --------------------------------------------------------


def test_paths_are_those_of_the_folder_one_is_in(lamp: Lamp) -> None:
    told = run("why", LINE, at=lamp.top)
    assert told.code == 0
    assert run("why", "lamp.py:2", at=lamp.top / "src") == told
    assert run("-C", "src", "why", "lamp.py:2", at=lamp.top) == told
    assert run("-C", lamp.top, "-C", "src", "why", "./lamp.py:2", at=lamp.top.parent) == told
    assert run("-C", "notes", "why", "../src/lamp.py:2", at=lamp.top) == told
    assert run("why", f"{lamp.top}/{LINE}", at=lamp.top / "notes") == told


def test_a_link_to_the_repository_is_the_repository(lamp: Lamp) -> None:
    (lamp.top.parent / "link").symlink_to(lamp.top)
    assert run("-C", lamp.top.parent / "link", "blame", FILE).code == 0


def test_git_dir_names_a_repository_as_it_does_for_git(lamp: Lamp, tmp_path: Path) -> None:
    told = run("show", "HEAD~1", at=lamp.top)
    named = {"GIT_DIR": str(lamp.top / ".git"), "GIT_WORK_TREE": str(lamp.top)}
    assert run("show", "HEAD~1", at=tmp_path, env=named) == told


def test_paths_of_any_letters_are_taken_and_shown(lamp: Lamp) -> None:
    name = "notes/ünï cödé.txt"
    assert "bare" in run("blame", name, at=lamp.top).out
    assert run("why", f"{name}:2", at=lamp.top).out.startswith(f"{name}:2  words\n")


def test_a_name_that_is_not_utf8_is_found_and_shown_harmlessly(lamp: Lamp) -> None:
    name = os.fsdecode(b"caf\xe9\x1b[31m.txt")
    lamp.write(name, "one\n")
    lamp.commit("Odd")
    done = run("why", f"{name}:1", at=lamp.top)
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "\ufffd" in done.out


@pytest.mark.parametrize("path", ["../outside.py", "/etc/passwd", "src/../../x", "link/passwd"])
def test_a_path_outside_of_the_repository_is_refused(path: str, lamp: Lamp) -> None:
    (lamp.top / "link").symlink_to("/etc")
    assert "is outside of the repository" in refused("blame", path, at=lamp.top, code=2)
    assert "is outside of the repository" in refused("why", f"{path}:1", at=lamp.top, code=2)


@pytest.mark.parametrize("path", [".git/config", ".git", "src/../.git/HEAD", ".GIT/config"])
def test_a_path_in_git_itself_is_refused(path: str, lamp: Lamp) -> None:
    assert ".git" in refused("blame", path, at=lamp.top, code=2)


@pytest.mark.parametrize("path", ["", ".", "src", "missing.py", "fifo", "new.py"])
def test_what_is_no_tracked_file_is_named(path: str, lamp: Lamp) -> None:
    os.mkfifo(lamp.top / "fifo")
    lamp.write("new.py", "new\n")
    said = refused("blame", path, at=lamp.top, code=2)
    assert "is a folder" in said if path == "src" else path in said
    if path == "new.py":
        assert "git does not track it" in said


def test_a_folder_that_took_the_place_of_a_file_is_a_folder(lamp: Lamp) -> None:
    lamp.delete(FILE)
    (lamp.top / FILE).mkdir()
    assert "is a folder" in refused("blame", FILE, at=lamp.top, code=2)


def test_a_fifo_in_the_place_of_a_file_is_not_waited_for(lamp: Lamp) -> None:
    lamp.delete(FILE)
    os.mkfifo(lamp.top / FILE)
    refused("blame", FILE, at=lamp.top, code=2, within=20)


def test_a_link_is_blamed_for_where_it_leads(lamp: Lamp) -> None:
    (lamp.top / "way").symlink_to(FILE)
    lamp.commit("Link")
    assert run("blame", "way", at=lamp.top).out.endswith(f" 1) {FILE}\n")
