"""Where Amp kept its threads, until March 2026.

``~/.local/share/amp/threads/T-<id>.json``. A thread names the folders in which it was begun. Newer
ones are on Amp's server, and come as files that a person exports.
"""

from __future__ import annotations

import os

from treadle.thread.agents.finding.disk import File, Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.seen import Fact, once
from treadle.thread.agents.reading.fields import rows, table, text
from treadle.thread.agents.reading.lines import Decoder, document
from treadle.thread.agents.reading.uri import path as path_of
from treadle.thread.agents.source import Source

NAME = "amp"
MOVED = ("XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA")


def homes(where: Surroundings) -> list[str]:
    """Amp's own folders; not all of them need to be there."""
    if NAME in where.folders:
        return where.named(NAME)
    bases = [where.env.get("XDG_DATA_HOME", ""), where.env.get("LOCALAPPDATA", "")]
    bases += [where.env.get("APPDATA", "")]
    bases += [f"{where.home}/.local/share"] if where.home else []
    return [f"{base}/amp" for base in dict.fromkeys(bases) if os.path.isabs(base)]


def find(where: Surroundings) -> Found:
    """The threads that were begun in one of the repository's work trees."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    grounds = Grounds(where.tops)

    def ask(file: File) -> Fact:
        return Fact(cwds=tuple(_begun(file.path, walk)))

    found = []
    for home in homes(where):
        for file in walk.files(os.path.join(home, "threads"), ".json"):
            wanted = file.changed >= where.since and file.stem.startswith("T-")
            if wanted and any(map(grounds.hold, once(where.memory, NAME, file, ask).cwds)):
                found.append(Transcript.of(NAME, file.stem, [file]))
    return Found(tuple(found), tuple(walk.problems))


def _begun(path: str, walk: Walk) -> list[str]:
    """The folders that a thread was begun in."""
    try:
        with Source.file(path).open() as stream:
            values = document(stream, Decoder(), lambda offset, reason: None)
    except OSError as error:
        walk.complain(path, f"cannot be opened: {error.strerror or error}")
        return []
    return [folder for value in values for folder in folders(value)]


def folders(thread: object) -> list[str]:
    """The folders that a thread names as those it was begun in."""
    trees = rows(table(table(thread, "env"), "initial"), "trees")
    return [folder for tree in trees if (folder := path_of(text(tree, "uri")))]
