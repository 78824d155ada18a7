"""What documents leave in doubt, kept in the index's file.

Every note is looked into once, also where nobody asks for its commit: a squash that left a line
in doubt is not the one that blame names for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from treadle.tangle.learnt import cache
from treadle.thread.git.absent import absent
from treadle.thread.git.ancestors import behind, merging

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index
    from treadle.thread.model import Row

Place = tuple[str, str, int]
"""A commit, a path there and a 0-based line: where git's blame of a line ends."""
Other = tuple[str, str] | Place
"""What a line in doubt may be instead: of a part and step, or the line at a place."""
Run = tuple[int, int, Sequence[str]]
"""The fields of a ``model.Doubt``."""


class Squash(NamedTuple):
    """A file of a commit whose document leaves some of its lines in doubt."""

    commit: str
    path: str
    source: str
    """Its path before the commit."""
    before: str
    """Id of its blob before; ``""`` where there is none."""
    after: str
    """Id of its blob after."""
    runs: Sequence[Run]


class Doubts:
    """The doubts of one repository's documents."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._squashes: dict[str, list[Squash]] | None = None
        self._tips: dict[str, str] = {}
        """Ids of the commits that revisions name."""
        self._behind: dict[str, frozenset[str]] = {}
        self._lost: dict[str, frozenset[str]] = {}

    def refresh(self) -> None:
        """Look again which documents there are: some were just written."""
        self._squashes = None
        self._tips, self._behind, self._lost = {}, {}, {}

    def behind(self, rev: str) -> frozenset[str]:
        """Those of the commits with doubts that ``rev``, or the work tree, has among its ancestors,
        or is."""
        if rev not in self._behind:
            repo = self._index.repo
            tips = (self._tip(rev), *(merging(repo) if repo.top and not rev else ()))
            commits = {one.commit for found in self.squashes().values() for one in found}
            self._behind[rev] = behind(repo, tips, commits)
        return self._behind[rev]

    def lost(self, rev: str) -> frozenset[str]:
        """Paths with doubts at which ``rev`` has nothing: the file may have another name there."""
        if rev not in self._lost:
            self._lost[rev] = absent(self._index.repo, self._tip(rev), self.squashes())
        return self._lost[rev]

    def _tip(self, rev: str) -> str:
        if rev not in self._tips:
            self._tips[rev] = self._index.repo.resolve(rev or "HEAD")
        return self._tips[rev]

    def unread(self) -> list[str]:
        """Notes that nobody has looked into."""
        self._index.notes()
        if self._squashes is not None:
            return []
        asked = "select distinct blob from notes where blob not in (select note from doubts)"
        return [row[0] for row in self._index.db.execute(asked)]

    def keep(self, note: str, rows: Iterable[Row]) -> None:
        """Keep the doubts of a note's rows, and that it was looked into."""
        asked = "insert or replace into doubts values (?, ?, ?)"
        self._index.db.execute(asked, (note, "", ""))
        for row in rows:
            blobs = [entry.blob if entry else "" for entry in (row.before, row.after)]
            runs = [(doubt.line, doubt.count, doubt.others) for doubt in row.doubts]
            told = json.dumps([row.source or row.path, *blobs, runs])
            self._index.db.execute(asked, (note, cache.stored(row.path), told))

    def squashes(self) -> Mapping[str, Sequence[Squash]]:
        """By path the commits whose documents leave lines of it in doubt."""
        if self._squashes is None:
            self._squashes = {}
            asked = "select path, commit_id, told from doubts join notes on note = blob where told"
            for stored, commit, told in self._index.db.execute(f"{asked} != ''"):
                path = cache.told(stored)
                self._squashes.setdefault(path, []).append(Squash(commit, path, *json.loads(told)))
        return self._squashes

    def ends(self, squash: Squash) -> Sequence[tuple[Place, Sequence[Other]]] | None:
        """Where git's blame of a file's lines in doubt ends, and what else they may be; None where
        it was not asked yet."""
        where = "note = ? and commit_id = ? and path = ?"
        asked = f"select told from doubted where {where}"
        row = self._index.db.execute(asked, self._key(squash)).fetchone()
        if row is None:
            return None
        return [(tuple(place), list(map(tuple, others))) for place, others in json.loads(row[0])]

    def keep_ends(self, squash: Squash, lines: Iterable[tuple[Place, Sequence[Other]]]) -> None:
        asked = "insert or replace into doubted values (?, ?, ?, ?)"
        self._index.db.execute(asked, (*self._key(squash), json.dumps(list(lines))))

    def _key(self, squash: Squash) -> tuple[str, str, str | bytes]:
        note = self._index.notes()[squash.commit]
        return note, squash.commit, cache.stored(squash.path)
