"""``treadle import``: documents out of another tool's records."""

from __future__ import annotations

from collections import Counter

import click

from treadle.cli.door import opened
from treadle.cli.paper import print_json, visible
from treadle.cli.progress import Progress
from treadle.tangle.index import Index
from treadle.tangle.intake import Plan, intake, plan
from treadle.thread.entire import Checkpoints
from treadle.thread.redact import Redacted

_BATCH = 200
"""Documents stored at once: an import that is stopped loses at most so many."""


@click.group("import")
def command() -> None:
    """Write documents out of another tool's records."""


@command.command("entire")
@click.argument("revs", nargs=-1)
@click.option("--branch", default="", help="The checkpoints branch, if it is not Entire's own.")
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def entire(ctx: click.Context, revs: tuple[str, ...], branch: str, as_json: bool) -> int:
    """Write a document for each commit that names an Entire checkpoint.

    Reads the branch entire/checkpoints/v1. Commits that have a document are left as they
    are, so importing again writes only what is new. REVS limit it to those commits.
    """
    with opened(ctx) as index:
        points = Checkpoints(index.repo, branch)
        todo = plan(index.repo, points, revs)
        for commit, checkpoint in todo.missing:
            click.echo(f"{commit[:8]}: checkpoint {checkpoint} is not on the branch", err=True)
        written, empty = _import(index, points, todo)
        figures = {
            "documents_written": written,
            "documents_without_steps": empty,
            "documents_already_there": todo.stored,
            "commits_without_transcript": len(todo.missing),
        }
        if as_json:
            print_json(figures)
            return 0
        click.echo(
            f"{written} documents written, {todo.stored} were there already, "
            f"{len(todo.missing)} commits name a checkpoint that is not here"
        )
        if empty:
            click.echo(f"{empty} of them have no steps: their sessions hold nothing for the commit")
    return 0


def _import(index: Index, points: Checkpoints, todo: Plan) -> tuple[int, int]:
    """Solve and store; how many documents were written, and how many of them have no steps."""
    bar = Progress(len(todo.commits), "commits")
    batch: dict[str, Redacted] = {}
    reasons: Counter[str] = Counter()
    written = empty = added = left = 0
    for done, imported in enumerate(intake(index.repo, points, todo), 1):
        for problem in imported.problems:
            reasons[f"{visible(problem.file)}: {visible(problem.reason)}"] += 1
        if imported.solution is not None:
            batch[imported.commit.id] = imported.solution.redacted
            empty += not imported.solution.redacted.thread.parts
            added, left = added + imported.solution.added, left + imported.solution.left
        if len(batch) >= _BATCH:
            written += index.store.put(batch)
            batch = {}
        bar.show(done, f", {_percent(added - left, added)} of lines explained")
    bar.end()
    written += index.store.put(batch) if batch else 0
    for reason, count in sorted(reasons.items()):
        click.echo(f"{reason}" + (f" ({count} times)" if count > 1 else ""), err=True)
    return written, empty


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "0 %"
