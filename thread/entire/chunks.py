"""A transcript that was cut into chunks, put together again.

The Entire CLI cuts a transcript over 50 MB, because no forge takes larger files: ``full.jsonl``,
``full.jsonl.001``, ``full.jsonl.002``. JSON lines are cut between two lines, and the LF there is
left out. A transcript that is one JSON document (Gemini CLI's, OpenCode's) is made into several
documents with some of its messages each; of what else stood in it every chunk may have a copy, or
none: then the session's id is all that is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any

from treadle.thread.agents import Source

Chunk = Callable[[], bytes]
"""Reads one chunk. Only one of them is held at a time."""


def sources(name: str, session: str, chunks: Sequence[Chunk]) -> list[Source]:
    """The transcript as what a reader is given: one source, or one for each chunk.

    Chunks that are documents stay apart: each is a copy of a part of the session, and no longer
    than what a reader takes at once.
    """
    if len(chunks) == 1:
        return [Source(name, lambda: BytesIO(chunks[0]()))]
    frame = _frame(chunks[0]())
    if frame is None:
        return [Source(name, lambda: BufferedReader(_Joined(chunks), 1 << 18))]
    if "info" not in frame:
        frame = {"sessionId": session, "projectHash": "unknown", **frame}
    return [
        Source(f"{name}.{number:03}" if number else name, _framed(frame, chunk))
        for number, chunk in enumerate(chunks)
    ]


def intact(chunks: Sequence[Chunk], told: str) -> bool:
    """Whether chunks of JSON lines give the text whose hash, ``sha256:HEX``, is told.

    Chunks that are documents are never quite what they were made from: of these it is not asked.
    """
    if _frame(chunks[0]()) is not None:
        return True
    digest = sha256()
    for number, chunk in enumerate(chunks):
        digest.update(b"\n" if number else b"")
        digest.update(chunk())
    return told == f"sha256:{digest.hexdigest()}"


def _frame(chunk: bytes) -> dict[str, object] | None:
    """What a document has beside its messages; None where the chunk is no such document."""
    document = _document(chunk)
    if document is None:
        return None
    return {key: value for key, value in document.items() if key != "messages"}


def _document(chunk: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(chunk)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and isinstance(value.get("messages"), list) else None


def _framed(frame: dict[str, object], chunk: Chunk) -> Callable[[], BytesIO]:
    """Opens a chunk with what only the first one has."""

    def opened() -> BytesIO:
        raw = chunk()
        document = _document(raw)
        if document is None or all(key in document for key in frame):
            return BytesIO(raw)
        return BytesIO(json.dumps({**frame, **document}).encode())

    return opened


class _Joined(RawIOBase):
    """Chunks of lines as one stream, with the LF that stood between them."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        super().__init__()
        self._waiting = list(reversed(chunks))
        self._left = memoryview(self._waiting.pop()())

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left and self._waiting:
            self._left = memoryview(b"\n" + self._waiting.pop()())
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
