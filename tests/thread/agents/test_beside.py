"""The files beside a transcript that somebody names, of each agent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.homes import Home, claude_record, codex_called, codex_meta, rollout
from treadle.thread.agents import beside


def names(home: Home, file: str, agent: str) -> list[str]:
    found = beside(str(home.path / file), agent)
    return sorted(os.path.relpath(path, home.path) for path in found)


def test_claude_code_s_sub_agents(home: Home, top: Path) -> None:
    for name in ("p/s1", "p/s1/subagents/agent-a", "p/agent-b", "p/s2", "p/s2/subagents/agent-c"):
        home.write(f"{name}.jsonl", claude_record("s1", 1, top))
    expected = ["p/agent-b.jsonl", "p/s1/subagents/agent-a.jsonl"]
    assert names(home, "p/s1.jsonl", "claude-code") == expected
    assert names(home, "p/s1.jsonl", "") == expected


def test_codex_s_sub_agents_lie_in_other_days_folders(home: Home, top: Path) -> None:
    first, called, deeper = rollout(1), rollout(2, day="2026/05/05"), rollout(3, day="2026/06/01")
    home.write(first, codex_meta(1, top))
    home.write(called, codex_meta(2, top, **codex_called(1)))
    home.write(deeper, codex_meta(3, top, **codex_called(2)))
    home.write(rollout(4), codex_meta(4, top))
    assert names(home, first, "codex") == [called, deeper]
    assert names(home, called, "codex") == [deeper]


def test_codex_s_rollouts_that_were_copied_elsewhere(home: Home, top: Path) -> None:
    first, called = (f"copies/{Path(rollout(number)).name}" for number in (1, 2))
    home.write(first, codex_meta(1, top))
    home.write(called, codex_meta(2, top, **codex_called(1)))
    assert names(home, first, "codex") == [called]


def test_what_a_fork_was_forked_off(home: Home, top: Path) -> None:
    origin, fork = rollout(1), rollout(2, day="2026/05/05")
    home.write(origin, codex_meta(1, top))
    home.write(fork, codex_meta(2, top, forked_from_id=Path(origin).stem[-36:]))
    assert names(home, fork, "codex") == [origin]
    assert names(home, origin, "codex") == []


def test_gemini_s_sub_agents_and_the_other_layout(home: Home) -> None:
    files = ["chats/session-1.json", "chats/session-1.jsonl", "chats/s1/a1.jsonl"]
    for file in (*files, "chats/s2/a2.jsonl", "chats/session-2.json"):
        home.write(file, {"sessionId": "s1", "projectHash": "0"})
    assert names(home, files[0], "gemini-cli") == sorted(files[1:])


def test_an_id_that_leads_elsewhere(home: Home) -> None:
    home.write("secret/x.jsonl", {})
    home.write("chats/session-1.json", {"sessionId": "../secret", "projectHash": "0"})
    assert names(home, "chats/session-1.json", "gemini-cli") == []


def test_qwen_s_sub_agents(home: Home) -> None:
    home.write("p/chats/s1.jsonl", {})
    home.write("p/subagents/s1/agent-a.jsonl", {})
    home.write("p/subagents/s2/agent-b.jsonl", {})
    assert names(home, "p/chats/s1.jsonl", "qwen") == ["p/subagents/s1/agent-a.jsonl"]


def opencode(home: Home, id_: str, parent: str = "") -> list[str]:
    files = {
        f"storage/session/p/{id_}.json": {"id": id_, "parentID": parent, "directory": "/r"},
        f"storage/message/{id_}/m{id_}.json": {"id": f"m{id_}", "sessionID": id_},
        f"storage/part/m{id_}/t{id_}.json": {"id": f"t{id_}", "sessionID": id_},
    }
    for file, value in files.items():
        home.write(file, value)
    return list(files)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_opencode_s_files_by_any_of_them(home: Home, which: int) -> None:
    own, called, _ = opencode(home, "ses_1"), opencode(home, "ses_2", "ses_1"), opencode(home, "x")
    expected = sorted({*own, *called} - {own[which]})
    assert names(home, own[which], "opencode") == expected


def test_a_database_s_log(home: Home) -> None:
    for name in ("opencode.db", "opencode.db-wal", "opencode.db-shm"):
        home.write(name, {})
    assert names(home, "opencode.db", "opencode") == ["opencode.db-wal"]


@pytest.mark.parametrize("agent", ["claude-code", "codex", "gemini-cli", "qwen", "opencode", ""])
def test_a_file_that_is_not_there(home: Home, agent: str) -> None:
    assert names(home, "nowhere/none.json", agent) == []
