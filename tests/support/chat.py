"""A session of Gemini CLI that really works in a scratch repository, and the records it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count

from tests.support.roles.gemini_cli import hashed
from tests.support.scratch import Scratch

SESSION = "7c1d2e3f-0000-4111-8222-333344445555"


class Chat:
    """One session at work; its records so far are ``records``."""

    def __init__(self, scratch: Scratch, folder: str = "/home/mo/weir") -> None:
        self.scratch = scratch
        self.folder = folder
        self._numbers = count(1)
        now = scratch.clock.text()
        opening = {"sessionId": SESSION, "projectHash": hashed(folder), "kind": "main"}
        self.records: list[dict[str, object]] = [
            {**opening, "startTime": now, "lastUpdated": now},
        ]

    def prompt(self, text: str) -> None:
        self._tell(self._message("user", text))

    def said(self, text: str) -> None:
        self._tell(self._message("gemini", text))

    def write(self, path: str, text: str, said: str = "") -> None:
        """Write a file whose path is told in full."""
        begun = self._begins(said)
        self.scratch.write(path, text)
        asked = {"file_path": f"{self.folder}/{path}", "content": text}
        self._ends(begun, "write_file", asked, f"Successfully overwrote file: {path}.")

    def replace(self, path: str, old: str, new: str, said: str = "") -> None:
        """Replace text in a file whose path is told from the folder on."""
        begun = self._begins(said)
        self.scratch.write(path, self.scratch.read(path).replace(old, new, 1))
        asked = {"file_path": path, "old_string": old, "new_string": new}
        told = f"Successfully modified file: {path} (1 replacements)."
        self._ends(begun, "replace", asked, told)

    def commits(self, subject: str, said: str = "") -> None:
        """Commit everything, in a call of the shell."""
        begun = self._begins(said)
        commit = self.scratch.commit(subject)
        told = f"Output: [main {commit.id[:7]}] {subject}\n 1 file changed\nProcess Group PGID: 41"
        asked = {"command": f"git add -A && git commit -m {json.dumps(subject)}"}
        self._ends(begun, "run_shell_command", asked, told)

    def _begins(self, said: str) -> dict[str, object]:
        """A message that calls a tool, as it stands there while the tool is at work."""
        begun = self._message("gemini", said)
        self._tell(begun)
        return begun

    def _ends(
        self, begun: dict[str, object], name: str, asked: Mapping[str, object], output: str
    ) -> None:
        """The message again, with the call and its answer."""
        key = f"{name}-{next(self._numbers)}"
        answer = {"id": key, "name": name, "response": {"output": output}}
        call = {"id": key, "name": name, "args": asked, "status": "success"}
        result = {"result": [{"functionResponse": answer}], "timestamp": self.scratch.clock.tick(3)}
        self._tell({**begun, "toolCalls": [{**call, **result}]})

    def _message(self, kind: str, text: str) -> dict[str, object]:
        key = f"m{next(self._numbers)}"
        time = self.scratch.clock.tick(3)
        return {"id": key, "timestamp": time, "type": kind, "content": text, "model": "weir-1"}

    def _tell(self, record: dict[str, object]) -> None:
        self.records.append(record)
