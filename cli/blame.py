"""``treadle blame``: git blame's lines, with step, evidence and the reason."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import indexed, inside, line_range, one_commit, placed, repository
from treadle.cli.screen.cells import TAB, one_line, pad, visible, width
from treadle.cli.screen.paper import (
    Paper,
    ask_settings,
    paper,
    print_bytes,
    print_json_lines,
    screen,
)

if TYPE_CHECKING:
    from treadle.tangle.blame import Blame, Run
    from treadle.tangle.learnt.index import StepLine
    from treadle.thread.origin import Over

    Replacements = Mapping[tuple[str, str], Sequence[Over]]
    Steps = Mapping[tuple[str, str], StepLine]

_SHORT = 8
_CODE = 50
"""Columns that are left to the code where there is room."""
_WIDE = 100
"""Columns for what stands before it where no screen sets a limit."""


@click.command("blame")
@click.argument("file")
@click.argument("rev", required=False, default="")
@click.option("-L", "lines", metavar="n,m", help="Only these lines: n,m or n,+k or n (to the end).")
@click.option("--porcelain", is_flag=True, help="For programs: git's porcelain form and our keys.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def command(
    ctx: click.Context, file: str, rev: str, lines: str | None, porcelain: bool, as_json: bool
) -> None:
    """Show for each line of FILE the commit and the step that wrote it, and why.

    The columns are git blame's, with the step, how that is known, and the reason. Without
    REV the file is blamed as it stands in the work tree. Where no recorded step wrote a line
    it says so: unrecorded in a commit that has a document, a dash in one that has none.
    """
    only = line_range(lines) if lines is not None else None
    file, rev = _in_order(ctx, file, rev)
    with repository(ctx) as repo:
        path = inside(repo, ctx, file)
        process = repo.start_blame(path, one_commit(rev), only)
        asked = None if as_json or porcelain else ask_settings(repo)
        with indexed(repo) as index:
            from treadle.tangle.asking.followed import steps_of
            from treadle.tangle.blame import blame

            found = blame(index, path, rev, only, process)
            steps = steps_of(index, found.runs)
            if as_json:
                places = {(run.commit, run.path) for run in found.runs if run.origin.part}
                print_json_lines(_rows(found, steps, index.replaced(places)))
            elif porcelain:
                print_bytes(_porcelain(found, steps))
            else:
                with paper(repo, paged=True, asked=asked) as out:
                    out.lines(_lines(out, found, steps))


def _in_order(ctx: click.Context, file: str, rev: str) -> tuple[str, str]:
    """FILE and REV, also where they stand in git's own order, REV before FILE."""
    if rev and os.path.lexists(placed(ctx, rev)) and not os.path.lexists(placed(ctx, file)):
        return rev, file
    return file, rev


# -- for people ---------------------------------------------------------------------


def _lines(out: Paper, found: Blame, steps: Steps) -> Iterator[str]:
    """The lines as git blame has them: what is known of each, in brackets, and the code."""
    sheet = _Sheet(out, found, steps)
    code = visible("".join(found.lines))
    code = code.expandtabs(TAB) if out.looked_at else code
    texts = code.split("\n")
    digits = len(str(found.runs[-1].start + found.runs[-1].count)) if found.runs else 1
    for run in found.runs:
        head = sheet.head(run)
        for at in range(run.start, run.start + run.count):
            text = texts[at] if at < len(texts) else ""
            yield f"{head} {at + 1:>{digits}}) {text}"


class _Sheet:
    """The columns of one blame, as wide as what stands in them, within what the screen has."""

    def __init__(self, out: Paper, found: Blame, steps: Steps) -> None:
        self.out = out
        self.found = found
        self.steps = steps
        room = screen()[0] - _CODE if out.looked_at else _WIDE
        self.authors = {id_: one_line(told.get("author", "")) for id_, told in found.told.items()}
        longest = max(map(width, self.authors.values()), default=0)
        self.author = min(longest, 10 if room < _WIDE else 18)
        self.step = max((len(run.origin.step) for run in found.runs), default=0)
        self.evidence = max((len(self._evidence(run)) for run in found.runs), default=0)
        used = _SHORT + 2 + self.author + 1 + 10 + 1 + self.step + 1 + self.evidence + 1
        self.reason = max(16, min(44, room - used)) if steps else 0

    def head(self, run: Run) -> str:
        """What stands before the line's number."""
        told = self.found.told.get(run.commit, {})
        commit = ("^" + run.commit if "boundary" in told else run.commit)[:_SHORT]
        who = pad(self.authors.get(run.commit, ""), self.author)
        line = self.steps.get((run.origin.part, run.origin.step))
        why = (line.reason or line.prompt) if line else ""
        style = self.out.style
        evidence = self._evidence(run)
        fields = [
            style(commit, "commit"),
            f"({who} {_day(told)}",
            style(run.origin.step.rjust(self.step), "number") if self.step else "",
            style(evidence.ljust(self.evidence), run.origin.evidence),
            style(pad(one_line(why), self.reason), "dim") if self.reason else "",
        ]
        return " ".join(field for field in fields if field)

    def _evidence(self, run: Run) -> str:
        if run.origin.part:
            return run.origin.evidence
        if not run.commit.strip("0"):
            return "uncommitted"
        return "unrecorded" if run.commit in self.found.recorded else "-"


def _day(told: Mapping[str, str]) -> str:
    """The author's day, in the author's own time zone, as git blame has it."""
    import time

    zone = told.get("author-tz", "+0000")
    try:
        minutes = int(zone[:-2] or 0) * 60 + int(zone[0] + zone[-2:])
        seconds = int(told.get("author-time", 0)) + minutes * 60
        return time.strftime("%Y-%m-%d", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):
        return "????-??-??"


# -- for programs -------------------------------------------------------------------


def _rows(found: Blame, steps: Steps, replaced: Replacements) -> Iterator[dict[str, object]]:
    for run in found.runs:
        step = steps.get((run.origin.part, run.origin.step))
        overs = replaced.get((run.commit, run.path), ())
        for at in range(run.start, run.start + run.count):
            yield {
                "line": at + 1,
                "commit": run.commit,
                "path": run.path,
                "part": run.origin.part or None,
                "step": run.origin.step or None,
                "evidence": run.origin.evidence,
                "agent": step.agent if step else None,
                "model": step.model or None if step else None,
                "prompt": step.prompt if step else None,
                "reason": step.reason if step else None,
                "replaced": _replaced(overs, run.first + at - run.start) if step else [],
                "text": _text(found, at),
            }


def _replaced(overs: Sequence[Over], line: int) -> list[dict[str, object]]:
    """The attempts whose place a line took, 0-based in its commit's file."""
    return [
        {
            "part": one.part,
            "step": one.step,
            "reason": one.reason,
            "cause": one.cause or None,
            "at": one.at or None,
            "said": one.said or None,
        }
        for over in overs
        if over.start <= line < over.start + over.count
        for one in over.replaced
    ]


def _porcelain(found: Blame, steps: Steps) -> Iterator[str]:
    """Git's lines, and ours at the first line of each run: commit, line there, line here, count;
    what git tells of a commit where it comes first; our keys; and the text behind a tab."""
    paths: dict[str, set[str]] = {}
    for run in found.runs:
        paths.setdefault(run.commit, set()).add(run.path)
    told: set[str] = set()
    for run in found.runs:
        for at in range(run.start, run.start + run.count):
            head = f"{run.commit} {run.first + at - run.start + 1} {at + 1}"
            if at > run.start:
                yield head
            else:
                yield f"{head} {run.count}"
                new = run.commit not in told
                told.add(run.commit)
                for key, value in found.told.get(run.commit, {}).items() if new else ():
                    yield f"{key} {value}".rstrip(" ")
                if new or len(paths[run.commit]) > 1:
                    yield f"filename {run.path}"
                yield from _keys(run, steps)
            yield f"\t{_text(found, at)}"


def _keys(run: Run, steps: Steps) -> Iterator[str]:
    yield f"evidence {run.origin.evidence}"
    step = steps.get((run.origin.part, run.origin.step))
    if step is not None:
        yield f"part {run.origin.part}"
        yield f"step {run.origin.step}"
        yield f"agent {one_line(step.agent)}"
        yield f"model {one_line(step.model)}"
        yield f"prompt {one_line(step.prompt)}"
        yield f"reason {one_line(step.reason)}"


def _text(found: Blame, at: int) -> str:
    return found.lines[at].rstrip("\n") if at < len(found.lines) else ""
