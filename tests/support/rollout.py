"""A session of Codex that really works in a scratch repository, and the records it leaves.

Codex has told of its patches in many forms; here are all of them, so that one session can use each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import unified_diff
from itertools import count
from pathlib import Path

from tests.support.scratch import Scratch
from treadle.thread.origin import split_lines

SESSION = "0192f7aa-1111-7222-8333-444455556666"
FORMS = ("call", "function", "shell", "program", "account", "item")
"""How a patch may be told: as a call of its own, of a function, in a shell, in a program, with
Codex's own account after it, with an item of the history by turns."""

Json = object


class Rollout:
    """One session at work; its records so far are ``records``."""

    def __init__(self, scratch: Scratch, session: str = SESSION, folder: str = "/home/mo/weir"):
        self.scratch = scratch
        self.id = session
        self.folder = folder
        self.records: list[dict[str, Json]] = []
        self._numbers = count(1)
        meta = {"id": session, "cwd": folder, "cli_version": "0.125.0", "source": "cli"}
        self._tell("session_meta", {**meta, "git": {"branch": "main"}})

    # -- words ----------------------------------------------------------------------

    def prompt(self, text: str) -> None:
        """A turn begins. What is typed stands there twice."""
        turn = f"turn-{next(self._numbers)}"
        self._event("task_started", turn_id=turn)
        self._tell("turn_context", {"turn_id": turn, "cwd": self.folder, "model": "weir-1"})
        self._item("message", role="user", content=[{"type": "input_text", "text": text}])
        self._event("user_message", message=text, images=[])

    def said(self, text: str) -> None:
        """So does what the agent says."""
        self._event("agent_message", message=text)
        self._item("message", role="assistant", content=[{"type": "output_text", "text": text}])

    # -- deeds ----------------------------------------------------------------------

    def patch(self, form: str, path: str, text: str) -> None:
        """Make a file of the repository ``text``, by a patch that is told in one of ``FORMS``."""
        here = self.scratch.exists(path)
        before = self.scratch.read(path) if here else ""
        self.scratch.write(path, text)
        call = f"call_{next(self._numbers)}"
        asked = _patch(path, before, text, new=not here)
        self._ask(form, call, asked)
        done = f"Success. Updated the following files:\n{'M' if here else 'A'} {path}\n"
        if form in ("account", "item"):
            self._account(form, call, _change(before, text, new=not here), path)
        kind = "function" if form in ("function", "shell") else "custom_tool"
        self._item(f"{kind}_call_output", call_id=call, output=f"Exit code: 0\nOutput:\n{done}")

    def _ask(self, form: str, call: str, patch: str) -> None:
        if form == "function":
            asked = json.dumps({"input": patch})
            self._item("function_call", name="apply_patch", call_id=call, arguments=asked)
        elif form == "shell":
            line = f"apply_patch <<'EOF'\n{patch}\nEOF"
            asked = json.dumps({"command": ["bash", "-lc", line], "workdir": self.folder})
            self._item("function_call", name="shell", call_id=call, arguments=asked)
        else:
            program = form == "program"
            text = f"await tools.apply_patch({json.dumps(patch)})" if program else patch
            name = "exec" if program else "apply_patch"
            self._item("custom_tool_call", name=name, call_id=call, input=text)

    def _account(self, form: str, call: str, change: Mapping[str, Json], path: str) -> None:
        changes = {f"{self.folder}/{path}": change}
        if form == "account":
            self._event("patch_apply_end", call_id=call, success=True, changes=changes, stdout="")
        else:
            item = {"type": "FileChange", "id": call, "status": "completed", "changes": changes}
            self._event("item_completed", item=item)

    def starts(self, command: str) -> str:
        """A command is called; its call's id, with which it ends."""
        call = f"call_{next(self._numbers)}"
        asked = json.dumps({"cmd": command, "workdir": self.folder})
        self._item("function_call", name="exec_command", call_id=call, arguments=asked)
        return call

    def ends(self, call: str, output: str, running: str = "") -> None:
        """What a call gave: the end of its command, or that it is ``running`` by that name."""
        state = f"running with session ID {running}" if running else "exited with code 0"
        told = f"Wall time: 1.0000 seconds\nProcess {state}\nOutput:\n{output}"
        self._item("function_call_output", call_id=call, output=told)

    def tells_in_full(self, call: str, output: str) -> None:
        """What a command printed, as it was shown on the screen."""
        more = {"call_id": call, "cwd": self.folder, "exit_code": 0, "status": "completed"}
        self._event("exec_command_end", aggregated_output=output, **more)

    def asks(self, running: str) -> str:
        """Asks how a running command goes on; the call's id."""
        call = f"call_{next(self._numbers)}"
        asked = json.dumps({"session_id": int(running), "chars": ""})
        self._item("function_call", name="write_stdin", call_id=call, arguments=asked)
        return call

    def commits(self, subject: str) -> None:
        """Commit everything, and tell what git printed."""
        call = self.starts(f"git add -A && git commit -m {json.dumps(subject)}")
        commit = self.scratch.commit(subject)
        self.ends(call, f"[main {commit.id[:7]}] {subject}\n 1 file changed\n")

    # -- records --------------------------------------------------------------------

    def leave(self, home: Path) -> None:
        """Write the records so far where Codex keeps them."""
        folder = home / ".codex" / "sessions" / "2026" / "01" / "05"
        folder.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(record) + "\n" for record in self.records)
        (folder / f"rollout-2026-01-05T09-00-00-{self.id}.jsonl").write_text(text)

    def _event(self, kind: str, **more: Json) -> None:
        self._tell("event_msg", {"type": kind, **more})

    def _item(self, kind: str, **more: Json) -> None:
        self._tell("response_item", {"type": kind, **more})

    def _tell(self, kind: str, payload: Mapping[str, Json]) -> None:
        time = self.scratch.clock.tick(3)
        self.records.append({"timestamp": time, "type": kind, "payload": dict(payload)})


def _patch(path: str, before: str, after: str, *, new: bool) -> str:
    if new:
        body = [f"*** Add File: {path}\n", *(f"+{line}" for line in split_lines(after))]
    else:
        hunks = (line if line[:2] != "@@" else "@@\n" for line in _diff(before, after))
        body = [f"*** Update File: {path}\n", *hunks]
    return "".join(["*** Begin Patch\n", *body, "*** End Patch"])


def _change(before: str, after: str, *, new: bool) -> dict[str, Json]:
    if new:
        return {"type": "add", "content": after}
    return {"type": "update", "unified_diff": "".join(_diff(before, after)), "move_path": None}


def _diff(before: str, after: str) -> list[str]:
    return list(unified_diff(split_lines(before), split_lines(after), n=2))[2:]
