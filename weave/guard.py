"""Work on hostile text, bounded in time.

Pygments and markdown-it-py are made of regular expressions written for honest text, and
some of those can be made to run for years. Python's matcher looks for signals while it
works, so an alarm ends it. Alarms exist on Unix and ring in a process's main thread only;
elsewhere the bounds on size that the callers keep are all there is.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn, TypeVar

Result = TypeVar("Result")


class _AlarmError(Exception):
    """The alarm rang."""


def within(seconds: float, work: Callable[[], Result], otherwise: Result) -> Result:
    """Return what ``work`` returns, or ``otherwise`` where it takes longer or nests too deep.

    Calls may be nested; an inner one never outlives the outer.
    """
    try:
        return _timed(seconds, work) if _has_alarm() else work()
    except (_AlarmError, RecursionError):
        return otherwise


def _timed(seconds: float, work: Callable[[], Result]) -> Result:
    outer, _ = signal.getitimer(signal.ITIMER_REAL)
    began = time.monotonic()
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, min(seconds, outer) if outer else seconds)
    try:
        return work()
    finally:
        left = max(0.001, outer - (time.monotonic() - began)) if outer else 0.0
        signal.setitimer(signal.ITIMER_REAL, left)
        signal.signal(signal.SIGALRM, before)


def _ring(number: int, frame: FrameType | None) -> NoReturn:
    raise _AlarmError


def _has_alarm() -> bool:
    on_main = threading.current_thread() is threading.main_thread()
    return on_main and hasattr(signal, "setitimer")
