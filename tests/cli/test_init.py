"""``init`` and ``deinit`` as a person calls them, with the real worker behind the hooks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.lamp import Lamp, refused, run
from tests.support.hooked import PLACE, Hooked, settled
from tests.support.team import Team

KEEPS = "CLAUDE_CONFIG_DIR"


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hooked:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv(KEEPS, raising=False)
    return Hooked(tmp_path / PLACE / "repo")


def drained(hooked: Hooked) -> None:
    """Wait until nothing is queued."""
    end = time.monotonic() + 20
    while any(hooked.queue.iterdir()):
        assert time.monotonic() < end, list(hooked.queue.iterdir())
        time.sleep(0.02)


def test_init_says_what_it_did_and_that_it_works(hooked: Hooked) -> None:
    done = run("init", at=hooked.top)
    assert done.code == 0, done
    assert ".git/hooks: post-commit: new" in done.out
    assert "the worker takes it up" in done.out
    again = run("init", at=hooked.top)
    assert again.out.startswith("everything is in place: nothing was changed\n")


def test_from_then_on_a_commit_is_recorded_or_it_is_said_why_not(hooked: Hooked) -> None:
    run("init", at=hooked.top)
    hooked.write("lamp.py", "print('lit')\n")
    head = hooked.commit().id
    drained(hooked)
    assert f"no thread for {head[:6]}" in hooked.make()


def test_every_command_says_so_when_a_tool_wrote_over_the_hook(hooked: Hooked) -> None:
    assert "hook" not in run("blame", "lamp.py", at=hooked.top).err
    run("init", at=hooked.top)
    hooked.write("lamp.py", "print('lit')\n")
    hooked.commit()
    drained(hooked)
    assert "our lines" not in run("blame", "lamp.py", at=hooked.top).err
    hooked.hook("post-commit", "#!/bin/sh\nexit 0\n")
    for command in (("blame", "lamp.py"), ("why", "lamp.py:1"), ("log",), ("search", "lamp")):
        told = run(*command, at=hooked.top).err
        assert told.startswith("treadle: post-commit: somebody wrote it, our lines are not in it")
        assert "; treadle init puts it right\n" in told
    assert "our lines" not in run("init", at=hooked.top).err
    assert "our lines" not in run("blame", "lamp.py", at=hooked.top).err


def test_init_and_deinit_leave_no_trace(hooked: Hooked) -> None:
    hooked.hook("post-commit", "#!/bin/sh\nexit 0\n")
    hooked.hook("post-merge", "#!/usr/bin/env python3\n")
    hooked.git("remote", "add", "origin", "../elsewhere")
    before = settled(hooked)
    run("init", "--share", at=hooked.top)
    assert settled(hooked) != before
    done = run("deinit", at=hooked.top)
    assert (done.code, done.err) == (0, "")
    assert ".git/config: byte for byte as it was" in done.out
    assert settled(hooked) == before
    assert run("deinit", at=hooked.top).out == "there was nothing to take out\n"


def test_both_tell_programs_what_they_did(hooked: Hooked) -> None:
    told = json.loads(run("init", "--json", at=hooked.top).out)
    assert told["works"] is True
    assert told["hooks"] == str(hooked.top / ".git" / "hooks")
    assert len(told["changes"]) == 4
    told = json.loads(run("deinit", "--forget", "--json", at=hooked.top).out)
    assert told["documents"] == 0
    assert told["commands"] == []


def test_init_works_from_a_folder_below_and_in_a_work_tree(hooked: Hooked) -> None:
    hooked.commit()
    (hooked.top / "below").mkdir()
    assert run("init", at=hooked.top / "below").code == 0
    side = hooked.top.parent / "side"
    hooked.git("worktree", "add", "--quiet", "-b", "side", str(side))
    assert run("init", at=side).out.startswith("everything is in place")
    assert run("deinit", at=side).code == 0
    assert not hooked.exists(".git/hooks")


def test_a_worker_that_cannot_be_loaded_is_told(hooked: Hooked, tmp_path: Path) -> None:
    sources = tmp_path / "borrowed"
    sources.mkdir()
    (sources / "treadle").symlink_to(Path(__file__).parents[2])
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    import click

    paths = f"{sources}{os.pathsep}{Path(click.__file__).parents[1]}"
    code = "from treadle.cli.main import main; main()"
    done = subprocess.run(
        [bare / "bin" / "python", "-c", code, "init"],
        cwd=hooked.top,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "cannot load treadle" in done.stderr


def test_a_bare_repository_only_fetches(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "bare.git")], check=True)
    done = run("init", at=tmp_path / "bare.git")
    assert done.code == 0, done
    assert "a bare repository makes no commits" in done.out
    assert run("deinit", at=tmp_path / "bare.git").code == 0


def test_outside_of_a_repository_there_is_nothing_to_join(tmp_path: Path) -> None:
    assert "is not in a git repository" in refused("init", at=tmp_path)


def test_sharing_is_refused_where_documents_stay(hooked: Hooked) -> None:
    hooked.write(".treadle.toml", "localOnly = true\n")
    before = settled(hooked)
    assert "localOnly" in refused("init", "--share", at=hooked.top)
    assert settled(hooked) == before


def test_sharing_is_not_promised_where_documents_stay(lamp: Lamp) -> None:
    lamp.git("init", "--quiet", "--bare", "../there.git")
    lamp.git("remote", "add", "there", "../there.git")
    lamp.git("config", "treadle.share", "true")
    assert "become visible" in run("init", at=lamp.top).out
    lamp.write(".treadle.toml", "localOnly = true\n")
    done = run("init", at=lamp.top)
    assert "become visible" not in done.said
    assert "there: no documents there" in done.out


def test_forgetting_deletes_everything_and_says_what_is_elsewhere(lamp: Lamp) -> None:
    tip = lamp.git("rev-parse", "refs/notes/treadle")
    lamp.git("remote", "add", "up", "../elsewhere")
    lamp.git("update-ref", "refs/treadle/remotes/up", tip)
    run("init", at=lamp.top)
    done = run("deinit", "--forget", at=lamp.top)
    assert done.code == 0, done
    assert "1 document deleted here" in done.out
    assert "git push up --delete refs/notes/treadle" in done.out
    assert lamp.git("for-each-ref", "refs/notes", "refs/treadle") == ""
    assert not lamp.exists(".git/treadle")
    command = next(line for line in done.out.splitlines() if "update-ref" in line)
    lamp.git(*command.split("git ")[2].split(" brings")[0].split())
    assert lamp.git("rev-parse", "refs/notes/treadle") == tip


def test_a_colleagues_documents_are_there_after_init(tmp_path: Path) -> None:
    team = Team(tmp_path, 3)
    ann = team.clone("ann")
    ann.put(team.commits[0])
    assert run("sync", "--push", at=ann.top).code == 0
    bob = team.clone("bob")
    done = run("init", at=bob.top)
    assert "origin: documents fetched: 1 new" in done.out
    assert bob.store.tip() == ann.store.tip()


def test_who_shares_is_told_what_becomes_visible(tmp_path: Path) -> None:
    team = Team(tmp_path, 3)
    ann = team.clone("ann")
    ann.put(team.commits[0])
    assert "visible" not in run("init", at=ann.top).out
    done = run("init", "--share", at=ann.top)
    assert "origin: with the next git push 1 document, 1 kB, " in done.out
    assert "visible to everyone who can read it" in done.out
    ann.git("push", "--quiet", "origin", "HEAD:refs/heads/elsewhere")
    assert team.tip() == ann.store.tip()
    assert "visible" not in run("init", "--share", at=ann.top).out


def test_a_remote_that_is_not_there_does_not_stop_init(hooked: Hooked) -> None:
    hooked.git("remote", "add", "origin", "../nowhere")
    done = run("init", at=hooked.top)
    assert done.code == 0
    assert "origin: not asked for documents: " in done.out


def test_without_forgetting_documents_stay(lamp: Lamp) -> None:
    run("init", at=lamp.top)
    run("deinit", at=lamp.top)
    assert lamp.git("for-each-ref", "refs/notes").endswith("refs/notes/treadle")


def test_a_bare_path_of_a_graphical_client_is_enough(hooked: Hooked) -> None:
    run("init", at=hooked.top)
    git = shutil.which("git")
    assert git
    done = subprocess.run(
        ["env", "-i", "PATH=/usr/bin:/bin", git, "-c", "user.name=a",
         "-c", "user.email=a@b.example", "-C", str(hooked.top),
         "commit", "-q", "--allow-empty", "-m", "x"],
        capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    drained(hooked)
    assert "no thread for" in hooked.make()


def test_where_nothing_may_be_written_a_commit_goes_through(hooked: Hooked) -> None:
    run("init", at=hooked.top)
    kept = hooked.top / ".git" / "treadle"
    for folder in (kept / "queue", kept):
        folder.chmod(0o500)
    try:
        if os.geteuid() == 0:
            shutil.rmtree(kept / "queue")
            (kept / "queue").write_text("in the way")
        assert hooked.make() == ""
    finally:
        kept.chmod(0o700)


def test_a_repository_that_may_only_be_read_is_left_alone(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    hooked = Hooked(tmp_path / "repo")
    (hooked.top / ".git").chmod(0o500)
    try:
        assert "cannot be written" in refused("init", at=hooked.top)
    finally:
        (hooked.top / ".git").chmod(0o700)
