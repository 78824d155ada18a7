"""What redaction hides, and why: for people who want to see it before anything is stored.

Nothing is shown whole. Of a secret its first characters and its length are told, which is enough
to recognise it and too little to use it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from treadle.thread.model import Event, Session, Thread
from treadle.thread.origin import split_lines
from treadle.thread.redact import hits
from treadle.thread.redaction.rules import Rules

_SHOWN = 4
"""Characters of a secret that are told."""
_AROUND = 24
"""Characters before it."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """One thing that is hidden."""

    where: str
    """The step, and what of it."""
    rule: str
    """Why: the kind of secret, or ``home``, ``user``, ``host``, ``left-out``."""
    before: str
    """What stands before it, on its line."""
    shown: str
    """How it begins."""
    length: int
    """Characters of it."""


def of_thread(thread: Thread, rules: Rules) -> Iterator[Hidden]:
    """What the rules would hide of a document as it is stored."""
    for part in thread.parts:
        for turn in part.turns:
            yield from _in(turn.prompt, f"{turn.number} prompt", rules)
            for step in turn.steps:
                name = f"{turn.number}.{step.number} {step.kind}"
                yield from _in(step.text, name, rules)
                yield from _in(step.output, f"{name}, output", rules)
                for change in step.changes:
                    added = "".join(line[1:] for hunk in change.hunks for line in hunk.lines)
                    yield from _in_code(added, f"{name} {change.path}", change.path, rules)


def of_session(session: Session, rules: Rules) -> Iterator[Hidden]:
    """What the rules would hide of a transcript."""
    for event in session.events:
        name = f"{event.kind} {event.key}"
        yield from _in(event.text, name, rules)
        yield from _in(event.output, f"{name}, output", rules)
        yield from _in_edits(event, name, rules)


def _in_edits(event: Event, name: str, rules: Rules) -> Iterator[Hidden]:
    for edit in event.edits:
        for text in dict.fromkeys((edit.old, edit.new)):
            yield from _in_code(text, f"{name} {edit.path}", edit.path, rules)


def _in_code(text: str, where: str, path: str, rules: Rules) -> Iterator[Hidden]:
    if text and rules.leaves_out(path):
        yield Hidden(where, "left-out", "", "", len(split_lines(text)))
        return
    yield from _in(text, where, rules, code=True)


def _in(text: str, where: str, rules: Rules, *, code: bool = False) -> Iterator[Hidden]:
    for hit in hits(text, rules, code=code):
        line = text.rfind("\n", 0, hit.start) + 1
        before = text[max(line, hit.start - _AROUND) : hit.start]
        shown = text[hit.start : min(hit.start + _SHOWN, hit.end - _SHOWN)]
        yield Hidden(where, hit.rule, before, shown, hit.end - hit.start)
