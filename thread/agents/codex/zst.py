"""Rollouts that Codex has packed with zstd.

Old sessions are packed in the background. Python below 3.14 cannot unpack them by itself; there a
package does, imported only where a packed file is met. A small file can unpack to anything, so no
more than ``MOST`` bytes are taken from it.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from treadle.thread.agents.source import Source

MAGIC = b"\x28\xb5\x2f\xfd"
MOST = 256 << 20
"""Bytes that are unpacked of one file."""
_WINDOW = 128 << 20
"""Bytes of memory that a file may ask for to be unpacked."""


def opened(source: Source) -> BinaryIO:
    """The source from its beginning, unpacked if it is packed; ``OSError`` if it cannot be."""
    stream = source.open()
    head = stream.read(len(MAGIC))
    if stream.seekable():
        stream.seek(0)
    else:
        stream.close()
        stream = source.open()
    return unpacked(stream) if head == MAGIC else stream


def unpacked(stream: BinaryIO) -> io.BufferedReader:
    """What a zstd stream holds, up to ``MOST`` bytes; reading on raises ``OSError``."""
    return io.BufferedReader(_Unpacked(stream, *_unpacker(stream)), 1 << 18)


def beginning(head: bytes, count: int) -> bytes | None:
    """Up to ``count`` bytes of what the first bytes of a packed file hold; None if unknown.

    They can be unpacked only a whole block at a time, and the first may be longer than they are.
    """
    try:
        stream = unpacked(io.BytesIO(head))
    except OSError:
        return None
    found = b""
    try:
        while len(found) < count and (piece := stream.read1(count - len(found))):
            found += piece
    except OSError:
        pass
    return found or None


def _unpacker(stream: BinaryIO) -> tuple[Any, tuple[type[Exception], ...]]:
    """A reader of what is packed, and the errors that it raises on a damaged file."""
    if sys.version_info >= (3, 14):
        zstd = importlib.import_module("compression.zstd")
        return zstd.ZstdFile(stream), (zstd.ZstdError, EOFError, ValueError)
    package = importlib.import_module("zstandard")
    unpack = package.ZstdDecompressor(max_window_size=_WINDOW)
    return unpack.stream_reader(stream, read_across_frames=True), (package.ZstdError, ValueError)


class _Unpacked(io.RawIOBase):
    def __init__(self, packed: BinaryIO, inner: Any, errors: tuple[type[Exception], ...]) -> None:
        self._packed = packed
        self._read: Callable[[int], bytes] = inner.read
        self._errors = errors
        self._left = MOST

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not len(buffer):
            return 0
        try:
            piece = self._read(min(len(buffer), self._left + 1))
        except self._errors as error:
            raise OSError(f"damaged zstd: {error}") from error
        if len(piece) > self._left:
            raise OSError("over 256 MB unpacked")
        self._left -= len(piece)
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._packed.close()
        super().close()
