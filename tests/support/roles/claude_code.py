"""Claude Code: a file a session in its project's folder, one more for each sub-agent."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from tests.support.roles.role import Change, Fields, Role, Told, dig, words


def _session(records: Sequence[Fields]) -> str:
    own = [record for record in records if "projectHash" not in record]
    named = {words(record, "sessionId") for record in own} - {""}
    return named.pop() if len(named) == 1 else ""


def _told(records: Sequence[Fields]) -> list[Told]:
    return [
        Told(
            folder=words(record, "cwd"),
            changes=tuple(_changes(record)),
            output=words(record, "toolUseResult", "stdout"),
            helped=bool(record.get("isSidechain"))
            or dig(record, "data", "type") == "agent_progress",
            compacted=record.get("subtype") == "compact_boundary",
        )
        for record in records
    ]


def _changes(record: Fields) -> Iterator[Change]:
    result = record.get("toolUseResult")
    path = words(result, "filePath")
    content, old, new = (dig(result, key) for key in ("content", "oldString", "newString"))
    if path and isinstance(content, str):
        yield Change(path, None, content)
    elif path and isinstance(old, str) and isinstance(new, str):
        yield Change(path, old, new, bool(dig(result, "replaceAll")))


def _place(home: Path, top: Path, file: str, _: datetime) -> Path:
    name = re.sub(r"[^A-Za-z0-9-]", "-", os.path.realpath(top))
    return home / ".claude" / "projects" / name / file


def _variables(session: str) -> Mapping[str, str]:
    return {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": session}


CLAUDE_CODE = Role("claude-code", _session, _told, _place, _variables)
