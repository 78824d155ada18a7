"""How many days are left before an agent deletes a transcript."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.homes import Home, claude_record, codex_meta, encoded, rollout
from treadle.thread.agents.finding.find import find
from treadle.thread.agents.finding.retention import days_left

DAY = 86_400
NOW = 1_800_000_000.0


def left(home: Home, top: Path, *agents: str) -> list[float | None]:
    where = home.around(top)
    return [days for _, days in days_left(where, find(where, agents).transcripts, NOW)]


def told(file: Path, **settings: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(settings))


def test_claude_code_deletes_after_thirty_days(home: Home, top: Path) -> None:
    home.claude("new", top, at=NOW)
    home.claude("older", top, at=NOW - 27 * DAY)
    home.claude("due", top, at=NOW - 90 * DAY)
    assert left(home, top, "claude-code") == [30, 3, 0]


def test_it_goes_by_the_main_file(home: Home, top: Path) -> None:
    home.claude("s1", top, at=NOW - 20 * DAY)
    side = f".claude/projects/{encoded(top)}/s1/subagents/agent-a.jsonl"
    home.write(side, claude_record("s1", 1, top), at=NOW)
    assert left(home, top, "claude-code") == [10]


@pytest.mark.parametrize(
    ("person", "project", "days"),
    [(90, None, 90), (90, 7, 7), (None, 365, 30), (0, None, 0), (-5, None, 30), ("9", None, 30)],
)
def test_settings_say_otherwise(
    home: Home, top: Path, person: object, project: object, days: int
) -> None:
    home.claude("s1", top, at=NOW)
    if person is not None:
        told(home.path / ".claude" / "settings.json", cleanupPeriodDays=person)
    if project is not None:
        told(top / ".claude" / "settings.local.json", cleanupPeriodDays=project)
    assert left(home, top, "claude-code") == [days]


def test_settings_that_are_none(home: Home, top: Path) -> None:
    home.claude("s1", top, at=NOW)
    (home.path / ".claude" / "settings.json").write_text("// none\n[")
    os.mkfifo(top / ".git" / "pipe")
    (top / ".claude").symlink_to(top / ".git" / "pipe")
    assert left(home, top, "claude-code") == [30]


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({}, 30),
        ({"maxAge": "2w"}, 14),
        ({"maxAge": "48h"}, 2),
        ({"maxAge": "soon"}, 30),
        ({"enabled": False}, None),
        ({"enabled": True, "maxAge": "7d"}, 7),
    ],
)
def test_gemini_s_settings(home: Home, top: Path, asked: object, days: int | None) -> None:
    told(home.path / ".gemini" / "projects.json", projects={str(top): "lamp"})
    told(home.path / ".gemini" / "settings.json", general={"sessionRetention": asked})
    home.write(".gemini/tmp/lamp/chats/session-1.json", {"sessionId": "s1"}, at=NOW)
    assert left(home, top, "gemini-cli") == [days]


def test_others_keep_what_they_have(home: Home, top: Path) -> None:
    home.write(rollout(1), codex_meta(1, top), at=NOW - 900 * DAY)
    assert left(home, top, "codex") == [None]
