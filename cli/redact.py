"""``treadle redact --dry-run``: what is hidden before it is stored, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import one_commit, opened, placed
from treadle.cli.screen.cells import one_line
from treadle.cli.screen.paper import print_json
from treadle.thread.errors import UserError

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index
    from treadle.thread.leaks.preview import Hidden
    from treadle.thread.redaction.rules import Rules


@click.command("redact")
@click.argument("rev", metavar="[COMMIT]", default="HEAD")
@click.option("--dry-run", is_flag=True, help="Show what would be hidden, and why.")
@click.option("--from", "files", multiple=True, metavar="FILE",
              help="Look through a transcript; may be given several times.")  # fmt: skip
@click.option("--agent", default="", help="Whose transcript it is, where it does not say.")
@click.option("--json", "as_json", is_flag=True, help="The same, as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    rev: str,
    dry_run: bool,
    files: tuple[str, ...],
    agent: str,
    as_json: bool,
) -> int:
    """Show what redaction hides of a transcript, or would still hide of COMMIT's document.

    Documents are redacted before they are stored, so there is nothing to do but look; treadle
    scrub takes out what got in all the same.
    """
    if not dry_run:
        raise UserError(
            "redaction happens before a document is stored: there is only --dry-run",
            "treadle scrub PATTERN takes a secret out of documents that are stored",
            2,
        )
    from treadle.thread.leaks.hidden import finder
    from treadle.thread.redaction.rules import rules_of
    from treadle.thread.wishes.settings import settings

    with opened(ctx) as index:
        rules = rules_of(settings(index.repo), finder(index.repo))
        paths = [placed(ctx, file) for file in files]
        found = _of_files(paths, agent, rules) if files else _of_commit(index, rev, rules)
    if as_json:
        print_json({"version": 1, "hidden": [_json(one) for one in found]})
    else:
        _show(found)
    return 0


def _of_files(paths: Sequence[str], agent: str, rules: Rules) -> list[Hidden]:
    from treadle.tangle.capturing.manual import read_files
    from treadle.thread.leaks.preview import of_session

    told = read_files(paths, agent)
    return [one for session in told.sessions for one in of_session(session, rules)]


def _of_commit(index: Index, rev: str, rules: Rules) -> list[Hidden]:
    from treadle.tangle.read import read_thread
    from treadle.thread.leaks.preview import of_thread

    commit = index.repo.chosen([one_commit(rev)])[0]
    return list(of_thread(read_thread(index.store, commit.id), rules))


def _show(found: Sequence[Hidden]) -> None:
    for one in found:
        size = "line" if one.rule == "left-out" else "character"
        told = f"{one_line(one.before)}{one_line(one.shown)}… ({one.length} {size}s)"
        click.echo(f"{one.rule:14} {one_line(one.where)}: {told}")
    counts = Counter(one.rule for one in found)
    listed = ", ".join(f"{count} {rule}" for rule, count in sorted(counts.items()))
    click.echo(f"hidden: {listed}" if listed else "nothing to hide")


def _json(one: Hidden) -> dict[str, object]:
    return {
        "where": one.where,
        "rule": one.rule,
        "before": one.before,
        "begins": one.shown,
        "length": one.length,
    }
