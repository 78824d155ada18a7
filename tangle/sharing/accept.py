"""What of a remote's notes is taken in: all that is a document, and never at the cost of one.

A remote is written by many hands. A note that is no document comes along as it is, but where it
stands in the place of a document, ours stays. Two documents of one commit are united.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from treadle.tangle.sharing.unite import unite
from treadle.thread.document import DOCUMENT, FOREIGN, MAX_BYTES, kind
from treadle.thread.errors import UserError
from treadle.thread.git.merge import Merge
from treadle.thread.git.notes import REF, Notes
from treadle.thread.git.remote import Remote
from treadle.thread.repo import Repo


@dataclass(frozen=True, slots=True)
class Accepted:
    """A merge that costs no document."""

    merge: Merge
    """Without notes that would put a document out, and without those that are united."""
    texts: dict[str, bytes]
    """The united documents, by commit."""
    foreign: tuple[str, ...]
    """Commits whose note is no document that we can read."""
    left_out: tuple[tuple[str, str], ...]
    """Commits of which one side's note is left out, and why."""


def accept(repo: Repo, remote: Remote, here: Notes, found: Merge) -> Accepted:
    """Look at the notes that a merge would take, and unite those that both sides changed."""
    wanted = [*found.take.values(), *(blob for _, blob in found.unite.values())]
    kinds = dict(zip(wanted, _kinds(repo, remote, wanted), strict=True))
    take, foreign, left = {}, [], []
    for commit, blob in found.take.items():
        if commit in here.blobs and kinds[blob] == FOREIGN:
            left.append((commit, "the note there is no document any more: ours stays"))
            continue
        take[commit] = blob
        if kinds[blob] != DOCUMENT:
            foreign.append(commit)
    texts: dict[str, bytes] = {}
    for commit, (mine, other) in found.unite.items():
        theirs = repo.read(other) if kinds[other] != FOREIGN else b""
        united = unite(repo, commit, repo.read(mine) or b"", theirs or b"")
        texts[commit] = united.text
        if united.left_out:
            left.append((commit, united.left_out))
    return Accepted(replace(found, take=take, unite={}), texts, tuple(foreign), tuple(left))


def _kinds(repo: Repo, remote: Remote, blobs: list[str]) -> Iterator[str]:
    """What kind of note each blob is. One that is too large to be a document is not read."""
    small = [(size or 0) <= MAX_BYTES for size in repo.sizes(blobs)]
    texts = repo.read_all(blob for blob, fits in zip(blobs, small, strict=True) if fits)
    for fits in small:
        text = next(texts) if fits else b""
        if text is None:
            raise UserError(
                f"{remote.name} ({remote.url}): a document it names is missing there",
                f"see git fsck there; git fetch {remote.name} {REF}",
            )
        yield kind(text)
