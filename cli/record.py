"""``treadle record``: a commit's document out of a transcript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import one_commit, opened, placed
from treadle.cli.screen.cells import one_line, visible
from treadle.cli.screen.paper import print_json

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index, ThreadLine
    from treadle.tangle.result import Result
    from treadle.tangle.solve import Solution
    from treadle.thread.model import Problem
    from treadle.thread.repo import Commit, Repo

_PROBLEMS = 10
"""Problems of a transcript that are told one by one."""


@click.command("record")
@click.argument("rev", metavar="[COMMIT]", default="HEAD")
@click.option("--from", "files", multiple=True, metavar="FILE",
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

    Without --from they are looked for where agents keep them. A session joins if its edits
    are in the commit's diff. Sub-agents' files beside a transcript are read with it.
    """
    from treadle.tangle.learnt.learn import thread_line
    from treadle.tangle.sharing.unite import keep

    _refuse_unknown(agent, files)
    with opened(ctx) as index:
        since = index.store.tip()
        commit = index.repo.chosen([one_commit(rev)])[0]
        paths = [placed(ctx, file) for file in files]
        solution = _solved(index.repo, commit, paths, agent, replace=replace)
        line, found = thread_line(solution.redacted.thread), solution.redacted.found
        if dry_run:
            if as_json:
                print_json({**_json(commit, line), "written": 0, "redacted": dict(found)})
            else:
                click.echo(_dry(commit, line, found))
            return 0
        written = keep(index.store, {commit.id: solution.redacted}, since)
        index.refresh()
        result = _checked(index, commit)
        if as_json:
            shown = {"written": written, "redacted": dict(found)}
            print_json({**_json(commit, line), **_figures(result), **shown})
        else:
            click.echo(_said(commit, line, result) + ("" if written else "; it was there already"))
    return 1 if result.failures else 0


def _solved(
    repo: Repo, commit: Commit, files: Sequence[str], agent: str, *, replace: bool
) -> Solution:
    """The commit's thread out of the transcripts named, or of those that are found."""
    import time

    from treadle.tangle.capturing.manual import (
        find_and_solve,
        read_files,
        refuse_loss,
        solve_commit,
    )

    if not files:
        told, solution = find_and_solve(repo, commit, time.time())
        if not replace:
            refuse_loss(repo, commit, told.sessions)
        _tell(told.problems)
        return solution
    told = read_files(files, agent)
    if not replace:
        refuse_loss(repo, commit, told.sessions)
    _tell(told.problems)
    return solve_commit(repo, commit, told.sessions)


def _refuse_unknown(agent: str, files: Sequence[str]) -> None:
    from treadle.thread.agents import names
    from treadle.thread.errors import UserError

    if agent and agent not in names():
        raise UserError(f"no reader is called {agent!r}", f"there are: {', '.join(names())}", 2)
    if agent and not files:
        raise UserError("--agent says whose transcript it is, and none is given", "add --from", 2)


def _tell(problems: Sequence[Problem]) -> None:
    """What could not be read of the transcripts, on standard error."""
    for problem in problems[:_PROBLEMS]:
        click.echo(visible(str(problem)), err=True)
    if len(problems) > _PROBLEMS:
        click.echo(f"… {len(problems) - _PROBLEMS} problems more", err=True)


def _checked(index: Index, commit: Commit) -> Result:
    from treadle.tangle.check import check

    return next(result for _, result in check(index, [commit]))


def _said(commit: Commit, line: ThreadLine, result: Result) -> str:
    """The one line that tells of a recorded commit."""
    explained = result.added_lines - result.evidence["unrecorded"]
    failed = "".join(f"; {failure.path}: {failure.reason}" for failure in result.failures[:1])
    return (
        f"treadle: {commit.id[:8]}  {_size(line)}, "
        f"{explained}/{result.added_lines} lines explained ({', '.join(line.agents)}){failed}"
    )


def _dry(commit: Commit, line: ThreadLine, found: Sequence[tuple[str, int]]) -> str:
    hidden = ", ".join(f"{count} {rule}" for rule, count in found)
    told = f"would record {commit.id[:8]} ({one_line(commit.subject)}): {_size(line)}"
    return told + (f"; would redact {hidden}" if hidden else "")


def _json(commit: Commit, line: ThreadLine) -> dict[str, object]:
    return {
        "commit": commit.id,
        "prompts": line.prompts,
        "steps": line.steps,
        "agents": line.agents,
    }


def _figures(result: Result) -> dict[str, object]:
    return {
        "added_lines": result.added_lines,
        "explained_lines": result.added_lines - result.evidence["unrecorded"],
        "failures": [failure.reason for failure in result.failures],
    }


def _size(line: ThreadLine) -> str:
    return f"{_count(line.prompts, 'prompt')}, {_count(line.steps, 'step')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
