"""The normal form in which the Entire CLI keeps a transcript of any agent, beside the agent's own.

One line a message, results inside the calls:

    {"v":1,"agent":"codex","cli_version":"0.6.0","type":"user","ts":"…","content":[{"text":"…"}]}
    {"v":1,"agent":"codex","type":"assistant","ts":"…","id":"msg_1","content":[
      {"type":"text","text":"…"},
      {"type":"tool_use","id":"call_1","name":"…","input":{…},
       "result":{"output":"…","status":"success"}}]}

Thinking, sub-agents and what an agent noted of its own edits are not in it, nor the folder it
worked in, so it is second to the agent's own form. It holds the whole session in every copy;
before ``compact_transcript_start`` was written beside it, only what had come since the copy before.
An earlier version has results on lines of their own, ``user_tool_result``. Learnt from the format's
own description and its converters (entireio/cli, ``transcript/``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from treadle.thread.agents.entire_compact import story
from treadle.thread.agents.entire_compact.story import Item, shown
from treadle.thread.agents.reading.fields import moment, rows, text, whole
from treadle.thread.agents.reading.kin import groups
from treadle.thread.agents.reading.lines import NOT_JSON, Decoder, lines
from treadle.thread.agents.reading.union import unite
from treadle.thread.agents.source import Complaints, Reader, Reading, Source
from treadle.thread.model import Problem, Session

NAME = "entire-compact"

_VERSION = 1
_TYPES = ("user", "assistant", "user_tool_result")
_LINES = 20
_LONG = re.compile(
    rb'\s*\{\s*"v"\s*:\s*\d{1,3}\s*,(?:\s*"(?:agent|cli_version)"\s*:\s*"[^"]{0,100}"\s*,){0,2}'
    rb'\s*"type"\s*:\s*"(?:user|assistant)'
)
_SLUG = re.compile(r"[^a-z0-9.-]+")
_NAMES = {"gemini": "gemini-cli", "qwen-code": "qwen"}
"""Entire's names of agents that have another one here."""
LACKING = (
    "read from Entire's normalised transcript: thinking, sub-agents' steps and what the agent"
    " itself noted of its edits are not in it"
)


def recognises(head: bytes) -> bool:
    """Whether the first line that is not blank is a message in this form."""
    for raw in head.split(b"\n", _LINES)[:_LINES]:
        if raw.strip():
            found = Decoder().documents(raw)[0]
            return _is_line(found[0]) if found else bool(_LONG.match(raw))
    return False


def _is_line(value: object) -> bool:
    known = isinstance(value, dict) and ("content" in value or "tool_use_id" in value)
    return known and whole(value, "v") is not None and text(value, "type") in _TYPES


@dataclass(slots=True)
class _Copy:
    """What one source holds."""

    index: int
    name: str
    items: dict[str, Item] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    """Keys that no other session has."""
    problems: Complaints = field(default_factory=Complaints)

    def complain(self, offset: int, reason: str) -> None:
        self.problems.add(self.name, offset, reason, next(reversed(self.items), ""))


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions. A session goes by its first key, for it has no id."""
    copies = _copies(sources)
    sessions: list[Session] = []
    problems: list[Problem] = []
    for group in groups([copy.marks or {copy.name} for copy in copies]):
        found = [copies[at] for at in group]
        if any(copy.items for copy in found):
            sessions.append(_session(found, sources, ""))
        else:
            problems += [problem for copy in found for problem in _nothing(copy)]
    ids = {session.id: session.id for session in sessions}
    return Reading(tuple(sessions), tuple(problems), ids)


def reading(sources: Sequence[Source], id_: str) -> Reading:
    """The sources as copies of the one session ``id_``."""
    copies = _copies(sources)
    if not any(copy.items for copy in copies):
        return Reading((), tuple(problem for copy in copies for problem in _nothing(copy)))
    return Reading((_session(copies, sources, id_),), (), {id_: id_})


def _nothing(copy: _Copy) -> tuple[Problem, ...]:
    return copy.problems.problems() or (Problem(copy.name, 0, "no messages in it"),)


def _copies(sources: Sequence[Source]) -> list[_Copy]:
    decoder = Decoder()
    return [_copy(source, index, decoder) for index, source in enumerate(sources)]


def _copy(source: Source, index: int, decoder: Decoder) -> _Copy:
    copy = _Copy(index, source.name)
    met: Counter[str] = Counter()
    try:
        with source.open() as stream:
            for offset, raw in lines(stream, copy.complain):
                bare = raw.strip().removeprefix(b"\xef\xbb\xbf") if offset == 0 else raw.strip()
                documents, complaints = decoder.documents(bare) if bare else ([], [])
                for within, reason in complaints:
                    if raw.endswith(b"\n") or reason != NOT_JSON:
                        copy.complain(offset + within, reason)
                for value in documents:
                    _take(copy, value, offset, met)
    except OSError as error:
        copy.complain(0, f"cannot be opened: {error.strerror or error}")
    return copy


def _take(copy: _Copy, value: object, offset: int, met: Counter[str]) -> None:
    """Add what one line says."""
    if not isinstance(value, dict):
        copy.complain(offset, "JSON, but no message, skipped")
    elif whole(value, "v") != _VERSION:
        copy.complain(offset, f"version {str(value.get('v'))[:20]} of the format, skipped")
    elif text(value, "type") not in _TYPES:
        copy.complain(offset, "message of an unknown type, skipped")
    else:
        for item, sure in _items(value, copy, offset):
            met[item.key] += 1
            key = item.key if met[item.key] == 1 else f"{item.key}/{met[item.key]}"
            copy.items[key] = item.named(key)
            if sure:
                copy.marks.add(key)


def _items(value: dict[str, object], copy: _Copy, offset: int) -> Iterator[tuple[Item, bool]]:
    """The items of a line, and whether their keys are surely those of this session alone.

    A call has an id, and so has an answer of most agents; other texts go by what they say.
    """
    time = moment(value, "ts") if text(value, "ts") else ""
    agent, kind = agent_name(text(value, "agent")), text(value, "type")

    def item(of: str, key: str, said: object) -> tuple[Item, bool]:
        digest = blake2b(shown([of, time, said]).encode(), digest_size=8).hexdigest()
        return Item(key or digest, of, time, agent, said, copy.index, offset), bool(key or time)

    if kind == "user_tool_result":
        call = text(value, "tool_use_id")
        if call:
            yield item("result", f"{call}/result", value)
        return
    blocks = _blocks(value)
    if kind == "user":
        yield item("user", "", "\n\n".join(filter(None, map(_words, blocks))))
        return
    for block in blocks:
        own = text(block, "type") or ("text" if text(block, "text") else "")
        if own == "tool_use":
            yield item("call", text(block, "id"), block)
        elif own in ("text", "thinking", "redacted_thinking"):
            said = text(block, "text") or text(block, "thinking")
            if said.strip():
                yield item("said" if own == "text" else "thought", text(value, "id"), said)
        else:
            copy.complain(offset, f"block of an unknown kind, {own[:40] or 'none'}, skipped")


def _blocks(value: dict[str, object]) -> list[object]:
    """What a message consists of; a plain text is one block, and nothing is none."""
    said = text(value, "content")
    return [{"type": "text", "text": said}] if said else rows(value, "content")


def _words(block: object) -> str:
    return "[image]" if text(block, "type") == "image" else text(block, "text")


def agent_name(told: str) -> str:
    """The agent's name here: Entire tells its own short name, or the one people use."""
    name = _SLUG.sub("-", told.lower()[:60]).strip("-")
    return _NAMES.get(name, name)


def _session(group: Sequence[_Copy], sources: Sequence[Source], id_: str) -> Session:
    best: dict[str, Item] = {}
    for copy in group:
        for key, item in copy.items.items():
            if key not in best or item.weight > best[key].weight:
                best[key] = item
    order = [best[key] for key in united(group, best)]
    names = [source.name for source in sources]
    events, complaints = story.events(order, names)
    own = complaints.placed(problem for copy in group for problem in copy.problems.problems())
    agent = next((item.agent for item in order if item.agent), NAME)
    first = min(copy.name for copy in group if copy.items)
    problems = (Problem(first, 0, LACKING), *own, *complaints.problems())
    return Session(agent, id_ or order[0].key, "", tuple(events), problems)


def united(group: Iterable[_Copy], best: dict[str, Item]) -> list[str]:
    """The keys of all copies in their order."""
    return unite([list(copy.items) for copy in group], lambda key: best[key].time)


READER = Reader(NAME, recognises, read)
