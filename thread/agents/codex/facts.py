"""What only the whole of a Codex session tells.

An answer, the account of what a call did and the name of a sub-agent come after the call. And
nearly everything is recorded two or three times over: as the model sees it, as an event for
the screen, as an item of the history by turns.

A command may run on while the agent does other things, and a commit may be made meanwhile. What
is told of it before the next call belongs to its own call; what comes later is told by the call
that asked for it. So nothing that a commit's document has of a session changes afterwards:

    call a   running 1   poll a   running 1   call b   poll a   exit 0
    a: both outputs                           b        poll a: its own output
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from treadle.thread.agents.codex import parts, tools
from treadle.thread.agents.codex.copies import Record
from treadle.thread.agents.codex.item import Call, Changed, Ended, Output, Spawned, Used, arguments
from treadle.thread.agents.codex.prompt import Prose
from treadle.thread.agents.codex.result import Result
from treadle.thread.agents.reading.fields import text

Account = Ended | Changed | Used
"""Codex's own account of what a call did."""

_BELIEVED = {"prompt": (2, 1, 0), "marked": (1, 2, 0)}
"""Ranks of words, the one to believe first in front. What the agent says is believed as the model
saw it; of what a person typed the model saw more than that."""
_SPEECH = (0, 2, 1)


@dataclass(slots=True)
class Facts:
    """What the records of a session know of each other."""

    results: dict[str, Result] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    """By the id of the call."""
    hosted: dict[str, list[tuple[Record, Account]]] = field(default_factory=dict)
    """Accounts under ids of their own, by the id of the call that they came with."""
    told: set[str] = field(default_factory=set)
    """Keys of the records that others tell: no events of their own."""
    helpers: dict[str, str] = field(default_factory=dict)
    """From a call to the session of the sub-agent that it started."""
    asked: set[str] = field(default_factory=set)
    """What sub-agents were asked to do."""
    typed: Counter[str] = field(default_factory=Counter)
    """The person's own commands, as far as they have an account."""
    begun: dict[str, Call] = field(default_factory=dict)
    """From a call that asks late how a command goes on to the call that began it."""


def facts(records: Sequence[Record], paths: Mapping[str, str]) -> Facts:
    """Gather the facts. ``paths``: sessions of sub-agents, as their parents call them."""
    gatherer = _Gatherer(records, paths)
    for record in records:
        gatherer.take(record)
    gatherer.facts.told |= _doubles(records)
    return gatherer.facts


class _Gatherer:
    def __init__(self, records: Sequence[Record], paths: Mapping[str, str]) -> None:
        self.facts = Facts()
        self._paths = paths
        self._calls = {one.item.id: one.item for one in records if isinstance(one.item, Call)}
        self._frames: dict[str, tuple[str, str]] = {}
        self._running: dict[tuple[str, str], str] = {}
        self._polls: dict[str, str] = {}
        self._typed: dict[str, str] = {}
        self._last = ""
        """The last call, but for those that only go on with it."""
        self._count = 0
        """How many such calls there were."""
        self._answered: dict[str, int] = {}
        """How many there were when a call was answered first."""

    def take(self, record: Record) -> None:
        """Learn from one record what it says of others."""
        item = record.item
        if isinstance(item, Call):
            self._call(item, record)
        elif isinstance(item, Output):
            self._output(item, record)
        elif isinstance(item, Account):
            self._account(item, record)
        elif isinstance(item, Spawned):
            session = item.session or self._paths.get(item.path, "")
            if session:
                self.facts.helpers.setdefault(item.call, session)

    def _call(self, call: Call, record: Record) -> None:
        """A call that only asks how a command goes on is a part of that command's call; one that
        types something is not, but may bring it to its end."""
        if parts.is_frame(call):
            self._frames[record.session] = (call.id, record.turn)
        going_on = _going_on(call)
        root = self._running.get((record.session, going_on)) if going_on else None
        if root is None or root != self._last:
            self._new(call, root)
        elif text(call.input, "chars"):
            self._typed[call.id] = root
        else:
            self._polls[call.id] = root
            self.facts.told.add(record.key)
        if call.name in tools.DELEGATES:
            self.facts.asked.add(text(call.input, "message").strip())

    def _new(self, call: Call, root: str | None) -> None:
        """A call of its own; ``root`` is the one that it asks about, if it asks about one."""
        self._last, self._count = call.id, self._count + 1
        begun = self.facts.begun.get(root or "") or self._calls.get(root or "")
        if begun is not None:
            self.facts.begun[call.id] = begun

    def _output(self, output: Output, record: Record) -> None:
        result = output.result
        self._answered.setdefault(output.id, self._count)
        root = self._polls.get(output.id, output.id)
        typed = self._typed.get(output.id, "")
        if typed in self.facts.results:
            said = self.facts.results[typed].text
            self.facts.results[typed] = replace(result, text=said)
        known = self.facts.results.get(root)
        if root != output.id and known is not None:
            self.facts.results[root] = replace(result, text=_and(known.text, result.text))
        elif known is None or result.weight > known.weight:
            self.facts.results[root] = result
        if result.running and not typed:
            self._running[record.session, result.running] = root
        call = self._calls.get(output.id)
        if call is not None and call.name == tools.DELEGATES[0]:
            self._spawned(call, result)

    def _spawned(self, call: Call, result: Result) -> None:
        told = arguments(result.text)
        named = [text(told, key) for key in ("agent_id", "new_thread_id", "thread_id")]
        path = text(told, "agent_path") or text(told, "task_name")
        session = next(filter(None, named), "") or self._paths.get(path, "")
        if session:
            self.facts.helpers[call.id] = session

    def _account(self, item: Account, record: Record) -> None:
        """An account tells of the call of its id, else of the program that is running."""
        if item.id in self._calls:
            if not self._is_late(item):
                self.facts.accounts[item.id] = item
            self.facts.told.add(record.key)
            return
        if isinstance(item, Ended) and item.typed:
            self.facts.typed[item.command.strip()] += 1
            return
        frame, turn = self._frames.get(record.session, ("", ""))
        if frame and (turn == record.turn or not (turn and record.turn)):
            self.facts.hosted.setdefault(frame, []).append((record, item))
            self.facts.told.add(record.key)

    def _is_late(self, item: Account) -> bool:
        """Whether a command's end is told when other calls follow on what it had answered. What it
        printed since is in the answers to those that ask about it."""
        known = self.facts.results.get(item.id)
        if known is None or not isinstance(item, Ended):
            return False
        if known.running:
            return self._last != item.id
        return self._answered.get(item.id, self._count) != self._count


def _going_on(call: Call) -> str:
    """The name of the running command, or program, that a call asks about."""
    if call.name not in (tools.STDIN, "wait"):
        return ""
    value = call.input.get("session_id", call.input.get("cell_id"))
    return str(value) if isinstance(value, str | int) else ""


def _and(before: str, after: str) -> str:
    return before + after if not before or before.endswith("\n") else f"{before}\n{after}"


def _doubles(records: Sequence[Record]) -> set[str]:
    """Keys of the words that stand in a record that is to be believed more.

    Words are compared by their text, and one record stands for one, if no call comes between them.
    Only prompts as the model saw them may read differently: as soon as a session has others, none
    of these counts.
    """
    groups: dict[tuple[str, str, str, int], dict[int, list[str]]] = {}
    prompted: dict[str, int] = {}
    calls: Counter[str] = Counter()
    for record in records:
        item, session = record.item, record.session
        calls[session] += isinstance(item, Call)
        if isinstance(item, Prose):
            words = item.text.split(" (")[0] if item.kind == "marked" else item.text.strip()
            ranks = groups.setdefault((session, item.kind, words, calls[session]), {})
            ranks.setdefault(item.rank, []).append(record.key)
            if item.kind == "prompt" and item.rank:
                prompted.setdefault(session, calls[session])
    found: set[str] = set()
    for (session, kind, _, count), ranks in groups.items():
        best = next(rank for rank in _BELIEVED.get(kind, _SPEECH) if rank in ranks)
        for rank, keys in ranks.items():
            found.update(keys[: len(ranks[best])] if rank != best else ())
        if kind == "prompt" and count >= prompted.get(session, count + 1):
            found.update(ranks.get(0, ()))
    return found
