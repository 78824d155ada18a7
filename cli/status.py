"""``treadle status``: what was recorded, what waits, what is not in any document yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from treadle.cli.door import repository
from treadle.cli.screen.cells import one_line, visible
from treadle.cli.screen.paper import print_json
from treadle.thread.waiting.outcomes import ago, called, size_of

if TYPE_CHECKING:
    from treadle.tangle.upkeep.standing import Standing

_LINES = 10
"""Outcomes that are told."""


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """Tell what became of the last commits, what waits, and which sessions there are."""
    from treadle.tangle.upkeep.standing import standing

    with repository(ctx, hooks=True) as repo:
        found = standing(repo, _LINES)
    if as_json:
        print_json(_json(found))
    else:
        click.echo("\n".join(_said(found, time.time())))
    return 0


def _said(found: Standing, now: float) -> list[str]:
    hooks = "this repository's hooks record commits"
    if found.astray:
        hooks = f"{'; '.join(map(one_line, found.astray))} (treadle doctor tells what to do)"
    lines = [f"{hooks}; {size_of(found.documents, 'document')}"]
    if found.unclear:
        told = one_line("; ".join(found.unclear))
        lines.append(f"settings: {told} (treadle config tells what counts)")
    lines += [f"  {visible(told.line)}" for told in found.outcomes]
    for entry in found.waiting:
        why = f", until the {entry.why} is over" if entry.why else ""
        lines.append(f"waiting: {entry.commit[:8]}, since {ago(now - entry.since)}{why}")
    if found.unnoted:
        ids = ", ".join(id_[:8] for id_ in found.unnoted[:5])
        more = ", …" if len(found.unnoted) > 5 else ""
        lines.append(
            f"{size_of(len(found.unnoted), 'commit')} made here that no hook noted: {ids}{more} "
            "(treadle doctor looks why, treadle backfill records them)"
        )
    for tail in found.tails:
        lines.append(
            f"pending: {called(tail.agent)} {one_line(tail.session)}: "
            f"{size_of(tail.edits, 'edit')} that no commit took whole yet"
            + (", its transcript is gone" if tail.gone else "")
        )
    for one in found.newest:
        lines.append(f"newest {called(one.agent)} session: {ago(now - one.changed)}")
    lines += [one_line(f"{problem.file}: {problem.reason}") for problem in found.problems]
    return lines


def _json(found: Standing) -> dict[str, object]:
    return {
        "version": 1,
        "hooks": not found.astray,
        "documents": found.documents,
        "outcomes": [
            {
                "commit": told.commit,
                "result": told.result,
                "line": told.line,
                "time": told.time,
                "reason": told.reason,
            }
            for told in found.outcomes
        ],
        "waiting": [
            {"commit": entry.commit, "since": entry.since, "during": entry.why}
            for entry in found.waiting
        ],
        "unnoted": list(found.unnoted),
        "pending": [
            {
                "agent": tail.agent,
                "session": tail.session,
                "events": tail.events,
                "edits": tail.edits,
                "bytes": tail.size,
                "transcript_gone": tail.gone,
            }
            for tail in found.tails
        ],
        "newest": [
            {"agent": one.agent, "session": one.session, "changed": one.changed}
            for one in found.newest
        ],
        "problems": [*map(str, found.problems), *found.unclear],
    }
