"""``treadle show``: a commit's document, or one step of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace

import click

from treadle.cli.door import opened, recorded, split_step, step_address
from treadle.cli.screen.cells import visible
from treadle.cli.screen.paper import Paper, paper, print_json
from treadle.tangle.learnt.index import Index
from treadle.tangle.read import no_document, parse_of
from treadle.thread.document import part_id, render
from treadle.thread.errors import UserError
from treadle.thread.model import Part, Step, Thread, Turn


@click.command("show")
@click.argument("name", metavar="COMMIT[:T.S]", default="HEAD")
@click.option("--json", "as_json", is_flag=True, help="The values, as JSON.")
@click.pass_context
def command(ctx: click.Context, name: str, as_json: bool) -> None:
    """Print the document of a commit, or one step of it.

    COMMIT:3.2 is the second step of the third turn. Where a commit has several parts with
    such a step, say which: COMMIT:PART:3.2. A document that cannot be read is printed as it
    is stored.
    """
    rev, address = split_step(name)
    if address:
        step_address(address)
    with opened(ctx) as index:
        commit = recorded(index, rev or "HEAD")
        text = index.document(commit)
        if text is None:
            raise no_document(index.store, commit)
        if address:
            _show_step(index, commit, parse_of(commit, text), address, as_json=as_json)
        elif as_json:
            print_json(_told(commit, parse_of(commit, text)))
        else:
            _print(index, text.decode("utf-8", "replace"))


def _show_step(index: Index, commit: str, thread: Thread, address: str, *, as_json: bool) -> None:
    part, turn, step = find_step(thread, address)
    if as_json:
        known = {"commit": commit, "part": part_id(part), "turn": turn.number}
        print_json({**known, "prompt": turn.prompt, **asdict(step)})
        return
    only = replace(part, turns=(replace(turn, steps=(step,)),))
    text = render(replace(thread, parts=(only,))).decode("utf-8", "replace")
    begin, end = text.index("\n## ") + 1, text.rindex("\n# Placement")
    _print(index, text[begin:end].rstrip("\n") + "\n")


def _told(commit: str, thread: Thread) -> dict[str, object]:
    told = asdict(thread)
    for row, part in zip(told["parts"], thread.parts, strict=True):
        row["id"] = part_id(part)
    return {"commit": commit, **told}


def find_step(thread: Thread, address: str) -> tuple[Part, Turn, Step]:
    """The step that ``T.S`` or ``PART:T.S`` names; ``UserError`` where none or several do."""
    wanted, turn_number, step_number = step_address(address)
    found = [
        (part, turn, step)
        for part in thread.parts
        if part_id(part).startswith(wanted)
        for turn in part.turns
        if turn.number == turn_number
        for step in turn.steps
        if step.number == step_number
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UserError(f"there is no step {address} in this document", _extent(thread), 2)
    names = ", ".join(f"{part_id(part)[:8]}:{turn_number}.{step_number}" for part, _, _ in found)
    raise UserError(f"{len(found)} parts have a step {address}", f"say which: {names}", 2)


def _extent(thread: Thread) -> str:
    """Which steps there are."""
    told = [
        f"{part_id(part)[:8]} goes from {turns[0].number}.{turns[0].steps[0].number} "
        f"to {turns[-1].number}.{turns[-1].steps[-1].number}"
        for part in thread.parts
        if (turns := [turn for turn in part.turns if turn.steps])
    ]
    return f"part {', part '.join(told)}" if told else "it has no steps"


# -- printing -----------------------------------------------------------------------


def _print(index: Index, text: str) -> None:
    with paper(index.repo, paged=True) as out:
        lines = visible(text).removesuffix("\n").split("\n")
        out.lines(_coloured(out, lines) if out.colour else lines)


def _coloured(out: Paper, lines: Iterable[str]) -> Iterator[str]:
    """The lines of a document, its own structure and the signs of its diffs in colours."""
    fence = word = ""
    for line in lines:
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if fence:
            if line == fence:
                fence = ""
            style = {"+": "add", "-": "del", "@": "number"}.get(line[:1], "")
            yield out.style(line, style if fence and word == "diff" else "")
        elif len(ticks) >= 3:
            fence, word = ticks, line[len(ticks) :].split(" ")[0]
            yield out.style(line, "dim")
        else:
            style = "bold" if line.startswith("#") else "dim" if ticks else ""
            yield out.style(line, style)
