"""What ``git blame --incremental`` says: the rows that treadle's own blame is made of."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import NamedTuple

from treadle.tangle.blaming.touches import Touch, touches
from treadle.thread.errors import UserError
from treadle.thread.git.graph import graph_of
from treadle.thread.plumbing.process import failure
from treadle.thread.repo import Repo, decode

_AT_ONCE = 2 * (os.cpu_count() or 1)
"""Processes of ``git blame`` that run beside us when a whole tree is blamed: some wait to be read
while Python does something else, and then others use the cores."""

FEW = 24
"""Files that are blamed no sooner with a commit-graph than it takes to make one."""


class Entry(NamedTuple):
    """One row of git's blame. A tuple, because it is made before anything can be printed."""

    final: int
    size: int
    commit: str
    first: int
    path: str


Rows = Iterator[tuple[str, list[Entry]]]
"""Paths and their rows, sorted by line."""


def entries_of_all(repo: Repo, paths: Sequence[str], rev: str) -> Rows:
    """Git's blame of many files as of ``rev``, in the order given."""
    with asked_early(repo, paths, rev) as rows:
        yield from rows


@contextmanager
def asked_early(repo: Repo, paths: Sequence[str], rev: str) -> Iterator[Rows]:
    """Git's blame of many files as of ``rev``, in the order given: a few of its processes at a time
    run while we do something else. Those that are not waited for are not started."""
    from concurrent.futures import ThreadPoolExecutor

    many = len(paths) > FEW
    with ExitStack() as stack, ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            graph = graph_of(repo, rev) if many else nullcontext()
            made = pool.submit(stack.enter_context, graph)
            blobs = _blobs(repo, rev) if many else {}
            last = touches(repo, repo.find(rev), blobs.keys() & paths) if many else {}
            known = _whole(repo, blobs, last)

            def entries(path: str) -> list[Entry]:
                if path in known:
                    return known[path]
                start = last[path].commit if path in last else rev
                process = repo.start_blame(path, start, env=made.result())
                return read_entries(output(process, repo, path, rev))[1]

            yield zip(paths, pool.map(entries, paths), strict=True)
        finally:
            pool.shutdown(cancel_futures=True)


def _blobs(repo: Repo, rev: str) -> dict[str, str]:
    """The files that have lines, each with its blob."""
    return {path: entry.blob for path, entry in repo.tree(rev).items() if entry.mode != "160000"}


def _whole(
    repo: Repo, blobs: Mapping[str, str], last: Mapping[str, Touch]
) -> dict[str, list[Entry]]:
    """The blame of files that one commit wrote, as far as they are here. They are read one by one:
    together they may be much."""
    found = {}
    for path in [path for path, touch in last.items() if touch.whole]:
        content = repo.read(blobs[path])
        if content is not None:
            size = content.count(b"\n") + (content[-1:] not in (b"", b"\n"))
            found[path] = [Entry(0, size, last[path].commit, 0, path)] if size else []
    return found


def output(process: subprocess.Popen[bytes], repo: Repo, path: str, rev: str) -> bytes:
    """All that git's blame printed; ``UserError`` where it could not do it."""
    out, err = process.communicate()
    if process.returncode:
        said = err.decode(errors="replace").strip().split("\n")[-1].removeprefix("fatal: ")
        raise _refused(repo, path, rev, said)
    return out


def _refused(repo: Repo, path: str, rev: str, said: str) -> UserError:
    """What git's blame complains of, as a person would say it."""
    if rev:
        repo.resolve(rev)
    repo.resolve("HEAD")
    where = rev or "the last commit"
    if "has only" in said:
        lines = said.rsplit("has only ", 1)[1]
        count = "is empty" if lines.startswith("0 ") else f"has only {lines}"
        return UserError(f"{path} {count}" + (f" in {rev}" if rev else ""), "", 2)
    full = os.path.join(repo.top, path)
    if os.path.isdir(full) and not os.path.islink(full):
        return UserError(f"{path} is a folder", "name a file in it", 2)
    if "no such path" in said or "stat" in said:
        if not rev and os.path.lexists(full):
            return UserError(
                f"{path} is not in {where}: git does not track it yet",
                "git add it to ask for it; git ls-files lists what is tracked",
                2,
            )
        return UserError(f"there is no {path} in {where}", "git ls-files lists the files", 2)
    if "unsupported file type" in said:
        return UserError(f"{path} is no regular file", "name a file", 2)
    return failure(("blame",), 1, f"{path}: {said}")


def read_entries(out: bytes) -> tuple[dict[str, dict[str, str]], list[Entry]]:
    """What ``git blame --incremental`` prints: a head line, keys of the commit where it comes
    first, and the file name. All it tells of each commit, and the entries by line."""
    told: dict[str, dict[str, str]] = {}
    found = []
    head: list[str] = []
    for line in decode(out).split("\n"):
        if not head:
            head = line.split(" ")
            if len(head) != 4:
                head = []
            continue
        key, _, value = line.partition(" ")
        if key == "filename":
            entry = Entry(
                int(head[2]) - 1, int(head[3]), head[0], int(head[1]) - 1, _unquoted(value)
            )
            found.append(entry)
            head = []
        else:
            told.setdefault(head[0], {})[key] = value
    return told, sorted(found, key=lambda entry: entry.final)


def _unquoted(name: str) -> str:
    """A path that git may have put in C quotes."""
    if not name.startswith('"'):
        return name
    raw = name[1:-1].encode("utf-8", "surrogateescape").decode("unicode_escape")
    return decode(raw.encode("latin-1"))
