"""GitHub Copilot: sessions out of the event streams of its command line and of VS Code.

Both write the same events, one a line: what the person and the agent said, each call twice (as
the agent asked for it, and when it begins), and its end. VS Code tells of an end only whether it
went well. Sub-agents stand in the same file; their events name the agent, or, in earlier
versions, the call that started it.

Events are described in the program's own development kit (github/copilot-sdk,
``nodejs/src/generated/session-events.ts``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from treadle.thread.agents.codex.result import decoded
from treadle.thread.agents.copilot_cli import find
from treadle.thread.agents.events.clip import one_line
from treadle.thread.agents.reading.fields import moment, rows, table, text, whole
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

NAME = "copilot-cli"

_LINES = 20
_SPOKEN = ("user.message", "assistant.message", "tool.execution_start", "tool.execution_complete")
_FAMILIES = (
    *("session", "assistant", "tool", "subagent", "hook", "system", "permission", "skill"),
    *("user_input", "elicitation", "sampling", "mcp", "mcp_app", "external_tool", "command"),
    *("commands", "auto_mode_switch", "session_limits_exhausted", "exit_plan_mode", "model"),
    *("capabilities", "factory", "ui", "pending_messages", "custom_notification", "tools"),
)
"""Kinds of events of which those that are not read say nothing of the story."""
_CODES = ("denied", "rejected", "declined")


def recognises(head: bytes) -> bool:
    """Whether one of the first lines is the start of a session, or an event as Copilot's."""
    return holds(head, _LINES, _is_event)


def _is_event(value: object) -> bool:
    kind, told = text(value, "type"), table(value, "data")
    if kind == "session.start":
        return bool(text(told, "sessionId"))
    return kind in _SPOKEN and bool(told and text(value, "id") and text(value, "timestamp"))


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions."""
    return shelf.reading(NAME, shelf.copies(sources, _take), [one.name for one in sources])


def _take(copy: Copy, value: dict[str, object], raw: bytes, offset: int) -> None:
    own, told = text(value, "id"), table(value, "data")
    if text(value, "type") == "session.start" and text(told, "sessionId"):
        copy.sessions[text(told, "sessionId")] = None
    if own:
        copy.marks.add(own)
    agent = text(value, "agentId") or text(told, "parentToolCallId")
    record = Record(
        key=own or digest(raw.decode("utf-8", "replace")),
        time=moment(value, "timestamp"),
        items=tuple(_items(copy, value, told)),
        lane=lane(agent),
        model=text(told, "model"),
        weight=weight(raw),
        source=copy.index,
        offset=offset,
    )
    copy.add(record)


def _items(copy: Copy, value: dict[str, object], told: dict[str, object]) -> Iterator[Item]:
    """What one event says."""
    kind = text(value, "type")
    if kind == "user.message":
        yield from _heard(told, helper=bool(text(value, "agentId")))
    elif kind == "assistant.message":
        yield from _answered(copy, told)
    elif kind == "assistant.reasoning":
        yield from _thought(copy, text(told, "content"))
    elif kind in ("tool.execution_start", "tool.user_requested"):
        yield _used(told, text(told, "toolName"), echo=True)
    elif kind == "tool.execution_complete":
        yield _result(told)
    elif kind == "subagent.started":
        agent = text(value, "agentId") or text(told, "toolCallId")
        yield Linked(text(told, "toolCallId"), lane(agent))
    else:
        yield from _turn(kind, told)


def _turn(kind: str, told: dict[str, object]) -> Iterator[Item]:
    """A turn of the session itself."""
    if kind in ("session.start", "session.resume"):
        cwd = text(table(told, "context"), "cwd")
        yield Now(cwd, text(told, "selectedModel"), text(told, "copilotVersion"))
    elif kind == "session.context_changed":
        yield Now(text(told, "cwd"))
    elif kind == "session.model_change":
        yield Now(model=text(told, "newModel"))
    elif kind == "session.compaction_complete" and told.get("success") is not False:
        yield Said("marked", "summary of the conversation so far", text(told, "summaryContent"))
    elif kind == "session.snapshot_rewind":
        yield Said("marked", "rewound")
    elif kind == "abort":
        yield Said("marked", "interrupted by the user")
    elif kind == "session.error":
        yield Said("marked", "error", text(told, "message"))
    elif kind == "skill.invoked":
        yield Said("marked", one_line(f"skill {text(told, 'name')}"))
    elif kind.partition(".")[0] not in _FAMILIES:
        yield Odd(f"event of an unknown kind, {kind[:40] or 'none'}, skipped")


def _heard(told: dict[str, object], *, helper: bool) -> Iterator[Item]:
    """A message to the agent; only one without another source is the person's.

    ``helper``: the agent is a sub-agent, which is told what to do by another agent.
    """
    source, said = text(told, "source"), text(told, "content")
    if told.get("isAutopilotContinuation") is True:
        yield Said("marked", "continued by itself", said)
    elif source in ("", "user") or (helper and source.startswith("agent-")):
        pictures = (text(one, "displayName") for one in rows(told, "attachments"))
        named = [f"[{one_line(name)}]" for name in pictures if name]
        yield Said("prompt", "\n".join([said, *named]) if said else "")
    else:
        yield Said("marked", one_line(source), said)


def _answered(copy: Copy, told: dict[str, object]) -> Iterator[Item]:
    yield from _thought(copy, text(told, "reasoningText"))
    yield Said("said", text(told, "content"))
    for asked in rows(told, "toolRequests"):
        yield _used(asked, text(asked, "name"))


def _thought(copy: Copy, said: str) -> Iterator[Item]:
    """Thinking may stand in an event of its own and again in the message that follows."""
    key = f"thought {digest(said)}"
    if said and key not in copy.notes:
        yield Said("thought", said)
    copy.notes[key] = 1


def _used(told: object, name: str, *, echo: bool = False) -> Used:
    asked = told.get("arguments") if isinstance(told, dict) else None
    script = asked if isinstance(asked, str) else ""
    found = decoded(script) if script.lstrip().startswith("{") else asked
    given = found if isinstance(found, dict) else {}
    return Used(text(told, "toolCallId"), name, given, "" if given else script, echo)


def _result(told: dict[str, object]) -> Answer:
    result = table(told, "result")
    said = text(told, "result") or text(result, "content") or text(result, "text_result_for_llm")
    codes = [whole(block, "exitCode") for block in rows(result, "contents")]
    fault = table(told, "error")
    failed = told.get("success") is False or bool(fault) or any(codes)
    failed |= text(result, "result_type") not in ("", "success")
    reasons = (text(fault, "code"), text(result, "result_type"))
    if any(code in reason.lower() for code in _CODES for reason in reasons):
        said = one_line(f"declined: {text(fault, 'message') or said}").removesuffix(": ")
    elif failed:
        said = said or text(fault, "message")
    return Answer(text(told, "toolCallId"), said, "error" if failed else "success")


READER = Reader(NAME, recognises, read, find.find, moved=find.MOVED)
