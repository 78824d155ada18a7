"""Factory's Droid: sessions out of its JSONL transcripts.

A header names the session and its folder; messages follow, with the blocks of Anthropic's API.
A sub-agent is a session with a file of its own, whose header names the session and the call that
started it. The model stands in a file of settings beside the transcript; that tells only the last
one, which another day's reading would not find again, and so it is not read.

Learnt from real transcripts of version 2 of the format, and from programs that read it
(git-ai-project/git-ai, ``presets/droid.rs``; specstoryai/getspecstory, ``droidcli``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from treadle.thread.agents.claude_code.prompt import Prose, words
from treadle.thread.agents.codex.result import decoded
from treadle.thread.agents.droid import find
from treadle.thread.agents.reading.fields import moment, rows, table, text
from treadle.thread.agents.reading.kin import lane
from treadle.thread.agents.reading.lines import holds
from treadle.thread.agents.source import Reader, Reading, Source
from treadle.thread.agents.telling import shelf
from treadle.thread.agents.telling.record import (
    Answer,
    Item,
    Linked,
    Now,
    Odd,
    Record,
    Said,
    Used,
    digest,
    weight,
)
from treadle.thread.agents.telling.shelf import Copy

NAME = "droid"

_LINES = 20
_QUIET = ("todo_state", "session_end", "session_title", "session_settings")
_DECLINED = ("user rejected", "rejected by user", "cancelled by user", "canceled by user")
_ATTACHED = ("Contents of ", "<file-contents", "<attached", "<context")
_EXIT = "[Process exited with code "
_READ_LINES = 2000
"""Lines from which a read may have been cut."""


def recognises(head: bytes) -> bool:
    """Whether one of the first lines is the header of a session, or a message with a call."""
    return holds(head, _LINES, _is_droid)


def _is_droid(value: object) -> bool:
    if text(value, "type") == "session_start":
        return bool(text(value, "id"))
    message = table(value, "message")
    if text(value, "type") != "message" or not text(value, "id") or not text(value, "timestamp"):
        return False
    calls = ("tool_use", "tool_result")
    return any(text(block, "type") in calls for block in rows(message, "content"))


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions, sub-agents with the session that started them."""
    return shelf.reading(NAME, shelf.copies(sources, _take), [one.name for one in sources])


def _take(copy: Copy, value: dict[str, object], raw: bytes, offset: int) -> None:
    kind, own = text(value, "type"), text(value, "id")
    if kind == "session_start":
        _begin(copy, value)
    elif own:
        copy.marks.add(own)
    record = Record(
        key=f"{kind} {own}"
        if kind == "session_start"
        else own or digest(raw.decode("utf-8", "replace")),
        time=moment(value, "timestamp"),
        items=tuple(_items(copy, value)),
        lane=copy.lane,
        weight=weight(raw),
        source=copy.index,
        offset=offset,
    )
    copy.add(record)


def _begin(copy: Copy, header: dict[str, object]) -> None:
    """Whose file it is: a session's, or a sub-agent's that belongs to another session."""
    own, caller = text(header, "id"), text(header, "callingSessionId")
    if own:
        copy.sessions[own] = None
    if caller and caller != own:
        copy.lane = lane(own)
        copy.parents.add(caller)
        copy.marks.add(shelf.session_mark(caller))


def _items(copy: Copy, value: dict[str, object]) -> Iterator[Item]:
    """What one line says."""
    kind = text(value, "type")
    if kind == "session_start":
        yield Now(text(value, "cwd"))
        if copy.lane and text(value, "callingToolUseId"):
            yield Linked(text(value, "callingToolUseId"), copy.lane)
    elif kind == "message":
        yield from _message(table(value, "message"))
    elif kind in ("compaction_state", "compaction"):
        summary = text(value, "summaryText") or text(value, "summary")
        yield Said("marked", "summary of the conversation so far", summary)
    elif kind not in _QUIET:
        yield Odd(f"record of an unknown kind, {kind[:40] or 'none'}, skipped")


def _message(message: dict[str, object]) -> Iterator[Item]:
    role = text(message, "role")
    if role == "user":
        yield from _heard(message)
    elif role != "assistant":
        yield Odd(f"message of an unknown role, {role[:40] or 'none'}, skipped")
    for block in rows(message, "content"):
        kind = text(block, "type")
        if kind == "tool_use":
            asked = table(block, "input")
            yield Used(text(block, "id"), text(block, "name"), asked, text(block, "input"))
        elif kind == "tool_result":
            yield _result(block)
        elif kind == "text" and role == "assistant":
            yield Said("said", text(block, "text"))
        elif kind == "thinking":
            yield Said("thought", text(block, "thinking"))
        elif kind not in ("text", "image", "document", "redacted_thinking"):
            yield Odd(f"block of an unknown kind, {kind[:40] or 'none'}, skipped")


def _heard(message: dict[str, object]) -> Iterator[Item]:
    """What the person said, without what the program puts beside it."""
    said: list[str] = []
    texts = [text(message, "content")]
    for block in rows(message, "content"):
        picture = text(block, "type") in ("image", "document")
        texts.append(f"[{text(block, 'type')}]" if picture else text(block, "text"))
    for one in filter(None, texts):
        found = words(one)
        if isinstance(found, Prose) and found.kind != "prompt":
            yield Said(found.kind, found.text, found.output)
        elif isinstance(found, Prose) and not (said and one.startswith(_ATTACHED)):
            said.append(found.text)
    if said:
        yield Said("prompt", "\n".join(said))


def _result(block: object) -> Answer:
    content = text(block, "content")
    parts = [text(part, "text") for part in rows(block, "content")]
    said = content or "\n".join(filter(None, parts))
    failed = isinstance(block, dict) and block.get("is_error") is True
    told = decoded(said) if said.startswith("{") else None
    if isinstance(told, dict) and told.get("success") is False:
        failed, said = True, text(told, "error") or text(told, "message") or said
    if any(sign in said[:400].lower() for sign in _DECLINED) and failed:
        said = "declined"
    failed |= _EXIT in said[-100:] and f"{_EXIT}0]" not in said[-100:]
    seen = None if failed or said.count("\n") >= _READ_LINES else said
    return Answer(text(block, "tool_use_id"), said, "error" if failed else "success", seen)


READER = Reader(NAME, recognises, read, find.find, find.beside)
