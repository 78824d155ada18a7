"""``treadle log``: threads, a line each."""

from __future__ import annotations

import click

from treadle.cli.door import opened
from treadle.cli.paper import Paper, clip, columns, paper, print_json_lines, visible
from treadle.tangle.check import Result, check
from treadle.tangle.index import Index, ThreadLine
from treadle.thread.errors import UserError
from treadle.thread.repo import Commit


@click.command("log")
@click.argument("revs", nargs=-1)
@click.option("-n", "count", type=click.IntRange(1), help="At most so many threads.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def command(ctx: click.Context, revs: tuple[str, ...], count: int | None, as_json: bool) -> None:
    """List the threads of commits, newest first.

    Each line tells the commit, the day, how many of the lines it added are explained, how
    many prompts and steps the thread has, and what was asked. REVS are names or ranges, as
    git log takes them; without any, all that HEAD reaches.
    """
    with opened(ctx) as index:
        commits = _commits(index, revs)[: count or None]
        rows = [
            (commit, index.thread(commit.id), result) for commit, result in check(index, commits)
        ]
        if as_json:
            print_json_lines(_json(*row) for row in rows)
            return
        with paper(index.repo, paged=True) as out:
            for row in rows:
                out.line(_line(out, *row))


def _commits(index: Index, revs: tuple[str, ...]) -> list[Commit]:
    notes = index.notes()
    if not notes:
        raise nothing_recorded()
    found = index.repo.commits(revs or ("HEAD",))
    commits = [commit for commit in reversed(found) if commit.id in notes]
    index.learn(commit.id for commit in commits)
    return commits


def nothing_recorded() -> UserError:
    """What to say in a repository without documents."""
    return UserError(
        "no thread is recorded in this repository",
        "treadle import entire, or treadle record --from TRANSCRIPT; a colleague's threads come "
        "with git fetch origin refs/notes/treadle:refs/notes/treadle",
    )


def _line(out: Paper, commit: Commit, thread: ThreadLine | None, result: Result) -> str:
    head = f"{out.style(commit.id[:8], 'commit')} {commit.time[:10]}"
    if thread is None:
        return f"{head} {out.style('damaged', 'unrecorded')} {result.failures[0].reason}"
    told = result.added_lines - result.evidence["unrecorded"]
    share = f"{told}/{result.added_lines}".rjust(9)
    size = f"{thread.prompts}p {thread.steps}s".rjust(9)
    left = columns() - 8 - 11 - 9 - 9 - 3
    style = "proved" if told == result.added_lines else "dim"
    text = clip(visible(thread.title or commit.subject), max(left, 20))
    return f"{head} {out.style(share, style)} {out.style(size, 'dim')} {text}"


def _json(commit: Commit, thread: ThreadLine | None, result: Result) -> dict[str, object]:
    told: dict[str, object] = {
        "commit": commit.id,
        "time": commit.time,
        "subject": commit.subject,
        "added_lines": result.added_lines,
        "explained_lines": result.added_lines - result.evidence["unrecorded"],
        "failures": [failure.reason for failure in result.failures],
    }
    if thread is not None:
        told |= {
            "title": thread.title,
            "prompts": thread.prompts,
            "steps": thread.steps,
            "agents": thread.agents,
        }
    return told
