"""Lines and where they come from: what a line map says, and how text is cut into lines.

Values like those of ``model``, in a module of their own: a blame needs these and no other, and
the others take longer to import than it takes to read the map.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """The step a line came from, and how that is known."""

    part: str = ""
    """The part's id; ``""`` where ``evidence`` is ``unrecorded``."""
    step: str = ""
    """``T.S``; ``""`` where ``evidence`` is ``unrecorded``."""
    evidence: str = "unrecorded"
    """One of ``model.EVIDENCE``."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of lines with one origin."""

    start: int
    """0-based, in the file of the commit."""
    count: int
    origin: Origin | None
    """None: the commit did not add these lines; they stood in its base."""


FAILED, ASKED = "failed", "asked"
"""Why an attempt was replaced: a command failed after it, or the person asked for something."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A step whose lines a later step of the same thread took away."""

    part: str
    """The part's id."""
    step: str
    """``T.S``."""
    reason: str
    """Why it had written them, in one line."""
    cause: str = ""
    """``FAILED``, ``ASKED`` or ``""`` where nothing is known of it."""
    at: str = ""
    """``T.S`` of the command that failed, in the replacing step's part."""
    said: str = ""
    """Its first line, or that of the prompt."""


@dataclass(frozen=True, slots=True)
class Over:
    """A run of lines that took the place of attempts."""

    start: int
    """0-based, in the file of the commit."""
    count: int
    replaced: tuple[Replaced, ...]


def split_lines(text: str) -> list[str]:
    """Cut text into lines that keep their LF. The empty text has no lines.

    Unlike ``str.splitlines`` it cuts at LF alone, as git does.
    """
    lines = text.split("\n")
    last = lines.pop()
    kept = [line + "\n" for line in lines]
    if last:
        kept.append(last)
    return kept
