"""``treadle show``: a commit's document, or one step of it."""

from __future__ import annotations

from dataclasses import asdict, replace

import click

from treadle.cli.door import opened, recorded, split_step, step_address
from treadle.cli.paper import paper, print_json, visible
from treadle.tangle.read import no_document
from treadle.thread.document import parse, part_id, render
from treadle.thread.errors import UserError
from treadle.thread.model import Part, Step, Thread, Turn


@click.command("show")
@click.argument("name", metavar="COMMIT[:T.S]", default="HEAD")
@click.option("--json", "as_json", is_flag=True, help="The values, as JSON.")
@click.pass_context
def command(ctx: click.Context, name: str, as_json: bool) -> None:
    """Print the document of a commit, or one step of it.

    COMMIT:3.2 is the second step of the third turn. Where a commit has several parts with
    such a step, say which: COMMIT:PART:3.2.
    """
    rev, step = split_step(name)
    with opened(ctx) as index:
        commit = recorded(index, rev or "HEAD")
        text = index.store.get(commit)
        if text is None:
            raise no_document(index.store, commit)
        if not step and not as_json:
            with paper(index.repo, paged=True) as out:
                out.out.write(visible(text.decode("utf-8", "replace")))
            return
        thread = parse(text)
        if step:
            part, turn, found = find_step(thread, step)
            thread = replace(thread, parts=(_only(part, turn, found),))
            if as_json:
                print_json({"part": part_id(part), "turn": turn.number, **asdict(found)})
                return
            with paper(index.repo, paged=True) as out:
                out.out.write(visible(_one_step(thread)))
            return
        told = asdict(thread)
        for row, part in zip(told["parts"], thread.parts, strict=True):
            row["id"] = part_id(part)
        print_json({"commit": commit, **told})


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
        turns = ", ".join(f"{part_id(p)[:8]} has {len(p.turns)} turns" for p in thread.parts)
        raise UserError(f"there is no step {address} in this document", turns or "it has no steps")
    names = ", ".join(f"{part_id(part)[:8]}:{turn_number}.{step_number}" for part, _, _ in found)
    raise UserError(f"{len(found)} parts have a step {address}", f"say which: {names}", 2)


def _only(part: Part, turn: Turn, step: Step) -> Part:
    return replace(part, turns=(replace(turn, steps=(step,)),))


def _one_step(thread: Thread) -> str:
    """The turn's heading and prompt, and the step, as the document has them."""
    text = render(thread).decode("utf-8", "replace")
    begin = text.index("\n## ") + 1
    end = text.rindex("\n# Placement")
    return text[begin:end].rstrip("\n") + "\n"
