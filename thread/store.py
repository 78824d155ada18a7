"""Documents in git notes: one blob a commit under ``refs/notes/treadle``.

The ref is git's own kind, so ``git notes --ref treadle show`` reads it and fetch and push
carry it. Any number of documents is one write; the ref moves only if nobody else moved it
meanwhile, and if somebody did, the whole is done again on top of theirs. Where somebody else
wrote the document of the same commit meanwhile, the two are united: nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from treadle.thread.errors import UserError
from treadle.thread.git.notes import REF as REF
from treadle.thread.git.notes import TRIES, Notes, Rewrite, move_ref, pause, read_notes, write_notes
from treadle.thread.repo import Repo

if TYPE_CHECKING:
    from treadle.thread.redact import Redacted

Unite = Callable[[str, bytes, bytes], bytes]
"""One document out of two of the same commit: the commit, theirs, ours."""


class Store:
    """The documents of one repository."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo

    def tip(self) -> str:
        """Id of the notes ref's commit, ``""`` where no document was ever written."""
        return self.repo.ref(REF)

    def notes(self, tip: str = "") -> dict[str, str]:
        """Commit id to note blob id, for all documents."""
        return dict(read_notes(self.repo, tip or self.tip()).blobs)

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
                    "treadle sync fetches what a remote has of it",
                )
            yield commit, text

    def put(
        self, threads: Mapping[str, Redacted], since: str | None = None, unite: Unite | None = None
    ) -> int:
        """Store each commit's thread; how many documents changed. All are written, or none.

        ``since`` is the tip that the writer knew when it read what it replaces (now, if not given).
        A document that somebody else wrote after that is united with ours; without ``unite`` it
        stops the writing.
        """
        from treadle.thread.document import render

        texts = {commit: render(redacted.thread) for commit, redacted in threads.items()}
        return self.put_rendered(texts, since, unite)

    def put_rendered(
        self, texts: Mapping[str, bytes], since: str | None = None, unite: Unite | None = None
    ) -> int:
        """The same with documents that are rendered already (by ``render`` of a ``Redacted``)."""
        self._must_be_here(texts)
        tip = self.tip()
        known = read_notes(self.repo, tip if since is None else since).blobs
        for attempt in range(TRIES):
            there = read_notes(self.repo, tip)
            new = self._changed(self._united(texts, known, there, unite), there)
            if not new:
                return 0
            said = f"{len(new)} document{'s' if len(new) > 1 else ''}"
            parents = [tip] if tip else []
            scratch = write_notes(self.repo, parents, there, Rewrite(texts=new), said)
            if self._swap(tip, scratch):
                return len(new)
            pause(attempt)
            tip = self.tip()
        raise _too_busy()

    def remove(self, commits: Collection[str]) -> int:
        """Take the documents of these commits away; how many there were. The notes ref's history
        still holds them."""
        for attempt in range(TRIES):
            tip = self.tip()
            there = read_notes(self.repo, tip)
            gone = sorted(there.blobs.keys() & set(commits))
            if not gone:
                return 0
            said = f"remove {len(gone)} document{'s' if len(gone) > 1 else ''}"
            scratch = write_notes(self.repo, [tip], there, Rewrite(gone=gone), said)
            if self._swap(tip, scratch):
                return len(gone)
            pause(attempt)
        raise _too_busy()

    def _swap(self, old: str, scratch: str) -> bool:
        return move_ref(self.repo, REF, old, scratch, "record")

    def _must_be_here(self, commits: Iterable[str]) -> None:
        wanted = list(commits)
        for commit, found in zip(wanted, self.repo.read_all(wanted), strict=True):
            if found is None:
                raise UserError(
                    f"{commit[:12]} is no commit of this repository, so it gets no document",
                    "fetch it first",
                )

    def _united(
        self,
        texts: Mapping[str, bytes],
        known: Mapping[str, str],
        there: Notes,
        unite: Unite | None,
    ) -> dict[str, bytes]:
        """The documents, those united that somebody else wrote since ``known``."""
        met = [
            commit
            for commit in texts
            if commit in there.blobs and there.blobs[commit] != known.get(commit)
        ]
        united = dict(texts)
        theirs = self.repo.read_all(there.blobs[commit] for commit in met)
        for commit, text in zip(met, theirs, strict=True):
            if text is None or text == texts[commit]:
                continue
            if unite is None:
                raise UserError(
                    f"somebody else wrote the document of {commit[:12]} at the same moment",
                    "theirs is kept; do it again and both are considered",
                )
            united[commit] = unite(commit, text, texts[commit])
        return united

    def _changed(self, texts: Mapping[str, bytes], there: Notes) -> dict[str, bytes]:
        return {
            commit: text
            for commit, text in texts.items()
            if there.blobs.get(commit) != self.repo.blob_id(text) or len(there.paths[commit]) > 1
        }


def _too_busy() -> UserError:
    return UserError(f"{REF} is being written by others all the time", "try again")
