"""``treadle doctor``: what does not work, what to do, and with ``--fix`` doing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import near, repository
from treadle.cli.screen.cells import visible
from treadle.cli.screen.paper import Paper, paper, print_json

if TYPE_CHECKING:
    from treadle.thread.hooks.checkup import Finding
    from treadle.thread.repo import Repo

_STYLES = {"good": "proved", "note": "command", "bad": "unrecorded"}


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Mend what can be mended.")
@click.option("--json", "as_json", is_flag=True, help="What was found, as JSON.")
@click.pass_context
def command(ctx: click.Context, fix: bool, as_json: bool) -> int:
    """Look at all that recording needs, and say what to do where it is not as it should be.

    Hooks, fetch lines, locks, git's settings and version, the queue, treadle's own files, and what
    agents are about to delete. Exits 1 where something does not work.
    """
    from treadle.thread.hooks.checkup import BAD

    with repository(ctx, hooks=True) as repo:
        found = _look(repo)
        mended = _mend(repo, found) if fix else []
        if mended:
            found = _look(repo)
        if as_json:
            print_json({"version": 1, "findings": [_json(one) for one in found], "mended": mended})
        else:
            with paper(repo) as out:
                for line in mended:
                    out.line(f"mended: {visible(near(repo, line))}")
                _show(out, repo, found)
    return 1 if any(one.state == BAD for one in found) else 0


def _look(repo: Repo) -> list[Finding]:
    from treadle.tangle.upkeep import checkup as capture
    from treadle.thread.hooks import checkup

    return [*checkup.look(repo), *capture.look(repo)]


def _mend(repo: Repo, found: Sequence[Finding]) -> list[str]:
    from treadle.thread.hooks.checkup import mend
    from treadle.thread.hooks.program import start_worker

    done = mend(repo, found)
    if any(one.mend == ("worker",) for one in found):
        start_worker(repo.git_dir)
        done.append("the worker was started; treadle status tells how far it is")
    return done


def _show(out: Paper, repo: Repo, found: Sequence[Finding]) -> None:
    for one in found:
        state = out.style(one.state.ljust(4), _STYLES[one.state])
        out.line(f"{state}  {one.about.ljust(7)}  {visible(near(repo, one.told))}")
        if one.do:
            more = ", or treadle doctor --fix" if one.mend and "--fix" not in one.do else ""
            out.line(f"{'':15}{visible(near(repo, one.do))}{more}")


def _json(one: Finding) -> dict[str, object]:
    return {
        "about": one.about,
        "state": one.state,
        "told": one.told,
        "do": one.do,
        "mends": bool(one.mend),
    }
