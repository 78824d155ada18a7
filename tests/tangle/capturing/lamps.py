"""What agents do to a lamp, and what capturing it again would give."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.desk import Claude, Desk
from tests.support.record import steps
from treadle.tangle.capture import REFS, capture
from treadle.tangle.capturing.gather import gather, seek
from treadle.thread.document import render


def light(claude: Claude, number: int, path: str = "lamp.py") -> None:
    stem = path.removesuffix(".py")
    claude.edit(path, f"{stem} number {number}\n", f"the agent's {stem} {number}\n")


def again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the finished transcripts come the documents that are there."""
    monkeypatch.setenv("HOME", str(desk.home))
    repo, before = desk.scratch.repo, desk.documents()
    desk.scratch.git("update-ref", "-d", "refs/notes/treadle")
    sessions = gather(seek(repo, desk.folder, repo.worktrees())).sessions
    found = capture(repo, repo.commits(["HEAD"], *REFS), sessions)
    made = {c.commit.id: render(c.solution.redacted.thread) for c in found if c.solution}
    assert made == before


def told_once(desk: Desk, *sessions: Claude) -> None:
    """Every step of the sessions stands in one document, and none in two."""
    times: Counter[str] = Counter()
    for commit in desk.documents():
        found = steps(desk.document(desk.scratch.head(commit)))
        times.update(step.time for _, _, step in found if step.kind != "took")
    assert set(times.values()) == {1}
    written = sum(one.path.read_text().count('"name": "Edit"') for one in sessions)
    told = [
        step
        for commit in desk.documents()
        for _, _, step in steps(desk.document(desk.scratch.head(commit)))
        if step.kind == "edited"
    ]
    assert len(told) == written
