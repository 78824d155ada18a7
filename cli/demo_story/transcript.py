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

from treadle.cli.demo_story import tools
from treadle.cli.demo_story.book import Json, Span, stamp

_SPACE = uuid.UUID("6f0f4c1e-8f0f-5b6a-9a53-51ac5e7ec0de")
_COMMIT = """\
{command} && git commit -m "$(cat <<'EOF'
{subject}

{body}
EOF
)\""""
_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

Call = tuple[str, str]
"""A tool's call: its id, and its record's."""


def session_id(name: str) -> str:
    """A session's id, made of its name."""
    return str(uuid.uuid5(_SPACE, name))


class Transcript:
    """One file that grows, record by record; a ``Book``."""

    def __init__(
        self, name: str, folder: str, version: str, model: str, agent: str = "", about: str = ""
    ) -> None:
        self.id = session_id(name)
        self.model = model
        self.agent = agent
        """A sub-agent's id, ``""`` for the session itself."""
        self._about = about
        """What the record of a sub-agent says beside it."""
        self._name = name
        self._folder = folder
        self._version = version
        self._seed = f"{name}/{agent}"
        self._count = 0
        self._parent: str | None = None
        self._message = ""
        self._records: list[dict[str, Json]] = []

    def files(self) -> dict[str, str]:
        """The file so far: one folder a project, named after its path; sub-agents' below."""
        place = f"{self._folder.replace('/', '-')}/{self.id}"
        rows = (json.dumps(record, ensure_ascii=False) for record in self._records)
        text = "".join(f"{row}\n" for row in rows)
        if not self.agent:
            return {f"{place}.jsonl": text}
        place += f"/subagents/agent-{self.agent}"
        return {f"{place}.jsonl": text, f"{place}.meta.json": self._about}

    def prompt(self, at: datetime, text: str) -> None:
        """What a person typed, or what a sub-agent was asked."""
        message: Json = {"role": "user", "content": text}
        self._message = ""
        own = self._record(at, "user", {"message": message, "permissionMode": "default"})
        if not self.agent:
            backups: dict[str, Json] = {
                "messageId": own,
                "trackedFileBackups": {},
                "timestamp": stamp(at),
            }
            snapshot: dict[str, Json] = {"type": "file-history-snapshot", "messageId": own}
            self._records.append({**snapshot, "snapshot": backups, "isSnapshotUpdate": False})

    def thought(self, at: datetime, text: str) -> None:
        """A block of thinking, with the signature that the service puts under it."""
        seal = base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()
        self._block(at, {"type": "thinking", "thinking": text, "signature": seal})

    def said(self, at: datetime, text: str) -> None:
        """A block of text."""
        self._block(at, {"type": "text", "text": text})

    def read(self, span: Span, path: str, text: str) -> None:
        """The tool Read."""
        full = self._path(path)
        self._used(span, "Read", {"file_path": full}, tools.read(full, text))

    def searched(self, span: Span, word: str, found: list[str]) -> None:
        """The tool Grep."""
        asked: dict[str, Json] = {"pattern": word, "output_mode": "content"}
        self._used(span, "Grep", asked, tools.searched(found))

    def wrote(self, span: Span, path: str, before: str | None, text: str) -> None:
        """The tool Write."""
        full = self._path(path)
        asked: dict[str, Json] = {"file_path": full, "content": text}
        self._used(span, "Write", asked, tools.wrote(full, before, text))

    def edited(self, span: Span, path: str, before: str, old: str, new: str) -> None:
        """The tool Edit, which fails where ``old`` is not in the file."""
        full, ok = self._path(path), old in before
        asked: dict[str, Json] = {
            "file_path": full,
            "old_string": old,
            "new_string": new,
            "replace_all": False,
        }
        answer = tools.edited(full, before, old, new) if ok else tools.not_found(old)
        self._used(span, "Edit", asked, answer, ok)

    def ran(self, span: Span, command: str, output: str, exit: int) -> None:
        """The tool Bash."""
        self._used(span, "Bash", {"command": command}, tools.ran(output, exit), not exit)

    def committing(self, command: str, subject: str, body: str) -> str:
        """The message as a document of the shell's, in the words that Claude Code is taught."""
        return _COMMIT.format(command=command, subject=subject, body=body)

    def sends(
        self, at: datetime, kind: str, title: str, prompt: str, model: str
    ) -> tuple[Call, Transcript]:
        """The call that sends a sub-agent, and the sub-agent's own file."""
        asked: dict[str, Json] = {"description": title, "prompt": prompt, "subagent_type": kind}
        call = self._call(at, "Task", asked)
        about = json.dumps({"agentType": kind, "description": title, "toolUseId": call[0]})
        agent = "a" + call[1][:6]
        own = Transcript(self._name, self._folder, self._version, model, agent, about)
        own.prompt(at, prompt)
        return call, own

    def returned(
        self,
        at: datetime,
        call: Call,
        agent: str,
        prompt: str,
        answer: str,
        seconds: int,
        calls: int,
    ) -> None:
        """The sub-agent's answer, after so many seconds and calls of its own."""
        self._answer(at, call, tools.returned(prompt, agent, answer, seconds, calls))

    def _used(
        self, span: Span, tool: str, asked: dict[str, Json], answer: tools.Answer, ok: bool = True
    ) -> None:
        self._answer(span[1], self._call(span[0], tool, asked), answer, ok)

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _block(self, at: datetime, block: dict[str, Json]) -> str:
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

    def _call(self, at: datetime, tool: str, asked: dict[str, Json]) -> Call:
        name = f"toolu_01{self._token('tool')}"
        block: dict[str, Json] = {"type": "tool_use", "id": name, "name": tool, "input": asked}
        return name, self._block(at, block)

    def _answer(self, at: datetime, call: Call, answer: tools.Answer, ok: bool = True) -> None:
        name, record = call
        content, result = answer
        block: dict[str, Json] = {"tool_use_id": name, "type": "tool_result", "content": content}
        if not ok:
            block["is_error"] = True
        message: Json = {"role": "user", "content": [block]}
        more: dict[str, Json] = {"message": message, "toolUseResult": result}
        self._message = ""
        self._record(at, "user", {**more, "sourceToolAssistantUUID": record})

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
        self._records.append({**record, "type": kind, **more, "uuid": own, "timestamp": stamp(at)})
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
