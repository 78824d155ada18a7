"""The door to the readers of agents' transcripts, one reader per agent.

Give it every file and every copy that may belong together; it answers with sessions, and
with problems for what it could not read. It never raises on what a transcript holds.

Each agent has a folder in this one, whose ``reader`` module has a ``READER``. Readers are found
by looking, so that a new agent is a new folder and nothing else. What they share stands in the
other folders. Nothing is imported until it is needed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

from treadle.thread.agents.source import HEAD, Reader, Reading, Source
from treadle.thread.model import Problem, Session

__all__ = [
    "Reader",
    "Reading",
    "Source",
    "beside",
    "names",
    "read",
    "readers",
    "recognise",
    "second",
]


@cache
def readers() -> tuple[Reader, ...]:
    """All readers, sorted by name."""
    rooms = (room.name for room in pkgutil.iter_modules(__path__, f"{__name__}.") if room.ispkg)
    modules = (f"{room}.reader" for room in rooms)
    found = [importlib.import_module(module).READER for module in modules if find_spec(module)]
    return tuple(sorted(found, key=lambda reader: reader.name))


def names() -> tuple[str, ...]:
    """The names of all readers, sorted."""
    return tuple(reader.name for reader in readers())


@cache
def second() -> frozenset[str]:
    """The names of those readers whose transcripts are another program's accounts of sessions."""
    return frozenset(reader.name for reader in readers() if reader.second)


def recognise(head: bytes) -> str:
    """The name of the reader that knows a file by its first bytes, or ``""``."""
    return next((reader.name for reader in readers() if reader.recognises(head)), "")


def read(sources: Sequence[Source], agent: str = "") -> Reading:
    """Read sources into sessions: all copies and parts of one session make one ``Session``.

    ``agent`` names the reader; without it each source is recognised by its first bytes. An
    unknown name raises ``KeyError``.
    """
    known = {reader.name: reader for reader in readers()}
    if agent:
        return known[agent].read(sources)
    shares: dict[str, list[Source]] = {}
    problems: list[Problem] = []
    for source in sources:
        name, reason = _recognised(source)
        if name:
            shares.setdefault(name, []).append(source)
        else:
            problems.append(Problem(source.name, 0, reason))
    sessions: list[Session] = []
    ids: dict[str, str] = {}
    for name, share in shares.items():
        reading = known[name].read(share)
        sessions += reading.sessions
        problems += reading.problems
        ids.update(reading.ids)
    return Reading(tuple(sessions), tuple(problems), ids)


def beside(path: str, agent: str = "") -> list[str]:
    """The files beside a transcript that may belong to its session: sub-agents', side files.

    ``agent`` names the reader; without it the file is recognised. Nothing for a file that no
    reader knows.
    """
    known = {reader.name: reader for reader in readers()}
    reader = known.get(agent or _recognised(Source.file(path))[0])
    return list(reader.beside(path)) if reader and reader.beside else []


def _recognised(source: Source) -> tuple[str, str]:
    """The reader's name, or ``""`` and why there is none."""
    try:
        with source.open() as stream:
            head = stream.read(HEAD)
    except OSError as error:
        return "", f"cannot be opened: {error.strerror or error}"
    if not head.strip():
        return "", "empty"
    return recognise(head), "no reader knows this format"
