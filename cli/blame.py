"""``treadle blame``: git blame's lines, with step, evidence and the reason."""

from __future__ import annotations

from collections.abc import Iterator

import click

from treadle.cli.door import inside, line_range, opened
from treadle.cli.paper import Paper, clip, columns, paper, print_json_lines, visible
from treadle.tangle.blame import Blame, Run, blame
from treadle.tangle.index import Index, StepLine

_SHORT = 8


@click.command("blame")
@click.argument("file")
@click.argument("rev", required=False, default="")
@click.option("-L", "lines", metavar="n,m", help="Only these lines.")
@click.option("--porcelain", is_flag=True, help="For programs: git's porcelain form and our keys.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def command(
    ctx: click.Context, file: str, rev: str, lines: str | None, porcelain: bool, as_json: bool
) -> None:
    """Show for each line of FILE the commit and the step that wrote it, and why.

    Without REV the file is blamed as it stands in the work tree. A line that no recorded
    step wrote says so: unrecorded in a commit that has a document, a dash in one that has none.
    """
    only = line_range(lines) if lines else None
    with opened(ctx) as index:
        found = blame(index, inside(index.repo, ctx, file), rev, only)
        if as_json:
            print_json_lines(_rows(index, found))
            return
        with paper(index.repo, paged=not porcelain) as out:
            _print(out, index, found, porcelain=porcelain)


def _print(out: Paper, index: Index, found: Blame, *, porcelain: bool) -> None:
    if porcelain:
        for line in _porcelain(index, found):
            out.line(line)
        return
    width = columns()
    digits = len(str(len(found.lines)))
    told = max(18, min(44, width - 60))
    blocks = []
    for run in found.runs:
        step = index.step(run.origin.part, run.origin.step) if run.origin.part else None
        head = _head(out, found, run, step, told)
        for offset in range(run.count):
            at = run.start + offset
            text = visible(found.lines[at].rstrip("\n")) if at < len(found.lines) else ""
            blocks.append(f"{head} {at + 1:>{digits}}) {text}\n")
    out.out.write("".join(blocks))


def _head(out: Paper, found: Blame, run: Run, step: StepLine | None, told: int) -> str:
    commit = out.style(run.commit[:_SHORT], "commit")
    if step is None:
        word = "unrecorded" if run.commit in found.recorded else "-"
        if not run.commit.strip("0"):
            word = "uncommitted"
        return f"{commit} {'':>6} {out.style(word.ljust(10), 'unrecorded')} {'':{told}}"
    name = out.style(run.origin.step.rjust(6), "number")
    evidence = out.style(run.origin.evidence.ljust(10), run.origin.evidence)
    reason = clip(visible(step.reason or step.prompt), told)
    return f"{commit} {name} {evidence} {out.style(reason.ljust(told), 'dim')}"


def _rows(index: Index, found: Blame) -> Iterator[dict[str, object]]:
    for run in found.runs:
        step = index.step(run.origin.part, run.origin.step) if run.origin.part else None
        for offset in range(run.count):
            yield {
                "line": run.start + offset + 1,
                "commit": run.commit,
                "path": run.path,
                "part": run.origin.part or None,
                "step": run.origin.step or None,
                "evidence": run.origin.evidence,
                "agent": step.agent if step else None,
                "model": step.model if step else None,
                "prompt": step.prompt if step else None,
                "reason": step.reason if step else None,
                "text": found.lines[run.start + offset].rstrip("\n"),
            }


def _porcelain(index: Index, found: Blame) -> Iterator[str]:
    """Git's porcelain lines (commit, line there, line here, count), our keys at the first line of
    each run, and the text behind a tab."""
    for run in found.runs:
        step = index.step(run.origin.part, run.origin.step) if run.origin.part else None
        for offset in range(run.count):
            first, final = run.first + offset + 1, run.start + offset + 1
            yield f"{run.commit} {first} {final}" + (f" {run.count}" if offset == 0 else "")
            if offset == 0:
                yield f"evidence {run.origin.evidence}"
                if step is not None:
                    yield f"part {run.origin.part}"
                    yield f"step {run.origin.step}"
                    yield f"agent {visible(step.agent)}"
                    yield f"reason {visible(step.reason)}"
                yield f"filename {visible(run.path)}"
            yield "\t" + visible(found.lines[run.start + offset].rstrip("\n"))
