"""Threads out of an Entire checkpoints branch, by the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.lamp import AFTER, BEFORE, PROMPT, Lamp, Telling, refused, run

BRANCH = "entire/checkpoints/v1"
FILE = "src/lamp.py"


@pytest.fixture
def entire(tmp_path: Path) -> Lamp:
    """A commit with a checkpoint, one whose checkpoint is not on the branch, one with none."""
    lamp = Lamp(tmp_path / "repo")
    lamp.write(FILE, BEFORE)
    lamp.commit("Light a lamp")
    told = Telling(lamp)
    told.prompt(PROMPT)
    told.edits(FILE, BEFORE, AFTER)
    lamp.write(FILE, AFTER)
    lamp.commit("Name it", "--message", "Entire-Checkpoint: 0123456789ab")
    lamp.write(FILE, AFTER + "# more\n")
    lamp.commit("More", "--message", "Entire-Checkpoint: ffffffffffff")
    session = json.dumps({"session_id": "2026-01-05-s-lamp"})
    keep(lamp, "01/23456789ab/0/metadata.json", session)
    keep(lamp, "01/23456789ab/0/full.jsonl", "".join(json.dumps(row) + "\n" for row in told.rows))
    return lamp


def keep(lamp: Lamp, path: str, text: str) -> None:
    """Put a file on the checkpoints branch."""
    blob = lamp.git("hash-object", "-w", "--stdin", feed=text.encode())
    index = {"GIT_INDEX_FILE": str(lamp.top / ".git" / "checkpoints-index")}
    row = f"100644,{blob},{path}"
    lamp.git("update-index", "--add", "--cacheinfo", row, env=index)
    tree = lamp.git("write-tree", env=index)
    lamp.git("update-ref", f"refs/heads/{BRANCH}", lamp.git("commit-tree", tree, "-m", "Kept"))


def test_each_commit_that_names_a_checkpoint_gets_its_document(entire: Lamp) -> None:
    done = run("import", "entire", at=entire.top)
    assert done.code == 0
    assert done.out.startswith("1 document written, 0 were there already; 100 % of lines explained")
    assert "1 commit names a checkpoint whose transcript is not here" in done.out
    short = entire.git("rev-parse", "--short=8", "HEAD")
    assert f"{short}: checkpoint ffffffffffff is not on the branch" in done.err
    assert PROMPT in run("why", f"{FILE}:1", at=entire.top).out


def test_importing_again_writes_nothing(entire: Lamp) -> None:
    run("import", "entire", at=entire.top)
    before = entire.git("rev-parse", "refs/notes/treadle")
    told = json.loads(run("import", "entire", "--json", at=entire.top).out)
    assert told == {
        "documents_written": 0,
        "documents_without_steps": 0,
        "documents_already_there": 1,
        "commits_without_transcript": 1,
    }
    assert entire.git("rev-parse", "refs/notes/treadle") == before


def test_only_the_commits_that_are_named_are_imported(entire: Lamp) -> None:
    told = json.loads(run("import", "entire", "HEAD~1..HEAD", "--json", at=entire.top).out)
    assert told["documents_written"] == 0
    told = json.loads(run("import", "entire", "HEAD~1", "--json", at=entire.top).out)
    assert told["documents_written"] == 1


def test_the_branch_may_have_another_name(entire: Lamp) -> None:
    entire.git("branch", "--move", BRANCH, "elsewhere")
    assert "there is no branch" in refused("import", "entire", at=entire.top)
    assert run("import", "entire", "--branch", "elsewhere", at=entire.top).code == 0


def test_a_clone_finds_the_branch_at_its_remote(entire: Lamp) -> None:
    target = entire.top.parent / "clone"
    subprocess.run(["git", "clone", "--quiet", str(entire.top), str(target)], check=True)
    assert "1 document written" in run("import", "entire", at=target).out


def test_a_clone_that_ends_too_early_names_the_commit_and_goes_on(entire: Lamp) -> None:
    target = entire.top.parent / "clone"
    source = f"file://{entire.top}"
    options = ["--quiet", "--depth=2", "--no-single-branch"]
    subprocess.run(["git", "clone", *options, source, str(target)], check=True)
    done = run("import", "entire", at=target)
    assert done.code == 0
    short = entire.git("rev-parse", "--short=8", "HEAD~1")
    assert f"{short}: its parent is not in this clone; git fetch --deepen=1" in done.err
    subprocess.run(["git", "fetch", "--quiet", "--unshallow"], cwd=target, check=True)
    assert "1 document written" in run("import", "entire", at=target).out


def test_a_checkpoint_that_is_damaged_costs_only_its_commit(entire: Lamp) -> None:
    keep(entire, "01/23456789ab/0/full.jsonl", "no json at all\n" * 3)
    keep(entire, "01/23456789ab/0/metadata.json", "{")
    done = run("import", "entire", at=entire.top)
    assert done.code == 0
    assert "full.jsonl" in done.err
