"""Gemini CLI: a chat a session, in a folder that is named by the hash of the work tree's path.

A message that calls tools is written when it is said and once more when the tools have ended: while
a command runs, nothing in the chat tells of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from tests.support.roles.role import Change, Fields, Role, Told, dig, words


def hashed(folder: str) -> str:
    """What a folder is called here."""
    return sha256(folder.encode()).hexdigest()


def _session(records: Sequence[Fields]) -> str:
    opened = next((one for one in records if words(one, "projectHash")), {})
    return words(opened, "sessionId")


def _told(records: Sequence[Fields]) -> list[Told]:
    done: set[str] = set()
    found: list[Told] = []
    for record in records:
        listed = dig(record, "toolCalls")
        calls = [call for call in (listed if isinstance(listed, list) else []) if _is_over(call)]
        fresh = [call for call in calls if words(call, "id") not in done]
        done |= {words(call, "id") for call in fresh}
        found.append(
            Told(
                folder=_folder(records) if words(record, "projectHash") else "",
                changes=tuple(change for call in fresh for change in _changes(call, records)),
                output="\n".join(map(_printed, fresh)),
            )
        )
    return found


def _is_over(call: object) -> bool:
    return words(call, "status") == "success"


def _changes(call: object, records: Sequence[Fields]) -> Iterator[Change]:
    name, path = words(call, "name"), words(call, "args", "file_path")
    path = path if path.startswith("/") else f"{_folder(records)}/{path}"
    if name == "write_file":
        yield Change(path, None, words(call, "args", "content"))
    elif name == "replace":
        old, new = words(call, "args", "old_string"), words(call, "args", "new_string")
        yield Change(path, old or None, new)


def _printed(call: object) -> str:
    results = dig(call, "result")
    texts = [
        words(one, "functionResponse", "response", "output")
        for one in (results if isinstance(results, list) else [])
    ]
    return "\n".join(text.removeprefix("Output: ") for text in texts)


def _folder(records: Sequence[Fields]) -> str:
    """The folder that has the chat's hash, among those that its paths lie in."""
    project = next((words(one, "projectHash") for one in records if "projectHash" in one), "")
    listed = [dig(record, "toolCalls") for record in records]
    for call in (call for calls in listed if isinstance(calls, list) for call in calls):
        path = words(call, "args", "file_path") or words(call, "args", "dir_path")
        while path := path.rpartition("/")[0]:
            if hashed(path) == project:
                return path
    return ""


def _place(home: Path, top: Path, file: str, _: datetime) -> Path:
    return home / ".gemini" / "tmp" / hashed(str(top)) / "chats" / file


def _variables(_: str) -> Mapping[str, str]:
    """It says that it is there, and not in which session."""
    return {"GEMINI_CLI": "1"}


GEMINI_CLI = Role("gemini-cli", _session, _told, _place, _variables)
