"""A real git repository in a folder of its own, with a clock that only the test moves."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from treadle.thread.repo import Commit, Repo

MORNING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When every scratch repository's day begins."""


class Clock:
    """Time that passes when somebody asks for it."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def tick(self, seconds: float = 10) -> str:
        """Let time pass; the time then, as transcripts write it."""
        self.now += timedelta(seconds=seconds)
        return self.text()

    def text(self) -> str:
        """The time, UTC, ISO 8601 with milliseconds and ``Z``."""
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03}Z"


class Scratch:
    """A repository that a test fills: files are bytes or text, commits go by the clock."""

    def __init__(self, top: Path, *options: str, init: bool = True) -> None:
        self.top = top
        self.clock = Clock()
        self._repo: Repo | None = None
        if init:
            top.mkdir(parents=True, exist_ok=True)
            self.git("init", "--quiet", "--initial-branch=main", "--template=", *options)

    @property
    def repo(self) -> Repo:
        """The repository as the program sees it."""
        if self._repo is None:
            self._repo = Repo.open(self.top)
        return self._repo

    def close(self) -> None:
        """End the processes of ``repo``."""
        if self._repo is not None:
            self._repo.close()
            self._repo = None

    # -- git ------------------------------------------------------------------------

    def run(self, *args: str, feed: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """What ``git ARGS`` prints; a test that makes git fail is wrong."""
        now = self.clock.now.strftime("%Y-%m-%dT%H:%M:%S +0000")
        dates = {"GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now}
        done = subprocess.run(
            ["git", "-C", str(self.top), *args],
            input=feed,
            capture_output=True,
            env={**os.environ, **dates, **(env or {})},
        )
        assert done.returncode == 0, f"git {' '.join(args)}: {done.stderr.decode()}"
        return done.stdout

    def git(self, *args: str, feed: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """The same as text, without the last LF."""
        return os.fsdecode(self.run(*args, feed=feed, env=env)).removesuffix("\n")

    def commit(self, message: str = "Change", *options: str, stage: bool = True) -> Commit:
        """Commit what lies in the work tree (or only what is staged)."""
        self.clock.tick()
        if stage:
            self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message, *options)
        return self.head()

    def head(self, rev: str = "HEAD") -> Commit:
        """A commit as the program sees it."""
        return self.repo.chosen([rev])[0]

    # -- files ----------------------------------------------------------------------

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file; text as UTF-8, its surrogates as the bytes they stand for."""
        target = self.top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else raw(content))

    def read(self, path: str) -> str:
        """A file's text, foreign bytes as surrogates."""
        return (self.top / path).read_bytes().decode("utf-8", "surrogateescape")

    def exists(self, path: str) -> bool:
        return os.path.lexists(self.top / path)

    def delete(self, path: str) -> None:
        (self.top / path).unlink()


def raw(text: str) -> bytes:
    """Text as a file holds it."""
    return text.encode("utf-8", "surrogateescape")


def lines(*texts: str) -> str:
    """Lines as a text, each with its LF."""
    return "".join(text + "\n" for text in texts)


def numbered(count: int, stem: str = "line") -> str:
    """A text of so many lines that all differ."""
    return lines(*(f"{stem} number {number}" for number in range(count)))
