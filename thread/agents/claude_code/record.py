"""One record of a Claude Code transcript, reduced to what it says.

Records are big: an edit repeats the whole file it changes, every answer its token counts.
What is kept of one is a handful of items, in a form that does not depend on the layout in
which it came: a record of a sub-agent looks the same whether it stood in a file of its own,
in line, or wrapped in a progress record of its parent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeGuard

from treadle.thread.agents.claude_code import prompt
from treadle.thread.agents.claude_code.prompt import Prose, Shell, ShellOutput
from treadle.thread.agents.claude_code.result import Result, result
from treadle.thread.agents.events import clip
from treadle.thread.agents.reading.fields import moment, rows, table, text

_LABEL = re.compile(r"[^A-Za-z0-9_.-]")
_FILLER = "No response requested."
"""What the program answers where a prompt was interrupted, to keep the turns alternating."""
_PERSONAL = ("typed", "queued", "sdk")


@dataclass(frozen=True, slots=True)
class Call:
    """The agent calls a tool."""

    id: str
    name: str
    input: dict[str, object]


@dataclass(frozen=True, slots=True)
class Queued:
    """The queue of prompts typed ahead changes."""

    operation: str
    """``enqueue``, ``dequeue``, ``remove`` or ``popAll``."""
    text: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A call of the main agent is known to have started a sub-agent."""

    call: str
    lane: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that carries a message which this reader does not understand."""

    reason: str


Item = Prose | Shell | ShellOutput | Call | Result | Queued | Linked | Unknown


@dataclass(frozen=True, slots=True)
class Record:
    """What one record says, and where it stood."""

    key: str
    """Its uuid; without one, a hash of its bytes."""
    time: str
    session: str
    parent: str
    """Key of the record it answers, ``""`` for a root."""
    side: bool
    """Of a sub-agent."""
    apart: bool
    """Marked as a sidechain: in the sub-agent's own file, or in line; not wrapped in a record of
    the parent's."""
    lane: str
    """Label of the sub-agent, ``""`` if it has none or the record is the main agent's."""
    model: str
    cwd: str
    version: str
    items: tuple[Item, ...]
    source: int
    """Index of the source it was read from."""
    offset: int
    size: int
    """Bytes of the line: of two copies of one record the longer one says more."""


def label(agent: str) -> str:
    """The lane of a sub-agent, the same in every layout."""
    agent = _LABEL.sub("", agent)[:40].removeprefix("agent-")
    return f"agent-{agent}" if agent else ""


def record(value: object, raw: bytes, number: int, source: int, offset: int) -> Record | None:
    """The record in a line; None where it is only the program's bookkeeping.

    ``number`` counts the documents of the line ``raw``. A record of a sub-agent is kept even
    if it says nothing: those after it are known by their parent.
    """
    apart = isinstance(value, dict) and value.get("isSidechain") is True
    inner, agent = value, text(value, "agentId")
    items: list[Item] = []
    if text(value, "type") == "progress":
        told = table(value, "data")
        if text(told, "type") == "agent_progress":
            inner, agent = table(told, "message"), text(told, "agentId")
            items.append(Linked(text(value, "parentToolUseID"), label(agent)))
    side = apart or inner is not value
    items += _items(text(inner, "type"), inner, side)
    if not items and not side:
        return None
    return Record(
        key=text(inner, "uuid") or text(value, "uuid") or _hash(raw, number),
        time=moment(inner, "timestamp") or moment(value, "timestamp"),
        session=text(value, "sessionId"),
        parent=text(value, "parentUuid"),
        side=side,
        apart=apart,
        lane=label(agent) if side else "",
        model=_model(inner),
        cwd=text(value, "cwd"),
        version=text(value, "version"),
        items=tuple(items),
        source=source,
        offset=offset,
        size=len(raw),
    )


def _hash(raw: bytes, number: int) -> str:
    return blake2b(raw, digest_size=16, salt=str(number).encode()[:16]).hexdigest()


def _model(value: object) -> str:
    model = text(table(value, "message"), "model")
    return "" if model == "<synthetic>" else model


def _items(kind: str, value: object, side: bool) -> list[Item]:
    if kind == "assistant":
        return _answer(value)
    if kind == "user":
        return _user(value, side)
    if kind == "system":
        return _system(value)
    if kind == "attachment":
        return _attachment(table(value, "attachment"))
    if kind == "queue-operation":
        return [Queued(text(value, "operation"), text(value, "content"))]
    if table(value, "message"):
        return [Unknown(f"record of an unknown kind, {clip.one_line(kind) or 'without a type'}")]
    return []


def _answer(value: object) -> list[Item]:
    """The blocks of an answer; what the program answers in the agent's place is only marked."""
    message = table(value, "message")
    voice = "marked" if text(message, "model") == "<synthetic>" else "said"
    whole = text(message, "content")
    items: list[Item] = [Prose(voice, clip.prose(whole))] if whole else []
    for block in rows(message, "content"):
        kind, words = text(block, "type"), text(block, "text")
        if kind == "text" and words.strip() and not (voice == "marked" and words == _FILLER):
            items.append(Prose(voice, clip.prose(words)))
        elif kind == "thinking" and text(block, "thinking").strip():
            items.append(Prose("thought", clip.prose(text(block, "thinking"))))
        elif kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
            items.append(Call(text(block, "id"), text(block, "name"), table(block, "input")))
        elif kind not in ("text", "thinking", "redacted_thinking") and "tool_result" not in kind:
            items.append(Unknown(f"answer with a block of an unknown kind, {clip.one_line(kind)}"))
    return items


def _user(value: object, side: bool) -> list[Item]:
    """Tool results, and what the person or the program says."""
    message = table(value, "message")
    items: list[Item] = []
    said: list[str] = [text(message, "content")] if text(message, "content") else []
    for block in rows(message, "content"):
        kind = text(block, "type")
        if kind == "tool_result":
            items.append(result(block, value))
        elif kind == "text":
            said.append(text(block, "text"))
        elif kind in ("image", "document"):
            said.append(f"[{kind}]")
    if isinstance(value, dict) and value.get("isMeta") is True:
        return items
    if isinstance(value, dict) and value.get("isCompactSummary") is True:
        return [*items, prompt.summary("\n".join(said))]
    return items + [_adapted(item, value, side) for item in _joined(said)]


def _joined(said: list[str]) -> list[Prose | Shell | ShellOutput]:
    """The blocks of one record; those of the prompt become one."""
    found: list[Prose | Shell | ShellOutput] = []
    for part in said:
        item = prompt.words(part)
        last = found[-1] if found else None
        if _is_prompt(item) and _is_prompt(last):
            found[-1] = Prose("prompt", clip.prose(f"{last.text}\n{item.text}"))
        elif item is not None:
            found.append(item)
    return found


def _is_prompt(item: object) -> TypeGuard[Prose]:
    return isinstance(item, Prose) and item.kind == "prompt"


def _adapted(item: Prose | Shell | ShellOutput, value: object, side: bool) -> Item:
    """Only a person prompts: not what a sub-agent is given, nor what the program sends."""
    if not _is_prompt(item):
        return item
    if side:
        return Prose("told", item.text)
    origin, source = text(table(value, "origin"), "kind"), text(value, "promptSource")
    if source not in ("", *_PERSONAL) or (not source and origin not in ("", "human")):
        line = clip.one_line(item.text)
        return Prose("marked", line, item.text if line != item.text else "")
    return item


def _system(value: object) -> list[Item]:
    kind = text(value, "subtype")
    if kind == "compact_boundary":
        how = text(table(value, "compactMetadata"), "trigger")
        return [Prose("marked", "conversation compacted" + (f" ({how})" if how else ""))]
    if kind == "microcompact_boundary":
        return [Prose("marked", "old tool output dropped from the conversation")]
    return []


def _attachment(value: dict[str, object]) -> list[Item]:
    kind = text(value, "type")
    if kind == "queued_command":
        parts = rows(value, "prompt")
        said = [text(part, "text") or f"[{text(part, 'type')}]" for part in parts]
        item = prompt.words(text(value, "prompt") or "\n".join(said))
        if _is_prompt(item):
            item = Prose("prompt", item.text, queued=True)
        return [item] if item else []
    if kind == "edited_text_file":
        name = clip.one_line(text(value, "filename"))
        return [Prose("marked", f"changed outside the session: {name}", text(value, "snippet"))]
    return []
