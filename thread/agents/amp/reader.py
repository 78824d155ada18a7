"""Amp: sessions out of its threads, each of which is one JSON document.

Since the spring of 2026 Amp keeps threads on its server only, and ``amp threads export`` fetches
one; before, each was written here. A thread is rewritten whole at every change, and its messages
keep their numbers. A call's account stands in the message behind it. What a sub-agent did is not
in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from treadle.thread.agents.amp import find
from treadle.thread.agents.events.clip import one_line
from treadle.thread.agents.events.undo import undone
from treadle.thread.agents.reading.fields import moment, rows, table, text, whole
from treadle.thread.agents.source import Reader, Reading, Source
from treadle.thread.agents.telling import shelf
from treadle.thread.agents.telling.record import (
    Answer,
    Item,
    Now,
    Odd,
    Record,
    Said,
    Typed,
    Used,
    weight,
)
from treadle.thread.agents.telling.shelf import Copy
from treadle.thread.model import Edit, Event, Session

NAME = "amp"

_THREAD = re.compile(rb'"id"\s{0,20}:\s{0,20}"T-[0-9a-f]{8}-[0-9a-f]{4}-')
_PARTS = re.compile(rb'"(?:messages|nextMessageId|agentMode|messageId)"\s{0,20}:')
_ENDED = {"done": "success", "error": "error", "rejected-by-user": "error", "cancelled": "error"}
_UNDO = "undo_edit"


def recognises(head: bytes) -> bool:
    """Whether a document begins that has a thread's id and one of its parts."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"{") and bool(_THREAD.search(start) and _PARTS.search(start))


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions, one a thread."""
    names = [one.name for one in sources]
    found = shelf.reading(NAME, shelf.documents(sources, _take), names)
    return replace(found, sessions=tuple(map(_with_undone, found.sessions)))


def _take(copy: Copy, value: dict[str, object], raw: bytes, offset: int) -> None:
    own, messages = text(value, "id"), rows(value, "messages")
    if not own or not isinstance(value.get("messages"), list):
        copy.complain(offset, "JSON, but no thread, skipped")
        return
    copy.sessions[own] = None
    program = table(table(table(value, "env"), "initial"), "platform")
    folder = next(iter(find.folders(value)), "")
    begun, now = moment(value, "created"), Now(folder, version=text(program, "clientVersion"))
    copy.add(Record("thread", begun, (now,), source=copy.index))
    time = begun
    for number, message in enumerate(messages):
        sent = moment(table(message, "meta"), "sentAt")
        time = sent or moment(table(message, "usage"), "timestamp") or time
        copy.add(_record(copy, message, number, time))


def _record(copy: Copy, message: object, number: int, time: str) -> Record:
    named = message.get("messageId") if isinstance(message, dict) else None
    key = f"message {named if isinstance(named, int | str) else number}"
    return Record(
        key=key,
        time=time,
        items=tuple(_items(message)),
        model=text(table(message, "usage"), "model"),
        weight=weight(_shown(message)),
        source=copy.index,
    )


def _shown(value: object) -> bytes:
    try:
        return json.dumps(value, sort_keys=True).encode()
    except RecursionError:
        return b"nested too deep"


def _items(message: object) -> Iterator[Item]:
    """What one message says."""
    role = text(message, "role")
    said: list[str] = []
    for block in rows(message, "content"):
        kind = text(block, "type")
        if kind in ("text", "image") and role == "user":
            said.append("[image]" if kind == "image" else text(block, "text"))
        else:
            yield from _block(block, kind)
    if any(one.strip() for one in said):
        yield Said("prompt", "\n".join(said))
    if role not in ("user", "assistant", "info"):
        yield Odd(f"message of an unknown role, {role[:40] or 'none'}, skipped")
    state = table(message, "state")
    if text(state, "type") == "cancelled":
        yield Said("marked", "interrupted by the user")
    elif text(state, "type") == "error":
        yield Said("marked", "error", _words(state.get("error")))


def _block(block: object, kind: str) -> Iterator[Item]:
    if kind == "text":
        yield Said("said", text(block, "text").strip())
    elif kind == "thinking":
        yield Said("thought", text(block, "thinking"))
    elif kind == "tool_use":
        yield Used(text(block, "id"), text(block, "name"), table(block, "input"))
    elif kind == "tool_result":
        yield _answer(text(block, "toolUseID"), table(block, "run"))
    elif kind == "manual_bash_invocation":
        answer = _answer("", table(block, "toolRun"))
        ok = answer.status == "success" if answer.status else None
        yield Typed(text(table(block, "args"), "cmd"), answer.output, ok)
    elif kind == "summary":
        told = text(table(block, "summary"), "summary")
        yield Said("marked", "summary of the conversation so far", told)
    elif kind not in ("image", "redacted_thinking"):
        yield Odd(f"block of an unknown kind, {kind[:40] or 'none'}, skipped")


def _answer(call: str, run: dict[str, object]) -> Answer:
    status = _ENDED.get(text(run, "status"), "")
    said = _words(run.get("result"))
    if (whole(table(run, "result"), "exitCode") or 0) != 0:
        status = "error"
    elif text(run, "status") == "rejected-by-user":
        said = one_line(f"declined: {text(run, 'reason')}").removesuffix(":")
    elif status == "error":
        said = _words(run.get("error")) or text(run, "reason") or said
    return Answer(call, said, status)


def _words(value: object) -> str:
    """The text of a result or an error, whatever form it has."""
    if isinstance(value, str):
        return value
    for key in ("output", "content", "message", "diff"):
        if text(value, key):
            return text(value, key)
    return ""


def _with_undone(session: Session) -> Session:
    """An ``undo_edit`` takes back the last edit of its file that still stands."""
    standing: dict[str, list[Edit]] = {}
    events: list[Event] = []
    for event in session.events:
        if event.tool == _UNDO and event.ok is not False and event.edits:
            last = standing.get(event.edits[0].path) or [event.edits[0]]
            event = replace(event, edits=undone([last.pop()]))
        elif event.ok is not False:
            for edit in event.edits:
                standing.setdefault(edit.path, []).append(edit)
        events.append(event)
    return replace(session, events=tuple(events))


READER = Reader(NAME, recognises, read, find.find, moved=find.MOVED)
