"""How long it takes to find one repository's sessions in a home of ten thousand transcripts."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from treadle.thread.agents.finding.find import Surroundings, find
from treadle.thread.agents.finding.seen import Seen

_CLAUDE = 8000
_CODEX = 2000
_PROJECTS = 100
_SIZE = 16 << 10
"""Bytes of one transcript."""
_OLD = 1_700_000_000
_NEW = _OLD + 10**6


def measure(folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Make the home in ``folder``, look for one of its projects, and return the figures."""
    say("finding: making a home")
    home, top = folder / "home", folder / "src" / "project-007"
    (top / ".git").mkdir(parents=True)
    for path, text, changed in _files(home, folder / "src"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (changed, changed))
    times: dict[str, dict[str, float]] = {}
    found = 0
    for name, memory, since in (
        ("first, what is new", "first", _NEW),
        ("first, all", "all", 0),
        ("again, all", "all", 0),
        ("again, what is new", "all", _NEW),
    ):
        say(f"finding: {name}")
        began, busy = time.perf_counter(), time.process_time()
        with Seen.open(str(folder / memory)) as seen:
            around = Surroundings(str(home), {}, (str(top),), since, memory=seen)
            found = max(found, len(find(around, ["claude-code", "codex"]).transcripts))
        times[name] = {
            "wall_s": round(time.perf_counter() - began, 3),
            "cpu_s": round(time.process_time() - busy, 3),
        }
    count = _CLAUDE + _CODEX
    return {"transcripts": count, "mb": count * _SIZE >> 20, "found": found, "times": times}


def _files(home: Path, src: Path) -> Iterator[tuple[Path, str, float]]:
    """Path, text and time of change of each transcript; one in a hundred is new."""
    for number in range(_CLAUDE):
        cwd = str(src / f"project-{number % _PROJECTS:03}")
        record = {"cwd": cwd, "sessionId": f"s{number}", "type": "user", "message": "x" * 2000}
        line = json.dumps(record, separators=(",", ":")) + "\n"
        folder = home / ".claude" / "projects" / cwd.replace("/", "-").replace(".", "-")
        text = line * (_SIZE // len(line))
        yield folder / f"s{number}.jsonl", text, _changed(number)
    for number in range(_CODEX):
        cwd = str(src / f"project-{number % _PROJECTS:03}")
        id_ = f"019a0000-0000-7000-8000-{number:012}"
        meta = {"type": "session_meta", "payload": {"id": id_, "cwd": cwd}}
        said = {"type": "event_msg", "payload": {"type": "agent_message", "message": "x" * 2000}}
        lines = [json.dumps(one, separators=(",", ":")) + "\n" for one in (meta, said)]
        name = f"rollout-2026-05-{number % 28 + 1:02}T10-11-12-{id_}.jsonl"
        folder = home / ".codex" / "sessions" / "2026" / "05" / f"{number % 28 + 1:02}"
        yield folder / name, lines[0] + lines[1] * (_SIZE // len(lines[1])), _changed(number)


def _changed(number: int) -> float:
    return _NEW if number // _PROJECTS % 100 == 0 else _OLD
