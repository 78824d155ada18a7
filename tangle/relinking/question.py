"""A commit that has no document of its own, as relinking asks about it.

What documents are searched by is kept of every commit (ids, and lines that can be recognised);
its texts only of those for which a document is proposed, since a history is long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.relinking.candidates import SECOND, Candidate, Change, telling
from treadle.tangle.relinking.tie import Cloth
from treadle.tangle.solving.target import Target, targets
from treadle.thread.git.sides import own_deltas
from treadle.thread.model import Entry, Placement
from treadle.thread.plumbing.commit import from_object
from treadle.thread.repo import Commit, Delta, Repo

_AT_ONCE = 100
"""Commits whose texts are in memory together."""
_SUBMODULE = "160000"
_OPENING = b"---\ntreadle: 1\n"
_HEAD = _OPENING + b'tree: "%s"\nbase: "%s"\n'
"""How a document begins that was made for a commit of this tree and this base."""


@dataclass(frozen=True, slots=True)
class Question:
    """A commit and what can propose a document for it."""

    commit: Commit
    base: str
    """Id of the first parent's tree."""
    patch_id: str
    deltas: tuple[Delta, ...]
    lines: frozenset[bytes]
    """Lines it adds, as documents write them."""
    own: bool = False
    """It has a note, but one that was made for another commit, or several in one."""

    @property
    def merge(self) -> bool:
        """Only what no parent has is asked about."""
        return len(self.commit.parents) > 1

    @property
    def blobs(self) -> list[str]:
        """Ids of the blobs it makes."""
        own = (delta for delta in self.deltas if not delta.parent)
        return [d.after.blob for d in own if d.after and d.after.blob != _id(d.before)]

    @property
    def added(self) -> int:
        """Lines that git's diff adds."""
        return sum(end - begin for delta in self.deltas for begin, end in delta.added)

    def same_as(self, candidate: Candidate) -> bool:
        """Whether it changes the very blobs that a document's commit changed; of a merge, whose
        other parents tell of most of that, whether it is from tree to tree the same."""
        if self.merge and (candidate.base, candidate.tree) != (self.base, self.commit.tree):
            return False
        mine = {Change(d.path, d.source, _id(d.before), _id(d.after)) for d in self.deltas}
        return bool(mine) and mine == set(candidate.changes)


def ask(repo: Repo, commits: Sequence[Commit], notes: Mapping[str, str]) -> list[Question]:
    """A question for each commit that has its parents in this clone and no document that was made
    for it; of merges only for those in which a file is as no parent has it."""
    cut = repo.shallow()
    edited = repo.edited(c.id for c in commits if len(c.parents) > 1 and c.id not in cut)
    whole = [c for c in commits if c.id not in cut and (len(c.parents) < 2 or c.id in edited)]
    bases = _bases(repo, whole)
    foreign = set(_foreign(repo, [c for c in whole if c.id in notes], bases, notes))
    asked = [c for c in whole if c.id not in notes or c.id in foreign]
    patch_ids = repo.patch_ids(c.id for c in asked)
    found: list[Question] = []
    waiting: list[tuple[Commit, tuple[Delta, ...]]] = []
    for commit, deltas in own_deltas(repo, asked):
        waiting.append((commit, deltas))
        if len(waiting) == _AT_ONCE:
            found += _questions(repo, waiting, bases, patch_ids, foreign)
            waiting = []
    return found + list(_questions(repo, waiting, bases, patch_ids, foreign))


def cloths(repo: Repo, questions: Iterable[Question]) -> dict[str, Cloth]:
    """The commits with their texts, by id; without those of which this clone lacks a text."""
    asked = list(questions)
    blobs = _contents(repo, [question.deltas for question in asked])
    found = {}
    for question in asked:
        if not all(_here(delta, blobs) for delta in question.deltas):
            continue
        commit = question.commit
        placement = Placement(question.base, commit.tree, question.patch_id)
        targets_ = tuple(_targets(question.deltas, blobs))
        found[commit.id] = Cloth(placement, targets_, question.merge)
    return found


def _questions(
    repo: Repo,
    waiting: Sequence[tuple[Commit, tuple[Delta, ...]]],
    bases: Mapping[str, str],
    patch_ids: Mapping[str, str],
    foreign: set[str],
) -> Iterator[Question]:
    blobs = _contents(repo, [deltas for _, deltas in waiting])
    for commit, deltas in waiting:
        lines = frozenset(telling(_added(_targets(deltas, blobs))))
        patch_id, own = patch_ids.get(commit.id, ""), commit.id in foreign
        yield Question(commit, bases[commit.id], patch_id, deltas, lines, own)


def _bases(repo: Repo, commits: Sequence[Commit]) -> dict[str, str]:
    """For each commit the id of its first parent's tree."""
    parents = sorted({commit.parents[0] for commit in commits if commit.parents})
    trees = {
        id_: from_object(id_, raw).tree
        for id_, raw in zip(parents, repo.read_all(parents), strict=True)
        if raw is not None
    }
    return {c.id: trees[c.parents[0]] if c.parents else repo.empty_tree for c in commits}


def _foreign(
    repo: Repo, commits: Sequence[Commit], bases: Mapping[str, str], notes: Mapping[str, str]
) -> Iterator[str]:
    """Those of the commits whose note was made for another one, or holds several documents: git
    copies notes where ``notes.rewriteRef`` says so."""
    texts = repo.read_all(notes[commit.id] for commit in commits)
    for commit, text in zip(commits, texts, strict=True):
        own = _HEAD % (commit.tree.encode(), bases[commit.id].encode())
        if text and text.startswith(_OPENING) and (not text.startswith(own) or SECOND in text):
            yield commit.id


def _contents(repo: Repo, deltas: Iterable[Sequence[Delta]]) -> dict[str, bytes]:
    """The content of all blobs on both sides."""
    entries = [e for one in deltas for d in one for e in (d.before, d.after) if e is not None]
    ids = sorted({entry.blob for entry in entries if entry.mode != _SUBMODULE})
    found = zip(ids, repo.read_all(ids), strict=True)
    return {id_: content for id_, content in found if content is not None}


def _targets(deltas: Sequence[Delta], blobs: Mapping[str, bytes]) -> list[Target]:
    """The targets of those files whose texts are in this clone."""
    return targets([d for d in deltas if _here(d, blobs)], blobs)


def _here(delta: Delta, blobs: Mapping[str, bytes]) -> bool:
    return all(
        entry is None or entry.mode == _SUBMODULE or entry.blob in blobs
        for entry in (delta.before, delta.after)
    )


def _added(found: Iterable[Target]) -> Iterator[str]:
    for target in found:
        lines = (target.after or "").split("\n")
        for begin, end in target.added:
            yield from (line + "\n" for line in lines[begin:end])


def _id(entry: Entry | None) -> str:
    return entry.blob if entry else ""
