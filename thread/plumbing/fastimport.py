"""What ``git fast-import`` reads, as far as several of us write it."""

from __future__ import annotations


def quoted_path(path: bytes) -> bytes:
    """A path as fast-import takes it, whatever stands in it."""
    plain = b"".join(
        b"\\%03o" % byte if byte < 32 or byte > 126 or byte in b'"\\' else bytes([byte])
        for byte in path
    )
    return b'"%s"' % plain
