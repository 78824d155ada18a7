"""From the messages of one normalised transcript, in their order, to its events.

The form does not say in which folder the agent worked: its calls tell it (``folders``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from treadle.thread.agents.claude_code.prompt import Prose, Shell, ShellOutput, words
from treadle.thread.agents.events import clip
from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.events.made import made
from treadle.thread.agents.reading.fields import table, text
from treadle.thread.agents.source import Complaints, last
from treadle.thread.agents.telling import tools
from treadle.thread.agents.telling.folders import folder
from treadle.thread.agents.telling.tools import Call
from treadle.thread.model import Event


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a line of a transcript says."""

    key: str
    kind: str
    """``user``, ``said``, ``thought``, ``call`` or ``result``."""
    time: str
    agent: str
    value: object
    """The text; of a call its block; of a result its line."""
    source: int
    """Index of the source."""
    offset: int
    """Of the line in the source, in bytes."""

    def named(self, key: str) -> Item:
        """The same under another key."""
        return self if key == self.key else replace(self, key=key)

    @property
    def weight(self) -> tuple[bool, int, str]:
        """Of two copies of an item the heavier one says more: a call has its result."""
        told = shown(self.value)
        return bool(table(self.value, "result")), len(told), told


def shown(value: object) -> str:
    """A value as text, the same for the same value; of one that is nested too deep, its size."""
    try:
        return json.dumps(value, sort_keys=True)
    except RecursionError:
        return f"nested, {len(value) if isinstance(value, dict | list) else 1}"


def events(items: Sequence[Item], names: Sequence[str]) -> tuple[list[Event], Complaints]:
    """The events of a session, and what of it was not understood.

    It takes two passes: results may stand apart from calls, and what a sub-agent is told looks
    like a prompt. ``names`` are the names of the sources, by their index.
    """
    story = _Story(items, names)
    for item in items:
        story.tell(item)
        story.complaints.reached(item.key, story.events)
    return story.events, story.complaints


class _Story:
    def __init__(self, items: Sequence[Item], names: Sequence[str]) -> None:
        self.events: list[Event] = []
        self.complaints = Complaints()
        self._names = names
        self._bounds = Bounds()
        apart = {one.key.removesuffix("/result"): one for one in items if one.kind == "result"}
        self._calls = {
            one.key: _call(one, apart.get(one.key)) for one in items if one.kind == "call"
        }
        self._tasks = {tools.task(call).strip() for call in self._calls.values()} - {""}
        self._folder, self._sure = folder(self._calls.values())
        self._shell: int | None = None

    def tell(self, item: Item) -> None:
        """Add what one item says."""
        if item.kind == "call":
            self._use(item)
        elif item.kind == "user":
            self._heard(item, str(item.value))
        elif item.kind in ("said", "thought"):
            self.events.append(self._event(item, item.kind, clip.prose(str(item.value))))
        elif item.key.removesuffix("/result") not in self._calls:
            self._complain(item, "result of a call that is not here")

    def _event(self, item: Item, kind: str, said: str) -> Event:
        return Event(item.key, kind, item.time, said, cwd=self._folder)

    def _complain(self, item: Item, reason: str) -> None:
        where = self._names[item.source], item.offset
        self.complaints.add(*where, reason, last(self.events))

    def _heard(self, item: Item, said: str) -> None:
        """A text in a user's message: the person's, unless the program put it in."""
        found = words(said) if said.strip() not in self._tasks else None
        if isinstance(found, Prose):
            kept, cut = clip.output(found.output)
            event = self._event(item, found.kind, found.text)
            self.events.append(replace(event, output=kept, cut=cut))
        elif isinstance(found, Shell):
            event = self._event(item, "ran", clip.prose(found.command))
            self._shell = len(self.events)
            self.events.append(replace(event, tool="!", ok=None, cwd=self._known))
        elif isinstance(found, ShellOutput) and self._shell is not None:
            event = self.events[self._shell]
            kept, cut = clip.output(found.text)
            told = made(event.text, found.text)
            self.events[self._shell] = replace(event, output=kept, cut=cut, made=told)
            self._shell = None

    @property
    def _known(self) -> str:
        """The folder for a command: it may name files without a path, so it must be sure."""
        return self._folder if self._sure else ""

    def _use(self, item: Item) -> None:
        call = self._calls[item.key]
        if not text(item.value, "name"):
            self._complain(item, "call without the name of its tool")
        shell = call.tool in tools.SHELLS
        bare = replace(self._event(item, "looked", ""), cwd=self._known if shell else self._folder)
        for event in tools.events(call, bare, lambda reason: self._complain(item, reason)):
            self.events.append(
                self._bounds.kept(event, lambda reason: self._complain(item, reason))
            )


def _call(item: Item, apart: Item | None) -> Call:
    """The call in an item, with its result, or with one that stood apart.

    A result that stood apart says no more than that there was one, unless it was an error.
    """
    result = table(item.value, "result")
    if not result and apart is not None:
        told = table(apart.value, "result")
        error = text(told, "error")
        result = {"output": error, "status": "error" if error else "success"}
    given = item.value.get("input") if isinstance(item.value, dict) else None
    return Call(
        id=item.key,
        name=text(item.value, "name"),
        input=given if isinstance(given, dict) else {},
        script=given if isinstance(given, str) else "",
        output=text(result, "output"),
        status=text(result, "status") or ("success" if result else ""),
        agent=item.agent,
    )
