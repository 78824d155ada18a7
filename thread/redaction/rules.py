"""What redaction must take away of a thread, besides secrets: whose machine it was, and what a
person or a repository does not want kept.

Settings say what somebody wants; rules are what of it concerns a thread's text.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from treadle.thread.wishes import patterns

if TYPE_CHECKING:
    from treadle.thread.wishes.settings import Settings

Finder = Callable[[str], list[tuple[int, int]]]
"""The ranges ``[start, end)`` of a text that must go."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a thread is redacted. Without any, secrets alone are hidden."""

    home: str = ""
    """Home directory of whoever records."""
    user: str = ""
    """Their login name."""
    host: str = ""
    """Their machine's name."""
    leave_out: tuple[str, ...] = ()
    """Patterns of paths of which no text is kept."""
    output: str = "full"
    """``none``, ``brief`` or ``full``."""
    thinking: bool = True
    secrets: bool = True
    """Whether secrets and home directories are looked for."""
    more: Finder | None = None
    """What else must go, in every text of the thread: a leaked secret that is scrubbed, or was."""

    def leaves_out(self, path: str) -> bool:
        """Whether nothing of a path of the repository is kept."""
        return any(patterns.matches(pattern, path) for pattern in self.leave_out)


def rules_of(chosen: Settings, more: Finder | None = None) -> Rules:
    """The rules of whoever runs this, on this machine; ``more`` as in ``Rules``."""
    import socket

    home = os.path.expanduser("~")
    return Rules(
        home=home if os.path.isabs(home) else "",
        user=os.environ.get("LOGNAME") or os.environ.get("USER") or os.path.basename(home),
        host=socket.gethostname(),
        leave_out=chosen.leave_out,
        output=chosen.output,
        thinking=chosen.thinking,
        more=more,
    )
