"""What became of each commit: a log for ``status``, and news that nobody was told yet.

Both lie in treadle's folder in git's common directory, can be deleted, and stay small. A
worker that is killed may leave half a line; whoever reads passes over it.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass

from treadle.thread.grammar.moment import utc

LOG_LIMIT = 512 * 1024
"""Bytes of the log beyond which its older half is dropped."""
NEWS_LIMIT = 200
"""Lines of news that are kept; of more only the count is told."""
RESULTS = ("recorded", "tied", "nothing", "failed", "given up")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one commit, or of the worker itself."""

    result: str
    """One of ``RESULTS``."""
    line: str
    """One line for people, without ``treadle: ``."""
    commit: str = ""
    time: str = ""
    """When, UTC."""
    reason: str = ""
    """What went wrong, in full."""


class Outcomes:
    """The log and the news of one repository."""

    def __init__(self, folder: str) -> None:
        """``folder`` is treadle's own, in git's common directory."""
        self._folder = folder
        self.log = os.path.join(folder, "log")
        self.news = os.path.join(folder, "news")

    def add(self, outcome: Outcome, now: float, *, aloud: bool = True) -> None:
        """Write an outcome into the log, and its line into the news where it is to be said
        ``aloud``. A disk that is full must not stop the worker: then it is not written."""
        row = asdict(outcome) | {"time": utc(now), "line": outcome.line[:_LONGEST]}
        with suppress(OSError):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            _append(self.log, json.dumps(row))
            if os.path.getsize(self.log) > LOG_LIMIT:
                _shorten(self.log, LOG_LIMIT // 2)
        if aloud:
            with suppress(OSError):
                _append(self.news, "treadle: " + _plain(outcome.line)[:_LONGEST])

    def last(self, count: int) -> list[Outcome]:
        """The last outcomes, the newest last; of each commit the latest one only."""
        found: dict[str, Outcome] = {}
        for number, line in enumerate(_tail(self.log, LOG_LIMIT)):
            outcome = _outcome(line)
            if outcome is not None:
                key = outcome.commit or str(number)
                found.pop(key, None)
                found[key] = outcome
        return list(found.values())[-count:]

    def take(self) -> list[str]:
        """The news, which then are none any more."""
        if not os.path.exists(self.news):
            return []
        mine = f"{self.news}.{os.getpid()}"
        try:
            os.replace(self.news, mine)
            lines = _tail(mine, LOG_LIMIT)
            os.unlink(mine)
        except OSError:
            return []
        told = [_plain(line) for line in lines if line]
        if len(told) <= NEWS_LIMIT:
            return told
        more = len(told) - NEWS_LIMIT
        return [f"treadle: {more} lines more, see treadle status", *told[-NEWS_LIMIT:]]


def _append(path: str, line: str) -> None:
    """Append a line in one write; one that was torn before is ended first."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    handle = os.open(path, flags, 0o600)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, ("\n" * torn + line + "\n").encode("utf-8", "replace"))
    finally:
        os.close(handle)


def _tail(path: str, size: int) -> list[str]:
    """The last lines of a file, as many as are in its last ``size`` bytes."""
    try:
        with open(path, "rb") as file:
            whole = os.fstat(file.fileno()).st_size
            file.seek(max(0, whole - size))
            text = file.read(size).decode("utf-8", "replace")
    except OSError:
        return []
    lines = text.split("\n")
    return lines[1:] if whole > size else lines


def _shorten(path: str, size: int) -> None:
    kept = "\n".join(line for line in _tail(path, size) if line) + "\n"
    fresh = f"{path}.{os.getpid()}"
    with open(fresh, "w", encoding="utf-8") as file:
        file.write(kept)
    os.replace(fresh, path)


def _outcome(line: str) -> Outcome | None:
    try:
        row = json.loads(line)
        told = {name: str(row[name]) for name in ("result", "line", "commit", "time", "reason")}
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Outcome(**told)


def _plain(line: str) -> str:
    """Without anything that a terminal takes for more than text."""
    return "".join(char if char.isprintable() else " " for char in line)


def size_of(number: int, noun: str) -> str:
    """``1 step``, ``2 steps``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def ago(seconds: float) -> str:
    """How long ago something was, in its largest unit."""
    for size, noun in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{size_of(int(seconds // size), noun)} ago"
    return "just now"


def called(agent: str) -> str:
    """An agent's name as people write it."""
    words = {"cli": "CLI", "opencode": "OpenCode", "pi": "pi"}
    return " ".join(words.get(word, word.capitalize()) for word in agent.split("-"))
