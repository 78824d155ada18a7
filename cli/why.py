"""``treadle why``: the whole answer for one line."""

from __future__ import annotations

import textwrap

import click

from treadle.cli.door import inside, opened, split_line
from treadle.cli.paper import Paper, columns, paper, print_json, visible
from treadle.tangle.answer import Answer, why

_MEANING = {
    "proved": "replaying the thread's edits gives this file byte for byte",
    "replayed": "an edit of the thread replays to this line",
    "matched": "an edit of the thread holds these lines in this order",
    "command": "a command of the thread named this file; its text was not recorded",
    "neighbour": "a session close by wrote it",
}
_PROMPT_LINES = 12
_REASON_LINES = 24
_HUNK_LINES = 24


@click.command("why")
@click.argument("place", metavar="FILE:LINE")
@click.argument("rev", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def command(ctx: click.Context, place: str, rev: str, as_json: bool) -> None:
    """Answer why a line is there: what was asked, the reasoning, the edit.

    Also says what was tried before, what the line replaced, and how all this is known.
    Where nothing is known it says so, and why.
    """
    name, line = split_line(place)
    with opened(ctx) as index:
        answer = why(index, inside(index.repo, ctx, name), line, rev)
        if as_json:
            print_json(told(answer))
            return
        with paper(index.repo, paged=True) as out:
            show(out, answer)


def show(out: Paper, answer: Answer) -> None:
    """Print an answer for a person."""
    where = f"{visible(answer.path)}:{answer.line}"
    out.line(f"{out.style(where, 'bold')}  {visible(answer.text.strip())}")
    out.line()
    commit = answer.commit
    if commit is not None:
        by = f"{visible(commit.author)}, {commit.time[:10]}"
        out.line(f"  {out.style(commit.id[:8], 'commit')} {visible(commit.subject)} ({by})")
    if answer.part is None or answer.turn is None or answer.step is None:
        out.line(f"  {out.style('unrecorded', 'unrecorded')}: {answer.silence}.")
        return
    _show_thread(out, answer)


def _show_thread(out: Paper, answer: Answer) -> None:
    assert answer.part is not None
    assert answer.turn is not None
    assert answer.step is not None
    part, origin = answer.part, answer.run.origin
    model = f", {part.models[0]}" if part.models else ""
    out.line(
        f"  {visible(part.agent)} {visible(part.version)}{visible(model)}, step {_address(answer)}"
    )
    out.line(f"  {out.style(origin.evidence, origin.evidence)}: {_MEANING[origin.evidence]}")
    _section(out, "Asked", answer.turn.prompt, _PROMPT_LINES)
    lane = f" ({visible(answer.step.lane)})" if answer.step.lane else ""
    _section(out, f"Because{lane}", answer.because or answer.short, _REASON_LINES)
    _show_hunk(out, answer)
    if answer.tried:
        out.line()
        out.line(out.style("Tried before", "bold"))
        for attempt in answer.tried:
            out.line(f"  {out.style(attempt.address, 'number')} {visible(attempt.what)}")
            if attempt.reason:
                out.line(f"      {visible(attempt.reason)}")


def _address(answer: Answer) -> str:
    commit = answer.commit.id[:8] if answer.commit else ""
    part = f"{answer.part_id[:8]}:" if answer.several else ""
    return f"{answer.run.origin.step} (treadle show {commit}:{part}{answer.run.origin.step})"


def _section(out: Paper, title: str, text: str, most: int) -> None:
    """A heading and text wrapped to the terminal, cut after ``most`` lines."""
    lines = [piece for line in visible(text).strip("\n").split("\n") for piece in _wrapped(line)]
    if not lines or not text.strip():
        return
    out.line()
    out.line(out.style(title, "bold"))
    for line in lines[:most]:
        out.line(f"  {line}".rstrip())
    if len(lines) > most:
        out.line(out.style(f"  … {len(lines) - most} lines more", "dim"))


def _wrapped(line: str) -> list[str]:
    width = min(columns(), 100) - 2
    if len(line) <= width:
        return [line]
    return textwrap.wrap(line, width, break_on_hyphens=False) or [""]


def _show_hunk(out: Paper, answer: Answer) -> None:
    if answer.hunk is None:
        return
    out.line()
    title = "The edit" if answer.replaced else "The edit (it replaced nothing)"
    out.line(out.style(title, "bold"))
    lines = answer.hunk.lines
    here = next((i for i, line in enumerate(lines) if line[1:].rstrip("\n") == answer.text), 0)
    begin = max(0, min(here - _HUNK_LINES // 2, len(lines) - _HUNK_LINES))
    shown = lines[begin : begin + _HUNK_LINES]
    if begin:
        out.line(out.style(f"  … {begin} lines", "dim"))
    for number, line in enumerate(shown, begin):
        text = visible(line.rstrip("\n"))
        style = {"+": "add", "-": "del"}.get(line[0], "")
        mark = ">" if number == here else " "
        out.line(f"{mark} {out.style(text, style) if style else text}".rstrip())
    rest = len(lines) - begin - len(shown)
    if rest > 0:
        out.line(out.style(f"  … {rest} lines", "dim"))


def told(answer: Answer) -> dict[str, object]:
    """An answer as JSON."""
    known: dict[str, object] = {
        "path": answer.path,
        "line": answer.line,
        "text": answer.text,
        "commit": answer.commit.id if answer.commit else None,
        "subject": answer.commit.subject if answer.commit else None,
        "evidence": answer.run.origin.evidence,
    }
    if answer.part is None or answer.turn is None or answer.step is None:
        return {**known, "unknown_because": answer.silence}
    return {
        **known,
        "part": answer.part_id,
        "step": answer.run.origin.step,
        "agent": answer.part.agent,
        "model": answer.part.models[0] if answer.part.models else None,
        "session": answer.part.session,
        "lane": answer.step.lane or None,
        "time": answer.step.time,
        "prompt": answer.turn.prompt,
        "because": answer.because,
        "reason": answer.short,
        "edit": "".join(answer.hunk.lines) if answer.hunk else None,
        "replaced": [line.rstrip("\n") for line in answer.replaced],
        "tried": [{"step": a.address, "what": a.what, "reason": a.reason} for a in answer.tried],
    }
