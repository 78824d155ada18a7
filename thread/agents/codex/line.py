"""One line of a Codex rollout, reduced to what it says.

A line is an envelope of a time, a type and a payload; before version 0.32 the payload stood
bare. Types that only keep the program's books are passed over: token counts, snapshots,
settings.
"""

from __future__ import annotations

from collections.abc import Mapping

from treadle.thread.agents.codex.item import (
    Call,
    Changed,
    Context,
    Ended,
    Item,
    Meta,
    Output,
    Spawned,
    Unknown,
    Used,
    arguments,
    command_line,
    folder,
    plain_name,
)
from treadle.thread.agents.codex.prompt import Prose, words
from treadle.thread.agents.codex.result import blocks, commands_output, result
from treadle.thread.agents.events import clip
from treadle.thread.agents.reading.fields import moment, rows, table, text, whole

ENVELOPES = ("session_meta", "turn_context", "response_item", "event_msg", "compacted")
_SILENT = (
    "ghost_snapshot",
    "compaction",
    "context_compaction",
    "compaction_summary",
    "compaction_trigger",
    "agent_message",
    "additional_tools",
    "tool_search_output",
    "other",
)


def items(value: object) -> tuple[str, list[Item]]:
    """The time of a line and what it says; nothing where it is only bookkeeping."""
    kind, payload = text(value, "type"), table(value, "payload")
    if kind == "response_item" and payload:
        return moment(value, "timestamp"), _response(payload)
    if kind == "event_msg" and payload:
        return moment(value, "timestamp"), _event(payload)
    if kind in ENVELOPES:
        return moment(value, "timestamp"), _enveloped(kind, payload)
    if not payload and isinstance(value, dict) and is_bare(value):
        bare = _response(value) if kind else [_meta(value)]
        return moment(value, "timestamp"), [item for item in bare if not isinstance(item, Unknown)]
    return "", []


def is_bare(value: Mapping[str, object]) -> bool:
    """Whether a line is one of those from before the envelope."""
    kind = text(value, "type")
    if not kind:
        known = "instructions" in value or "git" in value
        return bool(text(value, "id") and text(value, "timestamp")) and known
    if kind == "message":
        said = rows(value, "content")
        return any(text(block, "type") in ("input_text", "output_text") for block in said)
    return kind in ("reasoning", "local_shell_call") or (
        kind in ("function_call", "function_call_output") and bool(text(value, "call_id"))
    )


def _enveloped(kind: str, payload: Mapping[str, object]) -> list[Item]:
    if kind == "session_meta":
        return [_meta(payload)]
    if kind == "turn_context":
        cwd = folder(text(payload, "cwd"))
        return [Context(text(payload, "turn_id"), cwd, text(payload, "model"))]
    return [Prose("marked", "conversation compacted", text(payload, "message"), rank=1)]


def _meta(payload: Mapping[str, object]) -> Meta:
    source = table(table(payload, "source"), "subagent")
    spawn = table(source, "thread_spawn")
    parent = text(spawn, "parent_thread_id") or text(payload, "parent_thread_id")
    spawned = bool(parent and ("subagent" in table(payload, "source") or spawn)) or (
        bool(parent) and text(payload, "thread_source") == "subagent"
    )
    base = text(table(payload, "history_base"), "thread_id")
    return Meta(
        id=text(payload, "id") or text(payload, "session_id"),
        cwd=folder(text(payload, "cwd")),
        version=text(payload, "cli_version"),
        parent=parent or text(payload, "forked_from_id") or base,
        spawned=spawned,
        path=text(spawn, "agent_path"),
    )


def _response(payload: Mapping[str, object]) -> list[Item]:
    """What the model was sent, or sent itself."""
    kind = text(payload, "type")
    if kind == "message":
        return _message(payload)
    if kind == "reasoning":
        said = blocks(payload, "summary") or blocks(payload, "content")
        return [Prose("thought", clip.prose(part)) for part in said if part.strip()]
    if kind in ("function_call", "custom_tool_call", "local_shell_call"):
        return [_call(payload)]
    if kind in ("function_call_output", "custom_tool_call_output"):
        return [Output(text(payload, "call_id"), result(payload.get("output")))]
    if kind in ("web_search_call", "tool_search_call", "image_generation_call"):
        id_ = text(payload, "call_id") or text(payload, "id")
        asked = table(payload, "action") or table(payload, "arguments")
        return [Used(id_, kind.removesuffix("_call"), asked, "", True)]
    if kind in _SILENT:
        return []
    return [Unknown(f"response item of an unknown kind, {clip.one_line(kind) or 'without a type'}")]


def _message(payload: Mapping[str, object]) -> list[Item]:
    role = text(payload, "role")
    said = blocks(payload, "content")
    if role == "assistant":
        return [Prose("said", clip.prose(part)) for part in said if part.strip()]
    return _user(said, 0) if role == "user" else []


def _user(said: list[str], rank: int) -> list[Item]:
    """The blocks of a user message; those of the prompt become one."""
    found: list[Item] = []
    for part in said:
        item = words(part, rank)
        last = found[-1] if found else None
        if _is_prompt(item) and isinstance(last, Prose) and _is_prompt(last):
            joined = clip.prose(f"{last.text}\n{item.text if isinstance(item, Prose) else ''}")
            found[-1] = Prose("prompt", joined, rank=rank)
        elif item is not None:
            found.append(item)
    return found


def _is_prompt(item: object) -> bool:
    return isinstance(item, Prose) and item.kind == "prompt"


def _call(payload: Mapping[str, object]) -> Call:
    id_ = text(payload, "call_id") or text(payload, "id")
    if text(payload, "type") == "local_shell_call":
        action = table(payload, "action")
        command, where = rows(action, "command"), text(action, "working_directory")
        return Call(id_, "local_shell", {"command": command, "workdir": where})
    name, space = plain_name(text(payload, "name")), text(payload, "namespace")
    if space.startswith("mcp__") and not name.startswith("mcp__"):
        name = f"{space}.{name}"
    if text(payload, "type") == "custom_tool_call":
        return Call(id_, name, script=text(payload, "input"))
    asked = arguments(payload.get("arguments"))
    return Call(id_, name, asked, "" if asked else text(payload, "arguments"))


def _event(payload: Mapping[str, object]) -> list[Item]:
    """What was shown on the screen."""
    kind = text(payload, "type")
    if kind in ("task_started", "turn_started"):
        return [Context(turn=text(payload, "turn_id"))]
    if kind == "user_message":
        shown = [text(payload, "message"), *_images(payload)]
        return _user([part for part in shown if part], 1)
    if kind == "agent_message":
        return _prose("said", text(payload, "message"), 1)
    if kind in ("agent_reasoning", "agent_reasoning_raw_content"):
        return _prose("thought", text(payload, "text"), 1)
    if kind == "exec_command_end":
        return [_ended(payload, text(payload, "call_id"), 1)]
    if kind == "patch_apply_end":
        return [_changed(payload, text(payload, "call_id"), 1)]
    if kind == "mcp_tool_call_end":
        return [_invoked(payload)]
    if kind == "collab_agent_spawn_end":
        return [Spawned(text(payload, "call_id"), text(payload, "new_thread_id"))]
    if kind == "item_completed":
        return _completed(table(payload, "item"))
    return _marked(kind, payload)


def _images(payload: Mapping[str, object]) -> list[str]:
    return ["[image]"] * (len(rows(payload, "images")) + len(rows(payload, "local_images")))


def _prose(kind: str, said: str, rank: int) -> list[Item]:
    return [Prose(kind, clip.prose(said), rank=rank)] if said.strip() else []


def _marked(kind: str, payload: Mapping[str, object]) -> list[Item]:
    """A turn of the session itself."""
    told = ""
    if kind == "turn_aborted":
        reason = text(payload, "reason")
        told = f"interrupted ({reason})" if reason not in ("", "interrupted") else "interrupted"
    elif kind == "thread_rolled_back":
        count = whole(payload, "num_turns")
        told = f"the last {count} turns taken back" if count != 1 else "the last turn taken back"
    elif kind == "context_compacted":
        return [Prose("marked", "conversation compacted")]
    elif kind == "entered_review_mode":
        told = f"review begins: {text(payload, 'user_facing_hint')}".removesuffix(": ")
    elif kind == "exited_review_mode":
        told = "review ends"
        review = text(table(payload, "review_output"), "overall_explanation")
        return [Prose("marked", told, review, rank=1)]
    elif kind == "error":
        told = clip.one_line(f"error: {text(payload, 'message')}")
    return [Prose("marked", told, rank=1)] if told else []


def _ended(value: Mapping[str, object], id_: str, rank: int) -> Ended:
    code = whole(value, "exit_code")
    return Ended(
        id=id_,
        command=command_line(value.get("command")),
        cwd=folder(text(value, "cwd")),
        output=commands_output(value),
        exit=whole(value, "exitCode") if code is None else code,
        status=text(value, "status"),
        typed=text(value, "source") in ("user_shell", "userShell"),
        rank=rank,
    )


def _changed(value: Mapping[str, object], id_: str, rank: int) -> Changed:
    status, success = text(value, "status"), value.get("success")
    ok = success if isinstance(success, bool) else None
    if status in ("completed", "failed", "declined"):
        ok = status == "completed"
    reason = text(value, "stderr") or text(value, "stdout")
    changes = table(value, "changes")
    return Changed(id_, changes, ok, status == "declined", "" if ok else reason, rank)


def _invoked(payload: Mapping[str, object]) -> Used:
    asked = table(payload, "invocation")
    name = f"{text(asked, 'server')}.{text(asked, 'tool')}"
    told = table(payload, "result")
    inner = table(told, "Ok") or told
    failed = "Err" in told or inner.get("isError") is True
    said = text(told, "Err") or "\n".join(blocks(inner, "content"))
    return Used(text(payload, "call_id"), name, table(asked, "arguments"), said, not failed)


def _completed(item: Mapping[str, object]) -> list[Item]:
    """An item of the history by turns."""
    kind = text(item, "type").replace("_", "").lower()
    id_ = text(item, "id")
    if kind == "usermessage":
        return _user(blocks(item, "content"), 2)
    if kind == "agentmessage":
        said = "\n".join(blocks(item, "content")) or text(item, "text")
        return _prose("said", said, 2)
    if kind == "plan":
        return _prose("said", text(item, "text"), 2)
    if kind == "reasoning":
        parts = blocks(item, "summary_text") or blocks(item, "raw_content")
        return [Prose("thought", clip.prose(part), rank=2) for part in parts if part.strip()]
    if kind == "commandexecution":
        return [_ended(item, id_, 2)]
    if kind == "filechange":
        return [_changed(item, id_, 2)]
    if kind in ("mcptoolcall", "dynamictoolcall"):
        return [_tool(item, id_)]
    if kind in ("collabagenttoolcall", "subagentactivity"):
        return _agents(item, id_)
    if kind == "contextcompaction":
        return [Prose("marked", "conversation compacted", rank=2)]
    return []


def _tool(item: Mapping[str, object], id_: str) -> Used:
    name = ".".join(part for part in (text(item, "server"), text(item, "tool")) if part)
    said = "\n".join(blocks(table(item, "result"), "content") or blocks(item, "content_items"))
    said = said or text(table(item, "error"), "message") or text(item, "error")
    asked = table(item, "arguments")
    return Used(
        id_, name, asked, said, {"completed": True, "failed": False}.get(text(item, "status"))
    )


def _agents(item: Mapping[str, object], id_: str) -> list[Item]:
    found = [text(item, "agent_thread_id"), text(item, "agentThreadId")]
    found += [one for one in rows(item, "receiver_thread_ids") if isinstance(one, str)]
    return [Spawned(id_, one, text(item, "agent_path")) for one in found if one]
