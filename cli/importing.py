"""``treadle import``: documents out of another tool's records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from treadle.cli.door import opened
from treadle.cli.screen.cells import one_line
from treadle.cli.screen.paper import print_json
from treadle.cli.screen.progress import Progress
from treadle.thread.errors import UserError

if TYPE_CHECKING:
    from treadle.tangle.capture import Captured
    from treadle.tangle.capturing.intake import Plan
    from treadle.tangle.learnt.index import Index
    from treadle.thread.entire.checkpoints import Checkpoints
    from treadle.thread.redact import Redacted

_BATCH = 200
"""Documents stored at once."""


@click.group("import", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Write documents out of another tool's records."""
    if ctx.invoked_subcommand is None:
        raise UserError("import from which tool?", "treadle import entire", 2)


@command.command("entire")
@click.argument("revs", nargs=-1)
@click.option("--branch", default="", help="The checkpoints branch, if it is not Entire's own.")
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def entire(ctx: click.Context, revs: tuple[str, ...], branch: str, as_json: bool) -> int:
    """Write a document for each commit that names an Entire checkpoint.

    Reads the branch entire/checkpoints/v1. Commits that have a document are left as they
    are, so importing again writes only what is new, and an import that was stopped goes on
    where it was. REVS (names or ranges, as git log takes them) limit it to those commits.
    """
    from treadle.tangle.capturing.intake import plan
    from treadle.thread.entire.checkpoints import Checkpoints

    with opened(ctx) as index:
        points = Checkpoints(index.repo, branch)
        todo = plan(index.repo, points, revs)
        for commit, checkpoint in todo.missing:
            click.echo(f"{commit[:8]}: checkpoint {checkpoint} is not on the branch", err=True)
        todo = _within_reach(index, todo)
        tally = _Tally()
        try:
            _import(index, points, todo, tally)
        except KeyboardInterrupt:
            done = _count(tally.written, "document")
            click.echo(f"{done} written; importing again goes on from there", err=True)
            raise
    if as_json:
        print_json(_json(todo, tally))
    else:
        click.echo(_said(todo, tally))
    return 0


def _within_reach(index: Index, todo: Plan) -> Plan:
    """The plan without commits whose parents a shallow clone lacks; they are named."""
    cut = index.repo.shallow()
    for commit in todo.commits:
        if commit.id in cut:
            told = f"{commit.id[:8]}: its parent is not in this clone; git fetch --deepen=1"
            click.echo(f"{told} brings it", err=True)
    return replace(todo, commits=tuple(c for c in todo.commits if c.id not in cut))


@dataclass(slots=True)
class _Tally:
    """What an import came to."""

    written: int = 0
    empty: int = 0
    """Documents without steps."""
    added: int = 0
    left: int = 0
    """Added lines, and those of them that no step explains."""

    def count(self, imported: Captured) -> None:
        if imported.solution is not None:
            self.empty += not imported.solution.redacted.thread.parts
            self.added += imported.solution.added
            self.left += sum(map(len, imported.solution.left.values()))


def _import(index: Index, points: Checkpoints, todo: Plan, tally: _Tally) -> None:
    """Solve and store. What was solved before the work is stopped is stored too."""
    from treadle.tangle.capturing.intake import intake
    from treadle.tangle.sharing.unite import keep

    since = index.store.tip()
    bar = Progress(len(todo.commits), "commits")
    if todo.commits:
        bar.say("reading transcripts …")
    batch: dict[str, Redacted] = {}
    problems: Counter[str] = Counter()
    try:
        for done, imported in enumerate(intake(index.repo, points, todo), 1):
            tally.count(imported)
            problems.update(
                f"{one_line(problem.file)}: {one_line(problem.reason)}"
                for problem in imported.problems
            )
            if imported.solution is not None:
                batch[imported.commit.id] = imported.solution.redacted
            if len(batch) >= _BATCH:
                tally.written += keep(index.store, batch, since)
                batch.clear()
            share = _percent(tally.added - tally.left, tally.added)
            bar.show(done, f", {share} of lines explained")
    finally:
        bar.end()
        tally.written += keep(index.store, batch, since) if batch else 0
    for told, count in sorted(problems.items()):
        click.echo(told + (f" ({count} times)" if count > 1 else ""), err=True)


def _said(todo: Plan, tally: _Tally) -> str:
    missing = len(todo.missing)
    lines = [f"{_count(tally.written, 'document')} written, {todo.stored} were there already"]
    if tally.added:
        lines[0] += f"; {_percent(tally.added - tally.left, tally.added)} of lines explained"
    if tally.empty:
        lines.append(
            f"{tally.empty} of them without steps: their sessions hold nothing for the commit"
        )
    if missing:
        verb = "names a checkpoint" if missing == 1 else "name checkpoints"
        lines.append(f"{_count(missing, 'commit')} {verb} whose transcript is not here")
    return "\n".join(lines)


def _json(todo: Plan, tally: _Tally) -> dict[str, int]:
    return {
        "documents_written": tally.written,
        "documents_without_steps": tally.empty,
        "documents_already_there": todo.stored,
        "commits_without_transcript": len(todo.missing),
    }


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
