"""What the player must know of an agent to act its sessions out.

A role is the agent's own way to tell of its work: which of its records says that a file was
changed, what a command gave, where the transcript lies. It knows the agent's format by itself and
asks none of our readers, since what they make of it is what is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one file that an agent tells of."""

    path: str
    """As it is named, absolute."""
    old: str | None = None
    """What is replaced; None: the whole file, which may not be there yet."""
    new: str | None = None
    """What stands there then; None: the file is taken away."""
    every: bool = False
    """Wherever ``old`` stands, not only at the first place."""
    to: str = ""
    """The file's new name, absolute, where it gets one."""

    @property
    def lines(self) -> set[str]:
        """The lines that it writes, without their ends."""
        return set((self.new or "").split("\n")) - set((self.old or "").split("\n"))


@dataclass(frozen=True, slots=True)
class Told:
    """What one record tells."""

    folder: str = ""
    """Where the agent works, absolute."""
    changes: tuple[Change, ...] = ()
    output: str = ""
    """What a command printed."""
    helped: bool = False
    """A sub-agent is at work."""
    compacted: bool = False
    """The session goes on with a summary of itself."""


@dataclass(frozen=True, slots=True)
class Role:
    """One agent."""

    name: str
    session: Callable[[Sequence[Fields]], str]
    """The id of the session that records are of, ``""`` where they are not this agent's."""
    told: Callable[[Sequence[Fields]], Sequence[Told]]
    """What each record of a file tells."""
    place: Callable[[Path, Path, str, datetime], Path]
    """Where a file of the transcript lies: by the home, the work tree, the file's name as the scene
    has it, and when the session began."""
    variables: Callable[[str], Mapping[str, str]]
    """What the agent sets around its commands, by its session."""


def dig(value: object, *keys: str) -> object:
    """What lies under keys, one in the other; None where one is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def words(value: object, *keys: str) -> str:
    """A text under keys, ``""`` where there is none."""
    found = dig(value, *keys)
    return found if isinstance(found, str) else ""


def hunks(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The old and the new text of each hunk of a diff, or of a patch, without the headers."""
    old, new, mark = "", "", ""
    for line in [*lines, "@@"]:
        if line.startswith("@@"):
            if old or new:
                yield old, new
            old, new = "", ""
        elif line.startswith("\\"):
            old = old if mark == "+" else old.removesuffix("\n")
            new = new if mark == "-" else new.removesuffix("\n")
        else:
            mark = line[:1]
            old += "" if mark == "+" else f"{line[1:]}\n"
            new += "" if mark == "-" else f"{line[1:]}\n"
