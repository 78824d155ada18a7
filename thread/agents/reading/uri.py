"""A file's URI as a path."""

from __future__ import annotations

import re
from urllib.parse import unquote

_LONGEST = 3 * 4096
_DRIVE = re.compile(r"/[A-Za-z]:/")


def path(uri: str) -> str:
    """The path that ``file:///…`` means; ``""`` for any other URI, or one that is too long."""
    if not uri.startswith("file:///") or len(uri) > _LONGEST:
        return ""
    found = unquote(uri.removeprefix("file://"))
    return found[1:] if _DRIVE.match(found) else found
