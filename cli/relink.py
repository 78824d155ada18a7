"""``treadle relink``: documents tied again to commits that were rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import nothing_recorded, opened
from treadle.cli.screen.cells import one_line, visible
from treadle.cli.screen.paper import Paper, paper, print_json

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index
    from treadle.tangle.relink import Outcome, Relinked
    from treadle.tangle.relinking.prune import Pruned
    from treadle.thread.repo import Commit


@click.command("relink")
@click.argument("revs", nargs=-1, metavar="[REV or RANGE]...")
@click.option("--dry-run", is_flag=True, help="Say what would be tied, and write nothing.")
@click.option("--prune", is_flag=True,
              help="Also remove documents of commits that no ref reaches, if each of their parts "
              "stands in another document. A backup ref keeps them.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def command(
    ctx: click.Context, revs: tuple[str, ...], dry_run: bool, prune: bool, as_json: bool
) -> int:
    """Tie documents to commits that were amended, rebased, squashed, picked or filtered.

    Documents are found by what they say of the code, not by the old commits, which need not
    be here. With REVS (names or ranges) the commits named are looked at, without all that a
    ref reaches. A commit that has a document of its own is left alone. In doubt nothing is
    tied. What was tied once stays: doing it again changes nothing.
    """
    from treadle.tangle.relink import propose, relink
    from treadle.tangle.relinking.prune import prune as remove

    with opened(ctx) as index:
        if not index.notes():
            raise nothing_recorded()
        commits = _commits(index, revs)
        done = propose(index.repo, commits) if dry_run else relink(index.repo, commits)
        index.refresh()
        pruned = remove(index.repo, dry_run=dry_run) if prune else None
        if as_json:
            print_json(_json(done, pruned))
        else:
            with paper(index.repo, paged=True) as out:
                _show(out, done, pruned, dry_run)
    return 0


def _commits(index: Index, revs: Sequence[str]) -> list[Commit]:
    from treadle.tangle.capture import REFS

    return index.repo.chosen(revs) if revs else index.repo.commits((), *REFS)


def _tied(done: Relinked) -> list[Outcome]:
    return [outcome for outcome in done.outcomes if outcome.sources]


def _json(done: Relinked, pruned: Pruned | None) -> dict[str, object]:
    told: dict[str, object] = {
        "version": 1,
        "commits": len(done.outcomes),
        "tied": [_told(outcome) for outcome in _tied(done)],
        "unreadable": [{"commit": row.commit, "reason": row.reason} for row in done.unreadable],
    }
    if pruned is not None:
        told["pruned"] = list(pruned.commits)
        told["backup"] = pruned.backup
    return told


def _told(outcome: Outcome) -> dict[str, object]:
    return {
        "commit": outcome.commit.id,
        "added_lines": outcome.added,
        "explained_lines": outcome.explained,
        "sources": [
            {"commit": source.commit, "parts": list(source.parts), "because": source.sure}
            for source in outcome.sources
        ],
    }


def _show(out: Paper, done: Relinked, pruned: Pruned | None, dry_run: bool) -> None:
    for row in done.unreadable:
        out.line(f"{row.commit[:8]}: its document cannot be read: {visible(row.reason)}")
    tied = _tied(done)
    for outcome in tied:
        commit = outcome.commit
        out.line(
            f"{out.style(commit.id[:8], 'matched')} {one_line(commit.subject)}: "
            f"{outcome.explained}/{outcome.added} lines explained"
        )
        for source in outcome.sources:
            out.line(f"  from {source.commit[:8]}, {source.sure}")
    verb = "would be tied" if dry_run else "tied"
    left = len(done.outcomes) - len(tied)
    out.line(f"{_count(len(tied), 'commit')} {verb}, {left} without a document left alone")
    if pruned is not None:
        gone = _count(len(pruned.commits), "document")
        out.line(f"{gone} {'would be ' if dry_run else ''}removed" + _kept(pruned))


def _kept(pruned: Pruned) -> str:
    return f"; {pruned.backup} keeps them" if pruned.backup else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
