"""A tool call of OpenCode as one event. Both versions of its records come down to the same."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, replace

from treadle.thread.agents.events import clip, trace
from treadle.thread.agents.events.made import made
from treadle.thread.agents.opencode import edits as opencode_edits
from treadle.thread.agents.reading.fields import rows, table, text, whole
from treadle.thread.agents.reading.kin import lane
from treadle.thread.model import Event

SHELLS = ("bash", "shell")
_REJECTED = "The user rejected permission"
_PARTLY = "artially applied"
_INTERRUPTED = ("Tool execution aborted", "aborted", "cancelled")


@dataclass(frozen=True, slots=True)
class Call:
    """A call and what became of it."""

    tool: str
    asked: dict[str, object]
    status: str
    """``completed``, ``error``, ``running``, ``pending``."""
    output: str
    error: str
    told: dict[str, object]
    """What OpenCode recorded beside the output."""

    @property
    def ok(self) -> bool | None:
        """Whether it succeeded, None where nothing says so, or where it did in part."""
        if self.status == "error":
            return None if _PARTLY in self.error else False
        if self.tool == "invalid":
            return False
        return True if self.status == "completed" else None


def call(part: dict[str, object]) -> Call:
    """The call in a part of version 1 or an item of version 2."""
    state = table(part, "state")
    said = [text(one, "text") for one in rows(state, "content")]
    return Call(
        tool=text(part, "tool") or text(part, "name"),
        asked=table(state, "input"),
        status=text(state, "status"),
        output=text(state, "output") or "\n".join(filter(None, said)),
        error=text(state, "error") or text(table(state, "error"), "message"),
        told=table(state, "metadata") or table(state, "structured"),
    )


def event(one: Call, bare: Event, complain: Callable[[str], None]) -> Event:
    """The event of a call; ``bare`` has its key, time, lane, model and folder."""
    kept, cut = clip.output(_complaint(one))
    bare = replace(bare, kind="looked", ok=one.ok, output=kept, cut=cut, tool=one.tool)
    if one.tool in opencode_edits.EDITORS:
        return _edited(one, bare, complain)
    if one.tool in SHELLS:
        return _ran(one, bare)
    if one.tool in ("task", "subagent"):
        return _asked(one, bare)
    done = replace(bare, text=trace.line(one.tool, one.asked, bare.cwd))
    if one.tool == "question" and one.ok:
        kept, cut = clip.output(one.output)
        done = replace(done, output=kept, cut=cut)
    return done


def _complaint(one: Call) -> str:
    """Why a call failed, ``""`` if it did not."""
    if one.status != "error":
        return one.output if one.tool == "invalid" else ""
    if not one.error.startswith(_REJECTED):
        return one.error
    reason = one.error.partition("feedback: ")[2]
    return f"declined: {reason}" if reason else "declined"


def _edited(one: Call, bare: Event, complain: Callable[[str], None]) -> Event:
    edits, unread = opencode_edits.edits(one.tool, one.asked, one.told)
    if unread:
        complain(f"line of a patch not understood: {clip.one_line(unread)}")
    named = list(dict.fromkeys(trace.shown(edit.path, bare.cwd) for edit in edits))
    file = trace.shown(opencode_edits.path(one.asked, one.told), bare.cwd)
    head = clip.one_line(f"{one.tool} {', '.join(named) or file}")
    return replace(bare, kind="edited", text=head, edits=edits)


def _ran(one: Call, bare: Event) -> Event:
    command = text(one.asked, "command")
    folder = text(one.asked, "workdir")
    if folder.startswith("/") or (folder and bare.cwd):
        bare = replace(bare, cwd=posixpath.normpath(posixpath.join(bare.cwd, folder)))
    printed = bare.output or text(one.told, "output") or one.output
    code = whole(one.told, "exit")
    ok = one.ok
    if ok and (code or one.told.get("timeout") is True):
        ok = False
    kept, cut = clip.output(printed)
    done = replace(bare, kind="ran", text=clip.prose(command), ok=ok, output=kept, cut=cut)
    return replace(done, made=made(command, printed) if one.ok is not False else ())


def _asked(one: Call, bare: Event) -> Event:
    child = lane(text(one.told, "sessionId") or text(one.told, "sessionID"))
    head = ": ".join(filter(None, (child, text(one.asked, "description"))))
    said = [head, text(one.asked, "prompt")]
    answer = one.output
    if "<task_result>" in answer:
        answer = answer.partition("<task_result>")[2].partition("</task_result>")[0].strip("\n")
    kept, cut = clip.output(bare.output or answer)
    asked = clip.prose("\n\n".join(filter(None, said)))
    return replace(bare, kind="asked", text=asked, output=kept, cut=cut)
