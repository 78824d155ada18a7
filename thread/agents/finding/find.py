"""Finding the transcripts that belong to a repository, wherever agents keep them.

Each agent has its own place, its own names and its own way to say in which folder a session
ran; each reader's ``find`` knows them. What they have in common is here: what they are told of
the machine, what they answer, and the question that decides, whether a folder lies in one of
the repository's work trees.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from treadle.thread.agents.source import Source
from treadle.thread.model import Problem

if TYPE_CHECKING:
    from treadle.thread.agents.finding.disk import File
    from treadle.thread.agents.finding.seen import Seen

_LONGEST = 4096
"""Characters of a path."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a finder may know of the machine and of the repository it looks for."""

    home: str
    """The person's home directory; ``""`` if there is none, and then only ``env`` and
    ``folders`` say where to look."""
    env: Mapping[str, str]
    """The environment: agents let variables move their folders."""
    tops: tuple[str, ...]
    """Absolute paths of all work trees of the repository, also of those that are gone."""
    since: float = 0
    """Seconds since 1970. A session of which no file changed since then is left out; 0: none is."""
    folders: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By agent's name, the folders to look into in the place of the agent's own."""
    memory: Seen | None = None
    """What was seen before; None looks at everything anew, and remembers nothing."""

    def named(self, agent: str) -> list[str]:
        """The folders that the person named for an agent; ``~`` is ``home``."""
        return [
            os.path.join(self.home, one[2:] if one.startswith("~/") else one)
            for one in self.folders.get(agent, ())
        ]


@dataclass(frozen=True, slots=True)
class Transcript:
    """One session of the repository, as it lies on disk."""

    agent: str
    session: str
    """The session's own id; ``""`` where one file holds many (a database, a chat history)."""
    files: tuple[str, ...]
    """What to read: the main file first, then sub-agents' and side files, and what else must be
    read to understand them (the session that it was forked off). Two transcripts may share a
    file; read them together, each file once."""
    size: int
    """Bytes of all files."""
    changed: float
    """When one of them changed last, in seconds since 1970."""

    @classmethod
    def of(cls, agent: str, session: str, files: Sequence[File]) -> Transcript:
        """The transcript that consists of ``files``, of which there is at least one."""
        size = sum(file.size for file in files)
        changed = max(file.changed for file in files)
        return cls(agent, session, tuple(file.path for file in files), size, changed)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and what could not be looked at."""

    transcripts: tuple[Transcript, ...] = ()
    """Sorted by agent, then by time of change, the newest first."""
    problems: tuple[Problem, ...] = ()


def find(where: Surroundings, agents: Sequence[str] = ()) -> Found:
    """The transcripts of a repository's sessions, of the named agents or of all.

    Never raises on what stands on disk; what cannot be looked at becomes a problem. An unknown
    agent raises ``KeyError``.
    """
    from treadle.thread.agents import readers

    known = {reader.name: reader for reader in readers()}
    transcripts: list[Transcript] = []
    problems: list[Problem] = []
    for name in sorted(agents or known):
        look = known[name].find
        if look is not None:
            found = look(where)
            transcripts += sorted(found.transcripts, key=lambda one: (-one.changed, one.session))
            problems += found.problems
    return Found(tuple(transcripts), tuple(dict.fromkeys(problems)))


def together(found: Sequence[Found]) -> Found:
    """What was found in several places, each session once."""
    seen = {(one.agent, one.session, one.files): one for at in found for one in at.transcripts}
    order = sorted(seen.values(), key=lambda one: (one.agent, -one.changed, one.session))
    problems = dict.fromkeys(problem for at in found for problem in at.problems)
    return Found(tuple(order), tuple(problems))


def sources(transcripts: Sequence[Transcript]) -> list[Source]:
    """What to give to the reader for these transcripts of one agent: each file once."""
    wanted: dict[str, dict[str, None]] = {}
    for transcript in transcripts:
        for file in transcript.files:
            wanted.setdefault(file, {})[transcript.session] = None
    return [Source.file(file, () if "" in ids else tuple(ids)) for file, ids in wanted.items()]


class Grounds:
    """The work trees of one repository, as a place where folders lie or do not."""

    def __init__(self, tops: Sequence[str]) -> None:
        self.tops = tuple(dict.fromkeys(os.path.realpath(top) for top in tops if top))
        self._known: dict[str, str | None] = {}

    def hold(self, folder: str) -> bool:
        """Whether a folder, which need not exist any more, lies in one of the work trees.

        A repository inside another is not the other's: what lies in it does not lie here.
        """
        return self._inner(folder) == ""

    def nested(self, folders: Iterable[str]) -> dict[str, str]:
        """Of those folders that lie in a repository inside one of the work trees its root, named
        as the folder is."""
        return {folder: root for folder in folders if (root := self._inner(folder))}

    def _inner(self, folder: str) -> str | None:
        """The root of the repository inside a work tree that a folder lies in, ``""`` where it
        lies in the work tree itself; None where it lies in none."""
        if folder not in self._known:
            self._known[folder] = self._looked(folder)
        return self._known[folder]

    def _looked(self, folder: str) -> str | None:
        if not os.path.isabs(folder) or "\0" in folder or len(folder) > _LONGEST:
            return None
        place = actual = os.path.realpath(folder)
        if not any(place == top or place.startswith(top.rstrip("/") + "/") for top in self.tops):
            return None
        while place not in self.tops:
            if os.path.lexists(os.path.join(place, ".git")):
                below = actual[len(place) :]
                return folder.removesuffix(below) if folder.endswith(below) else folder
            place = os.path.dirname(place)
        return ""
