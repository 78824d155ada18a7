"""What Aider itself says, read into what became of an answer's edits.

Its lines are meant for a person: which files it edited, what it committed, what it took back,
why a block did not fit. They are the only results that the history has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from treadle.thread.agents.aider.blocks import same
from treadle.thread.agents.aider.history import DIVIDER, SEARCH

NONCONFORM = "The LLM did not conform to the edit format."
_APPLIED = re.compile(r"Applied edit to (.+)")
_REFUSED = re.compile(
    r"(?:Did not apply edit to|Skipping edits to) (.+?)(?: \(--dry-run\)| that .*|)"
)
_FAILED = re.compile(r".*SearchReplaceNoExactMatch: This SEARCH block failed .* lines in (.+)")
_UNFIT = re.compile(
    r"(.+) (?:does not contain lines that match|contains multiple sets of lines) .*"
)
_OTHERS = re.compile(r"# The other \d+ SEARCH/REPLACE blocks? w.*")
_SOME = "Note: some hunks did apply successfully"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the edits of one answer."""

    last: bool = False
    """Nothing follows the answer: it may not have ended."""
    applied: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    """From a path to the line that says so."""
    failed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Path and lines, bare, of each block that was not found."""
    unfit: tuple[str, ...] = ()
    """Paths of which some hunk was not found."""
    nonconform: bool = False
    others: bool = False
    """What did not fail was applied."""

    @property
    def named(self) -> tuple[str, ...]:
        """All paths of which aider says whether it edited them."""
        return (*self.applied, *self.refused)

    def of(self, path: str, old: Sequence[str]) -> tuple[bool | None, str]:
        """Whether the edit of a path was made, None if nothing says so; and why it was not."""
        known = same(path, self.named) or path
        if self.failed and old:
            bare = _bare(old)
            if any(same(path, (one,)) and bare == lines for one, lines in self.failed):
                return False, f"not found in {path}"
        if known in self.refused:
            return False, self.refused[known]
        if known in self.applied:
            return True, ""
        if self.nonconform:
            return self._unsaid(path)
        return (None, "") if self.last else (False, "not applied")

    def _unsaid(self, path: str) -> tuple[bool | None, str]:
        """The answer was turned down: whole, or but for what did not fail."""
        if self.unfit:
            return (False, f"not found in {path}") if same(path, self.unfit) else (None, "")
        if not self.failed:
            return False, NONCONFORM
        return (True, "") if self.others else (None, "")


def outcome(lines: Sequence[str], last: bool) -> Outcome:
    """What the lines after an answer say of its edits; ``last``: nothing at all follows it."""
    applied: dict[str, None] = {}
    refused: dict[str, str] = {}
    failed: list[tuple[str, tuple[str, ...]]] = []
    unfit: dict[str, None] = {}
    for at, line in enumerate(lines):
        if found := _APPLIED.fullmatch(line):
            applied[found[1]] = None
        elif found := _REFUSED.fullmatch(line):
            refused[found[1]] = line
        elif found := _FAILED.fullmatch(line):
            failed.append((found[1], _quoted(lines, at + 1)))
        elif found := _UNFIT.fullmatch(line):
            unfit[found[1]] = None
    return Outcome(
        last=last,
        applied=tuple(applied),
        refused=refused,
        failed=tuple(failed),
        unfit=tuple(unfit),
        nonconform=any(line.startswith(NONCONFORM) for line in lines),
        others=any(_OTHERS.match(line) or line.startswith(_SOME) for line in lines),
    )


def _quoted(lines: Sequence[str], at: int) -> tuple[str, ...]:
    """The lines to be found of the block that is quoted there."""
    if at >= len(lines) or not SEARCH.fullmatch(lines[at]):
        return ()
    end = at + 1
    while end < len(lines) and not (DIVIDER.fullmatch(lines[end]) or SEARCH.fullmatch(lines[end])):
        end += 1
    return _bare(lines[at + 1 : end])


def _bare(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines if line.strip())
