"""The line of git's configuration by which a plain ``git fetch`` brings a remote's documents.

    fetch = +refs/note*/treadle:refs/treadle/remote*/origin

It leads to a ref that is only the remote's: ours is never overwritten. Written without stars it
would mean the same, but git refuses to fetch anything at all (exit 128) from a remote that
lacks a ref named without one; so the letter that both sides share, the s of ``notes`` and
``remotes``, is a star. A remote without ``fetch`` lines of its own gets none of ours: they would
be all that it fetches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from treadle.thread.git.config import Config

_PREFIXES = ("+refs/note*/treadle:", "+refs/notes/treadle:")
_GOAL = "refs/treadle/remote*/"


@dataclass(frozen=True, slots=True)
class Fetching:
    """How one remote is fetched."""

    remote: str
    lines: tuple[str, ...]
    """Its ``fetch`` values."""

    @property
    def ours(self) -> str:
        """The value that it should have."""
        return f"{_PREFIXES[0]}{_GOAL}{self.remote}"

    @property
    def lacking(self) -> bool:
        """Whether ours is missing and may be added."""
        return bool(self.lines) and self.ours not in self.lines

    @property
    def stale(self) -> tuple[str, ...]:
        """Values of ours that are not what they should be: of a remote that was renamed."""
        return tuple(line for line in self.lines if is_ours(line) and line != self.ours)

    @property
    def overwrites(self) -> tuple[str, ...]:
        """Values by which a fetch would overwrite our own documents."""
        return tuple(line for line in self.lines if _overwrites(line))


def fetchings(config: Config) -> list[Fetching]:
    """How each remote that this repository has of its own is fetched."""
    names: dict[str, list[str]] = {}
    for name in ("url", "pushurl", "fetch"):
        for remote, entry in config.subsections("remote", name):
            if entry.scope not in ("local", "worktree"):
                continue
            rows = names.setdefault(remote, [])
            if name == "fetch":
                rows.append(entry.value or "")
    return [Fetching(name, tuple(lines)) for name, lines in names.items()]


def is_ours(line: str) -> bool:
    """Whether a ``fetch`` value is one that ``init`` writes."""
    goals = (_GOAL, "refs/treadle/remotes/")
    return any(line.startswith(f"{prefix}{goal}") for prefix in _PREFIXES for goal in goals)


def _overwrites(line: str) -> bool:
    _, _, goal = line.partition(":")
    head, star, tail = goal.partition("*")
    name = "refs/notes/treadle"
    return goal == name or (bool(star) and name.startswith(head) and name.endswith(tail))


def of_ours(fetching: Fetching) -> Iterator[str]:
    """All values of ours that a remote has."""
    return (line for line in fetching.lines if is_ours(line))
