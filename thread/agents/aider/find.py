"""Where Aider keeps its chat history.

One file a repository, ``.aider.chat.history.md`` in its root, so each work tree has its own. A
variable, the person's settings or the repository's may name another; what a repository
names may only be a file of its own, since anybody may have written it.
"""

from __future__ import annotations

import os
import re

from treadle.thread.agents.finding.disk import Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.source import Source

NAME = "aider"
MOVED = ("AIDER_CHAT_HISTORY_FILE",)

_USUAL = ".aider.chat.history.md"
_CONFIG = ".aider.conf.yml"
_NAMED = re.compile(r"(?m)^chat-history-file:[ \t]*(['\"]?)([^'\"#\n]{1,1000})\1[ \t]*(?:#.*)?$")
_LARGEST = 1 << 16
"""Bytes of settings."""


def find(where: Surroundings) -> Found:
    """The histories of all work trees; each holds many sessions."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    grounds = Grounds(where.tops)
    paths: dict[str, None] = {}
    for top in grounds.tops:
        named = where.env.get("AIDER_CHAT_HISTORY_FILE") or _USUAL
        for name in (_USUAL, named, *_set(where.home, where.home)):
            paths[os.path.join(top, name)] = None
        for name in _set(top, where.home):
            path = os.path.realpath(os.path.join(top, name))
            paths |= {path: None} if grounds.hold(os.path.dirname(path)) else {}
    for folder in where.named(NAME):
        paths[os.path.join(folder, _USUAL)] = None
    files = {os.path.realpath(path): walk.file(path) for path in paths}
    found = [Transcript.of(NAME, "", [file]) for file in files.values() if file]
    return Found(tuple(one for one in found if one.changed >= where.since), tuple(walk.problems))


def _set(folder: str, home: str) -> list[str]:
    """The history that the settings in a folder name, if any."""
    try:
        with Source.file(os.path.join(folder, _CONFIG)).open() as stream:
            told = stream.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return []
    named = _NAMED.search(told)
    if named is None:
        return []
    path = named[2].strip()
    return [os.path.join(home, path[2:]) if path.startswith("~/") else path]
