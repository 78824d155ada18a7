"""From the records of one session, in their order, to its events.

It takes two passes: a result may stand before its call or in another copy, and what a sub-agent
is told looks like a prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from treadle.thread.agents.events import clip
from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.events.made import made
from treadle.thread.agents.source import Complaints, last
from treadle.thread.agents.telling import tools
from treadle.thread.agents.telling.folders import folder
from treadle.thread.agents.telling.record import Answer, Linked, Now, Odd, Record, Said, Typed, Used
from treadle.thread.model import Event, Snapshot

_RANGE = (
    "offset",
    "limit",
    "start_line",
    "end_line",
    "startLine",
    "endLine",
    "view_range",
    "read_range",
)
"""Arguments of a read that does not read the whole file."""


@dataclass(slots=True)
class _Facts:
    """What the first pass learns."""

    answers: dict[str, Answer] = field(default_factory=dict)
    called: dict[str, bool] = field(default_factory=dict)
    """By the ids of calls, whether the agent itself tells them."""
    tasks: set[str] = field(default_factory=set)
    """What sub-agents were asked to do."""
    lanes: dict[str, str] = field(default_factory=dict)
    """From a call to the label of the sub-agent that it started."""
    folder: str = ""
    """Where the agent worked, if the transcript does not say: what its calls tell of it."""
    sure: bool = True
    """Whether the folder is sure enough for commands."""


def events(
    records: Sequence[Record], names: Sequence[str], agent: str
) -> tuple[list[Event], str, Complaints]:
    """The events of a session, the agent's version, and what of it was not understood.

    ``names`` are the names of the sources, by their index.
    """
    story = _Story(names, agent, _facts(records))
    for record in records:
        for number, item in enumerate(record.items):
            story.tell(record, item, record.key if number == 0 else f"{record.key}/{number}")
        story.complaints.reached(record.key, story.events)
    return story.events, story.version, story.complaints


def _facts(records: Iterable[Record]) -> _Facts:
    facts = _Facts()
    calls: list[tools.Call] = []
    told = False
    for record in records:
        for item in record.items:
            if isinstance(item, Answer):
                known = facts.answers.get(item.id)
                if known is None or item.weight > known.weight:
                    facts.answers[item.id] = item
            elif isinstance(item, Used):
                facts.called[item.id] = facts.called.get(item.id, False) or not item.echo
                calls.append(_call(item, None, ""))
                facts.tasks.add(tools.task(calls[-1]).strip())
            elif isinstance(item, Linked) and item.call:
                facts.lanes.setdefault(item.call, item.lane)
            elif isinstance(item, Now):
                told = told or bool(item.cwd)
    if not told:
        facts.folder, facts.sure = folder(calls)
    return facts


def _call(used: Used, answer: Answer | None, agent: str) -> tools.Call:
    return tools.Call(
        id=used.id,
        name=used.name,
        input=used.input,
        script=used.script,
        output=answer.output if answer else "",
        status=answer.status if answer else "",
        agent=agent,
        told=used.told,
    )


class _Story:
    """The second pass: events in order, each once."""

    def __init__(self, names: Sequence[str], agent: str, facts: _Facts) -> None:
        self.events: list[Event] = []
        self.version = ""
        self.complaints = Complaints()
        self._names = names
        self._agent = agent
        self._facts = facts
        self._now = {"": Now(facts.folder)}
        self._bounds = Bounds()
        self._told: set[str] = set()

    def tell(self, record: Record, item: object, key: str) -> None:
        """Add what one item of a record says."""
        if isinstance(item, Said):
            self._said(record, item, key)
        elif isinstance(item, Used):
            self._used(record, item, key)
        elif isinstance(item, Typed):
            self._typed(record, item, key)
        elif isinstance(item, Now):
            self._changed(record.lane, item)
        elif isinstance(item, Answer):
            if item.id not in self._facts.called:
                self._complain(record, "result of a call that is not here")
        elif isinstance(item, Odd):
            self._complain(record, item.reason)

    def _complain(self, record: Record, reason: str) -> None:
        where = self._names[record.source], record.offset
        self.complaints.add(*where, reason, last(self.events))

    def _add(self, event: Event) -> None:
        if event.key not in self._told:
            self._told.add(event.key)
            self.events.append(event)

    def _changed(self, lane: str, now: Now) -> None:
        was = self._now.get(lane, self._now[""])
        self.version = self.version or now.version
        version = now.version or was.version
        self._now[lane] = Now(now.cwd or was.cwd, now.model or was.model, version)

    def _event(self, record: Record, key: str, kind: str, said: str) -> Event:
        now = self._now.get(record.lane, self._now[""])
        own = kind in ("said", "thought", "looked")
        return Event(
            key=key,
            kind=kind,
            time=record.time,
            text=said,
            lane=record.lane,
            model=(record.model or now.model) if own else "",
            cwd=now.cwd,
            version=now.version,
        )

    def _said(self, record: Record, item: Said, key: str) -> None:
        kind = item.kind
        if not item.text.strip():
            return
        if kind == "prompt" and record.lane:
            if item.text.strip() in self._facts.tasks:
                return
            kind = "marked"
        kept, cut = clip.output(item.output)
        event = self._event(record, key, kind, clip.prose(item.text))
        self._add(replace(event, output=kept, cut=cut))

    def _typed(self, record: Record, item: Typed, key: str) -> None:
        kept, cut = clip.output(item.output)
        event = self._event(record, key, "ran", clip.prose(item.command))
        found = made(item.command, item.output)
        self._add(replace(event, output=kept, cut=cut, ok=item.ok, tool="!", made=found))

    def _used(self, record: Record, item: Used, key: str) -> None:
        if item.echo and (self._facts.called[item.id] or item.id in self._told):
            return
        name = clip.one_line(item.name) or "a tool"
        if not item.name:
            self._complain(record, "call without the name of its tool")
        if not item.id or item.id in self._told:
            again = f"tool call id used again, {clip.one_line(item.id)}"
            self._complain(record, again if item.id else f"call of {name} without an id")
            item = replace(item, id=key)
        answer = self._facts.answers.get(item.id)
        bare = self._event(record, item.id, "looked", "")
        call = _call(item, answer, self._agent)
        if call.tool in tools.SHELLS and not self._facts.sure:
            bare = replace(bare, cwd="")
        for event in tools.events(call, bare, lambda reason: self._complain(record, reason)):
            told = _labelled(event, self._facts.lanes.get(item.id, ""))
            seen = _with_sight(told, call, answer)
            self._add(self._bounds.kept(seen, lambda reason: self._complain(record, reason)))


def _labelled(event: Event, lane: str) -> Event:
    """A task for a sub-agent, with the label under which its events stand."""
    if event.kind != "asked" or not lane:
        return event
    return replace(event, text=clip.prose(f"{lane}: {event.text}" if event.text else lane))


def _with_sight(event: Event, call: tools.Call, answer: Answer | None) -> Event:
    """A read with the whole file that it saw."""
    if event.kind != "looked" or event.ok is not True or answer is None or answer.seen is None:
        return event
    paths = list(tools.paths(call.input))
    whole = paths and not any(call.input.get(key) for key in _RANGE)
    return replace(event, reads=(Snapshot(paths[0], answer.seen),)) if whole else event
