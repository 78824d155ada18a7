"""Where GitHub Copilot keeps its transcripts.

The command line: ``~/.copilot/session-state/<session>/events.jsonl``, before
``session-state/<session>.jsonl``; the start, each resumption and each change name the folder. VS
Code: ``workspaceStorage/<hash>/GitHub.copilot-chat/transcripts/<session>.jsonl``, and
``workspaceStorage/<hash>/workspace.json`` names the folder that the window shows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from treadle.thread.agents.finding.disk import File, Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.trail import Script, Told, Trails
from treadle.thread.agents.reading.fields import table, text
from treadle.thread.agents.reading.lines import Decoder
from treadle.thread.agents.reading.uri import path as path_of
from treadle.thread.agents.source import Source

NAME = "copilot-cli"
MOVED = ("COPILOT_HOME", "XDG_CONFIG_HOME", "APPDATA")

_EVENTS = "events.jsonl"
_EDITORS = ("Code", "Code - Insiders", "VSCodium")
_SERVERS = (".vscode-server", ".vscode-server-insiders", ".vscodium-server")
_LARGEST = 1 << 16
"""Bytes of a window's own file."""


def homes(where: Surroundings) -> list[str]:
    """The command line's own folders; not all of them need to be there."""
    if NAME in where.folders:
        return where.named(NAME)
    found = [where.env.get("COPILOT_HOME", "")]
    found += [f"{where.home}/.copilot"] if where.home else []
    return list(dict.fromkeys(one for one in found if os.path.isabs(one)))


def windows(where: Surroundings) -> list[str]:
    """The folders in which VS Code and its kin keep what is a person's."""
    if NAME in where.folders:
        return where.named(NAME)
    bases = [where.env.get("XDG_CONFIG_HOME", ""), where.env.get("APPDATA", "")]
    bases += [f"{where.home}/.config", f"{where.home}/Library/Application Support"]
    found = [f"{base}/{editor}/User" for base in bases for editor in _EDITORS]
    found += [f"{where.home}/{server}/data/User" for server in _SERVERS]
    return list(dict.fromkeys(one for one in found if os.path.isabs(one)))


def find(where: Surroundings) -> Found:
    """The sessions that were in one of the repository's work trees at any time."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    grounds = Grounds(where.tops)
    trails = Trails(NAME, grounds, walk, where.memory, SCRIPT)
    found: list[Transcript] = []
    for home in homes(where):
        for file in walk.files(os.path.join(home, "session-state"), ".jsonl", deep=1):
            wanted = file.changed >= where.since and _is_stream(file)
            if wanted and trails.here(fact := trails.fact(file)):
                found.append(Transcript.of(NAME, fact.session or _named(file), [file]))
    for place in windows(where):
        for file in _shown(place, grounds, walk):
            if file.changed >= where.since:
                found.append(Transcript.of(NAME, file.stem, [file]))
    return Found(tuple(found), tuple(walk.problems))


def _is_stream(file: File) -> bool:
    """Whether it is a session's file: the only one of its folder, or one without a folder."""
    flat = os.path.basename(file.folder) == "session-state"
    return flat or os.path.basename(file.path) == _EVENTS


def _named(file: File) -> str:
    """The session's id, as the path has it."""
    return os.path.basename(file.folder) if file.path.endswith(f"/{_EVENTS}") else file.stem


def _shown(place: str, grounds: Grounds, walk: Walk) -> Iterator[File]:
    """The transcripts of windows that show a folder of the repository."""
    for window in walk.folders(os.path.join(place, "workspaceStorage")):
        if grounds.hold(_folder(os.path.join(window, "workspace.json"))):
            yield from walk.files(os.path.join(window, "GitHub.copilot-chat/transcripts"), ".jsonl")


def _folder(path: str) -> str:
    """The folder that a window shows; ``""`` if it shows none, or several."""
    try:
        with Source.file(path).open() as stream:
            found = Decoder().documents(stream.read(_LARGEST))[0]
    except OSError:
        return ""
    return path_of(text(found[0], "folder")) if found else ""


def tell(value: object) -> Told:
    """What an event tells of its session."""
    kind, told = text(value, "type"), table(value, "data")
    if kind == "session.context_changed":
        return Told(cwd=text(told, "cwd"))
    if kind not in ("session.start", "session.resume"):
        return Told()
    return Told(text(told, "sessionId"), cwd=text(table(told, "context"), "cwd"))


SCRIPT = Script(tell)
