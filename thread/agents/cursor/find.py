"""Where Cursor keeps its transcripts.

``~/.cursor/projects/<folder>/agent-transcripts/<session>/<session>.jsonl``, sub-agents' in
``<session>/subagents/``; before, without the folder of the session. The folder is named after the
path that the window shows, with ``-`` for whatever is no letter or digit, so that many paths have
one name; where it shows several it is a number. The transcripts name no folder, but the calls in
them name files: those decide, and the name only where there are none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from treadle.thread.agents.events.patch import patch
from treadle.thread.agents.finding.disk import MOST, File, Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.seen import Fact, once
from treadle.thread.agents.reading.fields import rows, table, text
from treadle.thread.agents.reading.lines import Decoder, lines
from treadle.thread.agents.source import Source
from treadle.thread.agents.telling import tools

NAME = "cursor"
MOVED = ("CURSOR_CONFIG_DIR",)

_HELPERS = "subagents"
_SOME = 200
"""Folders that are remembered of one transcript."""


def homes(where: Surroundings) -> list[str]:
    """Cursor's own folders; not all of them need to be there."""
    if NAME in where.folders:
        return where.named(NAME)
    found = [where.env.get("CURSOR_CONFIG_DIR", "")]
    found += [f"{where.home}/.cursor"] if where.home else []
    return list(dict.fromkeys(one for one in found if os.path.isabs(one)))


def find(where: Surroundings) -> Found:
    """The sessions whose calls name files of the repository; and those of a window that shows it,
    if their calls name none."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    grounds = Grounds(where.tops)
    own = {_plain(top) for top in (*grounds.tops, *where.tops)}
    found: list[Transcript] = []
    for home in homes(where):
        for project in walk.folders(os.path.join(home, "projects")):
            named = _plain(os.path.basename(project)) in own
            for files in _sessions(os.path.join(project, "agent-transcripts"), walk):
                new = max(file.changed for file in files) >= where.since
                if new and _is_here(files, grounds, where, walk, named=named):
                    found.append(Transcript.of(NAME, files[0].stem, files))
    return Found(tuple(found), tuple(walk.problems))


def _plain(path: str) -> str:
    """A path, or a name made of one, in the form in which both are the same."""
    return re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-").lower()


def _sessions(folder: str, walk: Walk) -> Iterator[list[File]]:
    """The files of each session, its own first."""
    files = walk.files(folder, ".jsonl", deep=2)
    helpers: dict[str, list[File]] = {}
    for file in files:
        if os.path.basename(file.folder) == _HELPERS:
            helpers.setdefault(os.path.dirname(file.folder), []).append(file)
    for file in files:
        if os.path.basename(file.folder) != _HELPERS:
            own = file.stem == os.path.basename(file.folder)
            yield [file, *(helpers.get(file.folder, []) if own else [])]


def beside(path: str) -> list[str]:
    """The files of the sub-agents of a session, sorted."""
    walk = Walk("", trusted=True)
    folder = os.path.join(os.path.dirname(path), _HELPERS)
    return [file.path for file in walk.files(folder, ".jsonl")[:MOST]]


def _is_here(
    files: Sequence[File], grounds: Grounds, where: Surroundings, walk: Walk, *, named: bool
) -> bool:
    """``named``: the folder's name says that they are of this repository."""

    def ask(file: File) -> Fact:
        return Fact(cwds=tuple(_places(file.path, walk)))

    facts = [once(where.memory, NAME, file, ask) for file in files]
    places = [place for fact in facts for place in fact.cwds]
    return any(map(grounds.hold, places)) if places else named


def _places(path: str, walk: Walk) -> list[str]:
    """The folders of the files that the calls of a transcript name."""
    found: dict[str, None] = {}
    decoder = Decoder()
    try:
        with Source.file(path).open() as stream:
            for _, raw in lines(stream, lambda offset, reason: None):
                if b'"tool_use"' not in raw:
                    continue
                for value in decoder.documents(raw.strip())[0]:
                    found |= dict.fromkeys(filter(os.path.isabs, _named(value)))
                if len(found) >= _SOME:
                    break
    except OSError as error:
        walk.complain(path, f"cannot be opened: {error.strerror or error}")
    return list(found)[:_SOME]


def _named(value: object) -> Iterator[str]:
    for block in rows(table(value, "message"), "content"):
        asked = table(block, "input")
        yield tools.folder(asked)
        yield from map(os.path.dirname, tools.paths(asked))
        for section in patch(text(block, "input")).sections:
            yield os.path.dirname(section.path)
