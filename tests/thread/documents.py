"""Small documents, and what is said of damaged ones."""

from __future__ import annotations

import pytest

from treadle.thread.document import (
    DocumentError,
    parse,
    render,
)
from treadle.thread.model import Change, Entry, Hunk, Part, Placement, Row, Step, Thread, Turn

TREE = "7" * 40
OTHER = "8" * 40


def small(session: str = "0b3c1f2a", tree: str = TREE, began: str = "") -> Thread:
    """A thread with one turn of every kind of block."""
    hunk = Hunk(0, 0, (" a\n", "-b", "+c\n"))
    steps = (
        Step(1, "said", "2026-01-05T09:30:00.000Z", "First this."),
        Step(2, "ran", text="make test", output="ok\n", tool="Bash"),
        Step(3, "edited", changes=(Change("src/a.py", "edit", hunks=(hunk,)),)),
    )
    part = Part("claude-code", session, began=began, turns=(Turn(1, "Fix it", steps=steps),))
    row = Row("src/a.py", Entry("100644", OTHER), Entry("100644", TREE))
    residue = Change("src/a.py", "residue", hunks=(Hunk(2, 2, ("+x\n",), "command", "1.2"),))
    return Thread((part,), Placement(TREE, tree, rows=(row,), residue=(residue,)))


def refusal(text: bytes) -> DocumentError:
    """The error that reading this raises."""
    with pytest.raises(DocumentError) as raised:
        parse(text)
    return raised.value


def edited(old: str, new: str, thread: Thread | None = None) -> bytes:
    """The document of ``small``, once ``old`` by ``new``."""
    text = render(thread or small()).decode()
    assert old in text
    return text.replace(old, new, 1).encode()
