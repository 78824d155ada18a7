"""What a thread tells of one line, as plain values.

They are told out of a document once and kept in the index, so that a question that was
asked before is answered without reading the document again.
"""

from __future__ import annotations

import json
from typing import NamedTuple


class Teller(NamedTuple):
    """Whose part of the thread it is."""

    agent: str
    version: str
    models: tuple[str, ...]
    session: str


class Asking(NamedTuple):
    """The turn: what the person asked."""

    number: int
    """1-based."""
    prompt: str


class Deed(NamedTuple):
    """The step that wrote the line."""

    number: int
    """1-based, within its turn."""
    kind: str
    time: str
    lane: str
    """The sub-agent's label, ``""`` for the main agent."""


class Edit(NamedTuple):
    """The hunk that wrote the line."""

    lines: tuple[str, ...]
    """Each with its sign, and with its LF if it has one."""


class Attempt(NamedTuple):
    """Something the thread did to the same file that is not in the commit, or did not last."""

    address: str
    """``T.S``, or ``PART:T.S`` where it stands in another part."""
    what: str
    """What became of it: ``failed: ...``, ``not in this commit``, ``replaced by 3.4, after 3.2
    failed (make test)``, ``replaced by 4.1, when it was asked: ...``."""
    reason: str


class Account(NamedTuple):
    """All that a thread tells of a line."""

    part: Teller
    turn: Asking
    step: Deed
    because: str
    """The reasoning just before the edit, in full."""
    short: str
    """The same in one line."""
    hunk: Edit | None
    tried: tuple[Attempt, ...]
    several: bool
    """The document has several parts, so that a step is named with its part."""
    document: str
    """Id of the commit whose document holds the step: an earlier one where only this commit took
    up what the step had written."""


def pack(account: Account) -> str:
    """An account as the index keeps it."""
    return json.dumps(account)


def unpack(packed: str) -> Account:
    """The reverse of ``pack``."""
    part, turn, step, because, short, hunk, tried, several, document = json.loads(packed)
    agent, version, models, session = part
    return Account(
        Teller(agent, version, tuple(models), session),
        Asking(*turn),
        Deed(*step),
        because,
        short,
        Edit(tuple(hunk[0])) if hunk else None,
        tuple(Attempt(*row) for row in tried),
        several,
        document,
    )
