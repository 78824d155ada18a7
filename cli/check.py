"""``treadle check``: do the documents make their commits, and how much do they explain?"""

from __future__ import annotations

import click

from treadle.cli.door import opened
from treadle.cli.log import nothing_recorded
from treadle.cli.paper import Paper, paper, print_json, visible
from treadle.tangle.check import Failure, Result, check, orphans, total
from treadle.tangle.index import Index
from treadle.thread.model import EVIDENCE
from treadle.thread.repo import Commit

_SHOWN = 20


@click.command("check")
@click.argument("revs", nargs=-1)
@click.option(
    "--complete", is_flag=True, help="Only commits all of whose transcripts were at hand."
)
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="N",
              help="Exit 1 if less than N percent of the added lines are explained.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    revs: tuple[str, ...],
    complete: bool,
    fail_under: float | None,
    as_json: bool,
) -> int:
    """Apply every document to its parent's files and compare with the commit's tree.

    With REVS (names or ranges) the commits named are checked, and one without a document
    counts as unrecorded; without, all commits that have a document.
    """
    with opened(ctx) as index:
        if not index.notes():
            raise nothing_recorded()
        lost = [] if revs else orphans(index)
        results = [r for _, r in check(index, _commits(index, revs)) if r.complete or not complete]
        whole = total(results)
        if as_json:
            print_json(told(whole, lost))
        else:
            with paper(index.repo) as out:
                _show(out, whole, lost)
    return 1 if whole.failures or _under(whole, fail_under) else 0


def _commits(index: Index, revs: tuple[str, ...]) -> list[Commit]:
    if revs:
        return [commit for commit in index.repo.chosen(revs) if len(commit.parents) < 2]
    notes = index.notes()
    here = [c for c in index.repo.commits(("HEAD",), "--all") if c.id in notes]
    return here


def _under(whole: Result, limit: float | None) -> bool:
    return limit is not None and whole.explained is not None and whole.explained < limit


def told(whole: Result, lost: list[str]) -> dict[str, object]:
    """The figures as JSON, version 1."""
    return {
        "version": 1,
        "commits": whole.commits,
        "with_document": whole.with_document,
        "exact": whole.exact,
        "orphan_documents": len(lost),
        "added_lines": whole.added_lines,
        "evidence": whole.evidence,
        "explained": whole.explained,
        "explained_own": whole.explained_own,
        "by_reference": whole.by_reference,
        "files": whole.files,
        "files_proved": whole.files_proved,
        "agents": whole.agents,
        "failures": [_failure(failure) for failure in whole.failures],
    }


def _failure(failure: Failure) -> dict[str, str]:
    return {"commit": failure.commit, "path": failure.path, "reason": failure.reason}


def _show(out: Paper, whole: Result, lost: list[str]) -> None:
    out.line(f"{whole.exact} of {whole.with_document} documents make their commit, byte for byte")
    if whole.commits > whole.with_document:
        out.line(f"{whole.commits - whole.with_document} commits have no document")
    if lost:
        out.line(f"{len(lost)} documents belong to commits that no ref reaches")
    share = "nothing was added" if whole.explained is None else f"{whole.explained} % explained"
    own = "" if whole.explained_own is None else f", {whole.explained_own} % by named strands"
    out.line(f"{whole.added_lines} added lines, {share}{own}")
    for name in EVIDENCE:
        count = whole.evidence[name]
        part = 100 * count / whole.added_lines if whole.added_lines else 0.0
        out.line(f"  {out.style(name.ljust(11), name)} {count:>8} {part:>6.2f} %")
    out.line(f"{whole.files_proved} of {whole.files} files proved by replay alone")
    held = ", ".join(f"{count} {name}" for name, count in whole.by_reference.items() if count)
    if held:
        out.line(f"by reference: {held}")
    for failure in whole.failures[:_SHOWN]:
        where = f"{failure.commit[:8]} {visible(failure.path)}".rstrip()
        out.line(f"{out.style('failed', 'unrecorded')} {where}: {visible(failure.reason)}")
    if len(whole.failures) > _SHOWN:
        out.line(f"  … {len(whole.failures) - _SHOWN} failures more: --json lists them")
