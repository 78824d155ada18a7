"""Where Claude Code keeps its transcripts.

``~/.claude/projects/<folder>/<session>.jsonl``, where ``<folder>`` is the path in which the
session began, each character but letters, digits and ``-`` made ``-``; what is longer than 200
letters is cut and ends in a hash. Different paths can have one name, a variable can give it
another, and a session may move: so the name tells where to look first, and a record's ``cwd``
decides. Sub-agents write into ``<session>/subagents/``, and wrote into ``agent-*.jsonl`` beside
the session before.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from treadle.thread.agents.finding.disk import MOST, File, Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.retention import USUAL, settings
from treadle.thread.agents.finding.trail import Script, Told, Trails
from treadle.thread.agents.reading.fields import text, whole

NAME = "claude-code"
VARIABLE = "CLAUDE_CODE_SESSION_ID"
MOVED = ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME")

_MANAGED = (
    "/etc/claude-code/managed-settings.json",
    "/Library/Application Support/ClaudeCode/managed-settings.json",
)
_PROJECT = ("settings.json", "settings.local.json")
_LONGEST = 200
"""Letters of a folder's name before it is cut."""
_AGENT = "agent-"
_DEEP = 4
"""Levels of folders below a session's own: ``subagents/workflows/<run>/``."""


def homes(where: Surroundings) -> list[str]:
    """Claude Code's own folders, most telling first; not all of them need to be there."""
    if NAME in where.folders:
        return where.named(NAME)
    config = where.env.get("XDG_CONFIG_HOME") or (where.home and f"{where.home}/.config")
    found = [
        where.env.get("CLAUDE_CONFIG_DIR", ""),
        f"{where.home}/.claude" if where.home else "",
        f"{config}/claude" if config else "",
    ]
    return list(dict.fromkeys(one for one in found if os.path.isabs(one)))


def find(where: Surroundings) -> Found:
    """The sessions that were in one of the repository's work trees at any time."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    grounds = Grounds(where.tops)
    trails = Trails(NAME, grounds, walk, where.memory, SCRIPT)
    own = _Names((*grounds.tops, *where.tops))
    found: list[Transcript] = []
    for home in homes(where):
        for folder in walk.folders(os.path.join(home, "projects")):
            shelf = _Folder(folder, walk, trails)
            wanted = shelf.own if os.path.basename(folder) in own else shelf.foreign
            found += wanted(where.since)
    return Found(tuple(found), tuple(walk.problems))


def beside(path: str) -> list[str]:
    """The files that may hold sub-agents of a session: in its own folder, and beside it."""
    walk = Walk("", trusted=True)
    inside = walk.files(os.path.splitext(path)[0], ".jsonl", deep=_DEEP)
    around = walk.files(os.path.dirname(path) or ".", ".jsonl")
    agents = [file for file in around if file.stem.startswith(_AGENT)]
    return [file.path for file in (*inside[:MOST], *agents[:MOST])]


def keeps(where: Surroundings) -> int | None:
    """Days after which sessions are deleted when Claude Code is started next.

    Started in any other project it goes by the person's settings, in this one by the project's
    too: the shortest time counts, since it deletes the sessions of all projects.
    """
    own = [f"{home}/settings.json" for home in homes(where)]
    here = [f"{top}/.claude/{name}" for top in where.tops for name in _PROJECT]
    person = _days([*_MANAGED, *own])
    return min([person[0] if person else USUAL, *_days(here)])


def _days(paths: list[str]) -> list[int]:
    found = (whole(told, "cleanupPeriodDays") for told in settings(paths))
    return [days for days in found if days is not None and days >= 0]


def tell(value: object) -> Told:
    """What a record tells of its session."""
    return Told(text(value, "sessionId"), cwd=text(value, "cwd"))


SCRIPT = Script(tell)


class _Names:
    """The names that the folders of the work trees, and of folders in them, have."""

    def __init__(self, tops: Iterable[str]) -> None:
        self._names = {re.sub(r"[^A-Za-z0-9-]", "-", top) for top in tops if top}

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        return any(
            name == own or name.startswith((f"{own}-", f"{own[:_LONGEST]}-")[len(own) > _LONGEST])
            for own in self._names
        )


class _Folder:
    """One folder of transcripts."""

    def __init__(self, folder: str, walk: Walk, trails: Trails) -> None:
        self._walk = walk
        self._trails = trails
        files = walk.files(folder, ".jsonl")
        self._agents = [file for file in files if file.stem.startswith(_AGENT)]
        self._mains = [file for file in files if not file.stem.startswith(_AGENT)]
        self._calls: dict[str, list[File]] | None = None

    def own(self, since: float) -> list[Transcript]:
        """The sessions, of which most will be the repository's: their names say so."""
        found = []
        for main in self._mains:
            files = [main, *self._inside(main), *self._beside(main)]
            if max(file.changed for file in files) >= since and self._is_here(files):
                found.append(Transcript.of(NAME, main.stem, files))
        return found

    def foreign(self, since: float) -> list[Transcript]:
        """The sessions that began elsewhere and moved into the repository."""
        found = []
        for main in self._mains:
            known = self._trails.known(main)
            if known or (main.changed >= since and self._is_here([main])):
                files = [main, *self._inside(main), *self._beside(main)]
                if max(file.changed for file in files) >= since:
                    found.append(Transcript.of(NAME, main.stem, files))
        return found

    def _is_here(self, files: Sequence[File]) -> bool:
        return any(self._trails.here(self._trails.fact(file)) for file in files)

    def _inside(self, main: File) -> list[File]:
        return self._walk.files(os.path.splitext(main.path)[0], ".jsonl", deep=_DEEP)

    def _beside(self, main: File) -> list[File]:
        """Sub-agents' files of older versions, which say only inside whose they are."""
        if self._calls is None:
            self._calls = {}
            for file in self._agents:
                self._calls.setdefault(self._trails.whose(file).session, []).append(file)
        return self._calls.get(main.stem, [])
