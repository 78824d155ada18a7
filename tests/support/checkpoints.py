"""A checkpoints branch as the Entire CLI writes it, and transcripts to put on it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.support.scratch import Scratch
from treadle.thread.entire.checkpoints import BRANCH
from treadle.thread.model import Event, Session


class Branch:
    """Files of the branch while a test collects them; ``save`` makes its commit."""

    def __init__(self, scratch: Scratch, name: str = BRANCH) -> None:
        self.scratch = scratch
        self.name = name
        self.files: dict[str, bytes] = {}

    def add(self, checkpoint: str, *sessions: tuple[str, bytes | None]) -> Branch:
        """A checkpoint: for each session its id and its transcript (None: it is missing)."""
        for number, (session, transcript) in enumerate(sessions):
            folder = f"{checkpoint[:2]}/{checkpoint[2:]}/{number}"
            self.files[f"{folder}/metadata.json"] = facts(session)
            if transcript is not None:
                self.files[f"{folder}/full.jsonl"] = transcript
        return self

    def save(self) -> None:
        """Write all files collected so far as the branch's next commit."""
        put(self.scratch, f"refs/heads/{self.name}", self.files)


def put(scratch: Scratch, ref: str, files: Mapping[str, bytes]) -> None:
    """Write files as a ref's next commit."""
    told = [b"commit %s\n" % ref.encode()]
    told.append(b"committer Entire <e@example> 1767603600 +0000\ndata 0\n")
    if scratch.repo.find(ref):
        told.append(b"from %s^0\n" % ref.encode())
    for path, content in files.items():
        told.append(b"M 100644 inline %s\ndata %d\n" % (path.encode(), len(content)))
        told += [content, b"\n"]
    scratch.run("fast-import", "--quiet", "--force", feed=b"".join(told))


def facts(session: str, agent: str = "Claude Code") -> bytes:
    """What Entire keeps beside a session's transcript."""
    return json.dumps({"session_id": session, "agent": agent}).encode()


def trailer(checkpoint: str) -> str:
    """The line by which a commit names a checkpoint."""
    return f"Entire-Checkpoint: {checkpoint}\n"


def transcript(session: Session) -> bytes:
    """A session as Claude Code writes it: a call and its result for each event."""
    records: list[dict[str, object]] = []
    for event in session.events:
        records += _records(session, event)
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def _records(session: Session, event: Event) -> list[dict[str, object]]:
    frame: dict[str, object] = {
        "sessionId": session.id,
        "cwd": event.cwd,
        "version": session.version,
        "timestamp": event.time,
        "isSidechain": False,
    }
    if event.kind == "prompt":
        message: dict[str, object] = {"role": "user", "content": event.text}
        return [{**frame, "type": "user", "uuid": event.key, "message": message}]
    if event.kind == "said":
        return [_call(frame, event, {"type": "text", "text": event.text})]
    tools = [(_tool(event, item), item) for item in range(len(event.edits) or 1)]
    found = []
    for (name, asked), item in tools:
        id_ = f"toolu_{event.key}_{item}"
        use = {"type": "tool_use", "id": id_, "name": name, "input": asked}
        result = {
            "type": "tool_result",
            "tool_use_id": id_,
            "content": event.output or _printed(event),
            "is_error": event.ok is False,
        }
        message = {"role": "user", "content": [result]}
        answer = {**frame, "type": "user", "uuid": f"{event.key}-{item}-r", "message": message}
        found += [_call({**frame, "uuid": f"{event.key}-{item}"}, event, use), answer]
    return found


def _call(frame: dict[str, object], event: Event, block: dict[str, object]) -> dict[str, object]:
    message = {"role": "assistant", "model": event.model, "id": event.key, "content": [block]}
    return {"uuid": event.key, **frame, "type": "assistant", "message": message}


def _tool(event: Event, item: int) -> tuple[str, dict[str, object]]:
    """The tool's name and its input."""
    if not event.edits:
        return "Bash", {"command": event.text}
    edit = event.edits[item]
    if edit.op == "write":
        return "Write", {"file_path": edit.path, "content": edit.new}
    asked = {"file_path": edit.path, "old_string": edit.old, "new_string": edit.new}
    return "Edit", {**asked, "replace_all": edit.every}


def _printed(event: Event) -> str:
    """What git prints of a commit it made."""
    made = "".join(f"[main {one.id}] {one.subject}\n 1 file changed\n" for one in event.made)
    return made or "done"
