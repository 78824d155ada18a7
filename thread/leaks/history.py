"""A notes history written anew, commit by commit, with some blobs in the place of others.

Commits before the first one that changes keep their ids, so that clones still share them. All is
written by one ``git fast-import`` under a scratch ref; nothing that exists is touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from treadle.thread.git.notes import scratch_name
from treadle.thread.leaks.needle import Needle
from treadle.thread.plumbing.fastimport import quoted_path
from treadle.thread.repo import Repo

_GONE = b"0"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A history that was written anew."""

    scratch: str
    """The ref that holds its tip; ``""`` where nothing had to change."""
    old: tuple[str, ...] = ()
    """Ids of the commits that others stand for now."""


def blobs_of(repo: Repo, *tips: str) -> list[str]:
    """All blobs that any of these histories holds, by id, in a fixed order."""
    feed = "".join(f"{tip}\n" for tip in tips if tip).encode()
    if not feed:
        return []
    listed = repo.run("rev-list", "--objects", "--no-object-names", "--stdin", feed=feed)
    form = "--batch-check=%(objecttype) %(objectname)"
    rows = repo.run("cat-file", form, feed=listed).decode().split("\n")
    return [row[5:] for row in rows if row.startswith("blob ")]


def rewrite(repo: Repo, tip: str, texts: Mapping[str, bytes], needle: Needle) -> Rewritten:
    """Write the history of ``tip`` with ``texts`` (by blob id) in the place of the blobs they
    clean, and with clean messages."""
    order = repo.run("rev-list", "--topo-order", "--reverse", "--parents", tip).decode()
    commits = [row.split() for row in order.split("\n") if row]
    changes = _changes(repo, [row[0] for row in commits])
    work = _Work(scratch_name(), texts, needle)
    raws = repo.read_all(row[0] for row in commits)
    for (commit, *parents), raw in zip(commits, raws, strict=True):
        work.take(commit, parents, raw or b"", changes.get(commit, []))
    if not work.marks:
        return Rewritten("")
    feed = b"".join([*work.lines, b"done\n"])
    repo.run("fast-import", "--quiet", "--done", "--date-format=raw-permissive", feed=feed)
    return Rewritten(work.scratch, tuple(work.marks))


_Row = tuple[bytes, str, bytes]
"""Mode (``0`` where the file goes), blob id, path."""


def _changes(repo: Repo, commits: list[str]) -> dict[str, list[_Row]]:
    """What each commit changes against its first parent."""
    feed = "".join(f"{commit}\n" for commit in commits).encode()
    flags = ["--stdin", "-r", "--root", "-z", "--raw", "--no-renames", "--abbrev=64", "--always"]
    out = repo.run("diff-tree", *flags, "--diff-merges=first-parent", feed=feed)
    found: dict[str, list[_Row]] = {}
    fields = iter(out.split(b"\0"))
    rows: list[_Row] = []
    for field in fields:
        if not field.startswith(b":"):
            rows = found.setdefault(field.decode("ascii", "replace").strip(), [])
            continue
        _, mode, _, blob, status = field.split(b" ")
        path = next(fields)
        rows.append((_GONE if status[:1] == b"D" else mode, blob.decode(), path))
    return found


class _Work:
    """The script for fast-import, as it grows."""

    def __init__(self, scratch: str, texts: Mapping[str, bytes], needle: Needle) -> None:
        self.scratch = scratch
        self.texts = texts
        self.needle = needle
        self.lines: list[bytes] = []
        self.marks: dict[str, int] = {}
        """Old commit to the mark of the new one."""

    def take(self, commit: str, parents: list[str], raw: bytes, rows: list[_Row]) -> None:
        """Write a commit anew if anything of it, or before it, changes."""
        head, _, message = raw.partition(b"\n\n")
        cleaned = self.needle.taken_out(message)
        if not (
            cleaned != message
            or any(blob in self.texts for _, blob, _ in rows)
            or any(parent in self.marks for parent in parents)
        ):
            return
        name = self.scratch.encode()
        self.lines.append(b"reset %s\n\ncommit %s\n" % (name, name))
        self.marks[commit] = len(self.marks) + 1
        self.lines.append(b"mark :%d\n" % self.marks[commit])
        self.lines += [line + b"\n" for line in _people(head)]
        self.lines.append(b"data %d\n%s\n" % (len(cleaned), cleaned))
        for number, parent in enumerate(parents):
            named = f":{self.marks[parent]}" if parent in self.marks else parent
            self.lines.append(b"%s %s\n" % (b"merge" if number else b"from", named.encode()))
        for mode, blob, path in rows:
            self.lines += self._file(mode, blob, path)

    def _file(self, mode: bytes, blob: str, path: bytes) -> Iterator[bytes]:
        if mode == _GONE:
            yield b"D %s\n" % quoted_path(path)
        elif blob in self.texts:
            text = self.texts[blob]
            yield b"M %s inline %s\ndata %d\n" % (mode, quoted_path(path), len(text))
            yield text + b"\n"
        else:
            yield b"M %s %s %s\n" % (mode, blob.encode(), quoted_path(path))


def _people(head: bytes) -> Iterator[bytes]:
    """Who wrote and who committed: of a commit's head all that is kept."""
    for line in head.split(b"\n"):
        if line.startswith((b"author ", b"committer ")):
            yield line


def reaches(repo: Repo, tip: str, objects: set[str]) -> bool:
    """Whether a history holds any of these objects."""
    listed = repo.run("rev-list", "--objects", "--no-object-names", tip, check=False)
    return not objects.isdisjoint(listed.decode("ascii", "replace").split("\n"))


def drop_log(repo: Repo, ref: str) -> None:
    """Forget where a ref stood before."""
    repo.run("reflog", "expire", "--expire=all", "--expire-unreachable=all", ref, check=False)
    path = os.path.join(repo.common_dir, "logs", ref)
    if os.path.isfile(path) and os.path.getsize(path) == 0:
        os.unlink(path)
