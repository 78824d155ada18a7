"""Does every document make its commit, and how much of the code does it explain?

Results are values that add up. ``verify`` finds them, once for each document; here they are
asked for, kept in the index and summed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from treadle.tangle.index import Index
from treadle.thread.model import EVIDENCE
from treadle.thread.repo import Commit

_AT_ONCE = 50
"""Commits checked between two transactions of the index."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A path that does not come out as the commit has it, or a document that cannot be read."""

    commit: str
    path: str
    reason: str


@dataclass(slots=True)
class Result:
    """One commit's figures, or the sum of many commits'."""

    commits: int = 0
    with_document: int = 0
    exact: int = 0
    complete: int = 0
    added_lines: int = 0
    evidence: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EVIDENCE, 0))
    own: int = 0
    """Added lines explained by named strands."""
    by_reference: dict[str, int] = field(
        default_factory=lambda: {"binary": 0, "redacted": 0, "large": 0}
    )
    files: int = 0
    files_proved: int = 0
    agents: dict[str, int] = field(default_factory=dict)
    """Explained lines by agent."""
    writers: list[str] = field(default_factory=list)
    """Agents of the document's parts, whether or not they explain a line."""
    paths: dict[str, list[int]] = field(default_factory=dict)
    """By path the lines added, and those of them that are explained."""
    unread: dict[str, int] = field(default_factory=dict)
    """By part, what of its transcript could not be read."""
    unplaced: dict[str, int] = field(default_factory=dict)
    """By part, the edits for which no place was found."""
    failures: list[Failure] = field(default_factory=list)

    @property
    def problems(self) -> int:
        """Everything that could not be read or placed."""
        return sum(self.unread.values()) + sum(self.unplaced.values())

    @property
    def explained(self) -> float | None:
        """Percent of the added lines that are not unrecorded; None where nothing was added."""
        return _percent(self.added_lines - self.evidence["unrecorded"], self.added_lines)

    @property
    def explained_own(self) -> float | None:
        return _percent(self.own, self.added_lines)

    def add(self, other: Result) -> None:
        """Sum another result into this one."""
        for name in ("commits", "with_document", "exact", "complete", "added_lines", "own"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.files += other.files
        self.files_proved += other.files_proved
        for mine, theirs in (
            (self.evidence, other.evidence),
            (self.by_reference, other.by_reference),
            (self.agents, other.agents),
        ):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count
        for path, counts in other.paths.items():
            before = self.paths.get(path, [0, 0])
            self.paths[path] = [a + b for a, b in zip(before, counts, strict=True)]
        self.unread |= other.unread
        self.unplaced |= other.unplaced
        self.writers = sorted({*self.writers, *other.writers})
        self.failures += other.failures


def check(index: Index, commits: Sequence[Commit]) -> Iterator[tuple[Commit, Result]]:
    """Check each commit; results of documents that were checked before come from the index."""
    cached = index.all_checked(commit.id for commit in commits)
    fresh = _keep_new(index, [commit for commit in commits if commit.id not in cached])
    found: dict[str, Result] = {}
    for commit in commits:
        told = cached.get(commit.id)
        if told is not None:
            yield commit, _restored(told)
            continue
        while commit.id not in found:
            id_, result = next(fresh)
            found[id_] = result
        yield commit, found[commit.id]


def _keep_new(index: Index, commits: Sequence[Commit]) -> Iterator[tuple[str, Result]]:
    """Check and keep what was found, some commits at a time, so that a long check can be stopped
    and goes on where it was. Failures are not kept: the next fetch may heal them."""
    from treadle.tangle.verify import verify

    notes = index.notes()
    for done in range(0, len(commits), _AT_ONCE):
        fresh = list(verify(index, commits[done : done + _AT_ONCE]))
        with index.writing():
            for id_, result in fresh:
                if id_ in notes and not result.failures:
                    index.keep_checked(id_, json.dumps(asdict(result)))
        yield from fresh


def orphans(index: Index) -> list[str]:
    """Commits with a document that no ref reaches, or that are not here at all, if the document
    holds a part that no reachable commit's does."""
    from treadle.tangle.prune import orphans as alone

    return alone(index.repo, index.notes())


def untied(index: Index) -> list[str]:
    """Commits without a document to which one of a commit that no ref reaches could be tied."""
    from treadle.tangle.capture import REFS
    from treadle.tangle.relink import propose

    notes = index.notes()
    reached = index.repo.commits((), *REFS)
    if notes.keys() <= {commit.id for commit in reached}:
        return []
    found = propose(index.repo, [commit for commit in reached if commit.id not in notes])
    return [outcome.commit.id for outcome in found.outcomes if outcome.sources]


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _restored(told: str) -> Result:
    fields = json.loads(told)
    fields["failures"] = [Failure(**failure) for failure in fields["failures"]]
    return Result(**fields)


def total(results: Iterable[Result]) -> Result:
    """The sum of many results."""
    whole = Result()
    for result in results:
        whole.add(result)
    return whole
