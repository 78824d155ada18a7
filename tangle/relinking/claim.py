"""What relinking talks about: a commit's file, a document beside it, a line that is claimed.

Values only; ``carry`` makes claims and ``trust`` weighs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from treadle.tangle.relinking.candidates import Candidate
from treadle.tangle.relinking.revision import Revision
from treadle.tangle.solving.target import Target
from treadle.tangle.text.match import weight, weight_of
from treadle.thread.git.differences import Difference
from treadle.thread.model import Thread
from treadle.thread.origin import Origin, split_lines

LONG = 40
"""Letters and digits of a run by which a document is known though little else of it is there."""


@dataclass(slots=True)
class Goal:
    """One file of the commit, as it is asked about."""

    target: Target
    lines: list[str]
    """Of the file after the commit."""
    new: list[int]
    """Indices of those that git's diff adds."""
    fresh: frozenset[str]
    """Their texts."""
    old: frozenset[str]
    """Texts of the lines of the file before the commit."""
    fresh_text: bool = False
    """The commit makes the file, and no other of its base is the same."""

    @classmethod
    def of(cls, target: Target) -> Goal:
        lines = split_lines(target.after or "")
        new = [i for begin, end in target.added for i in range(begin, end)]
        old = frozenset(split_lines(target.before or ""))
        return cls(target, lines, new, frozenset(lines[i] for i in new), old)


@dataclass(slots=True)
class Kin:
    """A document that may be related to a commit."""

    candidate: Candidate
    thread: Thread
    files: Mapping[str, Revision]
    past: bool = False
    """An ancestor's document holds one of its parts: only what is new to a file counts."""

    @property
    def written(self) -> int:
        """Letters and digits of all lines it added."""
        return sum(
            weight_of(line)
            for file in self.files.values()
            for line, origin in zip(file.lines, file.origins, strict=True)
            if origin is not None
        )


class Pairing(NamedTuple):
    """A document's file beside one of the commit's, and git's diff from the former."""

    goal: int
    """Index of the commit's file."""
    kin: int
    """Index of the document."""
    path: str
    """Of the document's file."""
    same: bool
    """The two are one blob."""
    change: Difference


class Claim(NamedTuple):
    """A line of the commit that a document wrote."""

    goal: int
    line: int
    """0-based, in the commit's file."""
    kin: int
    block: int
    """Which run of added lines of the document's file it stood in."""
    place: int
    """0-based, in the document's file."""
    origin: Origin
    path: str
    """Of the document's file."""
    unsure: bool = False
    """A squash on the way leaves in doubt whose it is."""


def runs(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """Claims of lines that follow one another in the commit and in the document."""
    run: list[Claim] = []
    for claim in claims:
        if run and not (
            claim.line == run[-1].line + 1
            and claim.place == run[-1].place + 1
            and claim[2:4] == run[-1][2:4]
        ):
            yield run
            run = []
        run.append(claim)
    if run:
        yield run


def text(goals: Sequence[Goal], claim: Claim) -> str:
    """The claimed line."""
    return goals[claim.goal].lines[claim.line]


def counts(goals: Sequence[Goal], kin: Sequence[Kin], claim: Claim, here: bool) -> bool:
    """Whether a line may tell of a document: of one whose parts the history holds already it may
    not, if it merely stood elsewhere in the file, or in another file (``here``: it is this one)."""
    goal = goals[claim.goal]
    if not kin[claim.kin].past:
        return True
    return (here or own_path(goal, claim)) and goal.lines[claim.line] not in goal.old


def own_path(goal: Goal, claim: Claim) -> bool:
    """Whether a line comes from a file of the same name."""
    return claim.path in (goal.target.row.path, goal.target.row.source)


def same_base(goal: Goal, file: Revision) -> bool:
    """Whether a document changed the very file that the commit changes."""
    before = goal.target.row.before.blob if goal.target.row.before else ""
    return file.path == goal.target.path and file.before == before


def same_file(goal: Goal, file: Revision) -> bool:
    """Whether a document's file is the commit's, also under another name: the same change, the same
    whole text where the commit makes the file, or mostly the same text before the commit."""
    row = goal.target.row
    before = row.before.blob if row.before else ""
    same = file.after == (row.after.blob if row.after else "")
    if same and (goal.fresh_text or before == file.before != ""):
        return True
    stays = weight([*goal.old.intersection(file.lines)])
    return 2 * stays >= max(weight([*goal.old]), weight([*set(file.lines)]))
