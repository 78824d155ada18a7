"""Cursor: sessions out of the transcripts that its editor and its command line keep.

They are made for reading again, not for the record: one line a message, without ids, times,
models, folders or results. The name of the file is the session's only id. The time stands in the
text of a prompt, to the minute. A sub-agent's file lies in a folder below its session's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from treadle.thread.agents.claude_code.prompt import between
from treadle.thread.agents.cursor import find
from treadle.thread.agents.events.clip import one_line
from treadle.thread.agents.reading.fields import moment, rows, table, text
from treadle.thread.agents.reading.kin import lane
from treadle.thread.agents.reading.lines import holds
from treadle.thread.agents.source import Reader, Reading, Source
from treadle.thread.agents.telling import shelf, tools
from treadle.thread.agents.telling.record import (
    Answer,
    Item,
    Linked,
    Odd,
    Record,
    Said,
    Used,
    digest,
    weight,
)
from treadle.thread.agents.telling.shelf import Copy

NAME = "cursor"

_LINES = 20
_ROLES = ("user", "assistant")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(
    r"[A-Z][a-z]{5,8}, ([A-Z][a-z]{2})[a-z]{0,6} (\d{1,2}), (\d{4}), (\d{1,2}):(\d\d) ([AP]M)"
    r" \(UTC(?:([+-])(\d{1,2})(?::?(\d\d))?)?\)"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HIDDEN = "[REDACTED]"
"""Stands in the place of thinking."""
_TAG = re.compile(r"\s*<([a-z][a-z_]{2,40})>")
_AUTOMATIC = "Briefly inform the user about the task result"


def recognises(head: bytes) -> bool:
    """Whether the first lines are messages with a role, and nothing else around them."""
    return holds(head, _LINES, _is_message)


def _is_message(value: object) -> bool:
    if not isinstance(value, dict) or text(value, "role") not in _ROLES:
        return False
    return set(value) <= {"role", "message"} and bool(rows(table(value, "message"), "content"))


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions, sub-agents with the session that started them."""
    found = shelf.copies(sources, _take)
    for copy in found:
        _name(copy)
    _unite_nameless([copy for copy in found if copy.records])
    for copy in found:
        if copy.lane:
            _link(copy, found)
    return shelf.reading(NAME, found, [one.name for one in sources])


def _name(copy: Copy) -> None:
    """Whose file it is, by its name: a session's, or that of a sub-agent of one."""
    parent, folder, name = ["", "", *copy.name.replace("\\", "/").split("/")][-3:]
    own = name.removesuffix(".jsonl")
    if not _ID.fullmatch(own):
        return
    copy.sessions[own] = None
    if folder == "subagents" and _ID.fullmatch(parent) and parent != own:
        copy.lane = lane(own)
        copy.parents.add(parent)
        copy.marks.add(shelf.session_mark(parent))
        copy.records = {k: replace(one, lane=copy.lane) for k, one in copy.records.items()}


def _unite_nameless(found: Sequence[Copy]) -> None:
    """A copy whose name says nothing is of the session that begins as it does, and goes on."""
    alike: dict[str, list[tuple[Copy, list[str]]]] = {}
    for copy in found:
        if not copy.lane:
            keys = list(copy.records)
            alike.setdefault(keys[0], []).append((copy, keys))
    for first, copies in alike.items():
        for copy, own in copies:
            for other, keys in copies if not copy.sessions else ():
                least = min(len(own), len(keys))
                if other is not copy and own[:least] == keys[:least]:
                    mark = next(map(shelf.session_mark, other.sessions), f"begins {first}")
                    copy.marks.add(mark)
                    other.marks.add(mark)


def _link(child: Copy, found: Sequence[Copy]) -> None:
    """Put a sub-agent's file behind the call that gave it its task."""
    opening = next((item for one in child.records.values() for item in one.items), None)
    if not isinstance(opening, Said):
        return
    for copy in found:
        if not child.parents & set(copy.sessions) or copy.lane:
            continue
        for record in copy.records.values():
            for item in record.items:
                if isinstance(item, Used) and _task(item) == opening.text.strip():
                    _follow(child, record, item.id)
                    return


def _task(used: Used) -> str:
    return tools.task(tools.Call(used.id, used.name, used.input, "", "", "", NAME)).strip()


def _follow(child: Copy, record: Record, call: str) -> None:
    """A sub-agent's lines follow the line that called it, and have its time."""
    child.behind = record.key
    for number, one in enumerate(child.records.values()):
        link = (Linked(call, child.lane),) if number == 0 else ()
        time = one.time or record.time
        child.records[one.key] = replace(one, time=time, items=(*one.items, *link))


def _take(copy: Copy, value: dict[str, object], raw: bytes, offset: int) -> None:
    """Add a line. One that only repeats the line before it was written twice."""
    last = next(reversed(copy.records.values()), None)
    said = digest(_shown(value))
    if last is not None and last.key.partition(".")[0] == said:
        return
    count = copy.notes[said] = copy.notes.get(said, 0) + 1
    key = said if count == 1 else f"{said}.{count}"
    time = _time(value) or (last.time if last is not None else "")
    items = tuple(_items(value, key))
    copy.add(Record(key, time, items, weight=weight(raw), source=copy.index, offset=offset))


def _shown(value: object) -> str:
    try:
        return json.dumps(value, sort_keys=True)
    except RecursionError:
        return "nested too deep"


def _time(value: object) -> str:
    """The time that a prompt has in its text."""
    if text(value, "role") != "user":
        return ""
    for block in rows(table(value, "message"), "content"):
        found = _TIME.search(between(text(block, "text"), "timestamp")[:80])
        if found and found[1] in _MONTHS:
            month = _MONTHS.index(found[1]) + 1
            hour = int(found[4]) % 12 + (12 if found[6] == "PM" else 0)
            zone = f"{found[7] or '+'}{int(found[8] or 0):02}:{found[9] or '00'}"
            day = f"{found[3]}-{month:02}-{int(found[2]):02}"
            return moment({"time": f"{day}T{hour:02}:{found[5]}:00{zone}"}, "time")
    return ""


def _items(value: dict[str, object], key: str) -> Iterator[Item]:
    """What one line says."""
    role, kind = text(value, "role"), text(value, "type")
    blocks = rows(table(value, "message"), "content")
    if role == "user":
        yield from _heard([text(block, "text") for block in blocks])
    elif role == "assistant":
        yield from _answered(blocks, key)
    elif kind == "turn_ended":
        if text(value, "status") not in ("", "success", "completed"):
            yield Said("marked", one_line(f"turn ended: {text(value, 'status')}"))
    else:
        yield Odd(f"record of an unknown kind, {(role or kind)[:40] or 'none'}, skipped")


def _heard(texts: Sequence[str]) -> Iterator[Item]:
    said = []
    for one in filter(None, texts):
        report = between(one, "system_notification")
        if report:
            yield Said("marked", one_line(between(report, "task") or report))
            continue
        typed = between(one, "user_query").strip() or _outside(one)
        if typed.startswith(_AUTOMATIC):
            yield Said("marked", one_line(typed))
        elif typed:
            said.append(typed)
    if said:
        yield Said("prompt", "\n".join(said))


def _outside(said: str) -> str:
    """A text without the elements before it, which the program puts in."""
    at = 0
    while opening := _TAG.match(said, at):
        end = said.find(f"</{opening[1]}>", opening.end())
        if end < 0:
            return "" if opening[1] == "timestamp" else said[at:].strip()
        at = end + len(opening[1]) + 3
    return said[at:].strip()


def _answered(blocks: Sequence[object], key: str) -> Iterator[Item]:
    for number, block in enumerate(blocks):
        kind = text(block, "type")
        if kind == "tool_use":
            own = text(block, "id") or (key if number == 0 else f"{key}/{number}")
            asked = table(block, "input")
            yield Used(own, text(block, "name"), asked, text(block, "input"))
        elif kind == "tool_result":
            yield _result(block)
        elif kind == "text":
            yield Said("said", text(block, "text").replace(_HIDDEN, "").strip())
        elif kind == "thinking":
            yield Said("thought", text(block, "thinking"))
        else:
            yield Odd(f"block of an unknown kind, {kind[:40] or 'none'}, skipped")


def _result(block: object) -> Answer:
    parts = [text(part, "text") for part in rows(block, "content")]
    said = text(block, "content") or "\n".join(filter(None, parts))
    failed = isinstance(block, dict) and block.get("is_error") is True
    return Answer(text(block, "tool_use_id"), said, "error" if failed else "success")


READER = Reader(NAME, recognises, read, find.find, find.beside, moved=find.MOVED)
