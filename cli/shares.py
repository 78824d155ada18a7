"""What ``treadle check`` tells beside the sum: shares by commit, file or agent, and the control."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from treadle.cli.screen.cells import one_line
from treadle.cli.screen.paper import Paper
from treadle.cli.screen.progress import Progress

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index
    from treadle.tangle.result import Result
    from treadle.thread.repo import Commit

BY = ("commit", "file", "agent")


@dataclass(frozen=True, slots=True)
class Share:
    """How much of something is explained."""

    name: str
    added: int
    explained: int
    note: str = ""

    @property
    def percent(self) -> float:
        return round(100 * self.explained / self.added, 2) if self.added else 100.0


@dataclass(frozen=True, slots=True)
class Control:
    """What foreign sessions claim."""

    commits: int
    added: int
    false: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.false / self.added, 3) if self.added else None


def shares(by: str, rows: Iterable[tuple[Commit, Result]]) -> list[Share]:
    """The least explained first."""
    found: dict[str, list[int]] = {}
    notes: dict[str, str] = {}
    for commit, result in rows:
        explained = result.added_lines - result.evidence["unrecorded"]
        if by == "file":
            for path, (added, told) in result.paths.items():
                _add(found, path, added, told)
        elif by == "agent":
            name = ", ".join(result.writers) or "no agent"
            _add(found, name, result.added_lines, explained)
        elif result.added_lines:
            _add(found, commit.id[:8], result.added_lines, explained)
            notes[commit.id[:8]] = commit.subject
    listed = [
        Share(name, added, told, notes.get(name, "")) for name, (added, told) in found.items()
    ]
    return sorted(listed, key=lambda share: (share.explained - share.added, share.name))


def _add(found: dict[str, list[int]], name: str, added: int, explained: int) -> None:
    counts = found.setdefault(name, [0, 0])
    counts[0] += added
    counts[1] += explained


def show_shares(out: Paper, listed: Sequence[Share]) -> None:
    """A line each: explained of added, percent, name."""
    out.line()
    for share in listed:
        style = "proved" if share.explained == share.added else "dim"
        count = f"{share.explained}/{share.added}".rjust(13)
        name = one_line(share.name + (f"  {share.note}" if share.note else ""))
        out.line(f"{out.style(count, style)} {share.percent:>6.2f} %  {name}")


def foreign(index: Index) -> Control:
    """The negative control over all commits whose checkpoints are here."""
    from treadle.tangle.capturing.intake import plan
    from treadle.tangle.upkeep.control import control
    from treadle.thread.entire.checkpoints import Checkpoints

    points = Checkpoints(index.repo)
    todo = plan(index.repo, points, anew=True)
    bar = Progress(len(todo.commits), "commits")
    commits = added = false = 0
    for pair in control(index.repo, points, todo):
        commits, added = commits + 1, added + pair.result.added_lines
        false += pair.false
        bar.show(commits)
    bar.end()
    return Control(commits, added, false)


def show_control(out: Paper, found: Control) -> None:
    """One line for a person."""
    share = "nothing to claim" if found.percent is None else f"{found.percent} %"
    out.line(
        f"control: foreign sessions claim {found.false} of {found.added} lines of "
        f"{found.commits} commits, {share}"
    )
