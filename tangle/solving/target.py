"""One path of a commit, as the solver sees it: what it was, what it became, what git adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from treadle.thread.model import Row
from treadle.thread.recognise import Diff, bare_lines
from treadle.thread.repo import Delta, decode, is_binary

SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class Target:
    """A row of the placement to be, with the texts on both sides (None: no file)."""

    row: Row
    before: str | None
    after: str | None
    added: tuple[tuple[int, int], ...]
    removed: tuple[tuple[int, int], ...]

    @property
    def path(self) -> str:
        return self.row.path

    @property
    def diff(self) -> Diff:
        """The texts of the lines git's diff adds and removes."""
        return Diff(
            _lines(self.after, self.added),
            _lines(self.before, self.removed),
            self.before is None,
            self.after is None,
        )


def targets(deltas: Sequence[Delta], blobs: Mapping[str, bytes]) -> list[Target]:
    """A target for each path of a commit's diff. ``blobs`` holds the content of all its ids."""
    return [_target(delta, blobs) for delta in sorted(deltas, key=lambda delta: delta.path)]


def _target(delta: Delta, blobs: Mapping[str, bytes]) -> Target:
    entries = [entry for entry in (delta.before, delta.after) if entry is not None]
    reference = ""
    if delta.parent:
        reference = f"parent {delta.parent}"
    elif any(entry.mode == SUBMODULE for entry in entries):
        reference = "submodule"
    elif any(is_binary(blobs[entry.blob]) for entry in entries):
        reference = "binary"
    lines = sum(end - begin for begin, end in delta.added) if reference else 0
    row = Row(delta.path, delta.before, delta.after, delta.source, reference, lines)
    if reference:
        return Target(row, None, None, (), ())
    before = decode(blobs[delta.before.blob]) if delta.before else None
    after = decode(blobs[delta.after.blob]) if delta.after else None
    return Target(row, before, after, delta.added, delta.removed)


def _lines(text: str | None, ranges: Sequence[tuple[int, int]]) -> frozenset[str]:
    lines = bare_lines(text or "")
    return frozenset(line for begin, end in ranges for line in lines[begin:end])
