"""The words a story is written in.

A story is a tuple of scenes: a session of a coding agent, or a commit that a person
made alone. A session is a list of what was asked, thought, said and done, in the order in
which it happened; whoever reads it top to bottom reads the conversation. Only what
somebody decided stands in it. Times, ids, commit ids and the tools' own answers follow from
the play (``stage.py``), so they cannot contradict the text.

Paths are relative to the repository's root; texts are whole files or the exact pieces an
editing tool would be given.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """A person asks."""

    text: str
    at: str
    """When, UTC, as ``2026-03-02T09:02``; what follows takes its time from here."""


@dataclass(frozen=True, slots=True)
class Thought:
    """The agent thinks."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """The agent speaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """The agent reads a whole file."""

    path: str


@dataclass(frozen=True, slots=True)
class Searched:
    """The agent searches all files for a word; what it finds is true of the moment."""

    word: str


@dataclass(frozen=True, slots=True)
class Write:
    """A whole file is written."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a file is replaced. Where the piece is not in the file, the tool says so."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Patched:
    """Pieces of files, whole lines each, are replaced by one patch, or none of them is.

    Codex's way; ``Write`` and ``Edit`` are Claude Code's, as is ``Sent``.
    """

    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """The agent runs a command."""

    command: str
    output: str = ""
    exit: int = 0
    leaves: tuple[Write | Edit, ...] = ()
    """What the command did to files, which a transcript does not tell."""


@dataclass(frozen=True, slots=True)
class Committed:
    """The agent runs ``command && git commit``: everything in the work tree is committed."""

    command: str
    output: str
    """Of ``command`` alone; git's own words follow it."""
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """A person changes files while the agent is at work; no transcript knows."""

    changes: tuple[Write | Edit, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """The agent sends a sub-agent, which answers."""

    kind: str
    model: str
    title: str
    prompt: str
    steps: tuple[Thought | Said | Read | Searched | Ran, ...]
    answer: str


Step = (
    Prompt
    | Thought
    | Said
    | Read
    | Searched
    | Write
    | Edit
    | Patched
    | Ran
    | Committed
    | ByHand
    | Sent
)


@dataclass(frozen=True, slots=True)
class Session:
    """One run of an agent, from its first prompt to its end."""

    name: str
    """Any word; the session's id is made of it."""
    version: str
    model: str
    steps: tuple[Step, ...]
    agent: str = "claude-code"
    """Whose record it is, as ``stage.BOOKS`` names it."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A commit that a person made without any agent."""

    at: str
    changes: tuple[Write | Edit, ...]
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Story:
    """All scenes in time, and the person who asks in them."""

    person: str
    email: str
    home: str
    """The person's home folder, which stands in the transcripts and is no folder here."""
    folder: str
    """Name of the repository's folder in it."""
    scenes: tuple[Session | Alone, ...]


def invented(prefix: str, length: int) -> str:
    """A secret that opens nothing: a true prefix and ``length`` characters out of a hash.

    It stands here in no readable form, so that nobody's scanner takes our source for a leak.
    """
    from hashlib import sha512

    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number = int.from_bytes(sha512(prefix.encode()).digest() * 2, "big")
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(alphabet))
        letters.append(alphabet[rest])
    return prefix + "".join(letters)
