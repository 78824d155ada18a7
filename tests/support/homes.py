"""A home directory with agents' transcripts in it, as the agents would have left them."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from treadle.thread.agents.finding.find import Found, Surroundings, find
from treadle.thread.agents.finding.seen import Seen


class Home:
    """A home in a folder, for tests to fill."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "home"
        self.path.mkdir()
        self.env: dict[str, str] = {}
        self.folders: dict[str, Sequence[str]] = {}

    def write(self, path: str, *rows: Mapping[str, object], at: float = 0) -> Path:
        """A file of JSON lines, last changed ``at`` that time if it is given."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))
        if at:
            os.utime(file, (at, at))
        return file

    def around(self, *tops: Path, since: float = 0, memory: Seen | None = None) -> Surroundings:
        """What a finder is told that looks for a repository with these work trees."""
        names = tuple(map(str, tops))
        return Surroundings(str(self.path), self.env, names, since, self.folders, memory)

    def found(self, agent: str, *tops: Path, since: float = 0, memory: Seen | None = None) -> Found:
        """What the agent's finder finds."""
        return find(self.around(*tops, since=since, memory=memory), [agent])

    def sessions(self, agent: str, *tops: Path, since: float = 0) -> list[str]:
        """The sessions it finds, sorted; it has no problem with any."""
        found = self.found(agent, *tops, since=since)
        assert list(map(str, found.problems)) == []
        return sorted(one.session for one in found.transcripts)

    def files(self, agent: str, *tops: Path) -> list[list[str]]:
        """The files of each session it finds, relative to the home."""
        found = self.found(agent, *tops)
        return [
            [os.path.relpath(file, self.path) for file in one.files] for one in found.transcripts
        ]

    # -- Claude Code ------------------------------------------------------------------

    def claude(self, session: str, *cwds: Path, folder: str = "", at: float = 0) -> Path:
        """A session that was in these folders; it lies where it began."""
        name = folder or encoded(cwds[0])
        rows = [claude_record(session, number, cwd) for number, cwd in enumerate(cwds)]
        return self.write(f".claude/projects/{name}/{session}.jsonl", *rows, at=at)


def encoded(folder: Path) -> str:
    """The name that Claude Code gives to a folder of transcripts."""
    return re.sub(r"[^A-Za-z0-9-]", "-", str(folder))


def claude_record(session: str, number: int, cwd: Path, **more: object) -> dict[str, object]:
    """A prompt, typed in a folder."""
    return {
        "parentUuid": None,
        "isSidechain": False,
        "cwd": str(cwd),
        "sessionId": session,
        "type": "user",
        "message": {"role": "user", "content": f"Trim the lamp {number}."},
        "uuid": f"{session}-{number}",
        "timestamp": f"2026-05-04T10:11:{number:02}.000Z",
        **more,
    }


# -- Codex --------------------------------------------------------------------------


def packed(raw: bytes) -> bytes:
    """Bytes as Codex packs them in the background."""
    name = "compression.zstd" if sys.version_info >= (3, 14) else "zstandard"
    found: bytes = importlib.import_module(name).compress(raw)
    return found


def codex_id(number: int) -> str:
    """A session's id."""
    return f"019a0000-0000-7000-8000-{number:012}"


def rollout(number: int, *, day: str = "2026/05/04", clock: str = "10-11-12") -> str:
    """Where Codex keeps a session that began on that day."""
    name = f"rollout-{day.replace('/', '-')}T{clock}-{codex_id(number)}.jsonl"
    return f".codex/sessions/{day}/{name}"


def codex_meta(number: int, cwd: Path, **more: object) -> dict[str, object]:
    """The first line of a rollout."""
    payload = {"id": codex_id(number), "cwd": str(cwd), "cli_version": "0.140.0", **more}
    return {"timestamp": "2026-05-04T10:11:12.000Z", "type": "session_meta", "payload": payload}


def codex_called(number: int) -> dict[str, object]:
    """What the first line says besides, where another session called this one."""
    return {"source": {"subagent": {"thread_spawn": {"parent_thread_id": codex_id(number)}}}}


def codex_turn(cwd: Path) -> dict[str, object]:
    """A turn begins in a folder."""
    payload = {"turn_id": "t", "cwd": str(cwd), "model": "m"}
    return {"timestamp": "2026-05-04T10:11:13.000Z", "type": "turn_context", "payload": payload}
