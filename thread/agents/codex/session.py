"""From the records of one Codex session, in their order, to its events.

A second pass over them: the first one, ``facts``, has learnt which record tells what
another one does, and which of the many tellings of one thing to believe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from treadle.thread.agents.codex import parts, tools
from treadle.thread.agents.codex.copies import Record
from treadle.thread.agents.codex.facts import Account, Facts, facts
from treadle.thread.agents.codex.item import Call, Changed, Ended, Used
from treadle.thread.agents.codex.parts import PATCHES, PROGRAM, SHELLS, Part, Parts
from treadle.thread.agents.codex.prompt import Prose, Typed
from treadle.thread.agents.codex.result import Result, packed
from treadle.thread.agents.events import clip
from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.events.made import made
from treadle.thread.agents.reading.fields import text
from treadle.thread.agents.source import Complaints, last
from treadle.thread.model import Event

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SUCCESS = "Success. Updated the following files:"


def events(
    records: Sequence[Record],
    names: Sequence[str],
    lanes: Mapping[str, str],
    paths: Mapping[str, str],
) -> tuple[list[Event], Complaints]:
    """The events of a session, and what of it was not understood.

    ``names`` are the names of the sources by their index, ``lanes`` the labels of the sessions
    of sub-agents, ``paths`` these sessions as their parents call them.
    """
    story = _Story(facts(records, paths), names, lanes, paths)
    for record in records:
        story.tell(record)
        story.complaints.reached(record.key, story.events)
    return story.events, story.complaints


class _Story:
    """The second pass: events in order, each once."""

    def __init__(
        self,
        facts: Facts,
        names: Sequence[str],
        lanes: Mapping[str, str],
        paths: Mapping[str, str],
    ) -> None:
        self.events: list[Event] = []
        self.complaints = Complaints()
        self._facts = facts
        self._names = names
        self._lanes = lanes
        self._paths = paths
        self._told: set[str] = set()
        self._bounds = Bounds()

    def tell(self, record: Record) -> None:
        """Add what one record says, unless another one says it."""
        if record.key not in self._facts.told:
            self._tell(record)

    def _tell(self, record: Record) -> None:
        item = record.item
        if isinstance(item, Prose):
            self._prose(item, record)
        elif isinstance(item, Call):
            self._call(item, record)
        elif isinstance(item, Typed):
            self._typed(item, record)
        elif isinstance(item, Ended):
            self._add(tools.ended_event(item, record, self._lane(record)))
        elif isinstance(item, Changed):
            self._part(Part(Call(item.id or record.key, PATCHES[0]), item), None, record)
        elif isinstance(item, Used):
            self._add(tools.used_event(item, record, self._lane(record)))

    def _lane(self, record: Record) -> str:
        return self._lanes.get(record.session, "")

    def _add(self, event: Event) -> None:
        if event.key not in self._told:
            self._told.add(event.key)
            self.events.append(event)

    def _problem(self, record: Record, reason: str) -> None:
        where = self._names[record.source], record.offset
        self.complaints.add(*where, reason, last(self.events))

    def _prose(self, item: Prose, record: Record) -> None:
        """Words. What a sub-agent is asked to do stands already in the call that asks."""
        lane, kind = self._lane(record), item.kind
        if kind == "prompt" and lane:
            if item.text.strip() in self._facts.asked:
                return
            kind = "marked"
        event = self._bare(record, kind, item.text, item.output)
        spoken = kind in ("said", "thought")
        self._add(replace(event, model=record.model) if spoken else event)

    def _typed(self, item: Typed, record: Record) -> None:
        if self._facts.typed[item.command] > 0:
            self._facts.typed[item.command] -= 1
            return
        event = self._bare(record, "ran", clip.prose(item.command), item.result.text)
        found = made(item.command, item.result.text)
        self._add(replace(event, tool="!", ok=item.result.ok, made=found))

    def _bare(self, record: Record, kind: str, words: str, output: str) -> Event:
        kept, cut = clip.output(output)
        return Event(
            key=record.key,
            kind=kind,
            time=record.time,
            text=words,
            output=kept,
            cut=cut,
            lane=self._lane(record),
            cwd=record.cwd,
        )

    def _call(self, call: Call, record: Record) -> None:
        if not call.id:
            self._problem(record, f"call of {clip.one_line(call.name) or 'a tool'} without an id")
            call = replace(call, id=record.key)
        hosted = self._facts.hosted.get(call.id, [])
        taken = parts.parts(call, [account for _, account in hosted], record.cwd)
        result = self._facts.results.get(call.id)
        if taken.nested:
            self._frame(call, taken, result, record)
        else:
            self._part(Part(call, self._facts.accounts.get(call.id)), result, record)
        for other, account in hosted:
            if any(account is one for one in taken.loose):
                self._tell(other)

    def _frame(self, call: Call, taken: Parts, result: Result | None, record: Record) -> None:
        """A call that holds others: each of them is an event, and they share one answer."""
        if not taken.parts and not taken.loose:
            bare = replace(call, input={}, script=parts.program(call))
            self._part(Part(bare), result, record)
        for part, answer in zip(taken.parts, _answers(call, taken, result), strict=True):
            self._part(part, answer, record)

    def _part(self, part: Part, result: Result | None, record: Record) -> None:
        helper = self._helper(part.call)
        event, complaints = tools.event(part, result, record, self._lane(record), helper)
        for complaint in complaints:
            self._problem(record, complaint)
        begun = self._facts.begun.get(part.call.id)
        if begun is not None and result is not None:
            event = replace(event, made=made(parts.command(begun), result.text))
        self._keep(event, record)

    def _helper(self, call: Call) -> str:
        """The label of the sub-agent that a call starts, or speaks to."""
        if call.name not in tools.DELEGATES:
            return ""
        named = text(call.input, "target") or text(call.input, "id")
        session = self._facts.helpers.get(call.id.split("/")[0]) or self._paths.get(named, named)
        return self._lanes.get(session) or (label(session) if _UUID.fullmatch(session) else "")

    def _keep(self, event: Event, record: Record) -> None:
        self._add(self._bounds.kept(event, lambda reason: self._problem(record, reason)))


def label(session: str) -> str:
    """The lane of a sub-agent: the last group of its session's id, which is the random one."""
    tail = session.rsplit("-", 1)[-1][:40]
    return f"agent-{tail}" if tail else ""


def _answers(call: Call, taken: Parts, result: Result | None) -> list[Result | None]:
    """The answer to a frame, as that of its parts.

    The text goes to the last command in it. That a program went through does not say how its
    commands ended, and says of a patch that it was applied only where no account is kept of
    others; that it failed does not say where.
    """
    if result is None:
        return [None for _ in taken.parts]
    alone = len(taken.parts) == 1 and not taken.loose
    accounts: list[Account | None] = [part.fact for part in taken.parts]
    kept = any(isinstance(one, Changed) for one in [*accounts, *taken.loose])
    told = packed(result) if alone else result
    went = call.name == PROGRAM or _SUCCESS in result.text
    shells = [at for at, part in enumerate(taken.parts) if part.call.name in SHELLS]
    last = shells[-1] if shells else len(taken.parts) - 1
    found: list[Result | None] = []
    for at, part in enumerate(taken.parts):
        ok = told.ok if alone or told.ok else None
        shell, patch = part.call.name in SHELLS, part.call.name in PATCHES
        if ok and ((shell and (told.exit is None or not alone)) or (patch and (kept or not went))):
            ok = None
        found.append(replace(told, text=told.text if at == last else "", ok=ok))
    return found
