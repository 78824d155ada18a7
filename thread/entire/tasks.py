"""The transcripts of sub-agents that a checkpoint holds beside its sessions.

They stand in ``tasks/CALL/agent-ID.jsonl``, named by the call that started them: mostly beside the
folders of the sessions, so that with several sessions somebody must say whose they are. The first
version's ``checkpoint.json`` does; later ones have a ``task.json`` that does not. But a sub-agent's
transcript names the session it belongs to, in any agent's format. ``task.json`` also says why a
transcript could not be had.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

from treadle.thread.agents.events import clip
from treadle.thread.agents.reading.fields import text
from treadle.thread.agents.source import HEAD
from treadle.thread.entire.copy import TASK, Copy
from treadle.thread.entire.trailers import plain
from treadle.thread.entire.tree import Held

LARGEST_FACTS = 16 << 20
"""Bytes of a JSON file of facts; one that lists what a person changed can be large."""

_TASK = re.compile(r"((\d{1,6}/)?tasks/[^/]+)/(agent-[^/]+\.jsonl|task\.json|checkpoint\.json)")


def facts(raw: bytes | None) -> dict[str, object]:
    """The object in a JSON file of facts; empty where there is none."""
    if raw is None or len(raw) > LARGEST_FACTS:
        return {}
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def tasks(
    one: Held,
    own: Sequence[Copy],
    read: Callable[[str], bytes | None],
    refused: Callable[[str], str],
) -> Iterator[Copy]:
    """The sub-agents of a checkpoint whose sessions' copies are ``own``.

    One without blobs is not here, its ``flaw`` says why; one without a session belongs to none.
    """
    folders: dict[str, dict[str, str]] = {}
    for path, blob in one.files.items():
        found = _TASK.fullmatch(path)
        if found:
            folders.setdefault(found[1], {})[found[3]] = blob
    for folder, files in folders.items():
        told = facts(read(files["checkpoint.json"])) if "checkpoint.json" in files else {}
        agents = {name: blob for name, blob in files.items() if name.endswith(".jsonl")}
        for name, blob in agents.items():
            reason = refused(blob)
            head = b"" if reason else (read(blob) or b"")[:HEAD] if _several(own) else b""
            session = _owner(folder, told, own, one.label, head)
            blobs = () if reason else (blob,)
            yield Copy(session, f"{one.label}{folder}/{name}", blobs, TASK, "", reason)
        if not agents and "task.json" in files:
            reason = text(facts(read(files["task.json"])), "transcript_unavailable_reason")
            said = f"no transcript of the sub-agent: {clip.one_line(reason) or 'not told why'}"
            session = _owner(folder, told, own, one.label, b"")
            yield Copy(session, f"{one.label}{folder}", (), TASK, "", said)


def _several(own: Sequence[Copy]) -> bool:
    return len({copy.session for copy in own}) > 1


def _owner(
    folder: str, told: dict[str, object], own: Sequence[Copy], label: str, head: bytes
) -> str:
    """The session a task belongs to: by where it stands, by what is told, by what it says."""
    if not folder.startswith("tasks/"):
        within = f"{label}{folder.partition('/')[0]}/"
        return next((copy.session for copy in own if copy.name.startswith(within)), "")
    named = plain(text(told, "session_id"))
    if named:
        return named
    sessions = list(dict.fromkeys(copy.session for copy in own))
    if len(sessions) == 1:
        return sessions[0]
    return next((one for one in sessions if one.encode("utf-8", "replace") in head), "")
