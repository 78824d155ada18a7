"""Git's blame of a whole tree, asked ahead.

Blaming every file is work of git's alone, and most of what else a weave begins with is ours: so
threads that only wait for git ask for it, while we read documents.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from threading import Condition
from typing import TYPE_CHECKING

from treadle.tangle.blaming.rows import Entry, output, read_entries
from treadle.thread.repo import Repo

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

_AT_ONCE = max(2, os.cpu_count() or 1)
"""Processes of ``git blame`` that run beside us."""
_AHEAD = 32_000_000
"""Bytes of answers beyond which no more is asked ahead."""


class Asked:
    """Git's blame of many files as of ``rev``, under way. Ends with the context."""

    def __init__(self, repo: Repo, paths: Sequence[str], rev: str) -> None:
        self._repo, self._paths, self._rev = repo, paths, rev
        self._pool: ThreadPoolExecutor | None = None
        self._room = Condition()
        self._held = 0
        """Bytes of answers that nobody has taken."""
        self._taken = 0
        """How many answers were taken."""
        self._answers: deque[Future[bytes]] = deque()
        if paths:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(_AT_ONCE, "blame")
            self._answers.extend(self._pool.submit(self._ask, at) for at in range(len(paths)))

    def __enter__(self) -> Asked:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is None:
            return
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._room:
            self._held = -sys.maxsize
            self._room.notify_all()
        self._pool.shutdown()

    def __iter__(self) -> Iterator[tuple[str, list[Entry]]]:
        """The entries of each file, in the order of the paths."""
        for path in self._paths:
            out = self._answers.popleft().result()
            with self._room:
                self._taken += 1
                self._held -= len(out)
                self._room.notify_all()
            yield path, read_entries(out)[1]

    def _ask(self, at: int) -> bytes:
        with self._room:
            # Who is next goes on however much is held: somebody may wait for that very answer.
            self._room.wait_for(lambda: self._held < _AHEAD or at <= self._taken + _AT_ONCE)
        path = self._paths[at]
        out = output(self._repo.start_blame(path, self._rev), self._repo, path, self._rev)
        with self._room:
            self._held += len(out)
        return out


def entries_of_all(repo: Repo, paths: Sequence[str], rev: str) -> Iterator[tuple[str, list[Entry]]]:
    """Git's blame of many files as of ``rev``, in the order given."""
    with Asked(repo, paths, rev) as asked:
        yield from asked
