"""Documents of commits that are gone: which of them still hold what nothing else does.

An *orphan* is a document on a commit that no ref reaches, with a part that is stored nowhere
else. It is kept: its commit may come back, or a commit that it belongs to may arrive. A document
on such a commit whose every part stands in a reachable commit's document has done its work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from treadle.tangle.relinking.candidates import candidates
from treadle.thread.git.notes import BACKUP
from treadle.thread.repo import Repo
from treadle.thread.store import Store


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed."""

    commits: tuple[str, ...]
    """Ids of the commits whose notes went."""
    backup: str = ""
    """The ref that keeps the notes as they were, ``""`` where nothing was removed."""


def orphans(repo: Repo, notes: Mapping[str, str]) -> list[str]:
    """Commits that no ref reaches, with a document that holds a part no reachable one's holds."""
    return sorted(commit for commit, single in _stray(repo, notes).items() if single)


def prune(repo: Repo, *, dry_run: bool = False) -> Pruned:
    """Remove the documents of unreachable commits that are no orphans."""
    store = Store(repo)
    tip = store.tip()
    stray = _stray(repo, store.notes(tip))
    gone = sorted(commit for commit, single in stray.items() if not single)
    if not gone or dry_run:
        return Pruned(tuple(gone))
    backup = f"{BACKUP}{tip[:12]}-before-prune"
    repo.run("update-ref", backup, tip)
    store.remove(gone)
    return Pruned(tuple(gone), backup)


def _stray(repo: Repo, notes: Mapping[str, str]) -> dict[str, bool]:
    """Unreachable commits with a document; whether it holds a part that no reachable one does."""
    reached = set(repo.text("rev-list", "--all").split("\n"))
    if notes.keys() <= reached:
        return {}
    documents, lost = candidates(repo, notes, ())
    living = {part for one in documents if one.commit in reached for part in one.parts}
    found = {one.commit: False for one in documents if one.commit not in reached}
    for one in documents:
        if one.commit in found:
            found[one.commit] |= not living.issuperset(one.parts)
    return found | {row.commit: True for row in lost if row.commit not in reached}
