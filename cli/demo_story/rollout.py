"""Writes what happens on the stage as Codex keeps it: a rollout, one JSON record a line.

Most things stand there twice, as the model saw them and as they were shown on the screen.
Files are read by commands and changed by patches; of a patch that was applied the record
keeps a unified diff a file, of one that was not only the complaint. A rollout's name and its
session's id both begin with the time, ids of calls are hashes of the session's name and a
count: the same story gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import unified_diff
from itertools import groupby

from treadle.cli.demo_story.book import Json, Span, stamp
from treadle.cli.demo_story.script import Edit
from treadle.thread.origin import split_lines

_SURROUNDINGS = """\
<environment_context>
  <cwd>{folder}</cwd>
  <shell>bash</shell>
</environment_context>"""


class Rollout:
    """One file that grows, record by record; a ``Book``."""

    def __init__(self, name: str, folder: str, version: str, model: str) -> None:
        self._name = name
        self._folder = folder
        self._version = version
        self._model = model
        self._began: datetime | None = None
        self._turn = ""
        self._last = ""
        """What the agent said last in this turn."""
        self._count = 0
        self._records: list[dict[str, Json]] = []

    def files(self) -> dict[str, str]:
        """The file so far, its last turn ended; it lies in the folder of its first day."""
        if self._began is None:
            return {}
        place = f"sessions/{self._began:%Y/%m/%d}/rollout-{self._began:%Y-%m-%dT%H-%M-%S}"
        rows = [json.dumps(record, ensure_ascii=False) for record in self._ended()]
        return {f"{place}-{self._id(self._began)}.jsonl": "".join(f"{row}\n" for row in rows)}

    def prompt(self, at: datetime, text: str) -> None:
        """A turn begins, with what the person typed; the first one begins the session."""
        if self._began is None:
            self._begin(at)
        self._records = self._ended()
        self._turn, self._last = str(uuid.UUID(self._token("turn")[:32])), ""
        self._event(at, "task_started", {"turn_id": self._turn})
        context: dict[str, Json] = {
            "turn_id": self._turn,
            "cwd": self._folder,
            "approval_policy": "on-request",
            "model": self._model,
            "summary": "auto",
        }
        self._record(at, "turn_context", context)
        self._message(at, "user", "input_text", text)
        self._event(at, "user_message", {"message": text, "images": []})

    def thought(self, at: datetime, text: str) -> None:
        """A summary of the reasoning; the reasoning itself is sealed by the service."""
        seal = base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()
        self._event(at, "agent_reasoning", {"text": text})
        summary: list[Json] = [{"type": "summary_text", "text": text}]
        more: dict[str, Json] = {"summary": summary, "content": None, "encrypted_content": seal}
        self._item(at, "reasoning", more)

    def said(self, at: datetime, text: str) -> None:
        """A message of the agent."""
        self._last = text
        self._event(at, "agent_message", {"message": text})
        self._message(at, "assistant", "output_text", text)

    def read(self, span: Span, path: str, text: str) -> None:
        """A file is read by a command."""
        self.ran(span, f"cat {shlex.quote(path)}", text, 0)

    def searched(self, span: Span, word: str, found: list[str]) -> None:
        """So are all files searched."""
        self.ran(span, f"git grep -n {shlex.quote(word)}", "\n".join(found), 0)

    def ran(self, span: Span, command: str, output: str, exit: int) -> None:
        """The tool ``exec_command``, and how it says that a command ended."""
        asked = json.dumps({"cmd": command, "workdir": self._folder})
        call = self._call()
        more: dict[str, Json] = {"name": "exec_command", "arguments": asked, "call_id": call}
        self._item(span[0], "function_call", more)
        printed = output if not output or output.endswith("\n") else f"{output}\n"
        token = self._token("chunk")
        told = (
            f"Chunk ID: {token[:6]}\n"
            f"Wall time: 0.4{int(token[:6], 16) % 1000:03} seconds\n"
            f"Process exited with code {exit}\n"
            f"Original token count: {len(printed) // 4}\n"
            f"Output:\n{printed}"
        )
        self._item(span[1], "function_call_output", {"call_id": call, "output": told})

    def patched(
        self,
        span: Span,
        edits: Sequence[Edit],
        before: Mapping[str, str],
        after: Mapping[str, str],
        lost: Edit | None,
    ) -> None:
        """The tool ``apply_patch``.

        ``before`` and ``after`` have the whole files by their paths; ``lost`` is the piece that
        is not in its file.
        """
        call = self._call()
        more: dict[str, Json] = {"status": "completed", "call_id": call, "name": "apply_patch"}
        self._item(span[0], "custom_tool_call", {**more, "input": _patch(edits)})
        told = self._applied(span[1], call, before, after) if lost is None else self._refused(lost)
        self._item(span[1], "custom_tool_call_output", {"call_id": call, "output": told})

    def committing(self, command: str, subject: str, body: str) -> str:
        """Each part of the message is an argument of its own."""
        return f"{command} && git commit -m {shlex.quote(subject)} -m {shlex.quote(body)}"

    def _applied(
        self, at: datetime, call: str, before: Mapping[str, str], after: Mapping[str, str]
    ) -> str:
        """Keep the account of a patch that was applied; the answer to the agent."""
        listed = "".join(f"M {path}\n" for path in before)
        printed = f"Success. Updated the following files:\n{listed}"
        changes: dict[str, Json] = {
            f"{self._folder}/{path}": {
                "type": "update",
                "unified_diff": "".join(_hunks(text, after[path], 3)),
                "move_path": None,
            }
            for path, text in before.items()
        }
        about: dict[str, Json] = {"call_id": call, "turn_id": self._turn, "stdout": printed}
        done: dict[str, Json] = {"stderr": "", "success": True, "changes": changes}
        self._event(at, "patch_apply_end", {**about, **done, "status": "completed"})
        return f"Exit code: 0\nWall time: 0 seconds\nOutput:\n{printed}"

    def _refused(self, lost: Edit) -> str:
        """The answer where nothing was changed."""
        place, piece = f"{self._folder}/{lost.path}", lost.old.removesuffix("\n")
        reason = f"Failed to find expected lines in {place}:\n{piece}"
        return f"apply_patch verification failed: {reason}"

    def _begin(self, at: datetime) -> None:
        self._began = at
        meta: dict[str, Json] = {
            "id": self._id(at),
            "timestamp": stamp(at),
            "cwd": self._folder,
            "originator": "codex_cli_rs",
            "cli_version": self._version,
            "source": "cli",
            "model_provider": "openai",
            "git": {"branch": "main"},
        }
        self._record(at, "session_meta", meta)
        self._message(at, "user", "input_text", _SURROUNDINGS.format(folder=self._folder))

    def _ended(self) -> list[dict[str, Json]]:
        """All records, and that the turn is over if one has begun."""
        if not self._turn:
            return self._records
        over: dict[str, Json] = {
            "type": "task_complete",
            "turn_id": self._turn,
            "last_agent_message": self._last,
        }
        at = self._records[-1]["timestamp"]
        return [*self._records, {"timestamp": at, "type": "event_msg", "payload": over}]

    def _message(self, at: datetime, role: str, kind: str, text: str) -> None:
        content: list[Json] = [{"type": kind, "text": text}]
        self._item(at, "message", {"role": role, "content": content})

    def _item(self, at: datetime, kind: str, more: dict[str, Json]) -> None:
        self._record(at, "response_item", {"type": kind, **more})

    def _event(self, at: datetime, kind: str, more: dict[str, Json]) -> None:
        self._record(at, "event_msg", {"type": kind, **more})

    def _record(self, at: datetime, kind: str, payload: dict[str, Json]) -> None:
        self._records.append({"timestamp": stamp(at), "type": kind, "payload": payload})

    def _id(self, at: datetime) -> str:
        """A UUID of version 7: the time in milliseconds, then what elsewhere is random."""
        number = int(at.timestamp() * 1000) << 80
        number |= int(hashlib.sha256(self._name.encode()).hexdigest()[:20], 16)
        number = number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
        return str(uuid.UUID(int=number))

    def _call(self) -> str:
        return f"call_{self._token('call')[:24]}"

    def _token(self, kind: str) -> str:
        self._count += 1
        return hashlib.sha256(f"{self._name}/{kind}/{self._count}".encode()).hexdigest()


def _patch(edits: Iterable[Edit]) -> str:
    """The edits in the language of ``apply_patch``: the files in order, a hunk an edit."""
    lines = ["*** Begin Patch\n"]
    for path, own in groupby(edits, lambda edit: edit.path):
        lines.append(f"*** Update File: {path}\n")
        for edit in own:
            whole = len(edit.old) + len(edit.new)
            lines += ["@@\n", *_hunks(edit.old, edit.new, whole)[1:]]
    return "".join([*lines, "*** End Patch"])


def _hunks(before: str, after: str, context: int) -> list[str]:
    """The change as a unified diff, without the lines that name the file."""
    return list(unified_diff(split_lines(before), split_lines(after), n=context))[2:]
