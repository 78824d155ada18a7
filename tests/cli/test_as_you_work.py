"""What the README tells of recording as one works is what a person sees."""

from __future__ import annotations

import re
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.lamp import run
from tests.support.desk import Claude, Desk
from tests.support.scratch import Clock, Scratch

README = Path(__file__).parents[2] / "README.md"
TIDE = "import math\n\ndef tide(t):\n    return math.cos(t)\n"


def quoted(command: str) -> list[str]:
    """The lines that the README shows below a command, without what differs from case to case."""
    text = README.read_text(encoding="utf-8")
    return same(text.partition(f"$ {command}\n")[2].partition("\n```")[0].partition("\n$ ")[0])


def same(output: str) -> list[str]:
    text = re.sub(r"\b[0-9a-f]{6}\b", "COMMIT", output.rstrip("\n"))
    return re.sub(r"calls \S+", "calls PYTHON", text).split("\n")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    scratch = Scratch(tmp_path / "tide")
    scratch.clock = Clock(datetime.now(UTC) - timedelta(minutes=5))
    scratch.write("notes.txt", "Tides\n")
    scratch.commit("Begin")
    hub = tmp_path / "hub.git"
    scratch.git("clone", "--bare", "-q", str(scratch.top), str(hub))
    scratch.git("remote", "add", "origin", str(hub))
    return Desk(scratch, tmp_path / "home")


def settled(desk: Desk) -> None:
    """Wait until nothing is queued."""
    end = time.monotonic() + 30
    while desk.waiting():
        assert time.monotonic() < end, desk.waiting()
        time.sleep(0.05)


def agent_writes_and_commits(desk: Desk) -> None:
    claude = Claude(desk, "s1")
    claude.prompt("Say what a tide is, in Python.")
    claude.said("A tide is a cosine of the time.")
    file = desk.scratch.top / "tide.py"
    given = {"file_path": str(file), "content": TIDE}
    key = claude.calls("Write", given)
    file.write_text(TIDE)
    claude.result(key, "written", {"type": "create", "filePath": str(file), "content": TIDE})
    claude.commits("Add tide")


def test_what_the_readme_shows_is_what_one_sees(desk: Desk, tmp_path: Path) -> None:
    at = desk.scratch.top
    assert same(run("init", at=at).out) == quoted("treadle init")
    agent_writes_and_commits(desk)
    settled(desk)
    desk.scratch.write("notes.txt", "Tides\nmine\n")
    args = ["git", "-C", str(at), "commit", "-qam", "By hand"]
    said = subprocess.run(args, capture_output=True, text=True, check=True)
    assert same(said.stderr) == quoted('git commit -qam "By hand"')
    settled(desk)
    env = {"HOME": str(desk.home)}
    shown = run("status", at=at, env=env)
    assert same(shown.err + shown.out) == quoted("treadle status")
    assert "A tide is a cosine of the time." in run("why", "tide.py:3", at=at).out
    assert run("sync", "--push", at=at).code == 0
    desk.scratch.git("push", "-q", "origin", "HEAD")
    colleague = tmp_path / "colleague"
    desk.scratch.git("clone", "-q", str(tmp_path / "hub.git"), str(colleague))
    told = run("init", at=colleague).out.split("\n")
    assert told[-2] in README.read_text(encoding="utf-8")
    assert "Say what a tide is" in run("log", at=colleague).out


def test_git_alone_shows_a_document(desk: Desk, tmp_path: Path) -> None:
    assert run("init", at=desk.scratch.top).code == 0
    agent_writes_and_commits(desk)
    settled(desk)
    shared = run("sync", "--push", at=desk.scratch.top)
    assert "1 document shared" in shared.out, (shared, desk.outcomes.last(9))
    desk.scratch.git("push", "-q", "origin", "HEAD")
    colleague = tmp_path / "colleague"
    desk.scratch.git("clone", "-q", str(tmp_path / "hub.git"), str(colleague))
    told = README.read_text(encoding="utf-8").partition("git alone fetches")[2]
    lines = told.partition("```sh\n")[2].partition("\n```")[0].split("\n")
    assert len(lines) == 2
    for line in lines:
        words = line.replace("COMMIT", "HEAD").split()
        shown = subprocess.run(words, cwd=colleague, capture_output=True, text=True)
        assert shown.returncode == 0, shown
    assert "# Say what a tide is, in Python." in shown.stdout
