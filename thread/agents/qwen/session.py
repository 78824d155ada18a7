"""From the records of one session of Qwen Code, in their order, to its events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from treadle.thread.agents.events import clip
from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.gemini_cli import session as gemini_session
from treadle.thread.agents.gemini_cli import tools as gemini_tools
from treadle.thread.agents.gemini_cli.tools import Call
from treadle.thread.agents.reading.fields import moment, rows, table, text, whole
from treadle.thread.agents.reading.kin import lane
from treadle.thread.agents.source import Complaints, last
from treadle.thread.model import Event

_INJECTED = ("<session_context>", "This is the Qwen Code", "<system-reminder>")
_PROMPTS = ("", "mid_turn_user_message", "at_command")
_REPORTS = ("notification", "background_task_completed", "cron", "agent_retry")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a transcript."""

    key: str
    """Its id, or a hash of it where it has none."""
    session: str
    time: str
    lane: str
    version: str
    value: dict[str, object]
    weight: tuple[int, bytes]
    """Of two copies of a record the heavier one, which is the longer, says more."""
    source: int
    """Index of the source."""
    offset: int


def record(value: dict[str, object], raw: bytes, number: int, source: int, offset: int) -> Record:
    """The record in a line; ``number`` counts the documents of the line ``raw``."""
    digest = blake2b(raw, digest_size=8)
    key = text(value, "uuid") or f"{digest.hexdigest()}/{number}"
    return Record(
        key=key,
        session=text(value, "sessionId"),
        time=moment(value, "timestamp"),
        lane=lane(text(value, "agentId")) if value.get("isSidechain") else "",
        version=text(value, "version"),
        value=value,
        weight=(len(raw), digest.digest()),
        source=source,
        offset=offset,
    )


def events(records: Sequence[Record], names: Sequence[str]) -> tuple[list[Event], Complaints]:
    """The events of a session, and what of it was not understood.

    It takes two passes, for a result stands behind its call. ``names`` are the names of the
    sources, by their index.
    """
    story = _Story(names, _results(records), _tasks(records))
    for one in records:
        story.tell(one)
        story.complaints.reached(one.key, story.events)
    return story.events, story.complaints


def _results(records: Iterable[Record]) -> dict[str, Call]:
    """By the ids of calls what became of them; the call itself is not known here."""
    found: dict[str, Call] = {}
    for one in records:
        told = table(one.value, "toolCallResult")
        for part in rows(table(one.value, "message"), "parts"):
            answer = table(part, "functionResponse")
            key = text(answer, "id") or text(told, "callId")
            if answer and key:
                output, error = gemini_tools.response(part)
                shown = told.get("resultDisplay")
                status = text(told, "status")
                agent = text(shown, "subagentId") or text(shown, "agentId")
                found[key] = Call(key, "", {}, status, output, error, shown, agent)
    return found


def _tasks(records: Iterable[Record]) -> set[str]:
    """Every text that was handed to a tool: one of them is what a sub-agent was asked."""
    return {
        value.strip()
        for one in records
        for part in rows(table(one.value, "message"), "parts")
        for value in table(table(part, "functionCall"), "args").values()
        if isinstance(value, str)
    }


class _Story:
    def __init__(self, names: Sequence[str], results: dict[str, Call], tasks: set[str]) -> None:
        self.events: list[Event] = []
        self.complaints = Complaints()
        self._names = names
        self._results = results
        self._tasks = tasks
        self._bounds = Bounds()
        self._told: set[str] = set()

    def tell(self, one: Record) -> None:
        """Add what one record says."""
        kind = text(one.value, "type")
        if kind == "user":
            self._user(one)
        elif kind == "assistant":
            self._agent(one)
        elif kind == "system":
            self._system(one)

    def _add(self, event: Event) -> None:
        if event.key not in self._told:
            self._told.add(event.key)
            self.events.append(event)

    def _complain(self, one: Record, reason: str) -> None:
        where = self._names[one.source], one.offset
        self.complaints.add(*where, reason, last(self.events))

    def _event(self, one: Record, kind: str, said: str, key: str = "") -> Event:
        cwd = text(one.value, "cwd")
        return Event(key or one.key, kind, one.time, said, lane=one.lane, cwd=cwd)

    def _user(self, one: Record) -> None:
        shown = text(table(one.value, "systemPayload"), "displayText")
        said = shown or gemini_session.words(rows(table(one.value, "message"), "parts"))
        kind = text(one.value, "subtype")
        start = said.lstrip()
        if not start or start.startswith(_INJECTED):
            return
        if kind not in _PROMPTS or kind in _REPORTS:
            kept, cut = clip.output(said)
            marked = self._event(one, "marked", clip.one_line(kind.replace("_", " ")))
            self._add(replace(marked, output=kept, cut=cut))
        elif not one.lane:
            self._add(self._event(one, "prompt", clip.prose(said)))
        elif said.strip() not in self._tasks:
            self._add(self._event(one, "marked", clip.prose(said)))

    def _agent(self, one: Record) -> None:
        model = text(one.value, "model")
        for number, part in enumerate(rows(table(one.value, "message"), "parts")):
            key = one.key if number == 0 else f"{one.key}/{number}"
            said = text(part, "text")
            asked = table(part, "functionCall")
            if said.strip():
                thought = isinstance(part, dict) and part.get("thought") is True
                kind = "thought" if thought else "said"
                self._add(replace(self._event(one, kind, clip.prose(said), key), model=model))
            elif asked:
                self._call(one, asked, key, model)

    def _call(self, one: Record, asked: dict[str, object], key: str, model: str) -> None:
        own, name = text(asked, "id"), text(asked, "name")
        if not own:
            self._complain(one, f"call of {clip.one_line(name) or 'a tool'} without an id")
        elif own in self._told:
            self._complain(one, f"tool call id used again, {clip.one_line(own)}")
        else:
            key = own
        result = self._results.get(own, Call(own, name, {}))
        call = replace(result, name=name, asked=table(asked, "args"))
        bare = replace(self._event(one, "looked", "", key), model=model)
        event = gemini_tools.event(call, bare)
        self._add(self._bounds.kept(event, lambda reason: self._complain(one, reason)))

    def _system(self, one: Record) -> None:
        kind = text(one.value, "subtype")
        payload = table(one.value, "systemPayload")
        if kind == "chat_compression":
            self._add(self._event(one, "marked", "summary of the conversation so far"))
        elif kind == "slash_command" and text(payload, "phase") != "result":
            command = text(payload, "rawCommand")
            if command and not payload.get("hiddenInvocation"):
                self._add(self._event(one, "prompt", clip.prose(command)))
        elif kind == "rewind":
            count = whole(payload, "truncatedCount")
            said = "rewound" if count is None else f"rewound, {count} items taken back"
            self._add(self._event(one, "marked", said))
        elif kind in _REPORTS:
            said = text(payload, "displayText") or kind.replace("_", " ")
            self._add(self._event(one, "marked", clip.one_line(said)))
