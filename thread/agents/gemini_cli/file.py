"""The files of Gemini CLI's chats, read into messages.

A chat is one JSON document, rewritten whole at every change; or, since 2026, JSON lines: a
record of the session, messages, and changes of what went before. A message is written again
whenever it changes, and stays where it first stood. ``$set`` with messages tells what the
model is shown from now on: after a compression most of the past is not in it, though it
happened; so it adds what is new and takes nothing away. ``$rewindTo`` takes messages back;
they stay too, for their edits may stay, and a message of our own says what was taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from treadle.thread.agents.reading.fields import rows, table, text
from treadle.thread.agents.reading.lines import LONGEST_LINE, NOT_JSON, Decoder, lines
from treadle.thread.agents.source import Complaints, Source

TYPES = ("user", "gemini", "info", "error", "warning")
REWIND = "$rewind"
"""The type of a message of our own: the person took back what went before."""
_MASKED = "<tool_output_masked>"
_LASTING = ("id", "timestamp", "content")
"""What a snapshot does not change of a message: it has what the model is shown instead."""
_BETWEEN = re.compile(r"[ \t\r\n,]*")


@dataclass(frozen=True, slots=True)
class Message:
    """A message, as all its versions in one file together have it."""

    value: Mapping[str, object]
    source: int
    """Index of the source."""
    offset: int
    """Byte offset of its first version."""

    @property
    def weight(self) -> tuple[int, str]:
        """Of two copies of a message the heavier one says more."""
        whole = json.dumps(self.value, sort_keys=True, default=str)
        return len(whole), whole


@dataclass(slots=True)
class Chat:
    """What one source holds."""

    index: int
    name: str
    id: str = ""
    project: str = ""
    """The hash of the project's root."""
    kind: str = ""
    folders: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    """By their ids, in their order."""
    live: list[str] = field(default_factory=list)
    """Ids of the messages that no rewind took back."""
    places: dict[str, int] = field(default_factory=dict)
    """Where in ``live`` each of them stands."""
    said: dict[str, str] = field(default_factory=dict)
    """From what a message says to its id."""
    problems: Complaints = field(default_factory=Complaints)

    def complain(self, offset: int, reason: str) -> None:
        """Note a problem at a byte offset of the source."""
        self.problems.add(self.name, offset, reason, next(reversed(self.messages), ""))


def chat(source: Source, index: int, decoder: Decoder) -> Chat:
    """Read a source."""
    found = Chat(index, source.name)
    try:
        with source.open() as stream:
            for offset, value in _documents(found, lines(stream, found.complain), decoder):
                _take(found, value, offset)
    except OSError as error:
        found.complain(0, f"cannot be opened: {error.strerror or error}")
    return found


def _documents(
    found: Chat, read: Iterable[tuple[int, bytes]], decoder: Decoder
) -> Iterator[tuple[int, object]]:
    """The JSON documents of the lines, or the one document that all lines are."""
    begun = False
    rest = iter(read)
    for offset, raw in rest:
        bare = raw.strip()
        if offset == 0:
            bare = bare.removeprefix(b"\xef\xbb\xbf")
        if not bare:
            continue
        documents, complaints = decoder.documents(bare)
        if not begun and not documents and not bare.endswith(b"}"):
            yield from ((offset, one) for one in _whole(found, offset, raw, rest, decoder))
            return
        begun = True
        yield from ((offset, one) for one in documents)
        for within, reason in complaints:
            if raw.endswith(b"\n") or reason != NOT_JSON:
                found.complain(offset + within, reason)


def _whole(
    found: Chat, offset: int, first: bytes, rest: Iterable[tuple[int, bytes]], decoder: Decoder
) -> list[object]:
    """The document that begins with the line ``first`` and is all that follows."""
    pieces = [first]
    size = len(first)
    for _, raw in rest:
        size += len(raw)
        if size > LONGEST_LINE:
            found.complain(offset, "document over 64 MB, skipped")
            return []
        pieces.append(raw)
    raw = b"".join(pieces)
    documents, complaints = decoder.documents(raw)
    if documents:
        for within, reason in complaints:
            found.complain(offset + within, reason)
        return documents
    salvaged = _salvaged(raw, decoder)
    if salvaged is None:
        found.complain(offset, NOT_JSON)
        return []
    found.complain(offset, "torn, the messages before the tear are kept")
    return [salvaged]


def _salvaged(raw: bytes, decoder: Decoder) -> dict[str, object] | None:
    """A torn chat up to its last whole message; None where there is none.

    It is being written, or the program that wrote it died.
    """
    text_ = raw.decode("utf-8", "replace")
    named = text_.find('"messages"')
    at = text_.find("[", named) + 1
    if named < 0 or not at:
        return None
    head = text_[:named].rstrip().rstrip(",") + "}"
    outer = [one for one in decoder.documents(head.encode())[0] if isinstance(one, dict)]
    scanner = json.JSONDecoder(strict=False)
    messages: list[object] = []
    while True:
        at = _behind(_BETWEEN, text_, at)
        try:
            end = scanner.raw_decode(text_, at)[1]
        except (ValueError, RecursionError):
            break
        messages += decoder.documents(text_[at:end].encode())[0]
        at = end
    return {**outer[0], "messages": messages} if outer and messages else None


def _behind(pattern: re.Pattern[str], text_: str, at: int) -> int:
    found = pattern.match(text_, at)
    return found.end() if found else at


def is_message(value: object) -> bool:
    """Whether a record is a message of a chat."""
    known = text(value, "type") in TYPES and bool(text(value, "id") and text(value, "timestamp"))
    return known and not text(value, "sessionId")


def is_opening(value: object) -> bool:
    """Whether a record, or a whole document, opens a chat."""
    return bool(text(value, "sessionId") and text(value, "projectHash"))


def _take(found: Chat, value: object, offset: int) -> None:
    if not isinstance(value, dict):
        found.complain(offset, "JSON, but no record, skipped")
    elif isinstance(value.get("$rewindTo"), str):
        _rewind(found, text(value, "$rewindTo"), offset)
    elif isinstance(value.get("$set"), dict):
        _describe(found, table(value, "$set"))
        _snapshot(found, rows(table(value, "$set"), "messages"), offset)
    elif is_opening(value) or isinstance(value.get("messages"), list):
        _describe(found, value)
        for message in rows(value, "messages"):
            _add(found, message, offset)
    elif text(value, "type"):
        _add(found, value, offset)
    else:
        found.complain(offset, "record of an unknown kind, skipped")


def _describe(found: Chat, value: Mapping[str, object]) -> None:
    found.id = text(value, "sessionId") or found.id
    found.project = text(value, "projectHash") or found.project
    found.kind = text(value, "kind") or found.kind
    found.folders += [one for one in rows(value, "directories") if isinstance(one, str)]


def _key(value: Mapping[str, object]) -> str:
    return text(value, "id") or f"{text(value, 'type')}@{text(value, 'timestamp')}"


def _add(found: Chat, value: object, offset: int) -> None:
    """A message, or another version of one."""
    if not isinstance(value, dict):
        found.complain(offset, "message that is no object, skipped")
        return
    key = _key(value)
    known = found.messages.get(key)
    if known is None:
        found.messages[key] = Message(value, found.index, offset)
    else:
        merged = _merged(known.value, value)
        found.messages[key] = Message(merged, found.index, known.offset)
    _stands(found, key, value)


def _stands(found: Chat, key: str, value: Mapping[str, object]) -> None:
    """A message is part of the conversation."""
    found.said.setdefault(_words(value), key)
    if key not in found.places:
        found.places[key] = len(found.live)
        found.live.append(key)


def _merged(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """Both versions of a message; where both say something, the newer one."""
    merged = {**old, **{key: value for key, value in new.items() if value not in (None, "", [])}}
    calls: dict[str, dict[str, object]] = {}
    for call in (*rows(old, "toolCalls"), *rows(new, "toolCalls")):
        if isinstance(call, dict):
            key = text(call, "id") or str(len(calls))
            calls[key] = _newer(calls.get(key, {}), call)
    return {**merged, "toolCalls": list(calls.values())} if calls else merged


def _newer(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """Both versions of a call. An output that was masked to save room is no news."""
    kept = {key: value for key, value in new.items() if value is not None}
    if old.get("result") and _MASKED in json.dumps(kept.get("result"), default=str):
        kept.pop("result")
    return {**old, **kept}


def _snapshot(found: Chat, messages: list[object], offset: int) -> None:
    """What the model is shown from now on: add what is new, after what stands before it."""
    listed = {text(message, "id") for message in messages}
    fresh: dict[str, list[tuple[str, Message]]] = {}
    last = ""
    for message in messages:
        if not isinstance(message, dict):
            found.complain(offset, "message that is no object, skipped")
            continue
        key = _key(message)
        twin = found.said.get(_words(message), "")
        if key not in found.messages and twin and twin not in listed:
            key = twin
        old = found.messages.get(key)
        if old is None:
            fresh.setdefault(last, []).append((key, Message(message, found.index, offset)))
            continue
        kept = {name: old.value[name] for name in _LASTING if old.value.get(name)}
        merged = _merged(old.value, {**message, **kept})
        found.messages[key] = Message(merged, found.index, old.offset)
        last = key
    _insert(found, fresh)


def _words(message: Mapping[str, object]) -> str:
    """The same for a message that was given a new id."""
    said = json.dumps([message.get("type"), message.get("content")], default=str)
    return said if message.get("content") else _key(message)


def _insert(found: Chat, fresh: Mapping[str, list[tuple[str, Message]]]) -> None:
    """Put new messages behind the ones they follow; those that follow none are the newest."""
    if not fresh:
        return
    messages: dict[str, Message] = {}
    for key, message in found.messages.items():
        messages[key] = message
        messages.update(fresh.get(key, ()))
    messages.update(fresh.get("", ()))
    found.messages = messages
    for key, message in (one for run in fresh.values() for one in run):
        _stands(found, key, message.value)


def _rewind(found: Chat, target: str, offset: int) -> None:
    """Take back a message and all after it; all, where it is not known."""
    at = found.places.get(target, 0)
    taken = found.live[at:]
    del found.live[at:]
    for key in taken:
        del found.places[key]
    last = next(reversed(found.messages), "")
    time = text(found.messages[last].value, "timestamp") if last else ""
    value = {"type": REWIND, "timestamp": time, "taken": taken}
    found.messages[f"rewind/{target}/{last}"] = Message(value, found.index, offset)
