"""One worker at a time: a lock that ends with the process that holds it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_LOOK = 0.02
"""Seconds between two looks at a lock that another one holds."""


@contextmanager
def alone(folder: str, name: str = "lock", seconds: float = 0.0) -> Iterator[bool]:
    """Hold a lock of treadle's folder; False where another process has it all the ``seconds``.

    The kernel lets go of it when the process ends, however it ends. ``OSError`` where the folder
    cannot be written.
    """
    os.makedirs(folder, mode=0o700, exist_ok=True)
    handle = os.open(os.path.join(folder, name), os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + seconds
    try:
        while not (locked := _locked(handle)) and time.monotonic() < until:
            time.sleep(_LOOK)
        yield locked
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the latter on Windows
        return False
    return True
