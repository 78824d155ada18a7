"""Aider: sessions out of the chat history that it keeps in a repository's root."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from treadle.thread.agents.aider import find
from treadle.thread.agents.aider.history import chapters, without_copies
from treadle.thread.agents.aider.session import Story
from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.source import Complaints, Reader, Reading, Source
from treadle.thread.model import Problem, Session

NAME = find.NAME

_HEADER = re.compile(
    rb"^# aider chat started at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d[ \t]*\r?$", re.MULTILINE
)


def recognises(head: bytes) -> bool:
    """Whether a session's heading stands among the first bytes."""
    return bool(_HEADER.search(head))


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions."""
    problems: list[Problem] = []
    found = []
    for index, source in enumerate(sources):
        complaints = Complaints()
        held = chapters(source, index, complaints)
        nothing = () if held else (Problem(source.name, 0, "no session in it"),)
        problems += complaints.problems() or nothing
        found += held
    sessions: list[Session] = []
    taken: Counter[str] = Counter()
    for chapter in without_copies(found):
        story = Story(chapter, sources[chapter.source].name, Bounds())
        story.tell()
        if story.events:
            taken[chapter.id] += 1
            count = taken[chapter.id]
            id_ = chapter.id if count == 1 else f"{chapter.id}-{count}"
            told = story.complaints.problems()
            sessions.append(Session(NAME, id_, story.version, tuple(story.events), told))
    return Reading(tuple(sessions), tuple(problems), {one.id: one.id for one in sessions})


READER = Reader(NAME, recognises, read, find.find, moved=find.MOVED)
