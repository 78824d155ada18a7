"""What was found of a document, as figures that add up: how much is exact, how much explained.

They stand apart from ``check``, which asks for them, so that ``verify`` can make them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from treadle.thread.model import EVIDENCE


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
    doubted: int = 0
    """Lines from before the commits that their documents leave in doubt."""
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
        self.doubted += other.doubted
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


def total(results: Iterable[Result]) -> Result:
    """The sum of many results."""
    whole = Result()
    for result in results:
        whole.add(result)
    return whole


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None
