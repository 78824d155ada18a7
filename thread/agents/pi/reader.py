"""pi: sessions out of its JSONL transcripts.

A file is a header and entries that form a tree: going back to an earlier point of the
conversation goes on in the same file, and what was left stays. Everything in it happened, in the
order of the file. When its format changes pi rewrites a file and gives its entries ids, so that
an entry is known by when it came and what it is. A session that was branched off repeats the
entries of the other one in a file of its own.

Read in the program's description of its format (badlogic/pi-mono,
``packages/coding-agent/docs/session.md``), versions 1 to 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from treadle.thread.agents.pi import find
from treadle.thread.agents.reading.fields import moment, rows, table, text, whole
from treadle.thread.agents.reading.lines import holds
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
    digest,
    weight,
)
from treadle.thread.agents.telling.shelf import Copy

NAME = "pi"

_LINES = 20
_QUIET = ("thinking_level_change", "custom", "label", "session_info")
_NOTES = ("Use offset=", "use offset=")
_NOT_TEXT = ("[Line ", "Read image file [")
_TAIL = 240


def recognises(head: bytes) -> bool:
    """Whether one of the first lines is the header of a session, or a call or result as pi's."""
    return holds(head, _LINES, _is_pi)


def _is_pi(value: object) -> bool:
    if text(value, "type") == "session":
        return bool(text(value, "id") and text(value, "timestamp") and text(value, "cwd"))
    message = table(value, "message")
    if text(value, "type") != "message" or not text(value, "timestamp"):
        return False
    if text(message, "role") in ("toolResult", "bashExecution"):
        return True
    return text(message, "role") == "assistant" and bool(text(message, "api"))


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions."""
    return shelf.reading(NAME, shelf.copies(sources, _take), [one.name for one in sources])


def _take(copy: Copy, value: dict[str, object], raw: bytes, offset: int) -> None:
    time = moment(value, "timestamp")
    if text(value, "type") == "session":
        _begin(copy, value)
        key = f"session {text(value, 'id')}"
    else:
        key = _key(copy, value)
        copy.marks.add(key)
    copy.add(
        Record(
            key=key,
            time=time,
            items=tuple(_items(value)),
            model=text(table(value, "message"), "model"),
            weight=weight(raw),
            source=copy.index,
            offset=offset,
        )
    )


def _begin(copy: Copy, header: dict[str, object]) -> None:
    """The id of the session, and of the one it was branched off: the end of a file's name."""
    if text(header, "id"):
        copy.sessions[text(header, "id")] = None
    parent = text(header, "parentSession").replace("\\", "/").rpartition("/")[2]
    if parent:
        copy.parents.add(parent.removesuffix(".jsonl").rpartition("_")[2])


def _key(copy: Copy, value: dict[str, object]) -> str:
    """What every copy calls an entry, with an id or without: when it came, and what it is."""
    message = table(value, "message")
    role = text(message, "role").replace("hookMessage", "custom")
    parts = (text(value, "timestamp"), text(value, "type"), role, text(message, "toolCallId"))
    found = digest(" ".join(parts))
    count = copy.notes[found] = copy.notes.get(found, 0) + 1
    return found if count == 1 else f"{found}.{count}"


def _items(value: dict[str, object]) -> Iterator[Item]:
    """What one line says."""
    kind = text(value, "type")
    if kind == "message":
        yield from _message(table(value, "message"))
    elif kind == "session":
        yield Now(text(value, "cwd"), text(value, "modelId"))
    elif kind == "model_change":
        yield Now(model=text(value, "modelId"))
    elif kind == "compaction":
        yield Said("marked", "summary of the conversation so far", text(value, "summary"))
    elif kind == "branch_summary":
        yield Said("marked", "went back to an earlier point", text(value, "summary"))
    elif kind == "custom_message":
        yield from _put_in(value)
    elif kind not in _QUIET:
        yield Odd(f"entry of an unknown kind, {kind[:40] or 'none'}, skipped")


def _message(message: dict[str, object]) -> Iterator[Item]:
    role = text(message, "role")
    if role == "user":
        yield Said("prompt", _words(message))
    elif role == "assistant":
        yield from _answered(message)
    elif role == "toolResult":
        yield _result(message)
    elif role == "bashExecution":
        code = whole(message, "exitCode")
        failed = message.get("cancelled") is True
        ok = False if failed else None if code is None else code == 0
        yield Typed(text(message, "command"), text(message, "output"), ok)
    elif role in ("custom", "hookMessage"):
        yield from _put_in(message)
    elif role == "branchSummary":
        yield Said("marked", "went back to an earlier point", text(message, "summary"))
    elif role == "compactionSummary":
        yield Said("marked", "summary of the conversation so far", text(message, "summary"))
    else:
        yield Odd(f"message of an unknown role, {role[:40] or 'none'}, skipped")


def _put_in(message: dict[str, object]) -> Iterator[Item]:
    """What an extension said; one that is not shown is for the agent alone."""
    if message.get("display") is not False:
        yield Said("marked", text(message, "customType") or "an extension", _words(message))


def _words(message: dict[str, object]) -> str:
    """The texts of a message, images by their place."""
    found = [text(message, "content")]
    for block in rows(message, "content"):
        found.append("[image]" if text(block, "type") == "image" else text(block, "text"))
    return "\n".join(filter(None, found))


def _answered(message: dict[str, object]) -> Iterator[Item]:
    for block in rows(message, "content"):
        kind = text(block, "type")
        if kind == "text":
            yield Said("said", text(block, "text"))
        elif kind == "thinking":
            yield Said("thought", text(block, "thinking"))
        elif kind == "toolCall":
            yield Used(text(block, "id"), text(block, "name"), table(block, "arguments"))
        else:
            yield Odd(f"block of an unknown kind, {kind[:40] or 'none'}, skipped")
    if text(message, "stopReason") == "aborted":
        yield Said("marked", "interrupted by the user")
    elif text(message, "stopReason") == "error":
        yield Said("marked", "error", text(message, "errorMessage"))


def _result(message: dict[str, object]) -> Answer:
    said = _words(message)
    failed = message.get("isError") is True
    reads = text(message, "toolName") == "read" and not failed
    cut = table(table(message, "details"), "truncation").get("truncated") is True
    cut = cut or said.startswith(_NOT_TEXT) or any(note in said[-_TAIL:] for note in _NOTES)
    seen = said if reads and not cut else None
    return Answer(text(message, "toolCallId"), said, "error" if failed else "success", seen)


READER = Reader(NAME, recognises, read, find.find, moved=find.MOVED)
