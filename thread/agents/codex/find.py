"""Where Codex keeps its rollouts.

``~/.codex/sessions/YYYY/MM/DD/rollout-<time>-<session>.jsonl``, later packed (``.zst``), or moved
to ``archived_sessions/``. The dates are those of the beginning and local: a session that goes on
does so in its old file. The first line says where it began and whose it is: a sub-agent's
rollout and a fork's are files of their own that name their parent. A database beside them has
a row for each; it may lag, so it only hints at rollouts that lie elsewhere.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Container, Iterable, Iterator
from typing import BinaryIO

from treadle.thread.agents.codex import zst
from treadle.thread.agents.codex.item import Context, Ended, Meta
from treadle.thread.agents.codex.line import items
from treadle.thread.agents.codex.prompt import Folder
from treadle.thread.agents.finding.disk import MOST, File, Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.seen import Fact
from treadle.thread.agents.finding.trail import FIELD, TAG, Script, Told, Trails
from treadle.thread.agents.reading import database
from treadle.thread.agents.source import Source

NAME = "codex"
VARIABLE = "CODEX_THREAD_ID"
MOVED = ("CODEX_HOME",)

PACKED = ".zst"
_ENDS = (".jsonl", f".jsonl{PACKED}")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.jsonl)")
_DATED = re.compile(r"/\d{4}/\d\d/\d\d/[^/]*$")
_DEEP = 4
"""Levels of folders below ``sessions``: year, month, day."""
_HEAD = 4 << 20
"""Bytes of a packed rollout that are looked at."""
_FORKS = 20
"""Sessions, each forked off the next, that are followed."""


def homes(where: Surroundings) -> list[str]:
    """Codex's own folders; not all of them need to be there."""
    if NAME in where.folders:
        return where.named(NAME)
    found = [where.env.get("CODEX_HOME", "")]
    if where.home:
        found += [
            f"{where.home}/.codex",
            f"{where.home}/Library/Developer/Xcode/CodingAssistant/codex",
        ]
    return list(dict.fromkeys(one for one in found if os.path.isabs(one)))


def find(where: Surroundings) -> Found:
    """The sessions that were in one of the repository's work trees at any time."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    grounds = Grounds(where.tops)
    files: list[File] = []
    for home in homes(where):
        for folder in ("sessions", "archived_sessions"):
            files += walk.files(os.path.join(home, folder), *_ENDS, deep=_DEEP)
        known = {os.path.basename(file.path) for file in files}
        hinted = _hinted(home, grounds, walk)
        files += [file for file in hinted if os.path.basename(file.path) not in known]
    rollouts = Rollouts(files, Trails(NAME, grounds, walk, where.memory, SCRIPT))
    return Found(tuple(rollouts.transcripts(where.since)), tuple(walk.problems))


def _hinted(home: str, grounds: Grounds, walk: Walk) -> Iterator[File]:
    """Rollouts of this repository that Codex's database knows, wherever they lie."""
    for file in walk.files(home, ".sqlite"):
        if file.stem.startswith("state"):
            with database.peek(file.path, walk.complain) as base:
                for path, cwd in base.rows("threads", "rollout_path", "cwd"):
                    place = os.path.join(home, path)
                    if cwd and path.endswith(_ENDS) and grounds.hold(cwd):
                        rollout = walk.file(place)
                        yield from [rollout] if rollout else []


def beside(path: str) -> list[str]:
    """The rollouts of a session's sub-agents, and of the session that it was forked off.

    They lie in other days' folders; where the file lies in none of Codex's, in its own folder.
    """
    walk = Walk("", trusted=True)
    main = walk.file(path)
    if main is None:
        return []
    dated = _DATED.search(os.path.abspath(path))
    folder = os.path.abspath(path)[: dated.start()] if dated else os.path.dirname(path) or "."
    files = walk.files(folder, *_ENDS, deep=_DEEP if dated else 0)
    rollouts = Rollouts(files, Trails(NAME, Grounds(()), walk, None, SCRIPT))
    return [file.path for file in rollouts.kin(main)[:MOST]]


def tell(value: object) -> Told:
    """What a line tells of its session."""
    for item in items(value)[1]:
        if isinstance(item, Meta):
            caller, origin = (item.parent, "") if item.spawned else ("", item.parent)
            return Told(item.id, caller, origin, item.cwd)
        if isinstance(item, Context | Ended) and item.cwd:
            return Told(cwd=item.cwd)
        if isinstance(item, Folder):
            return Told(cwd=item.path)
    return Told()


def opened(path: str) -> BinaryIO:
    """A rollout; of a packed one what it begins with."""
    if not path.endswith(PACKED):
        return Source.file(path).open()
    with zst.opened(Source.file(path)) as stream:
        return io.BytesIO(stream.read(_HEAD))


SCRIPT = Script(tell, (FIELD, TAG), opened, PACKED)


class Rollouts:
    """Rollouts, and which of them belong together."""

    def __init__(self, files: Iterable[File], trails: Trails) -> None:
        self._trails = trails
        self._files = list(_without_doubles(files))
        self._by_id = {_id(file): file for file in self._files}

    def transcripts(self, since: float) -> list[Transcript]:
        """The repository's sessions, with their sub-agents."""
        here = [file for file in self._files if self._is_here(file, since)]
        families: dict[str, list[File]] = {}
        for file in here:
            families.setdefault(self.root(file), [])
        for file in self._callees(here):
            if (root := self.root(file)) in families:
                families[root].append(file)
        found = [self._transcript(root, family) for root, family in families.items()]
        return [one for one in found if one.changed >= since]

    def kin(self, main: File) -> list[File]:
        """The sub-agents of a session, and what it was forked off."""
        own = self._trails.whose(main)
        callees = [
            file
            for file in self._callees([main])
            if own.session in self._callers(file) and _id(file) != own.session
        ]
        return [*callees, *self._origins(own)]

    def _callers(self, file: File) -> list[str]:
        """The sessions that called a rollout's, from the nearest up."""
        found: list[str] = []
        parent = self._trails.whose(file).parent
        while parent and parent not in found:
            found.append(parent)
            if parent not in self._by_id:
                break
            parent = self._trails.whose(self._by_id[parent]).parent
        return found

    def _is_here(self, file: File, since: float) -> bool:
        wanted = file.changed >= since or self._trails.known(file)
        return wanted and self._trails.here(self._trails.fact(file))

    def _callees(self, callers: Iterable[File]) -> list[File]:
        """All rollouts that begin no earlier than the first of these: a name begins with a time."""
        first = min((os.path.basename(file.path) for file in callers), default="~")
        return [file for file in self._files if os.path.basename(file.path) >= first]

    def root(self, file: File) -> str:
        """The id of the session that a rollout belongs to in the end."""
        known = [one for one in self._callers(file) if one in self._by_id]
        return known[-1] if known else self._trails.whose(file).session or _id(file)

    def _transcript(self, root: str, family: Iterable[File]) -> Transcript:
        files = {file.path: file for file in self._main(root)}
        files |= {file.path: file for file in family}
        for file in self._origins(self._fact(root)):
            files.setdefault(file.path, file)
        return Transcript.of(NAME, root, list(files.values()))

    def _main(self, root: str) -> list[File]:
        return [self._by_id[root]] if root in self._by_id else []

    def _origins(self, fact: Fact) -> list[File]:
        """The rollout that this one was forked off, and so on: it repeats their lines."""
        found: list[File] = []
        while fact.forked in self._by_id and len(found) < _FORKS:
            found.append(self._by_id[fact.forked])
            fact = self._trails.whose(found[-1])
        return found

    def _fact(self, root: str) -> Fact:
        return self._trails.whose(self._by_id[root]) if root in self._by_id else Fact()


def _id(file: File) -> str:
    """The session's id, as the name ends; else the name."""
    named = _ID.search(os.path.basename(file.path))
    return named[0] if named else file.path


def _without_doubles(files: Iterable[File]) -> list[File]:
    """The files, without the packed ones of which the plain one is here too."""
    listed = {file.path: file for file in files}
    return [file for path, file in listed.items() if not _is_double(path, listed)]


def _is_double(path: str, listed: Container[str]) -> bool:
    return path.endswith(PACKED) and path.removesuffix(PACKED) in listed
