"""Claude Code: sessions out of its JSONL transcripts.

What a source holds is decided by its records, never by its name: a main transcript, a copy
of one taken earlier, a copy that a resumed session made of its past, the file of a
sub-agent. Sources that share a session's id or a record's uuid are one session.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from treadle.thread.agents.claude_code import find
from treadle.thread.agents.claude_code import session as claude_session
from treadle.thread.agents.claude_code.copies import (
    Copy,
    Shelf,
    first_id,
    groups,
    united,
    with_lanes,
)
from treadle.thread.agents.reading.fields import rows, table, text
from treadle.thread.agents.reading.lines import holds
from treadle.thread.agents.source import Reader, Reading, Source
from treadle.thread.model import Problem, Session

NAME = find.NAME

_LINES = 40
_CHAINED = ("user", "assistant", "system", "progress", "attachment")
_BOOKS = (
    "file-history-snapshot",
    "queue-operation",
    "permission-mode",
    "last-prompt",
    "custom-title",
    "ai-title",
    "agent-name",
    "pr-link",
    "mode",
)
_TORN = re.compile(rb'"type"\s*:\s*"(?:user|assistant|system|progress)"')


def recognises(head: bytes) -> bool:
    """Whether some record among the first lines is Claude Code's."""
    if holds(head, _LINES, _is_record, rest=True):
        return True
    return b"\n" not in head and _is_torn_record(head)


def _is_record(value: object) -> bool:
    kind = text(value, "type")
    if kind == "summary":
        return bool(text(value, "leafUuid"))
    if kind in _BOOKS:
        return bool(text(value, "sessionId") or text(value, "messageId"))
    message = table(value, "message")
    has_content = bool(rows(message, "content") or text(message, "content"))
    if kind in ("user", "assistant") and not has_content:
        return False
    if isinstance(value, dict) and "systemPayload" in value:
        return False
    return kind in _CHAINED and bool(text(value, "uuid") and text(value, "sessionId"))


def _is_torn_record(raw: bytes) -> bool:
    """A record that is longer than the head, or torn: only its outer fields can be seen."""
    if b'"sessionId"' not in raw or b'"parentUuid"' not in raw or b'"parts"' in raw:
        return False
    return b'"isSidechain"' in raw or bool(_TORN.search(raw))


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions."""
    shelf = Shelf()
    copies = [shelf.take(source, index) for index, source in enumerate(sources)]
    names = [source.name for source in sources]
    sessions: list[Session] = []
    problems: list[Problem] = []
    ids: dict[str, str] = {}
    for group in groups(copies):
        if not any(copy.keys for copy in group):
            problems += [problem for copy in group for problem in _nothing(copy)]
            continue
        session = _session(group, shelf, names)
        sessions.append(session)
        ids.update((one, session.id) for copy in group for one in copy.sessions)
    return Reading(tuple(sessions), tuple(problems), ids)


def _nothing(copy: Copy) -> tuple[Problem, ...]:
    return copy.problems.problems() or (Problem(copy.name, 0, "no records in it"),)


def _session(group: Sequence[Copy], shelf: Shelf, names: Sequence[str]) -> Session:
    order = with_lanes([shelf.records[key] for key in united(group, shelf.records)])
    events, complaints = claude_session.events(order, names)
    own = complaints.placed(problem for copy in group for problem in copy.problems.problems())
    version = next((one.version for one in order if one.version), "")
    problems = (*own, *complaints.problems())
    return Session(NAME, first_id(group, shelf.records), version, tuple(events), problems)


READER = Reader(
    NAME,
    recognises,
    read,
    find.find,
    find.beside,
    variable=find.VARIABLE,
    moved=find.MOVED,
    keeps=find.keeps,
)
