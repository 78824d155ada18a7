"""What one line of a transcript says, in words that agents share.

Agents keep the same few things under many names: a text that somebody said, a call of a tool,
what came back from it, the folder and the model from here on. Readers that put their lines into
these values have the rest in common: how copies unite (``shelf``), and how events come of them
(``session``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Said:
    """Words: of the person, the agent or the program."""

    kind: str
    """``prompt``, ``said``, ``thought`` or ``marked``."""
    text: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """A call of a tool."""

    id: str
    name: str
    input: Mapping[str, object] = field(default_factory=dict)
    script: str = ""
    """Where the input is one text."""
    echo: bool = False
    """The program's own word that it carries the call out: the call, if nothing else tells it."""
    told: bool = True
    """Whether the transcript tells what edits put in; if not, an edit without a text is usual."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from a call."""

    id: str
    output: str
    status: str
    """``success`` or ``error``; ``""`` while the call still runs."""
    seen: str | None = None
    """Of a read: the whole file."""

    @property
    def weight(self) -> tuple[bool, bool, int, str]:
        """Of several answers to one call the heaviest says most."""
        return self.status != "", self.seen is not None, len(self.output), self.output


@dataclass(frozen=True, slots=True)
class Linked:
    """That a call started a sub-agent."""

    call: str
    lane: str
    """The sub-agent's label."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command that the person ran."""

    command: str
    output: str = ""
    ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What holds from here on; ``""`` leaves it as it was."""

    cwd: str = ""
    model: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Odd:
    """Something that was not understood."""

    reason: str


Item = Said | Used | Answer | Linked | Typed | Now | Odd


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a transcript."""

    key: str
    """The same in every copy of the session, and of no other line in it."""
    time: str
    items: Sequence[Item]
    lane: str = ""
    """Label of the sub-agent whose line it is."""
    model: str = ""
    """Where the line itself names one."""
    weight: tuple[int, bytes] = (0, b"")
    """Of two versions of a line the heavier one, which is the longer, says more."""
    source: int = 0
    """Index of the source."""
    offset: int = 0
    """Of the line in the source, in bytes."""


def weight(raw: bytes) -> tuple[int, bytes]:
    """The weight of a line."""
    return len(raw), blake2b(raw, digest_size=8).digest()


def digest(said: str) -> str:
    """A key for what has no id: the same for the same text."""
    return blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest()
