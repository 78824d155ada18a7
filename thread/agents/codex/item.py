"""What the lines of a Codex rollout say, in a form that is the same in every version.

A command is a command whether it was recorded as a call, as an event for the screen, or as an
item of the history by turns; which of these it was stays known, since most of them are
recorded more than once.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from treadle.thread.agents.codex.prompt import Folder, Prose, Typed
from treadle.thread.agents.codex.result import Result, decoded


@dataclass(frozen=True, slots=True)
class Meta:
    """Whose file this is. A second one in a file is that of the session it was forked from."""

    id: str
    cwd: str
    version: str
    parent: str
    """The session whose lines this one begins with, or whose history it goes on from."""
    spawned: bool
    """A sub-agent of ``parent``."""
    path: str
    """Of a sub-agent: how its parent calls it."""


@dataclass(frozen=True, slots=True)
class Context:
    """What holds from here on; ``""`` where nothing changes."""

    turn: str = ""
    cwd: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """The agent calls a tool."""

    id: str
    name: str
    """Without the space of names before it."""
    input: Mapping[str, object] = field(default_factory=dict)
    script: str = ""
    """Where the input is one text: a patch, a program."""


@dataclass(frozen=True, slots=True)
class Output:
    """What came back from a call."""

    id: str
    result: Result


@dataclass(frozen=True, slots=True)
class Ended:
    """Codex's own account of a command that has come to its end."""

    id: str
    command: str
    cwd: str
    output: str
    exit: int | None
    status: str
    typed: bool
    """The person ran it."""
    rank: int


@dataclass(frozen=True, slots=True)
class Changed:
    """Codex's own account of a patch that it applied, or tried to."""

    id: str
    changes: Mapping[str, object]
    ok: bool | None
    declined: bool
    reason: str
    """Why it failed."""
    rank: int


@dataclass(frozen=True, slots=True)
class Used:
    """Codex's own account of the use of another tool."""

    id: str
    name: str
    input: Mapping[str, object]
    output: str
    ok: bool | None


@dataclass(frozen=True, slots=True)
class Spawned:
    """A call is known to have started a sub-agent."""

    call: str
    session: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something of the conversation that this reader does not understand."""

    reason: str


Item = (
    Meta
    | Context
    | Prose
    | Typed
    | Folder
    | Call
    | Output
    | Ended
    | Changed
    | Used
    | Spawned
    | Unknown
)


def folder(path: str) -> str:
    """A path, where it may be given as a ``file://`` URI."""
    return unquote(path.removeprefix("file://")) if path.startswith("file://") else path


def plain_name(name: str) -> str:
    """A tool's name without ``functions.`` before it."""
    return name.removeprefix("functions.")


def arguments(value: object) -> Mapping[str, object]:
    """Arguments as an object, also where they are JSON in a string; empty if they are none."""
    if isinstance(value, str):
        value = decoded(value)
    return value if isinstance(value, dict) else {}


def command_line(command: object) -> str:
    """A command as one would type it: a script without the shell that is to run it."""
    if isinstance(command, str):
        return command
    parts = [part for part in command if isinstance(part, str)] if isinstance(command, list) else []
    if len(parts) > 2 and parts[-2].lower() in ("-lc", "-c", "-command", "/c", "-ic"):
        return parts[-1]
    return shlex.join(parts)
