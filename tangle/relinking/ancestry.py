"""Which parts the history before a commit already holds.

A document's lines come into a history once. Where an ancestor's document holds the same part,
a commit can only bring lines of it back that were taken out in between, and must not be given
those that merely stand there. The parents of all commits are asked for once; the parts of
each commit's history are a set of bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from treadle.thread.repo import Repo


class Ancestry:
    """Parts by history. Commits must be asked for parents first; ties made on the way count."""

    def __init__(self, repo: Repo, commits: Sequence[str], held: Mapping[str, Iterable[str]]):
        """``held``: for each commit with a document the ids of its parts."""
        self._bits: dict[str, int] = {}
        self._own = {commit: self._mask(parts) for commit, parts in held.items()}
        self._parents = _parents(repo, commits)
        self._known: dict[str, int] = {}
        self.order = list(self._parents)
        """All commits, parents before children."""

    def before(self, commit: str) -> int:
        """The parts in the documents of the commit's ancestors."""
        found = 0
        for parent in self._parents.get(commit, ()):
            found |= self._known.get(parent, 0)
        return found

    def settle(self, commit: str) -> None:
        """Fix what the history up to and with ``commit`` holds."""
        self._known[commit] = self.before(commit) | self._own.get(commit, 0)

    def add(self, commit: str, parts: Iterable[str]) -> None:
        """The commit's document holds these parts."""
        self._own[commit] = self._mask(parts)

    def holds(self, mask: int, parts: Iterable[str]) -> bool:
        """Whether one of the parts is in a history."""
        return bool(mask & self._mask(parts))

    def _mask(self, parts: Iterable[str]) -> int:
        mask = 0
        for part in parts:
            mask |= self._bits.setdefault(part, 1 << len(self._bits))
        return mask


def _parents(repo: Repo, commits: Sequence[str]) -> dict[str, tuple[str, ...]]:
    feed = "".join(f"{commit}\n" for commit in commits).encode()
    out = repo.run("rev-list", "--topo-order", "--reverse", "--parents", "--stdin", feed=feed)
    rows = (row.split() for row in out.decode().split("\n") if row)
    return {row[0]: tuple(row[1:]) for row in rows}
