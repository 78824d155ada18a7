"""The script behind all hooks, and the lines that call it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.hooked import PLACE, Hooked
from treadle.thread.agents.finding.quarters import names
from treadle.thread.hooks.script import (
    block,
    chain,
    flags,
    has_block,
    interpreter,
    script,
    takes_block,
    whole,
    with_block,
    without_block,
    wrapper,
)

SHELLS = [["dash"], ["bash"], ["bash", "--posix"], ["busybox", "sh"], ["ksh"], ["zsh"]]
HERE = [shell for shell in SHELLS if shutil.which(shell[0])]


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    found = Hooked(tmp_path / PLACE / "repo")
    found.enrol()
    return found


def call(
    shell: list[str], hooked: Hooked, *args: str, **env: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the script as git runs a hook."""
    path = Path(hooked.repo.common_dir) / "treadle" / "hook"
    around = {name: value for name, value in os.environ.items() if name not in names()}
    return subprocess.run(
        [*shell, str(path), *args],
        cwd=hooked.top,
        env={**around, **env},
        input=b"old new\n",
        capture_output=True,
        timeout=30,
    )


# -- the script ---------------------------------------------------------------------


@pytest.mark.parametrize("shell", HERE, ids=" ".join)
def test_every_shell_notes_the_commit_and_starts_the_worker(
    shell: list[str], hooked: Hooked
) -> None:
    head = hooked.commit().id
    shutil.rmtree(hooked.queue)
    hooked.log.unlink(missing_ok=True)
    done = call(shell, hooked, "post-commit")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    (event,) = hooked.events()
    assert event == ["post-commit", head, f"{hooked.top}/.git", str(hooked.top), "end"]
    told = hooked.started()
    assert f"args: -I -m treadle.cli.worker {hooked.top}/.git\n" in told
    assert "in: /\n" in told


@pytest.mark.parametrize("shell", HERE, ids=" ".join)
def test_variables_of_agents_are_noted_and_no_others(shell: list[str], hooked: Hooked) -> None:
    hooked.commit()
    shutil.rmtree(hooked.queue)
    call(
        shell,
        hooked,
        "post-merge",
        CLAUDE_CODE_SESSION_ID="0b3c-77",
        CODEX_THREAD_ID="x\nend\n$(touch hit)",
        SECRET="s3cret",
    )
    (event,) = hooked.events("post-merge")
    assert event[4:] == ["CLAUDE_CODE_SESSION_ID=0b3c-77", "CODEX_THREAD_ID=x", "end"]
    assert not hooked.exists("hit")


@pytest.mark.parametrize("shell", HERE, ids=" ".join)
def test_where_agents_keep_their_transcripts_is_noted(shell: list[str], hooked: Hooked) -> None:
    hooked.commit()
    shutil.rmtree(hooked.queue)
    home = "/ho me/$(touch hit)`touch hit`"
    call(shell, hooked, "post-commit", HOME=home, CODEX_HOME="/x\nend", XDG_DATA_HOME="'\"\\n")
    (event,) = hooked.events()
    assert event[4:] == [f"HOME={home}", "XDG_DATA_HOME='\"\\n", "end"]
    assert not hooked.exists("hit")


def test_the_worker_is_told_of_no_repository_but_its_own(hooked: Hooked) -> None:
    hooked.commit()
    hooked.log.unlink(missing_ok=True)
    call(["sh"], hooked, "post-commit", GIT_INDEX_FILE="/x", GIT_PREFIX="y/", GIT_WORK_TREE="/z",
         GIT_AUTHOR_DATE="1", GIT_OBJECT_DIRECTORY="/o", GIT_EDITOR="vi")  # fmt: skip
    told = hooked.started()
    names = {line.partition("=")[0] for line in told.splitlines() if line.startswith("GIT_")}
    assert names <= {"GIT_DIR", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"}
    assert f"GIT_DIR={hooked.top}/.git\n" in told


@pytest.mark.parametrize("state", ["detached", "packed", "slashes", "sha256", "unborn"])
def test_the_commit_is_found_wherever_git_keeps_it(state: str, tmp_path: Path) -> None:
    options = ["--object-format=sha256"] if state == "sha256" else []
    hooked = Hooked(tmp_path / "repo", *options)
    hooked.enrol()
    if state != "unborn":
        hooked.commit()
    if state == "detached":
        hooked.git("checkout", "--quiet", "--detach")
    if state == "slashes":
        hooked.git("checkout", "--quiet", "-b", "a/b'c")
    if state == "packed":
        hooked.git("pack-refs", "--all")
        assert not hooked.exists(".git/refs/heads/main")
    shutil.rmtree(hooked.queue, ignore_errors=True)
    call(["sh"], hooked, "post-commit")
    (event,) = hooked.events()
    assert event[1] == ("" if state == "unborn" else hooked.git("rev-parse", "HEAD"))


def test_what_the_worker_has_to_say_is_said_once(hooked: Hooked) -> None:
    news = Path(hooked.repo.common_dir) / "treadle" / "news"
    news.write_text("treadle: a  100 % \\n of it\ntreadle: b")
    assert hooked.make() == "treadle: a  100 % \\n of it\ntreadle: b\n"
    assert hooked.make() == ""
    assert news.read_bytes() == b""
    news.write_text("".join(f"treadle: {number}\n" for number in range(50)))
    said = hooked.make().splitlines()
    assert len(said) == 21
    assert said[-1] == "treadle: 30 lines more: treadle status"


def test_without_its_interpreter_it_is_silent(hooked: Hooked) -> None:
    Path(hooked.program.python).unlink()
    shutil.rmtree(hooked.queue)
    assert hooked.make() == ""
    assert not hooked.queue.exists()


@pytest.mark.parametrize("missing", ["queue", "treadle"])
def test_what_was_deleted_stops_no_commit(missing: str, hooked: Hooked) -> None:
    kept = Path(hooked.repo.common_dir) / "treadle"
    shutil.rmtree(kept / "queue" if missing == "queue" else kept)
    assert hooked.make() == ""
    assert (kept / "queue").exists() == (missing == "queue")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_stops_no_commit(hooked: Hooked) -> None:
    hooked.queue.chmod(0o500)
    assert hooked.make() == ""


def test_a_file_in_the_queues_place_stops_no_commit(hooked: Hooked) -> None:
    shutil.rmtree(hooked.queue)
    hooked.queue.write_text("")
    assert hooked.make() == ""


def test_the_interpreter_is_told_by_the_script() -> None:
    path = '/opt/it\'s $HOME/"python"'
    text = script(path)
    assert interpreter(text) == path
    assert interpreter(b"#!/bin/sh\n") == ""
    assert flags(text) == ["-I"]
    assert flags(script(path, "-E -P", nice="/usr/bin/nice")) == ["-E", "-P"]


@pytest.mark.parametrize("nice", ["", "/nowhere/nice", shutil.which("nice") or ""])
def test_the_worker_starts_behind_others_where_that_can_be(nice: str, hooked: Hooked) -> None:
    slow = Path(hooked.program.python)
    slow.write_text('#!/bin/sh\necho "$(nice)" >"${0%/*}/level"\n')
    (Path(hooked.repo.common_dir) / "treadle" / "hook").write_bytes(script(str(slow), nice=nice))
    hooked.make()
    level = hooked.top.parent / "level"
    for _ in range(500):
        if level.exists() and level.read_text():
            break
        time.sleep(0.01)
    assert int(level.read_text()) == os.nice(0) + (10 if os.access(nice, os.X_OK) else 0)


def test_a_picked_commit_of_a_rebase_is_noted_and_starts_no_worker(hooked: Hooked) -> None:
    for number in range(4):
        hooked.write("file", str(number))
        hooked.commit(str(number))
    hooked.started(4)
    hooked.log.unlink()
    hooked.says("rebase", "--quiet", "--force-rebase", "HEAD~3")
    told = hooked.started()
    assert told.count("args:") == 1
    assert len(hooked.events("post-rewrite")) == 1
    assert len(hooked.events()) == 4 + 3


def test_git_hooks_of_another_work_tree_note_that_one(hooked: Hooked) -> None:
    hooked.commit()
    side = hooked.top.parent / "side tree"
    hooked.git("worktree", "add", "--quiet", "-b", "side", str(side))
    other = Hooked(side, init=False)
    other.make()
    event = hooked.events()[-1]
    assert event[1] == other.git("rev-parse", "HEAD")
    assert event[2] == other.git("rev-parse", "--absolute-git-dir")
    assert event[3] == str(side)


def test_the_worker_writes_with_the_persons_own_mask(hooked: Hooked) -> None:
    Path(hooked.program.python).write_text('#!/bin/sh\numask >"${0%/*}/mask"\n')
    mask = os.umask(0o027)
    try:
        hooked.make()
    finally:
        os.umask(mask)
    noted = hooked.top.parent / "mask"
    for _ in range(500):
        if noted.exists() and noted.read_text():
            break
        time.sleep(0.01)
    assert int(noted.read_text(), 8) == 0o027


def test_who_reads_the_commits_output_is_not_kept_waiting(hooked: Hooked) -> None:
    slow = Path(hooked.program.python)
    slow.write_text("#!/bin/sh\nexec sleep 20\n")
    done = subprocess.run(
        ["git", "-C", str(hooked.top), "commit", "--allow-empty", "-m", "Now"],
        capture_output=True,
        timeout=10,
    )
    assert done.returncode == 0


# -- blocks -------------------------------------------------------------------------

TEXTS = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from([b"#!/bin/sh\n", b"#!/usr/bin/env bash\n", b"echo\n", b"exit 1", b"\n",
                              b"# >>> other\n", b"\r\n", b"# <<<\n"]), max_size=6)
    .map(b"".join),
)  # fmt: skip


@given(TEXTS)
def test_taking_the_lines_out_gives_the_bytes_there_were(text: bytes) -> None:
    if takes_block(text) and not has_block(text):
        hosted = with_block(text, "post-commit")
        assert has_block(hosted)
        assert without_block(hosted) == text


def test_a_hook_of_ours_alone_leaves_nothing() -> None:
    assert without_block(whole("post-merge")) is None
    assert without_block(wrapper("post-merge", "x")) is None
    kept = without_block(whole("post-merge") + b"echo mine\n")
    assert kept == b"#!/bin/sh\necho mine\n"


def test_lines_without_their_end_are_left_alone() -> None:
    text = b"#!/bin/sh\n" + block("post-merge").replace(b"# <<< treadle\n", b"")
    assert without_block(text) == text


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        (b"#!/bin/sh\necho\n", True),
        (b"#!/usr/bin/env bash\n", True),
        (b"#! /usr/bin/env -S bash -eu\necho\n", True),
        (b"#!/bin/sh -e\nexit\n", True),
        (b"#!/bin/zsh\nls\n", True),
        (b"echo without a first line\n", True),
        (b"", True),
        (b"#!/bin/sh", False),
        (b"#!/usr/bin/env python3\nimport os\n", False),
        (b"#!/usr/bin/perl -w\n", False),
        (b"#!/usr/bin/fish\n", False),
        (b"\x7fELF\x02\x01", False),
        (b"#!/bin/sh\n''':'\nexec python3 \"$0\"\n'''\n", False),
        (b'#!/bin/sh\n# note\n"exec" python3 $0\n', False),
        (b"#!/bin/sh\r\necho\r\n", False),
        (b"#!/bin/busybox sh\n", False),
        (b"#!/bin/sh\n\0", False),
    ],
)
def test_only_shell_scripts_take_lines(text: bytes, takes: bool) -> None:
    assert takes_block(text) is takes


@pytest.mark.parametrize("shell", HERE, ids=" ".join)
@pytest.mark.parametrize("options", ["-e", "-eu", "-eux", "-f", "-C"])
def test_lines_of_ours_do_not_disturb_their_host(
    shell: list[str], options: str, hooked: Hooked
) -> None:
    text = f"#!/bin/sh\nset {options}\n".encode() + block("post-rewrite")
    text += b'read -r line\necho "$line $# $1"\n'
    path = hooked.hook("post-rewrite", text)
    done = subprocess.run(
        [*shell, str(path), "amend"], input=b"old new\n", capture_output=True, cwd=hooked.top
    )
    assert done.stdout == b"old new 1 amend\n"
    assert done.returncode == 0


def test_every_text_is_good_in_every_shell(tmp_path: Path) -> None:
    texts = [script("/p'y"), whole("post-commit"), wrapper("pre-push", "before-treadle/pre-push"),
             chain("/a'b $c", True)]  # fmt: skip
    for shell in HERE:
        for text in texts:
            done = subprocess.run([*shell, "-n"], input=text, capture_output=True)
            assert (done.returncode, done.stderr) == (0, b"")
