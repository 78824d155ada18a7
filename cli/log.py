"""``treadle log``: threads, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import indexed, nothing_recorded, repository
from treadle.cli.screen.cells import clip, one_line
from treadle.cli.screen.paper import Paper, ask_settings, paper, print_json_lines, screen
from treadle.cli.screen.progress import Progress

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index, ThreadLine
    from treadle.tangle.result import Result
    from treadle.thread.repo import Commit

    Row = tuple[Commit, ThreadLine | None, Result]

_WIDE = 160
"""Columns of a line where no screen sets a limit."""


@click.command("log")
@click.argument("revs", nargs=-1)
@click.option("-n", "count", type=click.IntRange(1), help="At most so many threads.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def command(ctx: click.Context, revs: tuple[str, ...], count: int | None, as_json: bool) -> None:
    """List the threads of commits, newest first.

    Each line tells the commit, the day, how many of the lines it added are explained, how
    many steps the thread has, and what was asked. REVS are names or ranges, as git log takes
    them; without any, all that HEAD reaches.
    """
    with repository(ctx) as repo, indexed(repo) as index:
        asked = None if as_json else ask_settings(repo)
        rows = _rows(index, revs, count)
        if as_json:
            print_json_lines(_json(*row) for row in rows)
            return
        if not rows:
            click.echo("none of these commits has a thread", err=True)
        with paper(repo, paged=True, asked=asked) as out:
            out.lines(_lines(out, rows))


def _rows(index: Index, revs: Sequence[str], count: int | None) -> list[Row]:
    from treadle.tangle.check import check

    notes = index.notes()
    if not notes:
        index.repo.resolve("HEAD")
        raise nothing_recorded()
    if not revs:
        index.repo.resolve("HEAD")
    found = index.repo.commits(revs or ("HEAD",))
    commits = [commit for commit in reversed(found) if commit.id in notes][: count or None]
    bar = Progress(2 * len(commits), "documents read")
    index.learn((commit.id for commit in commits), lambda done, _: bar.show(done))
    threads = index.threads(commit.id for commit in commits)
    rows = []
    for commit, result in check(index, commits):
        rows.append((commit, threads.get(commit.id), result))
        bar.show(len(commits) + len(rows))
    bar.end()
    return rows


def _lines(out: Paper, rows: Sequence[Row]) -> list[str]:
    """A line each: commit, day, explained of added lines, steps, and what was asked."""
    shares = [f"{_explained(result)}/{result.added_lines}" for _, _, result in rows]
    steps = [str(thread.steps) if thread else "" for _, thread, _ in rows]
    share, step = max(map(len, shares), default=0), max(map(len, steps), default=0)
    room = (screen()[0] if out.looked_at else _WIDE) - share - step - 35
    lines = []
    for (commit, thread, result), told, count in zip(rows, shares, steps, strict=True):
        head = f"{out.style(commit.id[:8], 'commit')} {commit.time[:10]}"
        if thread is None or result.failures:
            why = result.failures[0].reason if result.failures else "it cannot be read"
            lines.append(f"{head} {out.style('failed', 'unrecorded')}: {one_line(why)}")
            continue
        style = "proved" if _explained(result) == result.added_lines else ""
        size = out.style(f"{count:>{step}} steps", "dim")
        title = clip(one_line(thread.title or commit.subject), max(room, 10))
        lines.append(f"{head} {out.style(told.rjust(share), style)} lines {size}  {title}")
    return lines


def _explained(result: Result) -> int:
    return result.added_lines - result.evidence["unrecorded"]


def _json(commit: Commit, thread: ThreadLine | None, result: Result) -> dict[str, object]:
    return {
        "commit": commit.id,
        "time": commit.time,
        "subject": commit.subject,
        "title": thread.title if thread else None,
        "prompts": thread.prompts if thread else None,
        "steps": thread.steps if thread else None,
        "agents": thread.agents if thread else None,
        "added_lines": result.added_lines,
        "explained_lines": _explained(result),
        "failures": [failure.reason for failure in result.failures],
    }
