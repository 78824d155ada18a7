"""A merge has a document if an agent edited during it, and of that only what is its own."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.lamp import run
from tests.support.desk import Claude, Desk
from tests.support.scratch import Clock, Scratch
from treadle.thread.document import parse
from treadle.thread.repo import Commit


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    scratch = Scratch(tmp_path / "lamp")
    scratch.clock = Clock(datetime.now(UTC) - timedelta(hours=1))
    scratch.write("lamp.py", "lamp number one\nlamp number two\nlamp number three\n")
    scratch.commit("Begin")
    return Desk(scratch, tmp_path / "home")


def on_a_side(desk: Desk, line: str) -> None:
    """An agent works on a branch, before anything is recorded; a person on the main line."""
    desk.scratch.git("checkout", "-qb", "side")
    claude = Claude(desk, "side")
    claude.prompt("Work on the side")
    claude.edit("lamp.py", line, f"the side's {line}")
    claude.commits("Side")
    desk.scratch.git("checkout", "-q", "-")
    desk.scratch.write("main.py", "main\n")
    desk.scratch.commit("Main")


def begin(desk: Desk) -> None:
    args = ["git", "-C", str(desk.scratch.top), "merge", "-q", "--no-ff", "--no-commit", "side"]
    subprocess.run(args, capture_output=True)


def resolved(desk: Desk) -> Commit:
    """An agent resolves a conflict in the middle of a merge."""
    on_a_side(desk, "lamp number two\n")
    desk.scratch.write("lamp.py", "lamp number one\nmy lamp\nlamp number three\n")
    desk.scratch.commit("Mine")
    begin(desk)
    text = desk.scratch.read("lamp.py")
    conflict = text[text.index("<<<<<<<") : text.index("lamp number three")]
    claude = Claude(desk, "merger")
    claude.prompt("Resolve the conflict")
    claude.edit("lamp.py", conflict, "my lamp\nthe lamp of both branches\n")
    merge, _, _ = claude.commits("Merge")
    return merge


def test_what_an_agent_writes_in_a_merge_is_recorded_live_and_by_backfill(desk: Desk) -> None:
    merge = resolved(desk)
    desk.queue(merge)
    desk.work()
    live = desk.documents()
    assert live.keys() == {merge.id}
    desk.scratch.git("update-ref", "-d", "refs/notes/treadle")
    env = {"HOME": str(desk.home)}
    assert run("backfill", merge.id, at=desk.scratch.top, env=env).code == 0
    assert desk.documents() == live
    told = run("check", merge.id, "--json", at=desk.scratch.top)
    found = json.loads(told.out)
    assert (found["exact"], found["added_lines"], found["explained"]) == (1, 1, 100.0)
    assert found["failures"] == []


def test_an_amended_merge_keeps_its_document(desk: Desk) -> None:
    merge = resolved(desk)
    desk.queue(merge)
    desk.work()
    (before,) = desk.documents().values()
    again = desk.scratch.commit("Merge, in other words", "--amend")
    desk.queue(again)
    desk.queue(again, "post-rewrite")
    desk.work()
    assert desk.documents()[again.id] == before


def test_what_the_side_brought_stands_by_reference(desk: Desk) -> None:
    on_a_side(desk, "lamp number two\n")
    begin(desk)
    claude = Claude(desk, "merger")
    claude.prompt("Tell of the merge")
    claude.edit("main.py", "main\n", "main\nwritten during the merge\n")
    merge, _, _ = claude.commits("Merge")
    desk.queue(merge)
    desk.work()
    (text,) = desk.documents().values()
    thread = parse(text)
    assert {row.path: row.reference for row in thread.placement.rows} == {
        "lamp.py": "parent 2",
        "main.py": "",
    }
    assert [part.session for part in thread.parts] == ["merger"]
    out = desk.scratch.top.parent / "out"
    assert run("tangle", merge.id, "-o", str(out), at=desk.scratch.top).code == 0
    assert (out / "lamp.py").read_text() == desk.scratch.read("lamp.py")


def test_a_merge_in_which_nobody_edited_takes_nothing_of_the_sides_sessions(desk: Desk) -> None:
    on_a_side(desk, "lamp number two\n")
    begin(desk)
    merge = desk.scratch.commit("Merge")
    desk.queue(merge)
    desk.work()
    assert desk.documents() == {}
    env = {"HOME": str(desk.home)}
    told = run("backfill", "HEAD~1..HEAD", at=desk.scratch.top, env=env)
    assert "1 document written" in told.out
    side = desk.scratch.repo.chosen(["side"])[0]
    assert desk.documents().keys() == {side.id}
