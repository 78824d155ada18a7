"""What came back from a tool of Claude Code.

A result stands twice in its record: as the text that the agent saw, and as an object made
for the program, which has the exact texts of an edit. The object is large (the whole file
before the edit), so it is taken apart at once and only what is used stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from treadle.thread.agents.reading.fields import rows, table, text, whole

_DECLINED = "The user doesn't want to proceed with this tool use"
_TOLD = "the user said:"
_TAKEN_AWAY = "The user doesn't want to take this action right now"
_NOTE = "\n\nNote: The user's next message"


@dataclass(frozen=True, slots=True)
class Edited:
    """The program's own account of an edit that it made."""

    path: str
    before: str | None
    """The whole file before, None if it was not kept or only in part."""
    created: bool
    content: str | None
    """The whole new file, of a Write."""
    pairs: tuple[tuple[str, str, bool], ...]
    """Old text, new text, all occurrences: of an Edit one, of a MultiEdit several."""
    line: int | None
    """0-based line of the first changed one."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a call gave."""

    id: str
    text: str
    """What the agent saw; ``""`` where ``edited`` or ``read`` say it all."""
    failed: bool
    declined: bool = False
    """The person did not allow it; ``text`` is the reason."""
    stdout: str | None = None
    """Of a command, with its standard error; None where the text alone is known."""
    interrupted: bool = False
    edited: Edited | None = None
    read: tuple[str, str] | None = None
    """Path and text of a file that was read from its first line to its last."""
    agent: str = ""
    """Id of the sub-agent that answered."""
    prompt: str = ""
    """What that sub-agent was asked."""
    plan: str = ""

    @property
    def weight(self) -> int:
        """Of several results of one call the heaviest is the one to keep."""
        known = (self.edited, self.read, self.stdout, self.agent or None)
        return 2 * sum(fact is not None for fact in known) + bool(self.text)


def result(block: object, value: object) -> Result:
    """The result in a ``tool_result`` block of the record ``value``."""
    told = value.get("toolUseResult") if isinstance(value, dict) else None
    failed = isinstance(block, dict) and block.get("is_error") is True
    said = seen(block)
    if failed or not isinstance(told, dict):
        reason = _reason(said)
        declined = reason is not None
        text_ = reason if reason is not None else _unwrapped(said)
        return Result(text(block, "tool_use_id"), text_, failed or declined, declined)
    edited, read = _edited(told), _read(told)
    return Result(
        id=text(block, "tool_use_id"),
        text="" if edited or read else _answer(told) or said,
        failed=told.get("success") is False,
        stdout=_printed(told),
        interrupted=told.get("interrupted") is True,
        edited=edited,
        read=read,
        agent=text(told, "agentId"),
        prompt=text(told, "prompt"),
        plan=text(told, "plan"),
    )


def seen(block: object) -> str:
    """The text of a block's content: a string, or blocks of their own."""
    content = text(block, "content")
    if content:
        return content
    parts = []
    for part in rows(block, "content"):
        kind = text(part, "type")
        parts.append(text(part, "text") if kind == "text" else f"[{kind or 'block'}]")
    return "\n".join(parts)


def _reason(said: str) -> str | None:
    """Why the person declined the call, ``""`` if they gave no reason; None if they did not."""
    if not said.startswith((_DECLINED, _TAKEN_AWAY)):
        return None
    told = said.find(_TOLD)
    if told < 0:
        return ""
    reason = said[told + len(_TOLD) :]
    note = reason.rfind(_NOTE)
    return (reason if note < 0 else reason[:note]).strip()


def _unwrapped(said: str) -> str:
    said = said.removeprefix("<tool_use_error>")
    return said.removesuffix("</tool_use_error>")


def _answer(told: dict[str, object]) -> str:
    """A sub-agent's answer, without the program's remarks that follow it in the text."""
    if not text(told, "agentId"):
        return ""
    return "\n".join(text(part, "text") for part in rows(told, "content") if text(part, "text"))


def _printed(told: dict[str, object]) -> str | None:
    if not isinstance(told.get("stdout"), str):
        return None
    if told.get("isImage") is True:
        return "[image]"
    out, error = text(told, "stdout"), text(told, "stderr")
    return f"{out}\n{error}" if out and error and not out.endswith("\n") else out + error


def _read(told: dict[str, object]) -> tuple[str, str] | None:
    """A file that was read whole. Its text is exact, with tabs and the LF at its end."""
    file = table(told, "file")
    content, lines = text(file, "content"), whole(file, "totalLines")
    if not content or whole(file, "startLine") != 1 or whole(file, "numLines") != lines:
        return None
    if file.get("truncated") or content.count("\n") + 1 != lines:
        return None
    return text(file, "filePath"), content


def _edited(told: dict[str, object]) -> Edited | None:
    path = text(told, "filePath")
    pairs = [told, *rows(told, "edits")] if path else []
    found = tuple(pair for pair in map(_pair, pairs) if pair)
    content = told.get("content")
    writes = text(told, "type") in ("create", "update") and isinstance(content, str)
    if not path or not (found or writes):
        return None
    first, needed = _patched(rows(told, "structuredPatch"))
    before = told.get("originalFile", told.get("originalFileContents"))
    if not isinstance(before, str) or before.count("\n") + 1 < needed:
        before = None
    created = text(told, "type") == "create"
    return Edited(path, before, created, str(content) if writes else None, found, first)


def _pair(value: object) -> tuple[str, str, bool] | None:
    for old, new, every in (
        ("oldString", "newString", "replaceAll"),
        ("old_string", "new_string", "replace_all"),
    ):
        if not isinstance(value, dict) or not isinstance(value.get(old), str):
            continue
        if isinstance(value.get(new), str):
            return text(value, old), text(value, new), value.get(every) is True
    return None


def _patched(hunks: list[object]) -> tuple[int | None, int]:
    """The first changed line, 0-based, and how many lines the file before must have had.

    Only the numbers of ``structuredPatch`` can be trusted: its text has spaces for tabs.
    """
    needed = 0
    for hunk in hunks:
        start, length = whole(hunk, "oldStart"), whole(hunk, "oldLines")
        if start is not None and length:
            needed = max(needed, start + length - 1)
    start = whole(hunks[0], "oldStart") if hunks else None
    if start is None:
        return None, needed
    context = 0
    for line in rows(hunks[0], "lines"):
        if not isinstance(line, str) or not line.startswith(" "):
            break
        context += 1
    return max(0, start - 1 + context), needed
