"""Gemini CLI: sessions out of its chats.

What a source holds is decided by what is in it, save that a sub-agent's chat may be known to
belong to a session only by the folder it lies in, which has the session's id for a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.gemini_cli import file, find, session
from treadle.thread.agents.gemini_cli.file import Chat, Message
from treadle.thread.agents.gemini_cli.root import root
from treadle.thread.agents.gemini_cli.session import Place
from treadle.thread.agents.reading.fields import rows, table, text
from treadle.thread.agents.reading.kin import lane
from treadle.thread.agents.reading.lines import Decoder, holds
from treadle.thread.agents.reading.union import merge, unite
from treadle.thread.agents.source import Reader, Reading, Source
from treadle.thread.model import Event, Problem, Session

NAME = find.NAME

_LINES = 20
_DOCUMENT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"sessionId"\s*:')
_PROJECT = re.compile(rb'"projectHash"\s*:\s*"')


def recognises(head: bytes) -> bool:
    """Whether a file opens as a chat does, or one of its first lines is a message."""
    if _DOCUMENT.match(head) and _PROJECT.search(head[:4096]):
        return True
    return holds(head, _LINES, lambda value: file.is_message(value) or file.is_opening(value))


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions."""
    decoder = Decoder()
    chats = [file.chat(source, index, decoder) for index, source in enumerate(sources)]
    groups: dict[str, list[Chat]] = {}
    problems: list[Problem] = []
    for one in chats:
        if one.messages:
            groups.setdefault(one.id or next(iter(one.messages)), []).append(one)
        else:
            problems += _nothing(one)
    parents = _parents(groups)
    books = {key: _united(group) for key, group in groups.items()}
    sessions = []
    for key in groups:
        if key not in parents:
            family = {key: groups[key]} | {
                child: groups[child] for child in groups if _eldest(child, parents) == key
            }
            sessions.append(_session(key, family, books, [source.name for source in sources]))
    ids = {key: _eldest(key, parents) for key in groups}
    return Reading(tuple(sessions), tuple(problems), ids)


def _nothing(one: Chat) -> tuple[Problem, ...]:
    return one.problems.problems() or (Problem(one.name, 0, "no messages in it"),)


def _united(group: Sequence[Chat]) -> dict[str, Message]:
    """The messages of a session in order; of each the copy that says most."""
    best: dict[str, Message] = {}
    for one in group:
        for key, message in one.messages.items():
            known = best.get(key)
            if known is None or message.weight > known.weight:
                best[key] = message
    if len(group) == 1:
        return best
    order = unite([list(one.messages) for one in group], lambda key: _time(best[key]))
    return {key: best[key] for key in order}


def _time(message: Message) -> str:
    return text(message.value, "timestamp")


def _parents(groups: Mapping[str, Sequence[Chat]]) -> dict[str, str]:
    """From the session of each sub-agent to the one that called it, where that is here."""
    called = {
        text(call, "agentId"): key
        for key, group in groups.items()
        for one in group
        for message in one.messages.values()
        for call in rows(message.value, "toolCalls")
        if text(call, "agentId")
    }
    found: dict[str, str] = {}
    for key, group in groups.items():
        names = [folder for one in group for folder in re.split(r"[/\\]", one.name)[-2:-1]]
        for parent in (called.get(key, ""), *names):
            if parent and parent in groups and parent != key and _eldest(parent, found) != key:
                found[key] = parent
                break
    return found


def _eldest(key: str, parents: Mapping[str, str]) -> str:
    while key in parents:
        key = parents[key]
    return key


def _session(
    key: str,
    family: Mapping[str, Sequence[Chat]],
    books: Mapping[str, Mapping[str, Message]],
    names: Sequence[str],
) -> Session:
    """One session with its sub-agents, each merged in by time."""
    bounds = Bounds()
    cwd = _root(family, books)
    asked = _asked(books[one] for one in family)
    problems: list[Problem] = []
    events: list[Event] = []
    for one in (key, *sorted(child for child in family if child != key)):
        place = Place(cwd, "" if one == key else lane(one), asked)
        found, complaints = session.events(books[one].items(), place, names, bounds)
        own = [problem for chat in family[one] for problem in chat.problems.problems()]
        problems += [*complaints.placed(own), *complaints.problems()]
        events = _merged(events, found)
    return Session(NAME, key, "", tuple(events), tuple(problems))


def _merged(main: list[Event], side: list[Event]) -> list[Event]:
    if not main:
        return side
    known = {event.key: event for event in main}
    fresh = {event.key: event for event in side if event.key not in known}
    both = known | fresh
    return [both[key] for key in merge(list(known), list(fresh), lambda key: both[key].time)]


def _root(family: Mapping[str, Sequence[Chat]], books: Mapping[str, Mapping[str, Message]]) -> str:
    project = next((one.project for group in family.values() for one in group if one.project), "")
    folders: list[object] = [one.folders for group in family.values() for one in group]
    values = [message.value for key in family for message in books[key].values()]
    return root(project, [*folders, *values])


def _asked(books: Iterable[Mapping[str, Message]]) -> set[str]:
    """Every text that was handed to a tool: one of them is what a sub-agent was asked."""
    return {
        value.strip()
        for book in books
        for message in book.values()
        for call in rows(message.value, "toolCalls")
        for value in table(call, "args").values()
        if isinstance(value, str)
    }


READER = Reader(
    NAME,
    recognises,
    read,
    find.find,
    find.beside,
    presence=find.PRESENCE,
    moved=find.MOVED,
    keeps=find.keeps,
)
