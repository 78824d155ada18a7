"""From the records of one Claude Code session, in their order, to its events.

It takes two passes, because a result may stand before its call, a sub-agent's name may be
known only from its answer, and a prompt typed ahead counts only when it was handed over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from treadle.thread.agents.claude_code import tools
from treadle.thread.agents.claude_code.prompt import Prose, Shell, ShellOutput, words
from treadle.thread.agents.claude_code.record import (
    Call,
    Item,
    Linked,
    Queued,
    Record,
    Unknown,
    label,
)
from treadle.thread.agents.claude_code.result import Result
from treadle.thread.agents.events import clip
from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.events.made import made
from treadle.thread.agents.source import Complaints, last
from treadle.thread.model import Event


@dataclass(slots=True)
class _Facts:
    """What only the whole session tells."""

    results: dict[str, Result] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    lanes: dict[str, str] = field(default_factory=dict)
    """From a call to the sub-agent it started."""
    asked: set[str] = field(default_factory=set)
    """What sub-agents were asked to do."""
    queued: dict[str, list[int]] = field(default_factory=dict)
    """Prompts typed ahead that have a record of their own: how much was told before each."""


def events(records: Sequence[Record], names: Sequence[str]) -> tuple[list[Event], Complaints]:
    """The events of a session, and what of it was not understood.

    ``names`` are the names of the sources, by their index.
    """
    story = _Story(_facts(records), names)
    for record in records:
        for number, item in enumerate(record.items):
            story.tell(item, record, number)
        story.complaints.reached(record.key, story.events)
    return story.events, story.complaints


def _facts(records: Iterable[Record]) -> _Facts:
    facts = _Facts()
    opening: dict[str, str] = {}
    prompts: dict[str, str] = {}
    told = 0
    for record in records:
        for item in record.items:
            told += _tells(item, record)
            if isinstance(item, Result):
                known = facts.results.get(item.id)
                if known is None or item.weight > known.weight:
                    facts.results[item.id] = item
                if item.agent:
                    facts.lanes.setdefault(item.id, label(item.agent))
                facts.asked.add(item.prompt.strip())
            elif isinstance(item, Call):
                facts.called.add(item.id)
                if item.name in tools.DELEGATES:
                    prompts[item.id] = str(item.input.get("prompt", "")).strip()
            elif isinstance(item, Linked) and item.lane:
                facts.lanes.setdefault(item.call, item.lane)
            elif isinstance(item, Prose) and item.kind == "told":
                opening.setdefault(item.text.strip(), record.lane)
            elif isinstance(item, Prose) and item.queued:
                facts.queued.setdefault(item.text.strip(), []).append(told)
    facts.asked.update(prompts.values())
    for call, prompt in prompts.items():
        if prompt in opening:
            facts.lanes.setdefault(call, opening[prompt])
    return facts


def _tells(item: Item, record: Record) -> bool:
    """Whether an item takes the main agent's story on; what is typed ahead stands beside it."""
    if record.side or (isinstance(item, Prose) and item.queued):
        return False
    return isinstance(item, Prose | Shell | Call)


class _Story:
    """The second pass: events in order, each once."""

    def __init__(self, facts: _Facts, names: Sequence[str]) -> None:
        self.events: list[Event] = []
        self.complaints = Complaints()
        self._facts = facts
        self._names = names
        self._told: set[str] = set()
        self._waiting: list[str] = []
        self._count = 0
        """How much was told so far."""
        self._shell: int | None = None
        self._bounds = Bounds()
        self._calls: dict[str, tuple[Call, int]] = {}

    def tell(self, item: Item, record: Record, number: int) -> None:
        """Add what one item says; ``number`` counts the items of its record."""
        key = record.key if number == 0 else f"{record.key}/{number}"
        self._count += _tells(item, record)
        if isinstance(item, Call):
            self._call(item, record, key)
        elif isinstance(item, Result):
            self._orphan(item, record)
        elif isinstance(item, Prose):
            self._prose(item, record, key)
        elif isinstance(item, Queued):
            self._queue(item, record, key)
        elif isinstance(item, Shell):
            event = self._event(record, key, "ran", clip.prose(item.command))
            self._add(replace(event, tool="!", ok=None))
            self._shell = len(self.events) - 1
        elif isinstance(item, ShellOutput):
            self._answer_shell(item)
        elif isinstance(item, Unknown):
            self._problem(record, item.reason)

    def _add(self, event: Event) -> None:
        if event.key not in self._told:
            self._told.add(event.key)
            self.events.append(event)

    def _problem(self, record: Record, reason: str) -> None:
        where = self._names[record.source], record.offset
        self.complaints.add(*where, reason, last(self.events))

    def _event(self, record: Record, key: str, kind: str, text: str) -> Event:
        return Event(
            key=key,
            kind=kind,
            time=record.time,
            text=text,
            lane=record.lane,
            model=record.model if kind in ("said", "thought") else "",
            version=record.version,
            cwd=record.cwd,
        )

    def _prose(self, item: Prose, record: Record, key: str) -> None:
        kind, text = item.kind, item.text
        if kind == "told":
            if text.strip() in self._facts.asked:
                return
            kind = "marked"
        kept, cut = clip.output(item.output)
        self._add(replace(self._event(record, key, kind, text), output=kept, cut=cut))

    def _queue(self, item: Queued, record: Record, key: str) -> None:
        """A prompt typed ahead is one when it is handed over, unless it has its own record.

        ``dequeue`` makes an ordinary prompt of it, ``popAll`` gives all back to the person. Its own
        record stands right there: the same words that are typed later are another prompt.
        """
        if item.operation == "enqueue":
            self._waiting.append(item.text)
        elif item.operation == "popAll":
            self._waiting.clear()
        elif item.operation in ("dequeue", "remove") and self._waiting:
            at = self._waiting.index(item.text) if item.text in self._waiting else 0
            text = self._waiting.pop(at)
            if not self._delivered(text) and item.operation == "remove":
                self._hand_over(text, record, key)

    def _delivered(self, text: str) -> bool:
        """Whether a record tells of the prompt, with nothing told between here and there."""
        known = self._facts.queued.get(text.strip(), [])
        here = bisect_right(known, self._count)
        del known[: max(0, here - 1)]
        return bool(here and known.pop(0) == self._count)

    def _hand_over(self, text: str, record: Record, key: str) -> None:
        item = words(text)
        if isinstance(item, Prose):
            self._prose(item, record, key)

    def _answer_shell(self, item: ShellOutput) -> None:
        if self._shell is None:
            return
        event = self.events[self._shell]
        kept, cut = clip.output(item.text)
        self.events[self._shell] = replace(
            event, output=kept, cut=cut, ok=None, made=made(event.text, item.text)
        )
        self._shell = None

    def _call(self, call: Call, record: Record, key: str) -> None:
        if not call.id:
            self._problem(record, f"call of {clip.one_line(call.name) or 'a tool'} without an id")
            call = replace(call, id=key)
        known = self._calls.setdefault(call.id, (call, record.source))
        if known[0] is not call:
            self._again(call, record, key, known)
            return
        result = self._facts.results.get(call.id)
        lane = self._facts.lanes.get(call.id, "")
        event = tools.event(call, result, record, lane)
        self._keep(event, record)

    def _again(self, call: Call, record: Record, key: str, known: tuple[Call, int]) -> None:
        """An id that was met before: another copy of the call, unless one file has both."""
        if call == known[0] or record.source != known[1]:
            return
        self._problem(record, f"tool call id used again, {clip.one_line(call.id)}")
        event = tools.event(replace(call, id=key), None, record, "")
        self._keep(event, record)

    def _orphan(self, result: Result, record: Record) -> None:
        """A result whose call is in no copy: the result of an edit still tells the edit."""
        if result.id in self._facts.called or result.id in self._told:
            return
        call = tools.implied(result)
        if call is None:
            self._problem(record, f"result of a call that is not here, {clip.one_line(result.id)}")
            return
        lane = self._facts.lanes.get(call.id, "")
        event = tools.event(call, result, replace(record, model=""), lane)
        self._keep(event, record)

    def _keep(self, event: Event, record: Record) -> None:
        self._add(self._bounds.kept(event, lambda reason: self._problem(record, reason)))
