"""Writes what happens on the stage as Claude Code keeps it: one JSON record a line.

Each record names its parent, so that a transcript is a chain; an agent's message is cut
into blocks, one a record, which share the message's id until a tool answers. A sub-agent
has a file of its own, with its own chain, beside the folder of the session that sent it.
Ids are hashes of the session's name and a count: the same story gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from datetime import datetime

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

_SPACE = uuid.UUID("6f0f4c1e-8f0f-5b6a-9a53-51ac5e7ec0de")
_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def session_id(name: str) -> str:
    """A session's id, made of its name."""
    return str(uuid.uuid5(_SPACE, name))


class Transcript:
    """One file that grows, record by record."""

    def __init__(self, name: str, folder: str, version: str, model: str, agent: str = "") -> None:
        self.id = session_id(name)
        self.model = model
        self.agent = agent
        """A sub-agent's id, ``""`` for the session itself."""
        self._name = name
        self._folder = folder
        self._version = version
        self._seed = f"{name}/{agent}"
        self._count = 0
        self._parent: str | None = None
        self._message = ""
        self._records: list[dict[str, Json]] = []

    def beside(self, agent: str, model: str) -> Transcript:
        """The file of a sub-agent of this session."""
        return Transcript(self._name, self._folder, self._version, model, agent)

    def text(self) -> str:
        """The file so far."""
        rows = (json.dumps(record, ensure_ascii=False) for record in self._records)
        return "".join(f"{row}\n" for row in rows)

    def prompt(self, at: datetime, text: str) -> None:
        """What a person typed, or what a sub-agent was asked."""
        message: Json = {"role": "user", "content": text}
        self._message = ""
        own = self._record(at, "user", {"message": message, "permissionMode": "default"})
        if not self.agent:
            backups: dict[str, Json] = {
                "messageId": own,
                "trackedFileBackups": {},
                "timestamp": _stamp(at),
            }
            snapshot: dict[str, Json] = {"type": "file-history-snapshot", "messageId": own}
            self._records.append({**snapshot, "snapshot": backups, "isSnapshotUpdate": False})

    def block(self, at: datetime, block: dict[str, Json]) -> str:
        """One block of the agent's message: text, thinking or a tool's call. Its record's id."""
        self._message = self._message or f"msg_01{self._token('message')}"
        message: Json = {
            "model": self.model,
            "id": self._message,
            "type": "message",
            "role": "assistant",
            "content": [block],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 4, "output_tokens": 1, "service_tier": "standard"},
        }
        request = "req_01" + self._message[6:]
        return self._record(at, "assistant", {"message": message, "requestId": request})

    def call(self, at: datetime, tool: str, asked: dict[str, Json]) -> tuple[str, str]:
        """A tool's call; the call's id and its record's."""
        name = f"toolu_01{self._token('tool')}"
        block: dict[str, Json] = {"type": "tool_use", "id": name, "name": tool, "input": asked}
        return name, self.block(at, block)

    def answer(
        self, at: datetime, call: tuple[str, str], content: Json, result: Json, ok: bool = True
    ) -> None:
        """What the tool answered: ``content`` to the agent, ``result`` for the record."""
        name, record = call
        block: dict[str, Json] = {"tool_use_id": name, "type": "tool_result", "content": content}
        if not ok:
            block["is_error"] = True
        message: Json = {"role": "user", "content": [block]}
        more: dict[str, Json] = {"message": message, "toolUseResult": result}
        self._message = ""
        self._record(at, "user", {**more, "sourceToolAssistantUUID": record})

    def thought(self, at: datetime, text: str) -> None:
        """A block of thinking, with the signature that the service puts under it."""
        seal = base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()
        self.block(at, {"type": "thinking", "thinking": text, "signature": seal})

    def _record(self, at: datetime, kind: str, more: dict[str, Json]) -> str:
        own = str(uuid.uuid5(_SPACE, f"{self._seed}/{self._next()}"))
        record: dict[str, Json] = {
            "parentUuid": self._parent,
            "isSidechain": bool(self.agent),
            "userType": "external",
            "cwd": self._folder,
            "sessionId": self.id,
            "version": self._version,
            "gitBranch": "main",
        }
        if self.agent:
            record["agentId"] = self.agent
        self._records.append({**record, "type": kind, **more, "uuid": own, "timestamp": _stamp(at)})
        self._parent = own
        return own

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _token(self, kind: str) -> str:
        digest = hashlib.sha256(f"{self._seed}/{kind}/{self._next()}".encode()).digest()
        return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:22])


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
