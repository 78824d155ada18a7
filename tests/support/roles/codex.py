"""Codex: a rollout a session, in the folder of the day on which it began.

A patch is asked for in one record and applied before its answer is written; between the two
stands Codex's own account of it, in newer versions. The account is believed where there is one.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from tests.support.roles.role import Change, Fields, Role, Told, dig, hunks, words

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BEGIN, _END = "*** Begin Patch", "*** End Patch"
_HEADER = re.compile(r"\*\*\* (Add|Update|Delete) File: (.+)|\*\*\* Move to: (.+)")
_CALLS = ("function_call", "custom_tool_call", "local_shell_call")
_ANSWERS = ("function_call_output", "custom_tool_call_output")
_REFUSED = re.compile(r"verification failed|rejected by user|aborted by user|Failed to find")


def _session(records: Sequence[Fields]) -> str:
    first = next((one for one in records if one.get("type") == "session_meta"), {})
    return words(first, "payload", "id")


def _told(records: Sequence[Fields]) -> list[Told]:
    teller = _Teller()
    return [teller.told(record) for record in records]


class _Teller:
    """Goes through a rollout; knows where the agent is, and what it asked for."""

    def __init__(self) -> None:
        self._folder = ""
        self._asked: dict[str, tuple[Change, ...]] = {}
        """Patches that wait for their answer, by call."""

    def told(self, record: Fields) -> Told:
        payload = record.get("payload")
        kind = words(payload, "type")
        self._folder = words(payload, "cwd") if _is_place(record) else self._folder
        call, item = words(payload, "call_id"), dig(payload, "item")
        changes: tuple[Change, ...] = ()
        if kind in _CALLS:
            self._asked[call] = tuple(self._patches(payload))
        elif kind == "patch_apply_end":
            self._asked.pop(call, None)
            changes = tuple(_accounts(payload))
        elif words(item, "type") == "FileChange":
            self._asked.pop(words(item, "id"), None)
            changes = tuple(_accounts(item))
        elif kind in _ANSWERS:
            asked = self._asked.pop(call, ())
            changes = () if _REFUSED.search(_plain(dig(payload, "output"))) else asked
        return Told(
            folder=self._folder,
            changes=changes,
            output=_output(payload),
            helped=dig(payload, "source", "subagent") is not None,
            compacted=record.get("type") == "compacted",
        )

    def _patches(self, payload: object) -> Iterator[Change]:
        """The patches that a call holds, whatever they are wrapped in."""
        asked = _opened(dig(payload, "arguments") or dig(payload, "action"))
        folder = os.path.join(self._folder, words(asked, "workdir"))
        for text in [words(payload, "input"), *_texts(asked)]:
            begin, end = text.find(_BEGIN), text.find(_END)
            if 0 <= begin < end:
                patch = text[begin:end]
                yield from _sections(patch if "\n" in patch else _unquoted(patch), folder)


def _is_place(record: Fields) -> bool:
    return record.get("type") in ("session_meta", "turn_context") and bool(
        words(record, "payload", "cwd")
    )


def _output(payload: object) -> str:
    """What a command printed, in a record of its end or in the answer to its call."""
    if words(payload, "type") in _ANSWERS:
        return _plain(dig(payload, "output"))
    found = (
        words(dig(payload, *inner), key)
        for inner in ((), ("item",))
        for key in ("aggregated_output", "stdout")
    )
    return next(filter(None, found), "")


def _plain(output: object) -> str:
    """An answer as one text: it may be one, JSON in one, or rows of texts."""
    opened = _opened(output)
    return "\n".join(_texts(opened))


def _texts(value: object) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(one)


def _opened(value: object) -> object:
    """A value that may be JSON in a text."""
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _unquoted(text: str) -> str:
    """What stands in a literal of a program."""
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return ""


def _sections(patch: str, folder: str) -> Iterator[Change]:
    """The changes of a patch, file by file."""
    kind, path, to, lines = "", "", "", list[str]()
    for line in [*patch.split("\n")[1:], "*** Update File: "]:
        header = _HEADER.fullmatch(line)
        if header and header[3]:
            to = os.path.join(folder, header[3])
        elif header or line == "*** Update File: ":
            yield from _section(kind, path, to, lines)
            kind, path = (header[1], os.path.join(folder, header[2])) if header else ("", "")
            to, lines = "", []
        elif not line.startswith("***"):
            lines.append(line)


def _section(kind: str, path: str, to: str, lines: Sequence[str]) -> Iterator[Change]:
    if kind == "Add":
        yield Change(path, None, "".join(f"{line[1:]}\n" for line in lines if line))
    elif kind == "Delete":
        yield Change(path)
    elif kind:
        yield from _updates(path, to, lines)


def _accounts(account: object) -> Iterator[Change]:
    """The changes that Codex itself says it made."""
    found = dig(account, "changes")
    failed = dig(account, "success") is False or words(account, "status") in ("failed", "declined")
    for path, change in found.items() if isinstance(found, Mapping) and not failed else ():
        kind = words(change, "type")
        if kind == "add":
            yield Change(path, None, words(change, "content"))
        elif kind == "delete":
            yield Change(path)
        else:
            lines = words(change, "unified_diff").removesuffix("\n").split("\n")
            yield from _updates(path, words(change, "move_path"), lines)


def _updates(path: str, to: str, lines: Sequence[str]) -> Iterator[Change]:
    for old, new in hunks(lines):
        yield Change(path, old, new)
    if to:
        yield Change(path, "", "", to=to)


def _place(home: Path, _: Path, file: str, began: datetime) -> Path:
    """The name's time is local, as Codex has it."""
    found = _ID.search(file)
    named = f"rollout-{began:%Y-%m-%dT%H-%M-%S}-{found[0] if found else file}.jsonl"
    return home / ".codex" / "sessions" / f"{began:%Y/%m/%d}" / named


def _variables(session: str) -> Mapping[str, str]:
    return {"CODEX_THREAD_ID": session}


CODEX = Role("codex", _session, _told, _place, _variables)
