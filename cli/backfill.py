"""``treadle backfill``: documents for commits made before treadle was there to see."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from treadle.cli.door import opened
from treadle.cli.screen.cells import one_line
from treadle.cli.screen.paper import print_json
from treadle.cli.screen.progress import Progress

if TYPE_CHECKING:
    from treadle.tangle.capture import Captured
    from treadle.tangle.capturing.backfill import Plan
    from treadle.tangle.learnt.index import Index
    from treadle.tangle.result import Result
    from treadle.thread.redact import Redacted
    from treadle.thread.repo import Repo

_BATCH = 200
"""Documents stored at once."""
_PROBLEMS = 10
"""Problems that are told one by one."""


@click.command("backfill")
@click.argument("revs", nargs=-1, metavar="[REV or RANGE]...")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def command(ctx: click.Context, revs: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    """Write documents for commits without one, out of transcripts on this machine.

    Without REVS all commits since the oldest transcript of this repository began. For each it
    says how many lines are explained, by which evidence, and how the sessions are known.
    """
    from treadle.tangle.capturing.backfill import plan

    with opened(ctx) as index:
        bar = Progress(0, "commits")
        bar.say("reading transcripts …")
        todo = plan(index.repo, revs)
        bar.end()
        for commit in todo.cut:
            click.echo(
                f"{commit.id[:8]}: its parent is not in this clone; git fetch --deepen=1 brings it",
                err=True,
            )
        tally = _Tally(dry_run)
        try:
            _backfill(index, todo, tally, aloud=not as_json)
        except KeyboardInterrupt:
            done = _count(tally.written, "document")
            click.echo(f"{done} written; backfill again goes on from there", err=True)
            raise
    _tell(tally.problems)
    if as_json:
        print_json(_json(todo, tally))
    else:
        click.echo(_said(todo, tally))
    return 1 if tally.failed else 0


@dataclass(slots=True)
class _Tally:
    """What a backfill came to."""

    dry: bool
    written: int = 0
    solved: int = 0
    failed: int = 0
    added: int = 0
    explained: int = 0
    rows: list[dict[str, object]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def _backfill(index: Index, todo: Plan, tally: _Tally, *, aloud: bool) -> None:
    """Solve and store. What was solved before the work is stopped is stored too."""
    from treadle.tangle.capturing.backfill import backfill

    bar = Progress(len(todo.commits), "commits")
    batch: dict[str, Redacted] = {}
    tally.problems += map(str, todo.gathered.problems)
    try:
        for done, (captured, result) in enumerate(backfill(index.repo, todo), 1):
            tally.problems += map(str, captured.problems)
            if captured.error is not None:
                tally.failed += 1
                tally.problems.append(f"{captured.commit.id[:8]}: {captured.error.message}")
            if captured.solution is None and captured.error is None and not tally.dry:
                _note(index.repo, captured.commit.id)
            if captured.solution is not None and result is not None:
                batch[captured.commit.id] = captured.solution.redacted
                _take(tally, captured, result)
                if aloud:
                    bar.end()
                    click.echo(_line(captured, result))
            if len(batch) >= _BATCH:
                tally.written += 0 if tally.dry else index.store.put(batch)
                batch.clear()
            bar.show(done)
    finally:
        bar.end()
        tally.written += index.store.put(batch) if batch and not tally.dry else 0


def _note(repo: Repo, commit: str) -> None:
    """Remember that a commit was looked at, so that nobody is told again that it was missed."""
    from treadle.thread.waiting.outcomes import Outcome, Outcomes

    line = f"no thread for {commit[:6]}: backfill found no session that has a share in it"
    outcomes = Outcomes(os.path.join(repo.common_dir, "treadle"))
    outcomes.add(Outcome("nothing", line, commit), time.time(), aloud=False)


def _take(tally: _Tally, captured: Captured, result: Result) -> None:
    assert captured.solution is not None
    parts = captured.solution.redacted.thread.parts
    explained = result.added_lines - result.evidence["unrecorded"]
    tally.solved += 1
    tally.added += result.added_lines
    tally.explained += explained
    tally.rows.append(
        {
            "commit": captured.commit.id,
            "subject": captured.commit.subject,
            "added_lines": result.added_lines,
            "explained_lines": explained,
            "evidence": result.evidence,
            "named": [f"{part.agent} {part.session}" for part in parts if part.named],
            "found": [f"{part.agent} {part.session}" for part in parts if not part.named],
            "failures": [failure.reason for failure in result.failures],
        }
    )


def _line(captured: Captured, result: Result) -> str:
    """One commit: explained lines, by which evidence, and how its sessions are known."""
    assert captured.solution is not None
    parts = captured.solution.redacted.thread.parts
    explained = result.added_lines - result.evidence["unrecorded"]
    classes = ", ".join(
        f"{count} {name}"
        for name, count in result.evidence.items()
        if count and name != "unrecorded"
    )
    sure = ", ".join(
        dict.fromkeys(f"{part.agent} {'named' if part.named else 'found'}" for part in parts)
    )
    failed = "".join(f"; {failure.path}: {failure.reason}" for failure in result.failures[:1])
    return (
        f"{captured.commit.id[:8]}  {explained}/{result.added_lines} lines"
        f"{f' ({classes})' if classes else ''}, {sure}  "
        f"{one_line(captured.commit.subject)}{failed}"
    )


def _tell(problems: list[str]) -> None:
    for problem in problems[:_PROBLEMS]:
        click.echo(one_line(problem), err=True)
    if len(problems) > _PROBLEMS:
        click.echo(f"… {len(problems) - _PROBLEMS} problems more", err=True)


def _said(todo: Plan, tally: _Tally) -> str:
    if not todo.gathered.sessions:
        return "no agent's transcript of this repository was found on this machine"
    without = len(todo.commits) - tally.solved
    what = "would be written" if tally.dry else "written"
    number = tally.solved if tally.dry else tally.written
    share = (
        f"; {100 * tally.explained / tally.added:.0f} % of lines explained" if tally.added else ""
    )
    lines = [f"{_count(number, 'document')} {what}, {todo.stored} were there already{share}"]
    if without:
        verb = "holds" if without == 1 else "hold"
        lines.append(f"{_count(without, 'commit')} {verb} nothing of these sessions")
    return "\n".join(lines)


def _json(todo: Plan, tally: _Tally) -> dict[str, object]:
    return {
        "version": 1,
        "documents_written": tally.written,
        "documents_already_there": todo.stored,
        "commits_without_thread": len(todo.commits) - tally.solved,
        "sessions": len(todo.gathered.sessions),
        "since": todo.began,
        "added_lines": tally.added,
        "explained_lines": tally.explained,
        "commits": tally.rows,
        "problems": tally.problems,
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
