"""What every agent's own record of a session can take down.

The stage says what happened and when; a book says it in the words and the shape of its
agent. What only one agent does (a sub-agent sent, a patch of several files) only its book
takes down.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

Span = tuple[datetime, datetime]
"""When a tool was called, and when it answered."""


class Book(Protocol):
    """One session as one agent keeps it. All paths are relative to the repository's root."""

    def prompt(self, at: datetime, text: str) -> None:
        """What a person typed, or what a sub-agent was asked."""

    def thought(self, at: datetime, text: str) -> None:
        """What the agent thought."""

    def said(self, at: datetime, text: str) -> None:
        """What the agent said."""

    def read(self, span: Span, path: str, text: str) -> None:
        """A whole file was read."""

    def searched(self, span: Span, word: str, found: list[str]) -> None:
        """All files were searched; ``found`` has the lines, ``path:line:text``."""

    def ran(self, span: Span, command: str, output: str, exit: int) -> None:
        """A command ended."""

    def committing(self, command: str, subject: str, body: str) -> str:
        """The command by which this agent commits, once ``command`` has gone well."""

    def files(self) -> dict[str, str]:
        """The record so far: texts by their paths below the folder of all transcripts."""


def stamp(at: datetime) -> str:
    """A moment as both agents write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
