"""A part while it is written: turns and steps out of a slice's events, changes still to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from treadle.thread.model import Change, Event, Part, Problem, Step, Turn
from treadle.thread.select import Ref, Slice

_PROBLEMS = 20
"""Problems of a session that are told with its first part; more are only a broken file."""
Address = tuple[int, int]
"""Turn and step, 1-based."""
Pointer = Mapping[Ref, str]
"""Where edits of a session already stand: ``PART:T.S``."""


@dataclass(slots=True)
class Draft:
    """A slice as turns and steps, and where each of its edits went."""

    slice: Slice
    turns: list[Turn]
    steps: dict[Address, Step]
    where: dict[Ref, Address]
    at: dict[int, Address] = field(default_factory=dict)
    """Where each event of the slice went, by its index."""
    changes: dict[Address, list[Change]] = field(default_factory=dict)
    continues: str = ""

    def add(self, address: Address, change: Change) -> None:
        self.changes.setdefault(address, []).append(change)

    def part(self) -> Part:
        """The finished part."""
        session = self.slice.session
        events = session.events[self.slice.begin : self.slice.end]
        timed = [event.time for event in events if event.time]
        return Part(
            agent=session.agent,
            session=session.id,
            version=self._version(),
            models=tuple(dict.fromkeys(e.model for e in events if e.model)),
            named=self.slice.strand.named,
            first=events[0].key if events else "",
            last=events[-1].key if events else "",
            began=timed[0] if timed else "",
            ended=timed[-1] if timed else "",
            continues=self.continues,
            problems=tuple(map(str, self._problems()))[:_PROBLEMS],
            turns=tuple(self._finished(turn) for turn in self.turns),
        )

    def _version(self) -> str:
        """The agent's version at the end of the slice: a session may go on under a later one."""
        events = self.slice.session.events
        told = (events[i].version for i in range(self.slice.end - 1, -1, -1) if events[i].version)
        return next(told, self.slice.session.version)

    def _problems(self) -> Iterator[Problem]:
        """What could not be read in this stretch of the session: before one of its events.

        What stands behind the last one belongs to the next stretch, since it was not there yet
        when this one was recorded. What is of the whole session is told in its first part.
        """
        session = self.slice.session
        at = {event.key: index for index, event in enumerate(session.events)}
        begin = self.slice.begin if self.continues else 0
        for problem in session.problems:
            if begin <= at.get(problem.after, -1) + 1 < max(self.slice.end, 1):
                yield problem

    def _finished(self, turn: Turn) -> Turn:
        steps = []
        for step in turn.steps:
            changes = tuple(self.changes.get((turn.number, step.number), ()))
            steps.append(replace(step, changes=changes) if changes else step)
        return replace(turn, steps=tuple(steps))


def draft(slice_: Slice, early: Iterable[Ref], stored: Pointer) -> Draft:
    """The slice's events as turns, led by a step for each earlier edit it takes up."""
    events = slice_.session.events
    made = Draft(slice_, [], {}, {})
    writer = _Writer(made, events)
    for ref in sorted(early, key=lambda ref: (ref.event, ref.item)):
        event = events[ref.event]
        writer.step(ref.event, _took(event, stored.get(ref, "")), [ref])
    for index in range(slice_.begin, slice_.end):
        event = events[index]
        if event.kind == "prompt":
            writer.turn(index, continued=False)
            continue
        refs = [Ref(index, item) for item in range(len(event.edits))]
        writer.step(index, _step(event), refs)
    writer.close()
    if slice_.begin > 0:
        made.continues = events[slice_.begin - 1].key
    return made


class _Writer:
    """Appends steps to turns; opens a turn where the governing prompt changes."""

    def __init__(self, made: Draft, events: tuple[Event, ...]) -> None:
        self.made = made
        self.events = events
        self.prompt = -2
        self.current: list[Step] = []

    def turn(self, prompt: int, *, continued: bool) -> None:
        """Begin a turn governed by the prompt at index ``prompt`` (-1: none)."""
        self.close()
        self.prompt = prompt
        event = self.events[prompt] if prompt >= 0 else None
        self.made.turns.append(
            Turn(
                number=len(self.made.turns) + 1,
                prompt=event.text if event else "",
                time=event.time if event else "",
                continued=continued and event is not None,
            )
        )

    def step(self, index: int, step: Step, refs: list[Ref]) -> None:
        prompt = self.made.slice.strand.reel.prompts[index]
        if prompt != self.prompt:
            self.turn(prompt, continued=True)
        address = (len(self.made.turns), len(self.current) + 1)
        step = replace(step, number=address[1])
        self.current.append(step)
        self.made.steps[address] = step
        for ref in refs:
            self.made.where[ref] = address
        self.made.at.setdefault(index, address)

    def close(self) -> None:
        if self.made.turns:
            self.made.turns[-1] = replace(self.made.turns[-1], steps=tuple(self.current))
        self.current = []


def _step(event: Event) -> Step:
    return Step(
        number=0,
        kind=event.kind,
        time=event.time,
        text=event.text,
        output=event.output,
        cut=event.cut,
        ok=event.ok,
        lane=event.lane,
        tool=event.tool if event.kind in ("looked", "edited") else "",
    )


def _took(event: Event, origin: str) -> Step:
    return Step(0, "took", event.time, event.text, lane=event.lane, origin=origin)
