"""Notes refs as git keeps them: read as rows, written as whole commits, moved by comparison.

Writes do not go through ``git notes add`` (it strips blank lines) nor through fast-import's own
notes (they must belong to commits that are here, and a colleague's need not be): a note is a file
whose path is the commit's id, so it is written as a file. Git reads any fan-out, one of two digits
keeps every tree small, and a note that stands elsewhere gives way to the new one.

A ref moves only if it is still where the writer saw it. So writers in several work trees lose
nothing, and a writer that is killed leaves the old ref.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from treadle.thread.errors import UserError
from treadle.thread.repo import Repo

REF = "refs/notes/treadle"
"""The documents of this repository."""
TRACKING = "refs/treadle/remotes/"
"""What each remote had when it was last asked."""
SYNCED = "refs/treadle/synced/"
"""What of each remote is taken in: a remote that does not follow from it was rewritten."""
BACKUP = "refs/treadle/backup/"
"""What stood where something was replaced."""
SCRATCH = "refs/treadle/write/"
"""Commits between being written and being moved to."""

LOST = f"git update-ref {REF} ID: an ID of .git/logs/{REF}, or of git for-each-ref refs/treadle"
"""How a notes ref that was damaged gets back what it was."""

WHO = "treadle <treadle@localhost>"
TRIES = 60
_OTHER = re.compile(rb"(?!\.\.?(?:/|$))[\w.-]{1,100}(?:/(?!\.\.?(?:/|$))[\w.-]{1,100}){0,9}")
"""Paths of files in a notes tree that are no notes and may be carried over."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a notes commit holds."""

    blobs: dict[str, str] = field(default_factory=dict)
    """Commit id to the id of its note's blob."""
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Commit id to the paths of its notes: by accident there may be several."""
    others: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path to mode and blob id of what is no note."""


@lru_cache(maxsize=6)
def read_notes(repo: Repo, tip: str) -> Notes:
    """The notes of a commit, by its id; none for ``""``. Not to be changed: it is remembered."""
    found = Notes()
    if not tip:
        return found
    for row in _listed(repo, tip).split(b"\0"):
        head, _, path = row.partition(b"\t")
        mode, kind, blob = [*head.decode("ascii").split(), "", "", ""][:3]
        name = path.replace(b"/", b"").decode("ascii", "replace")
        if kind == "blob" and len(name) == len(blob) and not name.strip("0123456789abcdef"):
            found.blobs[name] = blob
            found.paths[name] = (*found.paths.get(name, ()), path.decode())
        elif kind == "blob" and _OTHER.fullmatch(path) and b".git" not in path.lower():
            found.others[path.decode()] = (mode, blob)
    return found


def _listed(repo: Repo, tip: str) -> bytes:
    """What git lists of a notes commit; ``UserError`` that says what it is, where it is none."""
    try:
        return repo.run("ls-tree", "-r", "-z", "--full-tree", tip)
    except UserError as error:
        kind = repo.text("cat-file", "-t", tip)
        if kind == "commit":
            raise
        what = f"a {kind}" if kind else "not in this clone"
        raise UserError(
            f"{tip[:12]}, which should be a commit of notes, is {what}",
            f"if {REF} names it, give it back what it was, {LOST}",
        ) from error


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What a new notes commit changes against its first parent."""

    texts: Mapping[str, bytes] = field(default_factory=dict)
    """New notes."""
    blobs: Mapping[str, str] = field(default_factory=dict)
    """New notes that are in the repository already, by blob id."""
    gone: Collection[str] = ()
    """Commits whose notes go."""
    others: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Files that are no notes, by path: mode and blob id."""

    def __bool__(self) -> bool:
        return any((self.texts, self.blobs, self.gone, self.others))


def write_notes(
    repo: Repo,
    parents: Iterable[str],
    there: Notes,
    rewrite: Rewrite,
    said: str,
    when: int | None = None,
) -> str:
    """A notes commit on top of ``parents``, whose first one holds ``there``; its scratch ref.

    It is written by one ``git fast-import``, however many notes there are. The same arguments and
    ``when`` (seconds) give the same commit, everywhere.
    """
    scratch = scratch_name()
    stamp = int(time.time()) if when is None else when
    words = said.encode()
    lines = [b"commit %s\nmark :1\n" % scratch.encode()]
    lines.append(b"committer %s %d +0000\n" % (WHO.encode(), stamp))
    lines.append(b"data %d\n%s\n" % (len(words), words))
    for number, parent in enumerate(parents):
        lines.append(b"%s %s\n" % (b"merge" if number else b"from", parent.encode()))
    touched = {*rewrite.texts, *rewrite.blobs, *rewrite.gone}
    lines += [b"D %s\n" % path.encode() for c in sorted(touched) for path in there.paths.get(c, ())]
    for path, (mode, blob) in sorted(rewrite.others.items()):
        lines.append(f"M {mode} {blob} {path}\n".encode())
    for commit, blob in sorted(rewrite.blobs.items()):
        lines.append(f"M 100644 {blob} {_path(commit)}\n".encode())
    for commit, text in sorted(rewrite.texts.items()):
        lines.append(f"M 100644 inline {_path(commit)}\ndata {len(text)}\n".encode())
        lines += [text, b"\n"]
    lines.append(b"done\n")
    repo.run("fast-import", "--quiet", "--done", "--date-format=raw", feed=b"".join(lines))
    return scratch


def scratch_ref(repo: Repo, tip: str) -> str:
    """A scratch ref at a commit that is there already."""
    name = scratch_name()
    repo.run("update-ref", name, tip)
    return name


def scratch_name() -> str:
    return f"{SCRATCH}{os.getpid()}-{os.urandom(6).hex()}"


def _path(commit: str) -> str:
    return f"{commit[:2]}/{commit[2:]}"


def move_ref(repo: Repo, ref: str, old: str, scratch: str, said: str) -> bool:
    """Move ``ref`` from ``old`` (``""``: absent) to what ``scratch`` holds, and end the scratch
    ref; False where ``ref`` is not at ``old`` any more. The scratch ref is gone either way."""
    new = repo.ref(scratch)
    absent = "0" * len(new)
    feed = f"update {ref} {new} {old or absent}\ndelete {scratch} {new}\n".encode()
    for attempt in range(TRIES):
        try:
            repo.run("update-ref", "-m", f"treadle: {said}", "--stdin", feed=feed)
            return True
        except UserError as error:
            if repo.ref(ref) != old:
                break
            if "File exists" not in error.message or attempt == TRIES - 1:
                repo.run("update-ref", "-d", scratch, check=False)
                raise
        pause(attempt)
    repo.run("update-ref", "-d", scratch, check=False)
    return False


def pause(attempt: int, most: float = 0.01) -> None:
    """Let the others go first, for longer the more there are."""
    import random

    time.sleep(random.uniform(0, most * (attempt + 1)))
