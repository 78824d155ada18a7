"""Sessions for tests: of an agent that really works in a scratch repository, or made of values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from tests.support.scratch import Scratch
from treadle.thread.locate import Locator
from treadle.thread.model import Edit, Event, Made, Session, Snapshot
from treadle.thread.select import Reel


class Agent:
    """An agent at work: what it does to files it also tells, and the clock goes on."""

    def __init__(self, scratch: Scratch, name: str = "s1", agent: str = "claude-code") -> None:
        self.scratch = scratch
        self.name = name
        self.agent = agent
        self.events: list[Event] = []
        self._keys = count(1)

    def session(self) -> Session:
        """Its transcript so far."""
        return Session(self.agent, self.name, "1.0", tuple(self.events))

    def take_over(self, other: Agent) -> None:
        """Go on where another one stopped."""
        self.events = list(other.events)
        self._keys = count(len(self.events) + 1)

    # -- words ----------------------------------------------------------------------

    def prompt(self, text: str = "Please do it") -> Event:
        return self._tell(Event("", "prompt", text=text))

    def said(self, text: str = "I will do it now.") -> Event:
        return self._tell(Event("", "said", text=text))

    def ran(self, command: str, output: str = "", *, ok: bool = True) -> Event:
        return self._tell(Event("", "ran", text=command, output=output, ok=ok, tool="Bash"))

    # -- deeds ----------------------------------------------------------------------

    def write(self, path: str, text: str) -> Event:
        """Write a whole file."""
        self.scratch.write(path, text)
        return self.tells(Edit(self.path(path), "write", new=text))

    def edit(
        self, path: str, old: str, new: str, *, every: bool = False, shown: bool = False
    ) -> Event:
        """Replace text in a file; ``shown``: the transcript keeps the file as it was before."""
        text = self.scratch.read(path)
        assert old in text
        self.scratch.write(path, text.replace(old, new, -1 if every else 1))
        before = text if shown else None
        return self.tells(Edit(self.path(path), "replace", old, new, every, before))

    def delete(self, path: str) -> Event:
        """Delete a file."""
        self.scratch.delete(path)
        return self.tells(Edit(self.path(path), "delete"))

    def read(self, path: str) -> Event:
        """Look at a whole file."""
        shown = Snapshot(self.path(path), self.scratch.read(path))
        return self._tell(Event("", "looked", text=f"read {path}", tool="Read", reads=(shown,)))

    def fails(self, path: str, old: str, new: str, why: str = "String not found") -> Event:
        """Try an edit that the tool refuses."""
        edit = Edit(self.path(path), "replace", old, new)
        return self.tells(edit, ok=False, output=why)

    def tells(self, *edits: Edit, ok: bool | None = True, output: str = "") -> Event:
        """Tell of edits, made or not."""
        text = ", ".join(edit.path for edit in edits)
        event = Event("", "edited", text=text, output=output, ok=ok, tool="Edit", edits=edits)
        return self._tell(event)

    def commits(self, message: str = "Change", *options: str, stage: bool = True) -> Event:
        """Commit, and tell what git printed."""
        commit = self.scratch.commit(message, *options, stage=stage)
        made = (Made(commit.id[:7], commit.subject),)
        return self._tell(Event("", "ran", text="git commit", tool="Bash", made=made))

    def path(self, path: str) -> str:
        """A file of the repository, as its tools name it."""
        return f"{self.scratch.top}/{path}"

    def _tell(self, event: Event) -> Event:
        told = Event(
            key=f"{self.name}-{next(self._keys)}",
            kind=event.kind,
            time=self.scratch.clock.tick(),
            text=event.text,
            output=event.output,
            ok=event.ok,
            model="loom-1",
            cwd=str(self.scratch.top),
            tool=event.tool,
            edits=event.edits,
            reads=event.reads,
            made=event.made,
        )
        self.events.append(told)
        return told


# -- sessions made of values --------------------------------------------------------

ROOT = "/srv/lamp"
"""Where the sessions made of values say they work."""


def edit(
    path: str,
    old: str,
    new: str,
    *,
    every: bool = False,
    before: str | None = None,
    line: int | None = None,
) -> Edit:
    """A replacement of text in a file of ``ROOT``."""
    return Edit(f"{ROOT}/{path}", "replace", old, new, every, before, line)


def written(path: str, text: str) -> Edit:
    """A whole file of ``ROOT``, written."""
    return Edit(f"{ROOT}/{path}", "write", new=text)


def events(*told: Event | Edit | str) -> Iterator[Event]:
    """Events, ten seconds apart; an edit stands for a call that made it, text for a prompt."""
    for number, one in enumerate(told):
        minutes, seconds = divmod(number * 10, 60)
        time = f"2026-01-05T09:{minutes:02}:{seconds:02}.000Z"
        if isinstance(one, Edit):
            one = Event(f"k{number}", "edited", time, cwd=ROOT, tool="Edit", edits=(one,))
        elif isinstance(one, str):
            one = Event(f"k{number}", "prompt", time, one, cwd=ROOT)
        yield one


def session(*told: Event | Edit | str, name: str = "s1") -> Session:
    """A session of these events."""
    return Session("claude-code", name, events=tuple(events(*told)))


def reel(told: Session, *known: str) -> Reel:
    """The session seen from a repository that knows these paths."""
    return Reel.of(told, Locator(told, frozenset(known), [ROOT]))
