"""A tool call of Claude Code and its result, as one event."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from treadle.thread.agents.claude_code.record import Call, Record
from treadle.thread.agents.claude_code.result import Edited, Result
from treadle.thread.agents.events import clip
from treadle.thread.agents.events.made import made
from treadle.thread.agents.reading.fields import rows, text
from treadle.thread.model import Edit, Event, Snapshot
from treadle.thread.origin import split_lines

EDITORS = ("Edit", "Write", "MultiEdit", "NotebookEdit")
SHELLS = ("Bash", "PowerShell")
DELEGATES = ("Task", "Agent")

_CREATED = "File created successfully"


def event(call: Call, result: Result | None, record: Record, lane: str) -> Event:
    """The event of a call. ``lane`` is the label of the sub-agent it started, if it did."""
    bare = Event(
        key=call.id,
        kind="looked",
        time=record.time,
        ok=None if result is None else not (result.failed or result.interrupted),
        output=_complaint(result),
        lane=record.lane,
        model=record.model,
        version=record.version,
        cwd=record.cwd,
        tool=call.name,
    )
    if call.name in EDITORS:
        return _edited(bare, call, result)
    if call.name in SHELLS:
        return _ran(bare, text(call.input, "command"), result)
    if call.name in DELEGATES:
        return _asked(bare, call, result, lane)
    if call.name == "ExitPlanMode":
        return _planned(bare, call, result)
    return _looked(bare, call, result)


def _complaint(result: Result | None) -> str:
    """Why a call failed, ``""`` if it did not."""
    if result is None or not result.failed:
        return ""
    if result.declined:
        return f"declined: {result.text}" if result.text else "declined"
    return result.text


def _with_output(bare: Event, output: str) -> Event:
    kept, cut = clip.output(output)
    return replace(bare, output=kept, cut=cut)


def _ran(bare: Event, command: str, result: Result | None) -> Event:
    printed = bare.output
    if result is not None and not printed:
        printed = result.stdout or result.text
    done = _with_output(bare, printed)
    return replace(done, kind="ran", text=clip.prose(command), made=made(command, printed))


def _asked(bare: Event, call: Call, result: Result | None, lane: str) -> Event:
    prompt = text(call.input, "prompt") or (result.prompt if result else "")
    head = ": ".join(part for part in (lane, text(call.input, "description")) if part)
    asked = "\n\n".join(part for part in (head, prompt) if part)
    answer = bare.output or (result.text if result else "")
    return replace(_with_output(bare, answer), kind="asked", text=clip.prose(asked))


def _planned(bare: Event, call: Call, result: Result | None) -> Event:
    plan = text(call.input, "plan") or (result.plan if result else "")
    if not plan:
        return _looked(bare, call, result)
    return replace(_with_output(bare, bare.output), kind="said", text=clip.prose(plan))


def _looked(bare: Event, call: Call, result: Result | None) -> Event:
    done = _with_output(bare, bare.output)
    if call.name == "AskUserQuestion" and result is not None and not result.failed:
        done = _with_output(bare, result.text)
    reads: tuple[Snapshot, ...] = ()
    if result is not None and result.read is not None:
        path, content = result.read
        reads = (Snapshot(path or text(call.input, "file_path"), content),)
    return replace(done, text=trace(call, bare.cwd), reads=reads)


def _edited(bare: Event, call: Call, result: Result | None) -> Event:
    path = text(call.input, "file_path") or text(call.input, "notebook_path")
    told = result.edited if result else None
    if told is not None:
        path = told.path
    line = clip.one_line(f"{call.name} {shown(path, bare.cwd)}")
    created = result is not None and not result.failed and result.text.startswith(_CREATED)
    edits = _told_edits(told) if told is not None else _wanted_edits(call, path, created)
    done = replace(_with_output(bare, bare.output), kind="edited", text=line)
    return replace(done, edits=edits)


def _told_edits(told: Edited) -> tuple[Edit, ...]:
    """What the program says it did: it may differ from what was asked for, and it is true."""
    if told.content is not None:
        before = "" if told.created else told.before
        return (Edit(told.path, "write", new=told.content, before=before),)
    return _replacements(told.path, told.pairs, told.before, told.line)


def _wanted_edits(call: Call, path: str, created: bool) -> tuple[Edit, ...]:
    """What the agent asked for: all that is known where the program gives no account of it."""
    if call.name == "Write":
        before = "" if created else None
        return (Edit(path, "write", new=text(call.input, "content"), before=before),)
    if call.name == "NotebookEdit" or not path:
        return ()
    wanted = [call.input] if call.name == "Edit" else rows(call.input, "edits")
    pairs = [
        (text(one, "old_string"), text(one, "new_string"), _every(one))
        for one in wanted
        if isinstance(one, dict)
    ]
    return _replacements(path, tuple(pairs), None, None)


def _every(value: dict[str, object]) -> bool:
    return value.get("replace_all") in (True, "true")


def _replacements(
    path: str, pairs: tuple[tuple[str, str, bool], ...], before: str | None, line: int | None
) -> tuple[Edit, ...]:
    """Edits one after the other; only for the first of them the file before is known.

    An empty old text stands for a file that is not there yet, or is empty.
    """
    edits = []
    for number, (old, new, every) in enumerate(pairs):
        first = number == 0
        if not old:
            edits.append(Edit(path, "write", new=new, before=(before or "") if first else None))
            continue
        known = before if first and before is not None and old in before else None
        hint = None if line is None or not first else max(0, line - _common(old, new))
        edits.append(Edit(path, "replace", old, new, every, known, hint))
    return tuple(edits)


def _common(old: str, new: str) -> int:
    """How many whole lines both texts begin with."""
    pairs = zip(split_lines(old), split_lines(new), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def shown(path: str, cwd: str) -> str:
    """The path as a person would name it: relative where it lies below the folder at hand."""
    for separator in ("/", "\\"):
        if cwd and path.startswith(cwd + separator):
            return path[len(cwd) + 1 :]
    return path


_PATTERN = ("Grep", "Glob")
_NAMING = ("url", "query", "skill", "path", "notebook_path")


def trace(call: Call, cwd: str) -> str:
    """One line that says what a call looked at."""
    asked = call.input
    path = shown(text(asked, "file_path") or text(asked, "filePath"), cwd)
    if call.name == "Read":
        return clip.one_line(f"Read {path}{_range(asked)}")
    if call.name in _PATTERN:
        place = shown(text(asked, "path"), cwd)
        where = f" in {place}" if place and place != cwd else ""
        return clip.one_line(f'{call.name} "{text(asked, "pattern")}"{where}')
    if call.name == "AskUserQuestion":
        questions = " ".join(text(one, "question") for one in rows(asked, "questions"))
        return clip.one_line(f"{call.name} {questions}")
    for key in _NAMING:
        if text(asked, key):
            return clip.one_line(f"{call.name} {shown(text(asked, key), cwd)}")
    return clip.one_line(f"{call.name} {path} {_arguments(asked)}")


def _range(asked: dict[str, object]) -> str:
    first, count = asked.get("offset"), asked.get("limit")
    if not isinstance(first, int):
        return f", {count} lines" if isinstance(count, int) else ""
    return f" from line {first}" + (f", {count} lines" if isinstance(count, int) else "")


def _arguments(asked: dict[str, object]) -> str:
    """Arguments in short: numbers and words as they are, the rest by its size."""
    parts = []
    for key, value in asked.items():
        if key in ("file_path", "filePath"):
            continue
        if isinstance(value, list | dict):
            value = f"({len(value)})"
        parts.append(f"{key}={str(value)[: clip.ONE_LINE_CHARS]}")
    return " ".join(parts)


def implied(result: Result) -> Call | None:
    """The call that a result speaks of, where its shape says which tool it was."""
    if result.edited is not None:
        name = "Edit" if result.edited.content is None else "Write"
        return Call(result.id, name, {})
    if result.agent:
        return Call(result.id, DELEGATES[-1], {})
    return None
