"""Where Gemini CLI keeps its chats.

``~/.gemini/tmp/<project>/chats/session-<time>-<id>.jsonl``, or ``.json`` before. The project is
the folder that it was started in: a short name that ``projects.json`` and a file ``.project_root``
tell, and before that the SHA-256 of its path. No chat names its folder; so where nothing tells
it, the paths in the chats are tried, one of which may have that very hash. Sub-agents' chats lie
in a folder that has the session's id for a name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256

from treadle.thread.agents.finding.disk import MOST, File, Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.retention import USUAL, settings
from treadle.thread.agents.finding.seen import Fact, Seen, once
from treadle.thread.agents.gemini_cli.root import root
from treadle.thread.agents.reading.fields import table, text
from treadle.thread.agents.reading.lines import Decoder
from treadle.thread.agents.source import HEAD, Source

NAME = "gemini-cli"
PRESENCE = "GEMINI_CLI"
MOVED = ("GEMINI_CLI_HOME",)

ENDS = (".jsonl", ".json")
_SYSTEM = (
    "/etc/gemini-cli/settings.json",
    "/Library/Application Support/GeminiCli/settings.json",
)
_DEFAULTS = (
    "/etc/gemini-cli/system-defaults.json",
    "/Library/Application Support/GeminiCli/system-defaults.json",
)
_AGE = re.compile(r"(\d{1,5})([hdwm])")
_UNITS = {"h": 1, "d": 24, "w": 24 * 7, "m": 24 * 30}
"""Hours."""
_HASH = re.compile(r"[0-9a-f]{64}")
_SESSION = re.compile(rb'"sessionId"\s*:\s*"([^"\\]{1,200})"')
_LOOKED = 4 << 20
"""Bytes of a chat in which the folder is searched."""
_PIECE = 4000
"""Characters in which it is searched at a time."""
_LARGEST = 4 << 20
"""Bytes of the list of projects."""


def homes(where: Surroundings) -> list[str]:
    """Gemini CLI's own folders; not all of them need to be there."""
    if NAME in where.folders:
        return where.named(NAME)
    found = [where.env.get("GEMINI_CLI_HOME", ""), where.home]
    return list(dict.fromkeys(f"{one}/.gemini" for one in found if os.path.isabs(one)))


def find(where: Surroundings) -> Found:
    """The sessions that were begun in one of the repository's work trees."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    grounds = Grounds(where.tops)
    found: list[Transcript] = []
    for home in homes(where):
        projects = _Projects(home, grounds, where.memory, walk)
        for folder in walk.folders(os.path.join(home, "tmp")):
            chats = walk.files(os.path.join(folder, "chats"), *ENDS, deep=2)
            if chats and projects.holds(folder, chats):
                found += _sessions(chats, where)
    return Found(tuple(found), tuple(walk.problems))


def keeps(where: Surroundings) -> int | None:
    """Days after which sessions are deleted when Gemini CLI is started next.

    The system's settings go before a project's, and those before the person's; each project has
    its own sessions, so the shortest time of all is the answer.
    """
    own = [f"{home}/settings.json" for home in homes(where)]
    person = _ages([*_SYSTEM, *own, *_DEFAULTS])
    here = [_ages([*_SYSTEM, f"{top}/.gemini/settings.json"]) for top in where.tops]
    ages = [found[0] for found in (person or [USUAL], *here) if found]
    return min((age for age in ages if age is not None), default=None)


def _ages(paths: list[str]) -> list[int | None]:
    """What each of the files says of it, if it does; None: sessions are kept."""
    found: list[int | None] = []
    for told in settings(paths):
        asked = table(table(told, "general"), "sessionRetention")
        age = _AGE.fullmatch(text(asked, "maxAge"))
        if asked.get("enabled") is False:
            found.append(None)
        elif age:
            found.append(int(age[1]) * _UNITS[age[2]] // 24)
    return found


def beside(path: str) -> list[str]:
    """The chats of a session's sub-agents, and the session's own in the other layout."""
    walk = Walk("", trusted=True)
    main = walk.file(path)
    if main is None:
        return []
    folder = os.path.dirname(path) or "."
    session = _opening(main).session
    inside = walk.files(os.path.join(folder, session), *ENDS) if "/" not in session else []
    others = (os.path.splitext(path)[0] + end for end in ENDS)
    doubles = [walk.file(other) for other in others if other != path]
    return [file.path for file in (*filter(None, doubles), *inside[:MOST])]


def _sessions(chats: list[File], where: Surroundings) -> Iterator[Transcript]:
    """The sessions of one project, each with all its files."""
    families: dict[str, list[File]] = {}
    for file in sorted(chats, key=lambda file: file.path.count(os.sep)):
        families.setdefault(_session(file, where.memory), []).append(file)
    for session, files in families.items():
        one = Transcript.of(NAME, session, files)
        if one.changed >= where.since:
            yield one


def _session(file: File, memory: Seen | None) -> str:
    """The session that a chat is of; a sub-agent's is of the one that its folder names."""
    inside = os.path.basename(file.folder)
    return inside if inside != "chats" else once(memory, NAME, file, _opening).session


def _opening(file: File) -> Fact:
    named = _SESSION.search(_bytes(file.path, HEAD))
    return Fact(session=named[1].decode("utf-8", "replace") if named else file.stem)


class _Projects:
    """Which of the projects lie in the repository."""

    def __init__(self, home: str, grounds: Grounds, memory: Seen | None, walk: Walk) -> None:
        self._grounds = grounds
        self._memory = memory
        known = _listed(os.path.join(home, "projects.json"), walk)
        self._names = {name: place for place, name in known.items()}
        for place in (*known, *grounds.tops):
            self._names[sha256(os.fsencode(place)).hexdigest()] = place

    def holds(self, folder: str, chats: list[File]) -> bool:
        """Whether the project was begun in the repository."""
        name = os.path.basename(folder)
        told = _bytes(os.path.join(folder, ".project_root"), 4096)
        known = os.fsdecode(told).strip() or self._names.get(name, "")
        if known:
            return self._grounds.hold(known)
        return bool(_HASH.fullmatch(name)) and any(
            self._grounds.hold(cwd)
            for file in sorted(chats, key=lambda file: -file.changed)[:3]
            for cwd in once(self._memory, f"{NAME} {name}", file, _folder_of(name)).cwds
        )


def _folder_of(digest: str) -> Callable[[File], Fact]:
    def look(file: File) -> Fact:
        told = _bytes(file.path, _LOOKED).decode("utf-8", "replace")
        found = root(digest, (told[at : at + _PIECE] for at in range(0, len(told), _PIECE)))
        return Fact(cwds=(found,) if found else ())

    return look


def _listed(path: str, walk: Walk) -> Mapping[str, str]:
    """From the roots of projects to their short names."""
    raw = _bytes(path, _LARGEST)
    values = Decoder().documents(raw)[0] if raw else []
    projects = table(values[0], "projects") if values else {}
    if raw and not projects:
        walk.complain(path, "tells no projects")
    return {place: name for place, name in projects.items() if isinstance(name, str)}


def _bytes(path: str, count: int) -> bytes:
    """The first bytes of a file; none where it cannot be read."""
    try:
        with Source.file(path).open() as stream:
            return stream.read(count)
    except OSError:
        return b""
