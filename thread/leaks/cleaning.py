"""Notes without a secret: every document read, cleaned and written anew, and nothing else touched.

A part's id is the hash of its text, so that a part from which something was taken is another
part, and what points to it must follow: steps that took up its hunks, in parts of other documents
(which thereby become others, too), and residues that name it as their cause. So all notes are
looked at twice: first for the parts that change, then to write what changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from treadle.thread import pointer
from treadle.thread.document import NEWER, DocumentError, documents, kind, part_id, render
from treadle.thread.grammar.blocks import encode
from treadle.thread.leaks.needle import Needle
from treadle.thread.model import Part, Placement, Step, Thread
from treadle.thread.redact import redact
from treadle.thread.redaction.rules import Rules

_NOWHERE = Placement("", "")
Read = Callable[[Iterable[str]], Iterator[bytes | None]]
"""Gives blobs by id, in order (``Repo.read_all``)."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What came of the notes."""

    texts: dict[str, bytes] = field(default_factory=dict)
    """Blob id to the new text, of those that change."""
    stuck: tuple[str, ...] = ()
    """Blobs of a newer version of the format: they are never written anew."""
    hits: int = 0
    """Places at which it stood."""


def clean(blobs: Iterable[str], read: Read, needle: Needle) -> Cleaned:
    """All notes of ``blobs`` without ``needle``."""
    ids = list(blobs)
    rules = Rules(more=needle.find, secrets=False)
    parts = _Parts(rules)
    parts.learn(read(ids))
    texts: dict[str, bytes] = {}
    stuck = []
    hits = 0
    for blob, text in zip(ids, read(ids), strict=True):
        if text is None:
            continue
        threads = _threads(text)
        if kind(text) == NEWER:
            stuck += [blob] if needle.inside(text) else []
        elif threads is None:
            if (cleaned := needle.taken_out(text)) != text:
                texts[blob] = cleaned
                hits += 1
        else:
            done = [_cleaned(thread, parts) for thread in threads]
            if any(new is not old for (new, _), old in zip(done, threads, strict=True)):
                texts[blob] = b"\n".join(render(new) for new, _ in done)
                hits += sum(count for _, count in done)
    return Cleaned(texts, tuple(stuck), hits)


def _threads(text: bytes) -> tuple[Thread, ...] | None:
    try:
        return documents(text)
    except DocumentError:
        return None


# -- parts --------------------------------------------------------------------------


class _Parts:
    """Which parts become others, by the ids before and after."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.parts: dict[str, Part] = {}
        """Those that may change: something is taken out of them, or they point elsewhere."""
        self.clean: dict[str, Part] = {}
        """What is left of them."""
        self.names: dict[str, str] = {}
        """Old id to new id."""
        self.seen: set[str] = set()

    def learn(self, texts: Iterable[bytes | None]) -> None:
        """Find all parts that change, and what they become."""
        for text in texts:
            for thread in _threads(text or b"") or ():
                for part in thread.parts:
                    self._look(part)
        for name in self.parts:
            self._settle(name)

    def of(self, part: Part) -> Part:
        """What becomes of a part. It does not depend on the thread it stands in."""
        return _pointed(self.clean.get(part_id(part), part), self.names)

    def _look(self, part: Part) -> None:
        name = part_id(part)
        if name in self.seen:
            return
        self.seen.add(name)
        cleaned = redact(Thread((part,), _NOWHERE), self.rules).thread.parts[0]
        if cleaned is not part or any(_pointers(part)):
            self.parts[name], self.clean[name] = part, cleaned

    def _settle(self, first: str) -> None:
        """Find a part's new id; those it points to are settled before. A hash cannot point back
        to itself, but nothing here depends on that."""
        waiting = [first]
        while waiting:
            name = waiting[-1]
            needed = [p for p in _pointers(self.parts[name]) if p in self.parts]
            needed = [p for p in needed if p not in self.names and p not in waiting]
            if needed:
                waiting += needed
                continue
            waiting.pop()
            self.names[name] = part_id(_pointed(self.clean[name], self.names))


def _pointers(part: Part) -> Iterator[str]:
    """Ids of the parts that a part points to."""
    for turn in part.turns:
        for step in turn.steps:
            if step.origin:
                yield step.origin.partition(":")[0]


def _pointed(part: Part, names: Mapping[str, str]) -> Part:
    """A part whose steps point to the new ids."""
    if not any(names.get(name, name) != name for name in _pointers(part)):
        return part
    turns = (
        replace(turn, steps=tuple(_followed(step, names) for step in turn.steps))
        for turn in part.turns
    )
    return replace(part, turns=tuple(turns))


def _followed(step: Step, names: Mapping[str, str]) -> Step:
    return replace(step, origin=pointer.pointer(step.origin, names)) if step.origin else step


# -- documents ----------------------------------------------------------------------


def _cleaned(thread: Thread, work: _Parts) -> tuple[Thread, int]:
    """A thread without the secret, and at how many places it stood; the same object without any."""
    done = redact(thread, work.rules)
    new = replace(
        thread,
        parts=tuple(map(work.of, thread.parts)),
        placement=pointer.placement(done.thread.placement, work.names),
        extra=tuple((key, _scrubbed_json(value, work.rules)) for key, value in thread.extra),
    )
    hits = sum(count for _, count in done.found) + (new.extra != thread.extra)
    return (new if new != thread else thread), hits


def _scrubbed_json(value: str, rules: Rules) -> str:
    """JSON of a newer minor version, cleaned in every text it holds."""
    told = json.loads(value)
    cleaned = cleaned_json(told, rules)
    return encode(cleaned) if cleaned != told else value


def cleaned_json(told: Any, rules: Rules) -> Any:
    """A JSON value whose texts and keys are without what ``rules.more`` finds."""
    if isinstance(told, str):
        return _cleaned_text(told, rules)
    if isinstance(told, list):
        return [cleaned_json(item, rules) for item in told]
    if isinstance(told, dict):
        return {_cleaned_text(key, rules): cleaned_json(item, rules) for key, item in told.items()}
    return told


def _cleaned_text(text: str, rules: Rules) -> str:
    if rules.more is None or not rules.more(text):
        return text
    part = Part("", "", problems=(text,))
    return redact(Thread((part,), _NOWHERE), rules).thread.parts[0].problems[0]
