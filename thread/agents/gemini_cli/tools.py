"""A tool call of Gemini CLI, or of a program that descends from it, as one event.

The account that the program gives of an edit is taken before the request: the text that is
replaced may have been corrected on the way, or changed by the person.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace

from treadle.thread.agents.events import clip, trace
from treadle.thread.agents.events.made import made
from treadle.thread.agents.reading.fields import moment, rows, table, text
from treadle.thread.agents.reading.kin import lane
from treadle.thread.model import Edit, Event, Snapshot

EDITORS = ("replace", "edit", "write_file")
SHELLS = ("run_shell_command",)
READERS = ("read_file",)
DELEGATES = ("task", "delegate_to_agent", "invoke_agent", "codebase_investigator")

_CREATED = ("Created new file", "Successfully created")
_TAIL = ("Process Group PGID", "Background PIDs", "Signal", "Exit Code", "Delta Bytes")
_NONE = ("0", "(none)")
_CUT = (
    "IMPORTANT: The file content has been truncated",
    "... [truncated]",
    "<tool_output_masked>",
    "--- Newly Discovered Project Context ---",
)
_RANGE = ("offset", "limit", "start_line", "end_line")
_ASKED = ("prompt", "query", "objective", "task", "instruction", "agent_name", "description")


@dataclass(frozen=True, slots=True)
class Call:
    """A call and what became of it."""

    id: str
    name: str
    asked: dict[str, object]
    status: str = ""
    """``success``, ``error``, ``cancelled``; anything else is not finished."""
    output: str = ""
    """What the agent was told."""
    error: str = ""
    display: object = None
    """What the person was shown."""
    agent: str = ""
    """The sub-agent that it started."""
    time: str = ""
    """When it ended."""

    @property
    def ok(self) -> bool | None:
        """Whether it succeeded, None where nothing says so."""
        if self.status == "success":
            return True
        if self.status in ("error", "cancelled"):
            return False
        if self.status:
            return None
        return False if self.error else True if self.output else None


def response(parts: object) -> tuple[str, str]:
    """Output and error of the function responses among some parts; of other parts the text."""
    output: list[str] = []
    error: list[str] = []
    for part in parts if isinstance(parts, list) else [parts]:
        answer = table(table(part, "functionResponse"), "response")
        output += [text(answer, "output") or text(answer, "content")]
        error += [text(answer, "error") or text(table(answer, "error"), "message")]
        output += [part if isinstance(part, str) else text(part, "text")]
    return "\n".join(filter(None, output)), "\n".join(filter(None, error))


def event(call: Call, bare: Event) -> Event:
    """The event of a call; ``bare`` has its key, time, lane, model and folder."""
    kept, cut = clip.output(_complaint(call))
    bare = replace(bare, kind="looked", ok=call.ok, output=kept, cut=cut, tool=call.name)
    if call.name in EDITORS:
        return _edited(bare, call)
    if call.name in SHELLS:
        return _ran(bare, call)
    if call.agent or call.name in DELEGATES:
        return _asked(bare, call)
    return _looked(bare, call)


def _complaint(call: Call) -> str:
    """Why a call failed, ``""`` if it did not."""
    if call.status == "cancelled":
        reason = call.error or call.output
        return f"declined: {reason}" if reason else "declined"
    return (call.error or call.output) if call.ok is False else ""


def _with_output(bare: Event, output: str) -> Event:
    kept, cut = clip.output(output)
    return replace(bare, output=kept, cut=cut)


def _ran(bare: Event, call: Call) -> Event:
    command = text(call.asked, "command")
    folder = text(call.asked, "dir_path") or text(call.asked, "directory")
    if folder.startswith("/") or (folder and bare.cwd):
        bare = replace(bare, cwd=posixpath.normpath(posixpath.join(bare.cwd, folder)))
    output, failed = printed(call.output)
    if call.status == "cancelled" or (call.error and not call.output):
        output = bare.output
    elif not output and isinstance(call.display, str):
        output = call.display
    ok = False if failed and call.ok else call.ok
    done = replace(_with_output(bare, output), kind="ran", text=clip.prose(command), ok=ok)
    return replace(done, made=made(command, output) if call.ok is not False else ())


def printed(told: str) -> tuple[str, bool]:
    """What a command printed, out of what the agent was told, and whether it failed.

    Around the output stand lines with names: ``Output:`` before it, ``Exit Code:`` and others
    behind; until version 0.24 also ``Command:`` and ``Directory:`` before it and ``Error:``
    behind.
    """
    lines = told.split("\n")
    old = told.startswith("Command: ")
    failed = False
    while lines and lines[-1].startswith((*_TAIL, "Error: ") if old else _TAIL):
        name, _, value = lines.pop().partition(": ")
        failed |= name in ("Exit Code", "Signal", "Error") and value not in _NONE
    body = "\n".join(lines)
    if old:
        begin = max(0, body.find("\nDirectory: "))
        found = [at for name in ("\nOutput: ", "\nStdout: ") if (at := body.find(name, begin)) >= 0]
        body = body[min(found) + len("\nOutput: ") :] if found else body
    body = body.removeprefix("Output: ")
    return "" if body == "(empty)" else body, failed


def _asked(bare: Event, call: Call) -> Event:
    said = [text(call.asked, key) for key in _ASKED if text(call.asked, key)]
    head = lane(call.agent) or call.name
    if text(call.asked, "description") and len(said) > 1:
        head = f"{head}: {said.pop()}"
    done = _with_output(bare, bare.output or call.output)
    return replace(done, kind="asked", text=clip.prose("\n\n".join([head, *said])))


def _looked(bare: Event, call: Call) -> Event:
    done = replace(bare, text=trace.line(call.name, call.asked, bare.cwd))
    if call.name in ("ask_user", "ask_user_question"):
        done = _with_output(done, call.output or bare.output)
    whole = call.name in READERS and call.ok and not any(key in call.asked for key in _RANGE)
    if not whole or not call.output or any(mark in call.output for mark in _CUT):
        return done
    return replace(done, reads=(Snapshot(_path(call), call.output),))


def _path(call: Call) -> str:
    for key in ("file_path", "absolute_path", "path"):
        if text(call.asked, key):
            return text(call.asked, key)
    return text(call.display, "filePath") or text(call.display, "fileName")


def _edited(bare: Event, call: Call) -> Event:
    path = _path(call)
    head = clip.one_line(f"{call.name} {trace.shown(path, bare.cwd)}")
    edit = _write(path, call) if call.name == "write_file" else _replace(path, call)
    return replace(bare, kind="edited", text=head, edits=(edit,) if edit and path else ())


def _told(call: Call) -> tuple[str | None, str | None]:
    """The whole file before and after, where the program tells them."""
    shown = call.display
    if not isinstance(shown, dict) or shown.get("truncatedForSession") or call.ok is False:
        return None, None
    after = shown.get("newContent")
    if not isinstance(after, str):
        return None, None
    before = shown.get("originalContent")
    if isinstance(before, str):
        return before, after
    return ("" if before is None and "originalContent" in shown else None), after


def _write(path: str, call: Call) -> Edit | None:
    before, after = _told(call)
    if after is None:
        content = call.asked.get("content")
        if not isinstance(content, str):
            return None
        after = content
    if before is None and call.ok and call.output.startswith(_CREATED):
        before = ""
    return Edit(path, "write", new=after, before=before)


def _replace(path: str, call: Call) -> Edit | None:
    before, after = _told(call)
    old, new = text(call.asked, "old_string"), text(call.asked, "new_string")
    every = _every(call.asked)
    if before is not None and after is not None:
        if old and _applied(before, old, new, every) == after:
            return Edit(path, "replace", old, new, every and before.count(old) > 1, before)
        return Edit(path, "write", new=after, before=before)
    if after is not None:
        return Edit(path, "write", new=after)
    if old:
        return Edit(path, "replace", old, new, every)
    return Edit(path, "write", new=new, before="") if "new_string" in call.asked else None


def _applied(before: str, old: str, new: str, every: bool) -> str | None:
    """The text after, None where ``old`` does not say which place it means."""
    count = before.count(old)
    if count == 1 or (every and count):
        return before.replace(old, new)
    return None


def _every(asked: dict[str, object]) -> bool:
    count = asked.get("expected_replacements")
    many = isinstance(count, int) and not isinstance(count, bool) and count > 1
    return many or any(
        asked.get(key) in (True, "true") for key in ("allow_multiple", "replace_all")
    )


def calls(message: object) -> list[Call]:
    """The calls that a message of Gemini CLI records."""
    found = []
    for value in rows(message, "toolCalls"):
        output, error = response(value.get("result") if isinstance(value, dict) else None)
        found.append(
            Call(
                id=text(value, "id"),
                name=text(value, "name"),
                asked=table(value, "args"),
                status=text(value, "status"),
                output=output,
                error=error,
                display=value.get("resultDisplay") if isinstance(value, dict) else None,
                agent=text(value, "agentId"),
                time=moment(value, "timestamp"),
            )
        )
    return found
