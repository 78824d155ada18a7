"""``treadle why``: the whole answer for one line, on one screen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import indexed, inside, one_commit, placed, repository, split_line
from treadle.cli.screen.cells import TAB, clip, one_line, visible, width, wrap
from treadle.cli.screen.paper import Paper, ask_settings, paper, print_json, screen
from treadle.cli.screen.section import Section, cut_to

if TYPE_CHECKING:
    from treadle.tangle.asking.answer import Answer

_MEANING = {
    "proved": "replaying the thread's edits gives this file byte for byte",
    "replayed": "an edit of the thread replays to this line",
    "matched": "an edit of the thread holds these lines in this order",
    "command": "a command of the thread named this file; its text was not recorded",
    "neighbour": "a session close by wrote it",
}
_LONGEST = 100
"""Columns beyond which prose is not set."""
_PIPED = 48
"""Lines of an answer where no screen sets a limit."""


@click.command("why")
@click.argument("place", metavar="FILE:LINE")
@click.argument("rev", required=False, default="")
@click.option("--full", is_flag=True, help="Cut nothing, however long it gets.")
@click.option("--json", "as_json", is_flag=True, help="As JSON; nothing is cut.")
@click.pass_context
def command(ctx: click.Context, place: str, rev: str, full: bool, as_json: bool) -> None:
    """Answer why a line is there: what was asked, the reasoning, the edit.

    Also says what was tried before, what the line replaced, and how all this is known. Where
    nothing is known it says so, and why. The answer is cut to one screen. Without REV the
    file is taken as it stands in the work tree.
    """
    name, line = _asked(ctx, place)
    with repository(ctx) as repo:
        path = inside(repo, ctx, name)
        process = repo.start_blame(path, one_commit(rev), (line - 1, line))
        asked = None if as_json else ask_settings(repo)
        with indexed(repo) as index:
            from treadle.tangle.asking.answer import why

            answer = why(index, path, line, rev, process)
            if as_json:
                print_json(told(answer))
                return
            with paper(repo, paged=True, asked=asked) as out:
                show(out, answer, 0 if full else screen()[1] - 2 if out.looked_at else _PIPED)


def _asked(ctx: click.Context, place: str) -> tuple[str, int]:
    """The file and the line; a file without a line is told what is missing."""
    from treadle.thread.errors import UserError

    if os.path.lexists(placed(ctx, place)):
        raise UserError(
            f"which line of {place}?",
            f"treadle why {place}:1 asks for the first; treadle blame {place} shows all",
            2,
        )
    return split_line(place)


# -- for people ---------------------------------------------------------------------


def show(out: Paper, answer: Answer, most: int = 0) -> None:
    """Print an answer for a person, in at most so many lines (0: however many it takes)."""
    columns = min(screen()[0], _LONGEST)
    head = _head(out, answer, columns)
    sections = _sections(out, answer, columns - 2)
    folded = (width(visible(answer.path)) + 8) // screen()[0]
    cut_to(sections, max(1, most - len(head) - folded - 2 * len(sections)) if most else 0)
    for line in head:
        out.line(line)
    for section in sections:
        out.line()
        out.line(out.style(section.title, "bold"))
        for line in section.shown(out):
            out.line(line)


def _head(out: Paper, answer: Answer, columns: int) -> list[str]:
    """The line itself, its commit, and how the answer is known."""
    where = visible(f"{answer.path}:{answer.line}")
    text = clip(_code(answer.text).strip(), columns - 2)
    lines = [out.style(where, "bold"), f"  {text}".rstrip()]
    if width(where) + 2 + width(text) <= columns:
        lines = ["".join(lines)]
    commit = answer.commit
    if commit is not None:
        by = f" ({one_line(commit.author)}, {commit.time[:10]})"
        room = columns - 11 - len(by)
        subject = clip(one_line(commit.subject), max(room, 20))
        lines += ["", f"  {out.style(commit.id[:8], 'commit')} {subject}{by}"]
    if answer.part is None or answer.step is None:
        note = f"unrecorded: {answer.silence}."
        first, *rest = wrap(visible(note), columns - 2)
        first = out.style("unrecorded", "unrecorded") + first.removeprefix("unrecorded")
        return [*lines, *(f"  {line}" for line in (first, *rest)), *_later(out, answer, columns)]
    evidence = answer.run.origin.evidence
    told = f"{evidence}: {_MEANING[evidence]}"
    first, *rest = wrap(told, columns - 2)
    first = out.style(evidence, evidence) + first.removeprefix(evidence)
    known = [f"  {line}" for line in (first, *rest)]
    return [*lines, *_step(out, answer, columns), *known, *_later(out, answer, columns)]


def _later(out: Paper, answer: Answer, columns: int) -> list[str]:
    """What became of the line, where an old commit was asked about."""
    found = answer.later
    if found is None:
        return []
    if found.stands:
        return ["  it still stands in HEAD"]
    told = f" took it away: {one_line(found.subject)}"
    return [f"  {out.style(found.commit[:8], 'commit')}{clip(told, columns - 10)}"]


def _step(out: Paper, answer: Answer, columns: int) -> list[str]:
    """Who wrote it, in which step, and the command that shows that step."""
    assert answer.part is not None
    assert answer.step is not None
    part = answer.part
    names = [f"{part.agent} {part.version}".strip(), *part.models[:1]]
    lane = [f"sub-agent {answer.step.lane}"] if answer.step.lane else []
    address = answer.run.origin.step
    show = f"treadle show {answer.document[:8]}:"
    show += f"{answer.part_id[:8]}:{address}" if answer.several else address
    names = [one_line(name) for name in (*names, *lane)]
    line = f"{', '.join(names)}, step {address}"
    earlier = answer.commit is not None and answer.document != answer.commit.id
    note = [f"  written in the thread of {answer.document[:8]}, taken up here"] if earlier else []
    if not out.looked_at or width(line) + len(show) + 5 <= columns:
        return [f"  {line} ({show})", *note]
    return [f"  {clip(line, columns - 2)}", f"  ({show})", *note]


def _sections(out: Paper, answer: Answer, columns: int) -> list[Section]:
    """What is told below the head, in the order in which it is asked for."""
    if answer.turn is None:
        body = answer.commit.message.partition("\n")[2] if answer.commit else ""
        return [Section("The commit says", _prose(body, columns))] if body.strip() else []
    found = [
        Section("Asked", _prose(answer.turn.prompt, columns)),
        Section("Because", _prose(answer.because or answer.short, columns), keep="end"),
    ]
    if answer.hunk is not None:
        found.append(_edit(out, answer, columns))
    if answer.tried:
        found.append(Section("Tried before", _attempts(out, answer, columns)))
    return [section for section in found if section.lines]


def _prose(text: str, columns: int) -> list[str]:
    """Text wrapped to the screen, blank lines left out."""
    lines = [line for line in visible(text).split("\n") if line.strip()]
    return [f"  {piece}" for line in lines for piece in wrap(line, columns)]


def _edit(out: Paper, answer: Answer, columns: int) -> Section:
    """The hunk that wrote the line, the line itself marked."""
    assert answer.hunk is not None
    lines = answer.hunk.lines
    here = next((i for i, line in enumerate(lines) if _adds(line, answer.text)), None)
    shown = []
    for number, line in enumerate(lines):
        text = line[0] + _code(line[1:].rstrip("\n"))
        text = clip(text, columns) if out.looked_at else text
        style = {"+": "add", "-": "del"}.get(line[0], "")
        mark = ">" if number == here else " "
        shown.append(f"{mark} {out.style(text, style)}".rstrip())
    title = "The edit" if answer.replaced else "The edit (it replaced nothing)"
    return Section(title, shown, keep="start" if here is None else "around", at=here or 0)


def _adds(line: str, text: str) -> bool:
    """Whether a hunk's line is the one that was asked for."""
    return line[0] == "+" and line[1:].rstrip("\n") == text


def _attempts(out: Paper, answer: Answer, columns: int) -> list[str]:
    lines = []
    for attempt in answer.tried:
        why = f": {one_line(attempt.reason)}" if attempt.reason else ""
        indent = len(attempt.address) + 1
        first, *rest = wrap(one_line(attempt.what) + why, columns - indent)
        lines.append(f"  {out.style(attempt.address, 'number')} {first}")
        lines += [f"  {' ' * indent}{line}" for line in rest]
    return lines


def _code(text: str) -> str:
    return visible(text).expandtabs(TAB)


# -- for programs -------------------------------------------------------------------


def told(answer: Answer) -> dict[str, object]:
    """An answer as JSON."""
    known: dict[str, object] = {
        "path": answer.path,
        "line": answer.line,
        "text": answer.text,
        "commit": answer.commit.id if answer.commit else None,
        "author": answer.commit.author if answer.commit else None,
        "subject": answer.commit.subject if answer.commit else None,
        "evidence": answer.run.origin.evidence,
        "later": answer.later._asdict() if answer.later else None,
    }
    if answer.part is None or answer.turn is None or answer.step is None:
        return {**known, "unknown_because": answer.silence}
    return {
        **known,
        "part": answer.part_id,
        "step": answer.run.origin.step,
        "document": answer.document,
        "agent": answer.part.agent,
        "model": answer.part.models[0] if answer.part.models else None,
        "session": answer.part.session,
        "lane": answer.step.lane or None,
        "time": answer.step.time or None,
        "prompt": answer.turn.prompt,
        "because": answer.because or None,
        "reason": answer.short,
        "edit": "".join(answer.hunk.lines) if answer.hunk else None,
        "replaced": _bare(answer.replaced),
        "tried": [{"step": a.address, "what": a.what, "reason": a.reason} for a in answer.tried],
    }


def _bare(lines: Sequence[str]) -> list[str]:
    return [line.rstrip("\n") for line in lines]
