"""What a commit's message says of the Entire CLI's records.

``Entire-Checkpoint: ID`` names a checkpoint: twelve hex digits, or a ULID where each checkpoint has
a ref of its own. A squash keeps the trailers of all its commits, indented if git composed the
message. Before there were checkpoints, ``Entire-Session`` and ``Entire-Metadata`` tied a commit to
a session.
"""

from __future__ import annotations

import posixpath
import re
from itertools import takewhile

_ID = re.compile(r"[0-9a-f]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25}")
"""Of a ULID the first letter carries three bits, and its alphabet has no I, L, O and U."""
_CHECKPOINT = re.compile(r"^[ \t]*Entire-Checkpoint:([^\n]{0,400})", re.MULTILINE)
_SESSION = re.compile(r"^[ \t]*Entire-Session:([^\n]{0,200})", re.MULTILINE)
_FOLDER = re.compile(r"^[ \t]*Entire-Metadata(?:-Task)?:([^\n]{0,400})", re.MULTILINE)
_KEPT = ".entire/metadata/"
"""Where a work tree kept its sessions, a folder each."""
_DATED = re.compile(r"\d{4}-\d\d-\d\d-(?=.)")
_ODD = re.compile(r"[^\w.:/-]")


def is_id(text: str) -> bool:
    """Whether a text is a checkpoint's id, in either of its forms."""
    return bool(_ID.fullmatch(text))


def plain(session: str) -> str:
    """A session's id without the day that older versions put before it."""
    return _DATED.sub("", session.strip(), count=1)


def checkpoints(message: str) -> list[str]:
    """Ids of the checkpoints that a message names, each once; a trailer may hold several."""
    found: list[str] = []
    for value in _CHECKPOINT.findall(message):
        found += takewhile(is_id, value.replace(",", " ").split())
    return list(dict.fromkeys(found))


def unreadable(message: str) -> list[str]:
    """Values of trailers that should name a checkpoint and do not, as far as they can be shown."""
    found = [value.replace(",", " ").split() for value in _CHECKPOINT.findall(message)]
    return [_ODD.sub("?", words[0])[:40] for words in found if words and not is_id(words[0])]


def sessions(message: str) -> list[str]:
    """Ids of the sessions that a message names itself, each once."""
    found = [plain(value) for value in _SESSION.findall(message)]
    for value in _FOLDER.findall(message):
        folder = posixpath.normpath(value.strip())
        if folder.startswith(_KEPT):
            found.append(plain(folder.removeprefix(_KEPT).split("/")[0]))
    return list(dict.fromkeys(filter(None, found)))
