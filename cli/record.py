"""``treadle record``: a commit's document out of a transcript."""

from __future__ import annotations

import click

from treadle.cli.door import opened
from treadle.cli.paper import print_json, visible
from treadle.tangle.check import Result, check
from treadle.tangle.index import Index, ThreadLine
from treadle.tangle.learn import thread_line
from treadle.tangle.manual import read_files, refuse_loss, solve_commit
from treadle.thread.repo import Commit


@click.command("record")
@click.argument("rev", metavar="[COMMIT]", default="HEAD")
@click.option("--from", "files", multiple=True, required=True, metavar="FILE",
              help="The transcript of a session; may be given several times.")  # fmt: skip
@click.option("--agent", default="", help="Whose transcript it is, where it does not say.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--replace", is_flag=True, help="Write anew, though other sessions' parts are lost.")
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    rev: str,
    files: tuple[str, ...],
    agent: str,
    dry_run: bool,
    replace: bool,
    as_json: bool,
) -> int:
    """Write the document of COMMIT (HEAD if not given) out of transcripts.

    A session joins if its edits are in the commit's diff. Sub-agents' files beside a
    transcript are read with it.
    """
    _refuse_unknown(agent)
    with opened(ctx) as index:
        commit = index.repo.chosen([rev])[0]
        told = read_files(files, agent)
        if not replace:
            refuse_loss(index.repo, commit, told.sessions)
        for problem in told.problems:
            click.echo(visible(str(problem)), err=True)
        solution = solve_commit(index.repo, commit, told.sessions)
        if dry_run:
            click.echo(_dry(commit, thread_line(solution.redacted.thread), solution.redacted.found))
            return 0
        written = index.store.put({commit.id: solution.redacted})
        index.refresh()
        line, result = thread_line(solution.redacted.thread), _checked(index, commit)
        if as_json:
            print_json({**_json(commit, line, result), "written": written})
        else:
            click.echo(_said(commit, line, result) + ("" if written else "; it was there already"))
    return 0


def _refuse_unknown(agent: str) -> None:
    from treadle.thread.agents import names
    from treadle.thread.errors import UserError

    if agent and agent not in names():
        raise UserError(f"no reader is called {agent!r}", f"there are: {', '.join(names())}", 2)


def _checked(index: Index, commit: Commit) -> Result:
    return next(result for _, result in check(index, [commit]))


def _said(commit: Commit, line: ThreadLine, result: Result) -> str:
    """The one line that tells of a recorded commit."""
    explained = result.added_lines - result.evidence["unrecorded"]
    return (
        f"treadle: {commit.id[:8]}  {_count(line.prompts, 'prompt')}, "
        f"{_count(line.steps, 'step')}, {explained}/{result.added_lines} lines explained ({', '.join(line.agents)})"
    )


def _dry(commit: Commit, line: ThreadLine, found: tuple[tuple[str, int], ...]) -> str:
    hidden = ", ".join(f"{count} {rule}" for rule, count in found)
    return (
        f"would record {commit.id[:8]}: {_count(line.prompts, 'prompt')}, "
        f"{_count(line.steps, 'step')}" + (f"; would redact {hidden}" if hidden else "")
    )


def _json(commit: Commit, line: ThreadLine, result: Result) -> dict[str, object]:
    return {
        "commit": commit.id,
        "prompts": line.prompts,
        "steps": line.steps,
        "agents": line.agents,
        "added_lines": result.added_lines,
        "explained_lines": result.added_lines - result.evidence["unrecorded"],
        "failures": [failure.reason for failure in result.failures],
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
