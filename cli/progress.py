"""A progress bar for long work: commits, lines explained, time left; on a terminal only."""

from __future__ import annotations

import sys
import time

_WIDTH = 24


class Progress:
    """One line on standard error, rewritten as the work goes on."""

    def __init__(self, whole: int, what: str) -> None:
        self.whole = whole
        self.what = what
        self.begun = time.monotonic()
        self.shown = 0.0
        self.on = sys.stderr.isatty()

    def show(self, done: int, note: str = "") -> None:
        """``done`` of the whole are done."""
        now = time.monotonic()
        if not self.on or (now - self.shown < 0.1 and done < self.whole):
            return
        self.shown = now
        filled = _WIDTH * done // max(1, self.whole)
        bar = "\u2588" * filled + "\u2591" * (_WIDTH - filled)
        left = (now - self.begun) / max(1, done) * (self.whole - done)
        text = f"{bar} {done}/{self.whole} {self.what}{note}, {_clock(left)} left"
        sys.stderr.write(f"\r\x1b[K{text[:79]}")
        sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self.on:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    return f"{minutes}:{rest:02}"
