"""RE2 over text: one pass in linear time, at hundreds of megabytes a second where nothing matches.

RE2 reads bytes; what it finds is told in characters again. Foreign bytes, which stand in our text
as lone surrogates, match nothing but themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any


@cache
def compiled(pattern: str) -> Any:
    """A pattern of RE2 over bytes, compiled once."""
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern.encode(), options)


def spans(pattern: Any, text: str) -> Iterator[tuple[int, int]]:
    """Where a compiled pattern matches: ranges ``[start, end)`` in characters, in order."""
    if text.isascii():
        for match in pattern.finditer(text.encode("ascii")):
            yield match.start(), match.end()
        return
    raw = text.encode("utf-8", "surrogatepass")
    chars, done = 0, 0
    for match in pattern.finditer(raw):
        start = chars + _length(raw[done : match.start()])
        chars = start + _length(raw[match.start() : match.end()])
        done = match.end()
        yield start, chars


def _length(raw: bytes) -> int:
    """How many characters some bytes are: every byte begins one but those that go on with it."""
    return sum(byte & 0xC0 != 0x80 for byte in raw)
