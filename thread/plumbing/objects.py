"""Git's objects by id, out of one ``git cat-file --batch`` that runs as long as it is wanted.

A process per object would cost more than reading it. The reader is asked for many names before
its answers are taken, so that the pipe is never idle.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest

from treadle.thread.errors import UserError
from treadle.thread.plumbing.process import STAY, environment
from treadle.thread.plumbing.promised import bring

_REQUESTS = 64
"""Object names written to ``cat-file`` before its answers are read: they fit a pipe's buffer,
so neither side can wait for the other. All answers are read before the first is given out, so
that the caller may ask for other objects in between."""


class Objects:
    """The reader of one repository's objects."""

    def __init__(self, where: Sequence[str]) -> None:
        """``where``: the options that tell git which repository."""
        self._where = where
        self._process: subprocess.Popen[bytes] | None = None
        self._tried: set[str] = set()
        """What was not here when it was asked for."""

    def close(self) -> None:
        """End the process, if one runs. Reading again starts another."""
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            with suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait()
            self._process = None

    def read_all(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """Objects by id, in the order given, None for each that is not here."""
        waiting: list[str] = []
        for name in names:
            waiting.append(name)
            if len(waiting) == _REQUESTS:
                yield from self._answers(waiting)
                waiting = []
        if waiting:
            yield from self._answers(waiting)

    def _answers(self, names: list[str]) -> list[bytes | None]:
        for name in names:
            if not name.isalnum():
                raise ValueError(f"not an object id: {name!r}")
        answers = self._asked(names)
        lacking = self._lacking(names, answers)
        if lacking and bring(self._where, lacking, apart=len(answers) < len(names)):
            answers = self._asked(names)
        if len(answers) < len(names):
            raise UserError(
                f"git cannot read object {names[len(answers)]}",
                "a partial clone lacks it: git fetch --refetch --no-filter; else see git fsck",
            )
        return answers

    def _lacking(self, names: list[str], answers: list[bytes | None]) -> list[str]:
        """Those that may be downloaded: once each."""
        pairs = zip_longest(names, answers)
        lacking = [name for name, answer in pairs if answer is None and name not in self._tried]
        self._tried.update(lacking)
        return lacking

    def _asked(self, names: list[str]) -> list[bytes | None]:
        """The objects, up to one of which the process died."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):  # it died of an object: the missing answer says so
            process.stdin.write("".join(f"{name}\n" for name in names).encode())
            process.stdin.flush()
        answers: list[bytes | None] = []
        for _ in names:
            head = process.stdout.readline().split()
            size = int(head[2]) if len(head) == 3 else -1
            body = process.stdout.read(size) if size >= 0 else b""
            if len(body) == size:
                process.stdout.read(1)
                answers.append(body)
            elif len(head) == 2 and head[1] in (b"missing", b"ambiguous"):
                answers.append(None)
            else:
                self.close()
                break
        return answers

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                ["git", *self._where, "cat-file", "--batch"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # It would download them one by one.
                env=environment({STAY: "1"}),
            )
        return self._process
