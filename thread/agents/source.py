"""What a reader is given and what it gives back.

A transcript is whatever bytes the caller can open again: a file on disk, a blob of a
checkpoint, a text of a test. It is never trusted: a path may name a FIFO that would block
for ever, and a file may vanish between the listing and the reading.
"""

from __future__ import annotations

import builtins
import io
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from treadle.thread.model import Event, Problem, Session

if TYPE_CHECKING:
    from treadle.thread.agents.finding.find import Found, Surroundings


@dataclass(frozen=True, slots=True)
class Source:
    """One transcript file, or one copy of it."""

    name: str
    """How problems name it: a path, or whatever the caller calls it."""
    open: Callable[[], BinaryIO]
    """Open it from its beginning; may be called twice; raises ``OSError`` if it cannot."""
    only: tuple[str, ...] = ()
    """The sessions that are wanted of it, if not all: a database holds those of all repositories,
    and its reader need not read the others."""

    @classmethod
    def file(cls, path: str | os.PathLike[str], only: Sequence[str] = ()) -> Source:
        """A file on disk. Opening anything but a regular file raises ``OSError``."""
        return cls(os.fspath(path), lambda: _open_regular(Path(path)), tuple(only))

    @classmethod
    def bytes(cls, name: str, content: builtins.bytes) -> Source:
        """Bytes at hand."""
        return cls(name, lambda: io.BytesIO(content))


@dataclass(frozen=True, slots=True)
class Reading:
    """What some sources hold."""

    sessions: tuple[Session, ...] = ()
    """One for each session, in the order in which the sources first name them."""
    problems: tuple[Problem, ...] = ()
    """Of sources that belong to no session: not openable, not recognised, nothing in them."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """From every session id met to the id of the ``Session`` that holds its events: a resumed
    copy has an id of its own, and is united with the session it continues."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One agent's format. A module of this package that has a ``READER`` is found by itself."""

    name: str
    recognises: Callable[[builtins.bytes], bool]
    """Whether the first bytes of a file (up to ``HEAD``) are this agent's."""
    read: Callable[[Sequence[Source]], Reading]
    """Unite all sources into sessions. Never raises on what a source holds."""
    find: Callable[[Surroundings], Found] | None = None
    """The transcripts on this machine that belong to a repository; None: the agent has no place."""
    beside: Callable[[str], Sequence[str]] | None = None
    """The files beside a transcript that may belong to its session, without itself, sorted; None:
    there are none."""
    variable: str = ""
    """The environment variable that holds the session's id in the agent's children, if any."""
    presence: str = ""
    """The environment variable by which the agent's children know that it is at work, where none
    tells them the session."""
    moved: tuple[str, ...] = ()
    """Environment variables that say where the agent keeps its transcripts, besides ``HOME``."""
    keeps: Callable[[Surroundings], int | None] | None = None
    """Days after its last change at which the agent deletes a transcript; None: it never does."""
    second: bool = False
    """Whether its transcripts are another program's accounts of agents' sessions: one counts only
    where the agent's own transcript, which has the same id, is not read."""


HEAD = 1 << 16
"""How many bytes of a file are looked at to recognise its agent."""

MOST_PROBLEMS = 100
"""Of one file; a broken one may have a million, and the first tell enough."""


class Complaints:
    """The problems met in reading, up to ``MOST_PROBLEMS`` of each file; the rest are counted."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._counts: Counter[str] = Counter()
        self._reached: dict[str, str] = {}

    def add(self, file: str, offset: int, reason: str, after: str = "") -> None:
        """Note a problem at a byte offset of a file.

        ``after`` is the key of the last event before it, or of the last record before it where
        no event was made yet.
        """
        self._counts[file] += 1
        if self._counts[file] <= MOST_PROBLEMS:
            self._kept.append(Problem(file, offset, reason, after))

    def reached(self, record: str, events: Sequence[Event]) -> None:
        """Note the events that were made of all records up to this one."""
        self._reached[record] = last(events)

    def placed(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems that stand behind a record, put behind the event that was made last then."""
        return [replace(one, after=self._reached.get(one.after, "")) for one in problems]

    def problems(self) -> tuple[Problem, ...]:
        """All that were kept, in their order, then how many were not."""
        more = [
            Problem(file, 0, f"{count - MOST_PROBLEMS} more problems")
            for file, count in self._counts.items()
            if count > MOST_PROBLEMS
        ]
        return (*self._kept, *more)


def last(events: Sequence[Event]) -> str:
    """The key of the last event, ``""`` where there is none."""
    return events[-1].key if events else ""


def _open_regular(path: Path) -> BinaryIO:
    """Open without waiting (a FIFO would block), then look at what was opened."""
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
        flags |= int(getattr(os, name, 0))
    try:
        handle = os.open(path, flags)
    except ValueError as error:
        raise OSError(str(error)) from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("not a regular file")
        return os.fdopen(handle, "rb", buffering=1 << 18)
    except BaseException:
        os.close(handle)
        raise
