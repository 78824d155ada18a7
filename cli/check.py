"""``treadle check``: do the documents make their commits, and how much do they explain?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import nothing_recorded, opened
from treadle.cli.screen.cells import one_line, visible
from treadle.cli.screen.paper import Paper, paper, print_json
from treadle.cli.screen.progress import Progress
from treadle.cli.shares import BY, Control, Share, foreign, shares, show_control, show_shares

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index
    from treadle.tangle.result import Failure, Result
    from treadle.thread.repo import Commit

_NAMED = 8
"""Commits to which a document could be tied that are named for a person."""
_SHOWN = 20
"""Failures that are listed for a person; ``--json`` lists all."""


@click.command("check")
@click.argument("revs", nargs=-1)
@click.option(
    "--complete", is_flag=True, help="Only commits all of whose transcripts were at hand."
)
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="N",
              help="Exit 1 if less than N percent of the added lines are explained.")  # fmt: skip
@click.option("--by", type=click.Choice(BY), help="Also list shares, the least explained first.")
@click.option("--control", is_flag=True,
              help="Also solve each commit with a session that is not its own: what it claims "
              "is false. Needs the checkpoints that were imported.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    revs: tuple[str, ...],
    complete: bool,
    fail_under: float | None,
    by: str | None,
    control: bool,
    as_json: bool,
) -> int:
    """Apply every document to its parent's files and compare with the commit's tree.

    With REVS (names or ranges) the commits named are checked, and one without a document
    counts as unrecorded; without, all commits that have a document. Exits 1 where a document
    does not make its commit, or explains less than --fail-under asks for.
    """
    from treadle.tangle.check import orphans, untied
    from treadle.tangle.result import total

    with opened(ctx) as index:
        if not index.notes():
            raise nothing_recorded()
        lost = [] if revs else orphans(index)
        loose = untied(index) if lost else []
        rows = [row for row in _check(index, revs) if row[1].complete or not complete]
        whole = total(result for _, result in rows)
        listed = shares(by, rows) if by else []
        claimed = foreign(index) if control else None
        if as_json:
            print_json({**told(whole, lost, loose), **_more(by, listed, claimed)})
        else:
            with paper(index.repo, paged=True) as out:
                _show(out, whole, lost, loose)
                if claimed is not None:
                    show_control(out, claimed)
                if listed:
                    show_shares(out, listed)
                if _under(whole, fail_under):
                    out.line(f"less than {fail_under:g} % is explained")
    return 1 if whole.failures or _under(whole, fail_under) else 0


def _check(index: Index, revs: Sequence[str]) -> list[tuple[Commit, Result]]:
    from treadle.tangle.check import check

    commits = _commits(index, revs)
    bar = Progress(len(commits), "commits")
    results = []
    for row in check(index, commits):
        results.append(row)
        bar.show(len(results))
    bar.end()
    return results


def _commits(index: Index, revs: Sequence[str]) -> list[Commit]:
    if revs:
        named = index.repo.chosen(revs)
        return [one for one in named if len(one.parents) < 2 or one.id in index.notes()]
    notes = index.notes()
    return [commit for commit in index.repo.commits((), "--all") if commit.id in notes]


def _under(whole: Result, limit: float | None) -> bool:
    return limit is not None and whole.explained is not None and whole.explained < limit


def told(whole: Result, lost: Sequence[str], loose: Sequence[str] = ()) -> dict[str, object]:
    """The figures as JSON, version 1."""
    return {
        "version": 1,
        "commits": whole.commits,
        "with_document": whole.with_document,
        "exact": whole.exact,
        "orphan_documents": len(lost),
        "could_be_tied": list(loose),
        "added_lines": whole.added_lines,
        "evidence": whole.evidence,
        "explained": whole.explained,
        "explained_own": whole.explained_own,
        "by_reference": whole.by_reference,
        "files": whole.files,
        "files_proved": whole.files_proved,
        "agents": whole.agents,
        "doubted_lines": whole.doubted,
        "problems": whole.problems,
        "failures": [_failure(failure) for failure in whole.failures],
    }


def _more(by: str | None, listed: Sequence[Share], claimed: Control | None) -> dict[str, object]:
    """What is told only where it was asked for."""
    more: dict[str, object] = {}
    if by:
        more[f"by_{by}"] = [
            {"name": s.name, "added_lines": s.added, "explained_lines": s.explained} for s in listed
        ]
    if claimed is not None:
        more["control"] = {
            "commits": claimed.commits,
            "added_lines": claimed.added,
            "false_lines": claimed.false,
            "false_percent": claimed.percent,
        }
    return more


def _failure(failure: Failure) -> dict[str, str]:
    return {"commit": failure.commit, "path": failure.path, "reason": failure.reason}


def _show(out: Paper, whole: Result, lost: Sequence[str], loose: Sequence[str]) -> None:
    from treadle.thread.model import EVIDENCE

    documents = _count(whole.with_document, "document")
    if whole.exact == whole.with_document:
        verb = "makes its commit" if whole.exact == 1 else "make their commits"
        out.line(f"{documents} {verb}, byte for byte")
    else:
        verb = "makes its commit" if whole.exact == 1 else "make their commits"
        out.line(f"{whole.exact} of {documents} {verb}, byte for byte")
    bare = whole.commits - whole.with_document
    if bare:
        out.line(f"{_count(bare, 'commit')} without a document")
    if lost:
        out.line(f"{_count(len(lost), 'document')} of commits that no ref reaches")
    if loose:
        ids = ", ".join(commit[:8] for commit in loose[:_NAMED])
        more = f" and {len(loose) - _NAMED} more" if len(loose) > _NAMED else ""
        out.line(f"treadle relink would tie one of them to each of {ids}{more}")
    out.line(f"{_count(whole.added_lines, 'added line')}, {_share(whole)}")
    for name in EVIDENCE:
        count = whole.evidence[name]
        part = 100 * count / whole.added_lines if whole.added_lines else 0.0
        out.line(f"  {out.style(name.ljust(11), name)} {count:>8} {part:>6.2f} %")
    out.line(f"{whole.files_proved} of {_count(whole.files, 'file')} proved by replay alone")
    held = ", ".join(f"{count} {name}" for name, count in whole.by_reference.items() if count)
    if held:
        out.line(f"by reference: {held}")
    if whole.doubted:
        lines = "line of older commits is" if whole.doubted == 1 else "lines of older commits are"
        out.line(f"{whole.doubted} {lines} in doubt where squashes hide the edits between")
    if whole.problems:
        unread, unplaced = sum(whole.unread.values()), sum(whole.unplaced.values())
        out.line(
            f"{_count(whole.problems, 'problem')}: {_count(unread, 'passage')} of transcripts that "
            f"could not be read, {_count(unplaced, 'edit')} without a place"
        )
    _show_failures(out, whole.failures)


def _share(whole: Result) -> str:
    if whole.explained is None:
        return "so nothing to explain"
    own = f", {whole.explained_own} % by named strands" if whole.explained_own is not None else ""
    return f"{whole.explained} % explained{own}"


def _show_failures(out: Paper, failures: Sequence[Failure]) -> None:
    for failure in failures[:_SHOWN]:
        where = f"{failure.commit[:8]} {one_line(failure.path)}".rstrip()
        why = visible(failure.reason)
        out.line(f"{out.style('failed', 'unrecorded')} {where}: {why}")
    if len(failures) > _SHOWN:
        out.line(f"  … {len(failures) - _SHOWN} failures more: --json lists them")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
