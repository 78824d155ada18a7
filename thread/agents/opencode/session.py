"""From the rows of one session of OpenCode to its events.

A session of version 1 has messages with parts, one of version 2 entries with their parts inside.
What a session took back (``revert``) stays in it, and an event at its end says so; that the files
were set back too is known, so the event has the contrary of every edit that was taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from treadle.thread.agents.events import clip
from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.events.made import made
from treadle.thread.agents.events.undo import undone
from treadle.thread.agents.opencode import tools
from treadle.thread.agents.opencode.rows import ENTRY, Row, Shelf
from treadle.thread.agents.reading.fields import moment, rows, table, text, whole
from treadle.thread.agents.source import Complaints, last
from treadle.thread.model import Event

_STORY = {"text": "said", "reasoning": "thought"}
_SILENT = ("step-start", "step-finish", "snapshot", "patch", "agent", "file")
_ABORTED = "MessageAbortedError"
_SHELL_NOTE = "The following tool was executed by the user"


@dataclass(frozen=True, slots=True)
class Place:
    """What all events of a session have in common."""

    cwd: str
    lane: str
    asked: Collection[str]
    """What other agents were told: the first words of a sub-agent's session are of these."""


class Story:
    """The events of one session."""

    def __init__(
        self, place: Place, names: Sequence[str], bounds: Bounds, complaints: Complaints
    ) -> None:
        self.events: list[Event] = []
        self._place = place
        self._names = names
        self._bounds = bounds
        self._complaints = complaints
        self._at: dict[str, int] = {}
        """Index of the first event of each message and part."""
        self._person = False

    def tell(self, key: str, shelf: Shelf, copies: Collection[str]) -> None:
        """Add all of a session but ``copies``, the messages it took over from another one."""
        if copies:
            time = moment(table(shelf.sessions[key].value, "time"), "created")
            head = f"forked off another session after {len(copies)} messages"
            self._add(self._event(f"fork/{key}", "marked", time, head))
        for row in shelf.opening(key):
            self._mark(row.id)
            if row.id in copies:
                continue
            if row.kind == ENTRY:
                self._entry(row)
            else:
                self._message(row, sorted(shelf.parts.get(row.id, {}).values(), key=_by_id))
        if key in shelf.sessions:
            self._revert(shelf.sessions[key])

    def _mark(self, id_: str) -> None:
        self._at.setdefault(id_, len(self.events))

    def _complain(self, row: Row, reason: str) -> None:
        reason = f"{clip.one_line(row.id)}: {reason}"
        self._complaints.add(self._names[row.source], 0, reason, last(self.events))

    def _event(self, key: str, kind: str, time: str, said: str, model: str = "") -> Event:
        lane = self._place.lane
        return Event(key, kind, time, said, lane=lane, cwd=self._place.cwd, model=model)

    def _add(self, event: Event, output: str = "") -> None:
        if output:
            kept, cut = clip.output(output)
            event = replace(event, output=kept, cut=cut)
        self.events.append(event)

    def _prompt(self, key: str, time: str, said: str) -> None:
        if not said.strip():
            return
        if not self._place.lane:
            self._add(self._event(key, "prompt", time, clip.prose(said)))
        elif said.strip() not in self._place.asked:
            self._add(self._event(key, "marked", time, clip.prose(said)))

    # -- version 1

    def _message(self, row: Row, parts: Sequence[Row]) -> None:
        value = row.value
        time = moment(table(value, "time"), "created")
        if text(value, "role") == "user":
            self._typed(row, parts, time)
            return
        model, cwd = text(value, "modelID"), text(table(value, "path"), "cwd")
        for part in parts:
            self._mark(part.id)
            self._part(part, time, model, cwd or self._place.cwd, value.get("summary") is True)
        ended = moment(table(value, "time"), "completed")
        self._error(row, table(value, "error"), ended or time)

    def _typed(self, row: Row, parts: Sequence[Row], time: str) -> None:
        """What a person typed, or a program in their stead."""
        said = []
        self._person = False
        for part in parts:
            self._mark(part.id)
            words = text(part.value, "text")
            kind = text(part.value, "type")
            self._person |= _put_in(part.value) and words.startswith(_SHELL_NOTE)
            if kind == "text" and not _put_in(part.value):
                said.append(words)
            elif kind == "file" and not text(table(part.value, "source"), "path"):
                said.append(f"[{text(part.value, 'filename') or 'file'}]")
            elif kind == "compaction":
                self._add(self._event(_key(row, part), "marked", time, "conversation compacted"))
            elif kind == "subtask":
                words = text(part.value, "command") or text(part.value, "description")
                said.append(f"/{words}" if text(part.value, "command") else words)
        self._prompt(row.id, time, "\n".join(filter(None, said)))

    def _part(self, part: Row, time: str, model: str, cwd: str, summary: bool) -> None:
        value, key = part.value, f"{part.message}/{part.id}"
        key = part.id if part.id.startswith("prt_") else key
        kind, said = text(value, "type"), text(value, "text")
        time = moment(table(value, "time"), "start") or time
        if kind == "tool":
            time = moment(table(table(value, "state"), "time"), "start") or time
            self._call(part, value, self._event(key, "looked", time, "", model), cwd)
        elif kind == "text" and said.strip() and not _put_in(value):
            if summary:
                head = "summary of the conversation so far"
                self._add(self._event(key, "marked", time, head), said)
            else:
                self._add(self._event(key, "said", time, clip.prose(said), model))
        elif kind == "reasoning" and said.strip():
            self._add(self._event(key, "thought", time, clip.prose(said), model))
        elif kind == "retry":
            time = moment(table(value, "time"), "created") or time
            error = table(table(value, "error"), "data") or table(value, "error")
            head = f"asked the model again: {text(error, 'message')}"
            self._add(self._event(key, "marked", time, clip.one_line(head)))
        elif kind == "compaction":
            self._add(self._event(key, "marked", time, "conversation compacted"))
        elif kind not in (*_SILENT, "text", "reasoning"):
            self._complain(part, f"part of type {clip.one_line(kind)}, skipped")

    def _call(self, row: Row, value: dict[str, object], bare: Event, cwd: str) -> None:
        bare = replace(bare, cwd=cwd)
        event = tools.event(tools.call(value), bare, lambda reason: self._complain(row, reason))
        if self._person and event.kind == "ran":
            event = replace(event, tool="!", model="")
        self._add(self._bounds.kept(event, lambda reason: self._complain(row, reason)))

    def _error(self, row: Row, error: dict[str, object], time: str) -> None:
        if not error:
            return
        name = text(error, "name") or text(error, "type")
        said = text(table(error, "data"), "message") or text(error, "message")
        aborted = name in (_ABORTED, "aborted")
        head = "interrupted by the user" if aborted else f"error: {name}: {said}"
        self._add(self._event(f"{row.id}/error", "marked", time, clip.one_line(head)))

    # -- version 2

    def _entry(self, row: Row) -> None:
        value, kind = row.value, text(row.value, "type")
        time = moment(table(value, "time"), "created")
        if kind == "user":
            files = [f"[{text(one, 'name') or 'file'}]" for one in rows(value, "files")]
            self._prompt(row.id, time, "\n".join([text(value, "text"), *files]))
        elif kind == "assistant":
            self._assistant(row, time)
        elif kind == "shell":
            command, output = text(value, "command"), text(value, "output")
            code = whole(value, "exit")
            ran = self._event(row.id, "ran", time, clip.prose(command))
            ok = None if code is None else code == 0
            ran = replace(ran, tool="!", ok=ok, made=made(command, output))
            self._add(ran, output)
        elif kind == "compaction":
            head = "summary of the conversation so far"
            self._add(self._event(row.id, "marked", time, head), text(value, "summary"))
        elif kind == "location-switched":
            place = text(table(value, "location"), "directory") or text(value, "directory")
            self._place = replace(self._place, cwd=place or self._place.cwd)
        elif kind not in (
            "synthetic",
            "system",
            "skill",
            "agent-switched",
            "model-switched",
            "idle",
        ):
            self._complain(row, f"message of type {clip.one_line(kind) or 'none'}, skipped")

    def _assistant(self, row: Row, time: str) -> None:
        value = row.value
        model = text(table(value, "model"), "id") or text(value, "modelID")
        for number, item in enumerate(rows(value, "content")):
            key, kind, said = f"{row.id}/{number}", text(item, "type"), text(item, "text")
            if kind == "tool" and isinstance(item, dict):
                ran = moment(table(item, "time"), "ran") or moment(table(item, "time"), "created")
                bare = self._event(key, "looked", ran or time, "", model)
                self._person = False
                self._call(row, item, bare, self._place.cwd)
            elif kind in _STORY and said.strip() and not _put_in(item):
                self._add(self._event(key, _STORY[kind], time, clip.prose(said), model))
        ended = moment(table(value, "time"), "completed")
        self._error(row, table(value, "error"), ended or time)

    # -- both

    def _revert(self, session: Row) -> None:
        """The person took back a message, or a part of one, and all after it."""
        revert = table(session.value, "revert")
        point = text(revert, "partID") or text(revert, "messageID")
        at = self._at.get(point, self._at.get(text(revert, "messageID")))
        if not point or at is None:
            return
        taken = self.events[at:]
        first = next((one.text for one in taken if one.kind == "prompt"), "")
        steps = "1 step" if len(taken) == 1 else f"{len(taken)} steps"
        head = f"reverted, {steps} taken back" + (f", from: {first}" if first else "")
        edits = undone(edit for one in taken if one.ok is not False for edit in one.edits)
        time = moment(table(session.value, "time"), "updated")
        event = self._event(f"revert/{point}", "marked", time, clip.one_line(head))
        self._add(replace(event, edits=edits))


def _put_in(value: object) -> bool:
    """Whether a text is the program's own, for the model or the screen alone."""
    return isinstance(value, dict) and (value.get("synthetic") or value.get("ignored")) is True


def _by_id(row: Row) -> str:
    return row.id


def _key(row: Row, part: Row) -> str:
    return part.id if part.id.startswith("prt_") else f"{row.id}/{part.id}"


def tasks(shelf: Shelf) -> set[str]:
    """What any agent asked another one to do."""
    asked = [
        table(table(row.value, "state"), "input")
        for parts in shelf.parts.values()
        for row in parts.values()
    ]
    asked += [
        table(table(item, "state"), "input")
        for entries in shelf.entries.values()
        for row in entries.values()
        for item in rows(row.value, "content")
    ]
    return {text(one, "prompt").strip() for one in asked if text(one, "prompt")}
