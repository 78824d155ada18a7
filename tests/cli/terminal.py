"""A terminal to run the program in: it has a size, and remembers what was written to it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Mapping
from pathlib import Path

from tests.cli.lamp import PROGRAM, Done

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PLAIN = {"TERM": "xterm", "GIT_PAGER": None, "PAGER": None, "LESS": None, "NO_COLOR": None}


def see(
    *args: str,
    at: Path,
    env: Mapping[str, str | None] | None = None,
    columns: int = 80,
    rows: int = 24,
    errors: bool = False,
) -> Done:
    """Run ``treadle ARGS`` with standard output (or standard error) on a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    around = {**os.environ, **{key: value for key, value in PLAIN.items() if value is not None}}
    for key, value in {**PLAIN, "COLUMNS": None, "LINES": None, **(env or {})}.items():
        around.pop(key, None)
        if value is not None:
            around[key] = value
    process = subprocess.Popen(
        [*PROGRAM, *args],
        cwd=at,
        env=around,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if errors else theirs,
        stderr=theirs if errors else subprocess.PIPE,
    )
    os.close(theirs)
    shown = _read_all(ours)
    os.close(ours)
    out, err = process.communicate(timeout=60)
    other = ((out if errors else err) or b"").decode()
    assert "Traceback" not in shown + other
    return Done(process.returncode, *((other, shown) if errors else (shown, other)))


def _read_all(ours: int) -> str:
    """What is written until the other side is closed, which Linux tells by an error."""
    pieces = []
    while True:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:
            piece = b""
        if not piece:
            return b"".join(pieces).decode("utf-8", "replace").replace("\r\n", "\n")
        pieces.append(piece)


def bare(text: str) -> str:
    """Text without its colours."""
    return COLOURS.sub("", text)
