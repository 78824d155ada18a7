"""A tool call of Codex and its end, as one event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from treadle.thread.agents.codex import diff
from treadle.thread.agents.codex.copies import Record
from treadle.thread.agents.codex.item import Call, Changed, Ended, Used, arguments
from treadle.thread.agents.codex.parts import (
    PATCHES,
    SHELLS,
    Asked,
    Part,
    asked_patch,
    command,
    hides_patch,
    joined,
    workdir,
)
from treadle.thread.agents.codex.result import Result
from treadle.thread.agents.events import clip
from treadle.thread.agents.events.made import made
from treadle.thread.agents.reading.fields import rows, text
from treadle.thread.model import Edit, Event

DELEGATES = ("spawn_agent", "send_input", "send_message", "followup_task", "resume_agent")
STDIN = "write_stdin"
QUESTIONS = "request_user_input"
_ANSWERED = (QUESTIONS, "wait", "wait_agent")
"""Tools whose answer is a part of the story."""
_SHOWN = 4
"""Paths that the line of an edit names."""


def event(
    part: Part, result: Result | None, record: Record, lane: str, helper: str
) -> tuple[Event, tuple[str, ...]]:
    """The event of a call, and what of it could not be read.

    ``lane`` is the label of the agent that called, ``helper`` of the one that it started.
    """
    call, fact = part.call, part.fact
    bare = Event(
        key=call.id,
        kind="looked",
        time=record.time,
        ok=None if result is None else result.ok,
        output=_complaint(result),
        lane=lane,
        model=record.model,
        cwd=joined(record.cwd, workdir(call)),
        tool=call.name,
    )
    asked = asked_patch(call)
    changed = fact if isinstance(fact, Changed) else None
    if changed is not None or call.name in PATCHES or (asked is not None and asked.whole):
        return _edited(bare, asked, changed, call)
    ended = fact if isinstance(fact, Ended) else None
    if call.name in SHELLS and (ended is not None or command(call)):
        return _ran(bare, call, asked, ended, result)
    if call.name == STDIN:
        return _with_output(replace(bare, kind="ran", text=_typed(call)), result), ()
    if call.name in DELEGATES:
        return _asked(bare, call, result, helper), ()
    return _looked(bare, call, fact if isinstance(fact, Used) else None, result), ()


def _complaint(result: Result | None) -> str:
    """Why a call failed, ``""`` if it did not."""
    if result is None or result.ok is not False:
        return ""
    return declined(result.text) if result.declined else result.text


def declined(reason: str) -> str:
    """How an event tells that the person did not allow the call."""
    return clip.one_line(f"declined: {reason}") if reason.strip() else "declined"


def _clipped(bare: Event, output: str) -> Event:
    kept, cut = clip.output(output)
    return replace(bare, output=kept, cut=cut)


def _with_output(bare: Event, result: Result | None) -> Event:
    return _clipped(bare, bare.output or (result.text if result else ""))


def _edited(
    bare: Event, asked: Asked | None, changed: Changed | None, call: Call
) -> tuple[Event, tuple[str, ...]]:
    complaints: list[str] = []
    edits: tuple[Edit, ...] = ()
    folder = joined(bare.cwd, asked.folder if asked else "")
    if changed is not None:
        bare = _settled(bare, changed)
        sections = asked.patch.sections if asked else ()
        edits, unread = diff.edits(changed.changes, sections, folder)
        complaints += [f"change of {clip.one_line(path)} that cannot be read" for path in unread]
    elif asked is not None:
        edits = tuple(edit for section in asked.patch.sections for edit in section.edits)
        if asked.patch.unread and bare.ok is not False:
            complaints.append(f"patch with a line that means nothing: {asked.patch.unread[:80]}")
    elif hides_patch(call) and bare.ok is not False:
        complaints.append("patch that cannot be read")
    paths = list(dict.fromkeys(shown(edit.path, folder) for edit in edits))
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    line = clip.one_line(f"{PATCHES[0]} {', '.join(paths[:_SHOWN])}{more}")
    done = replace(_clipped(bare, bare.output), kind="edited", text=line, edits=edits, cwd=folder)
    return done, tuple(complaints)


def _settled(bare: Event, changed: Changed) -> Event:
    """Codex's own word on whether it worked counts more than the answer to the agent."""
    if changed.ok is None:
        return bare
    if changed.ok:
        return replace(bare, ok=True, output="")
    reason = bare.output or changed.reason
    if changed.declined and not reason.startswith("declined"):
        reason = declined(reason)
    return replace(bare, ok=False, output=reason)


def _ran(
    bare: Event, call: Call, asked: Asked | None, ended: Ended | None, result: Result | None
) -> tuple[Event, tuple[str, ...]]:
    line = command(call) or (ended.command if ended else "")
    printed = bare.output or (result.text if result else "")
    if ended is not None:
        bare = replace(bare, ok=worked(ended), cwd=ended.cwd or bare.cwd)
        printed = ended.output or (printed if ended.status == "declined" else "")
    edits: tuple[Edit, ...] = ()
    complaints: tuple[str, ...] = ()
    if asked is not None:
        moved = [edit for section in asked.patch.sections for edit in section.edits]
        edits = tuple(_within(asked.folder, edit) for edit in moved)
    elif hides_patch(call) and bare.ok is not False:
        complaints = ("patch in a command that cannot be read",)
    done = _clipped(bare, printed)
    found = made(line, printed)
    return replace(done, kind="ran", text=clip.prose(line), made=found, edits=edits), complaints


def _within(folder: str, edit: Edit) -> Edit:
    """An edit in a folder that the command went to."""
    to = joined(folder, edit.to) if edit.to else ""
    return replace(edit, path=joined(folder, edit.path), to=to) if folder else edit


def worked(ended: Ended) -> bool | None:
    """Whether a command succeeded, None while it is still running."""
    if ended.status in ("in_progress", "inProgress"):
        return None
    if ended.exit is not None:
        return ended.exit == 0
    return ended.status == "completed" if ended.status else None


def ended_event(ended: Ended, record: Record, lane: str) -> Event:
    """A command that is known by its end alone."""
    bare = Event(
        key=ended.id or record.key,
        kind="ran",
        time=record.time,
        text=clip.prose(ended.command),
        ok=worked(ended),
        lane=lane,
        model="" if ended.typed else record.model,
        cwd=ended.cwd or record.cwd,
        tool="!" if ended.typed else "exec_command",
        made=made(ended.command, ended.output),
    )
    return _clipped(bare, ended.output)


def used_event(used: Used, record: Record, lane: str) -> Event:
    """The use of a tool that is known by its account alone."""
    part = Part(Call(used.id or record.key, used.name, used.input), used)
    return event(part, None, record, lane, "")[0]


def _typed(call: Call) -> str:
    return text(call.input, "chars").rstrip("\n") or trace(call, "")


def _asked(bare: Event, call: Call, result: Result | None, helper: str) -> Event:
    """A task for a sub-agent. That it was started is no answer, only its own words are."""
    said = [text(call.input, "message"), text(call.input, "prompt")]
    said += [text(item, "text") for item in rows(call.input, "items")]
    named = [text(call.input, key) for key in ("task_name", "agent_type")]
    named += [] if helper else [text(call.input, key) for key in ("target", "id")]
    head = ": ".join(part for part in (helper, next(filter(None, named), "")) if part)
    words = "\n\n".join(part for part in (head, "\n".join(filter(None, said))) if part)
    if result is not None and result.ok and arguments(result.text):
        result = None
    return replace(_with_output(bare, result), kind="asked", text=clip.prose(words))


def _looked(bare: Event, call: Call, used: Used | None, result: Result | None) -> Event:
    if used is not None:
        said = used.output or (result.text if result else "")
        bare = replace(bare, ok=used.ok, output=said if used.ok is False else "")
    if call.name in _ANSWERED and bare.ok is not False:
        bare = _with_output(bare, result)
    return replace(_clipped(bare, bare.output), text=trace(call, bare.cwd))


def shown(path: str, folder: str) -> str:
    """The path as a person would name it: relative where it lies below the folder at hand."""
    for separator in ("/", "\\"):
        if folder and path.startswith(folder + separator):
            return path[len(folder) + 1 :]
    return path


_NAMING = ("query", "path", "url", "explanation", "cell_id", "session_id")


def trace(call: Call, cwd: str) -> str:
    """One line that says what a call looked at."""
    for key in _NAMING:
        value = call.input.get(key)
        if isinstance(value, str | int) and value != "":
            return clip.one_line(f"{call.name} {shown(str(value), cwd)}")
    if call.name == QUESTIONS:
        asked = " ".join(text(one, "question") for one in rows(call.input, "questions"))
        return clip.one_line(f"{call.name} {asked}")
    return clip.one_line(f"{call.name} {_arguments(call.input) or call.script[:400]}")


def _arguments(asked: Mapping[str, object]) -> str:
    """Arguments in short: numbers and words as they are, the rest by its size."""
    parts = []
    for key, value in asked.items():
        if isinstance(value, Sequence | Mapping) and not isinstance(value, str):
            value = f"({len(value)})"
        parts.append(f"{key}={str(value)[: clip.ONE_LINE_CHARS]}")
    return " ".join(parts)
