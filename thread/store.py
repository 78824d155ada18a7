"""Documents in git notes: one blob a commit under ``refs/notes/treadle``.

The ref is git's own kind, so ``git notes --ref treadle show`` reads it and fetch and push
carry it. Writes do not go through ``git notes add`` (it strips blank lines) but through one
``git fast-import`` for any number of documents, onto a ref of our own; then
``update-ref`` moves the notes ref there only if nobody else moved it meanwhile, and if
somebody did, the whole is done again on top of theirs. So writers in several work trees
lose nothing, and a writer that is killed leaves the old ref.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from treadle.thread.errors import UserError
from treadle.thread.repo import Repo

if TYPE_CHECKING:
    from treadle.thread.redact import Redacted

REF = "refs/notes/treadle"
_WHO = "treadle <treadle@localhost>"
_TRIES = 60


class Store:
    """The documents of one repository."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo

    def tip(self) -> str:
        """Id of the notes ref's commit, ``""`` where no document was ever written."""
        return self.repo.ref(REF)

    def notes(self, tip: str = "") -> dict[str, str]:
        """Commit id to note blob id, for all documents."""
        tip = tip or self.tip()
        return {commit: blob for commit, _, blob in self._rows(tip)} if tip else {}

    def _rows(self, tip: str) -> Iterator[tuple[str, str, str]]:
        """Each note's commit, path (which depends on the fan-out) and blob id."""
        out = self.repo.run("ls-tree", "-r", "-z", "--full-tree", tip)
        for row in out.split(b"\0"):
            head, _, path = row.partition(b"\t")
            commit = path.replace(b"/", b"")
            if len(commit) in (40, 64) and head.split()[1:2] == [b"blob"]:
                name, blob = commit.decode("ascii", "replace"), head.split()[2].decode()
                yield name, path.decode("ascii", "replace"), blob

    def get(self, commit: str) -> bytes | None:
        """The document of a commit, as it is stored; None where it has none."""
        blob = self.notes().get(commit)
        return self.repo.read(blob) if blob else None

    def get_all(self, commits: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The documents of those commits that have one, in the order given."""
        notes = self.notes()
        wanted = [commit for commit in commits if commit in notes]
        for commit, text in zip(
            wanted, self.repo.read_all(notes[commit] for commit in wanted), strict=True
        ):
            if text is None:
                raise UserError(
                    f"the document of {commit[:12]} is named by {REF} but its blob is missing",
                    f"fetch the notes again: git fetch origin +{REF}:{REF}",
                )
            yield commit, text

    def put(self, threads: Mapping[str, Redacted]) -> int:
        """Store each commit's thread; how many documents changed. All are written, or none."""
        from treadle.thread.document import render

        texts = {commit: render(redacted.thread) for commit, redacted in threads.items()}
        return self.put_rendered(texts)

    def put_rendered(self, texts: Mapping[str, bytes]) -> int:
        """The same with documents that are rendered already (by ``render`` of a ``Redacted``)."""
        for attempt in range(_TRIES):
            tip = self.tip()
            rows = list(self._rows(tip)) if tip else []
            there = {commit: blob for commit, _, blob in rows}
            new = {
                commit: text
                for commit, text in texts.items()
                if there.get(commit) != self.repo.blob_id(text)
            }
            if not new:
                return 0
            stale = [path for commit, path, _ in rows if commit in new]
            if self._swap(tip, self._write(tip, new, stale)):
                return len(new)
            _pause(attempt)
        raise UserError(f"{REF} is being written by others all the time", "try again")

    def _write(self, tip: str, texts: Mapping[str, bytes], stale: Iterable[str]) -> str:
        """A notes commit on top of ``tip`` that holds ``texts``; returns its id.

        ``stale`` are the paths of the notes that are replaced: ``git notes`` and fast-import do not
        agree on the fan-out, and a commit must not have two notes.
        """
        scratch = f"refs/treadle/write/{os.getpid()}-{os.urandom(6).hex()}"
        said = f"{len(texts)} document{'s' if len(texts) > 1 else ''}".encode()
        lines = [b"commit %s\n" % scratch.encode()]
        lines.append(b"committer %s %d +0000\n" % (_WHO.encode(), int(time.time())))
        lines.append(b"data %d\n%s\n" % (len(said), said))
        lines.append(b"from %s\n" % tip.encode() if tip else b"")
        lines += [b"D %s\n" % path.encode() for path in stale]
        for commit, text in sorted(texts.items()):
            lines.append(b"N inline %s\ndata %d\n" % (commit.encode(), len(text)))
            lines += [text, b"\n"]
        lines.append(b"done\n")
        self.repo.run("fast-import", "--quiet", "--done", "--date-format=raw", feed=b"".join(lines))
        written = self.repo.resolve(scratch)
        self.repo.run("update-ref", "-d", scratch, written)
        return written

    def _swap(self, old: str, new: str) -> bool:
        """Move the notes ref from ``old`` to ``new``; False where it is not at ``old`` any more."""
        absent = "0" * len(new)
        for attempt in range(_TRIES):
            try:
                self.repo.run("update-ref", "-m", "treadle: record", REF, new, old or absent)
                return True
            except UserError as error:
                if self.tip() != old:
                    return False
                if "File exists" not in error.message or attempt == _TRIES - 1:
                    raise
            _pause(attempt)
        return False


def _pause(attempt: int) -> None:
    """Let the others go first, for longer the more there are."""
    import random

    time.sleep(random.uniform(0, 0.01 * (attempt + 1)))
