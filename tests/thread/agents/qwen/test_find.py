"""Where Qwen Code's transcripts are found."""

from __future__ import annotations

from pathlib import Path

from tests.support.homes import Home, encoded

AGENT = "qwen"


def record(session: str, cwd: Path) -> dict[str, object]:
    return {"uuid": "u", "sessionId": session, "type": "user", "cwd": str(cwd), "timestamp": "t"}


def test_sessions_and_their_sub_agents(home: Home, top: Path) -> None:
    folder = f".qwen/projects/{encoded(top)}"
    home.write(f"{folder}/chats/s1.jsonl", record("s1", top))
    home.write(f"{folder}/chats/other.jsonl", record("other", top.parent))
    home.write(f"{folder}/subagents/s1/agent-a.jsonl", record("s1", top))
    assert home.files(AGENT, top) == [
        [f"{folder}/chats/s1.jsonl", f"{folder}/subagents/s1/agent-a.jsonl"]
    ]


def test_the_older_layout(home: Home, top: Path) -> None:
    home.write(f".qwen/tmp/{'0' * 64}/chats/s1.jsonl", record("s1", top))
    assert home.sessions(AGENT, top) == ["s1"]
    assert home.sessions(AGENT, top, since=1e11) == []
