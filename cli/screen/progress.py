"""A progress bar for long work: commits, lines explained, time left; on a terminal only."""

from __future__ import annotations

import os
import sys
import time

_WIDTH = 24
_PATIENCE = 0.3
"""Seconds after which work is long enough for a bar."""


class Progress:
    """One line on standard error, rewritten as the work goes on."""

    def __init__(self, whole: int, what: str) -> None:
        self.whole = whole
        self.what = what
        self.begun = time.monotonic()
        self.shown = 0.0
        self.on = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    def say(self, text: str) -> None:
        """Say what is being done before it can be counted."""
        if self.on:
            self.shown = time.monotonic()
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

    def show(self, done: int, note: str = "") -> None:
        """``done`` of the whole are done."""
        now = time.monotonic()
        if not self.on or now - self.begun < _PATIENCE or now - self.shown < 0.1:
            return
        self.shown = now
        filled = min(_WIDTH, _WIDTH * done // max(1, self.whole))
        bar = "\u2588" * filled + "\u2591" * (_WIDTH - filled)
        left = (now - self.begun) / max(1, done) * (self.whole - done)
        text = f"{bar} {done}/{self.whole} {self.what}{note}, {_clock(left)} left"
        sys.stderr.write(f"\r\x1b[K{text[: _columns() - 1]}")
        sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self.on and self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    return f"{minutes}:{rest:02}"
