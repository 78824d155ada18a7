"""From the messages of one chat of Gemini CLI, in their order, to its events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from treadle.thread.agents.events import clip
from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.gemini_cli import tools
from treadle.thread.agents.gemini_cli.file import REWIND, Message
from treadle.thread.agents.gemini_cli.tools import Call
from treadle.thread.agents.reading.fields import moment, rows, table, text
from treadle.thread.agents.source import Complaints, last
from treadle.thread.model import Event

_INJECTED = ("<session_context>", "This is the Gemini CLI. We are setting up the context")
_SUMMARY = "<state_snapshot>"
_GO_ON = "System: Please continue."
_FILES = "--- Content from referenced files ---"
_WORDLESS = {"inlineData": "\n[image]", "fileData": "\n[file]"}


@dataclass(frozen=True, slots=True)
class Place:
    """What all events of a chat have in common."""

    cwd: str = ""
    lane: str = ""
    asked: Collection[str] = ()
    """What the chat's agent was told by another one."""


def events(
    messages: Iterable[tuple[str, Message]], place: Place, names: Sequence[str], bounds: Bounds
) -> tuple[list[Event], Complaints]:
    """The events of a chat, and what of it was not understood.

    ``names`` are the names of the sources, by their index.
    """
    pairs = list(messages)
    story = _Story(place, names, bounds, _answers(message for _, message in pairs))
    for key, message in pairs:
        story.tell(key, message)
        story.complaints.reached(key, story.events)
    return story.events, story.complaints


def _answers(messages: Iterable[Message]) -> dict[str, tuple[str, str]]:
    """Output and error of every call that is answered in a message of its own."""
    found: dict[str, tuple[str, str]] = {}
    for message in messages:
        for part in rows(message.value, "content"):
            key = text(table(part, "functionResponse"), "id")
            if key:
                found[key] = tools.response(part)
    return found


class _Story:
    def __init__(
        self,
        place: Place,
        names: Sequence[str],
        bounds: Bounds,
        answers: Mapping[str, tuple[str, str]],
    ) -> None:
        self.events: list[Event] = []
        self.complaints = Complaints()
        self._place = place
        self._names = names
        self._bounds = bounds
        self._answers = answers
        self._told: set[str] = set()
        self._calls: set[str] = set()
        self._prompts: dict[str, str] = {}

    def tell(self, key: str, message: Message) -> None:
        """Add what one message says."""
        value = message.value
        kind = text(value, "type")
        if kind == REWIND:
            self._rewind(key, value)
        elif kind == "user":
            self._user(key, value)
        elif kind == "gemini":
            self._agent(key, message)
        elif kind in ("info", "warning", "error"):
            said = words(value.get("content"))
            if said:
                kept, cut = clip.output(said if "\n" in said else "")
                event = self._event(key, "marked", value, clip.one_line(f"{kind}: {said}"))
                self._add(replace(event, output=kept, cut=cut))
        else:
            self._complain(message, f"message of type {clip.one_line(kind) or 'none'}, skipped")

    def _add(self, event: Event) -> None:
        if event.key not in self._told:
            self._told.add(event.key)
            self.events.append(event)

    def _complain(self, message: Message, reason: str) -> None:
        where = self._names[message.source], message.offset
        self.complaints.add(*where, reason, last(self.events))

    def _event(self, key: str, kind: str, value: object, said: str) -> Event:
        time = moment(value, "timestamp")
        return Event(key, kind, time, said, lane=self._place.lane, cwd=self._place.cwd)

    def _rewind(self, key: str, value: Mapping[str, object]) -> None:
        taken = [one for one in rows(value, "taken") if isinstance(one, str)]
        first = next((self._prompts[one] for one in taken if one in self._prompts), "")
        count = "1 message" if len(taken) == 1 else f"{len(taken)} messages"
        said = f"rewound, {count} taken back" + (f", from: {first}" if first else "")
        self._add(self._event(key, "marked", value, clip.one_line(said)))

    def _user(self, key: str, value: Mapping[str, object]) -> None:
        said = words(value.get("displayContent")) or words(value.get("content"))
        start = said.lstrip()
        if not start or start.startswith(_INJECTED):
            return
        if start.startswith(_SUMMARY):
            kept, cut = clip.output(said)
            event = self._event(key, "marked", value, "summary of the conversation so far")
            self._add(replace(event, output=kept, cut=cut))
        elif start.startswith(_GO_ON):
            self._add(self._event(key, "marked", value, "told by the program to go on"))
        elif not self._place.lane:
            self._prompts[key] = clip.one_line(said)
            self._add(self._event(key, "prompt", value, clip.prose(said)))
        elif said.strip() not in self._place.asked:
            self._add(self._event(key, "marked", value, clip.prose(said)))

    def _agent(self, key: str, message: Message) -> None:
        value = message.value
        model = text(value, "model")
        for number, thought in enumerate(rows(value, "thoughts")):
            said = _thought(thought)
            if said:
                event = self._event(f"{key}/thought/{number}", "thought", thought, clip.prose(said))
                self._add(
                    replace(event, time=event.time or moment(value, "timestamp"), model=model)
                )
        said = words(value.get("content"))
        if said:
            self._add(replace(self._event(key, "said", value, clip.prose(said)), model=model))
        for number, call in enumerate(tools.calls(value)):
            self._call(f"{key}/call/{number}", message, call)
        for number, call in enumerate(self._unrecorded(value)):
            self._call(f"{key}/asked/{number}", message, call)

    def _unrecorded(self, value: Mapping[str, object]) -> list[Call]:
        """Calls that only the text for the model has."""
        found = []
        for part in rows(value, "content"):
            asked = table(part, "functionCall")
            key = text(asked, "id")
            if key and key not in self._calls:
                output, error = self._answers.get(key, ("", ""))
                arguments = table(asked, "args")
                found.append(Call(key, text(asked, "name"), arguments, "", output, error))
        return found

    def _call(self, key: str, message: Message, call: Call) -> None:
        """Add a call; ``key`` is for one that has no id, or another's."""
        if not (call.output or call.error) and call.id in self._answers:
            output, error = self._answers[call.id]
            call = replace(call, output=output, error=error)
        if not call.id:
            self._complain(message, f"call of {clip.one_line(call.name) or 'a tool'} without an id")
        own = call.id if call.id and call.id not in self._told else key
        self._calls.add(call.id)
        bare = self._event(own, "looked", message.value, "")
        bare = replace(bare, time=call.time or bare.time, model=text(message.value, "model"))
        event = tools.event(call, bare)
        if event.kind == "asked":
            event = replace(event, time=moment(message.value, "timestamp"))
        self._add(self._bounds.kept(event, lambda reason: self._complain(message, reason)))


def words(content: object) -> str:
    """The text of a content: a string, a part, or parts. What has no words is named."""
    if isinstance(content, str):
        return content
    said = []
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, dict) and part.get("thought") is not True:
            said += [text(part, "text"), *(word for key, word in _WORDLESS.items() if key in part)]
    joined = "".join(said)
    at = joined.find(_FILES)
    return joined if at < 0 else joined[:at].rstrip()


def _thought(value: object) -> str:
    head, rest = text(value, "subject"), text(value, "description")
    return f"{head}\n\n{rest}" if head and rest else head or rest
