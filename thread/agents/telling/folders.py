"""The folder an agent worked in, where its transcript does not say.

Calls of a shell mostly name it; else the paths of files tell the folder that they have in common.
Where all paths are relative, they are relative to the folder the agent was started in, whatever
its name: it is given one.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable

from treadle.thread.agents.telling import tools
from treadle.thread.agents.telling.tools import Call

START = "/start"
"""The name of a folder whose name nobody told."""

_MOST = 3
"""Of five paths that name a folder, so many must lie in it."""
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def folder(calls: Iterable[Call]) -> tuple[str, bool]:
    """The folder the agent worked in, and whether a call of a shell told it.

    Only then is it sure enough for commands, which may name files without a path.
    """
    told: Counter[str] = Counter()
    above: Counter[str] = Counter()
    count = 0
    relative = False
    for call in calls:
        told.update(filter(_absolute, [tools.folder(call.input)]))
        for path in tools.paths(call.input):
            if _absolute(path):
                count += 1
                above.update(_above(path))
            else:
                relative = True
    if told:
        return told.most_common(1)[0][0], True
    common = [place for place, most in above.items() if most * 5 >= count * _MOST]
    if common:
        return max(common, key=len), False
    return (START if relative or not count else ""), False


def _absolute(path: str) -> bool:
    return path.startswith("/") or bool(_DRIVE.match(path))


def _above(path: str) -> list[str]:
    """All folders above a path but the file system's root."""
    path = path.replace("\\", "/") if _DRIVE.match(path) else path
    found = []
    place = posixpath.dirname(path[:4096])
    while place and place != posixpath.dirname(place):
        found.append(place)
        place = posixpath.dirname(place)
    return found
