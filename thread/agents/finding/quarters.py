"""Where on this machine agents keep their transcripts, as an environment tells it.

``HOME`` and the variables that move agents' folders differ from process to process: an agent's
sandbox has a home of its own, a terminal has variables that a desktop has not. A commit's hook
notes those it was made with, and whoever looks for its transcripts looks with them: the worker
that takes the commit up may have been started by another one, in another environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

HOME = "HOME"


def names() -> tuple[str, ...]:
    """The variables that count, sorted."""
    from treadle.thread.agents import readers

    return tuple(sorted({HOME, *(name for reader in readers() for name in reader.moved)}))


@dataclass(frozen=True, slots=True)
class Quarters:
    """The variables that count, of those that are set."""

    pairs: tuple[tuple[str, str], ...]
    """Sorted by name."""

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> Quarters:
        """The quarters that an environment tells."""
        told = ((name, variables.get(name, "")) for name in names())
        return cls(tuple((name, value) for name, value in told if value))

    @classmethod
    def own(cls) -> Quarters:
        """Those of this process. Without ``HOME`` the system knows whose home it is."""
        home = os.path.expanduser("~")
        return cls.of({**os.environ, HOME: home if os.path.isabs(home) else ""})

    @classmethod
    def noted(cls, variables: Mapping[str, str]) -> Quarters:
        """Those that a hook noted; this process' where it noted none, being an older one."""
        return cls.of(variables) if HOME in variables else cls.own()

    @property
    def env(self) -> dict[str, str]:
        """The variables, for a finder."""
        return dict(self.pairs)

    @property
    def home(self) -> str:
        """The home, ``""`` if there is none."""
        home = self.env.get(HOME, "")
        return home if os.path.isabs(home) else ""

    @property
    def name(self) -> str:
        """Short, and another for other quarters."""
        told = "\0".join(f"{name}={value}" for name, value in self.pairs)
        return blake2b(os.fsencode(told), digest_size=8).hexdigest()
