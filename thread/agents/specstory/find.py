"""Where SpecStory keeps its histories: ``.specstory/history/*.md`` in each work tree's root."""

from __future__ import annotations

import os
import re

from treadle.thread.agents.finding.disk import File, Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.seen import Fact, once
from treadle.thread.agents.source import Source

NAME = "specstory"

_SESSION = re.compile(rb"<!-- [^\n]{1,60}? Session (\S{1,100}) \(")
_HEAD = 4096
"""Bytes in which a page names its session."""


def find(where: Surroundings) -> Found:
    """The histories of all work trees, and of the folders that the person named."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    tops = Grounds(where.tops).tops
    folders = [os.path.join(top, ".specstory", "history") for top in tops] + where.named(NAME)

    def ask(file: File) -> Fact:
        return Fact(session=_session(file.path, walk))

    found = [
        Transcript.of(NAME, once(where.memory, NAME, file, ask).session, [file])
        for folder in folders
        for file in walk.files(folder, ".md")
        if file.changed >= where.since
    ]
    return Found(tuple(found), tuple(walk.problems))


def _session(path: str, walk: Walk) -> str:
    """The session that a page names first."""
    try:
        with Source.file(path).open() as stream:
            told = _SESSION.search(stream.read(_HEAD))
    except OSError as error:
        walk.complain(path, f"cannot be opened: {error.strerror or error}")
        return ""
    return told[1].decode("utf-8", "replace") if told else ""
