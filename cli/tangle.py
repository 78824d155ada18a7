"""``treadle tangle``: a commit's files out of its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import opened, placed, recorded, split_step, step_address
from treadle.cli.screen.cells import visible
from treadle.cli.screen.paper import Paper, paper, print_json

if TYPE_CHECKING:
    from treadle.tangle.write import Output


@click.command("tangle")
@click.argument("name", metavar="COMMIT", default="HEAD")
@click.option("-o", "folder", metavar="DIR", help="Write the files into DIR, absent or empty.")
@click.option("--all", "whole", is_flag=True, help="The whole tree, not only what changed.")
@click.option("--step", metavar="T.S", help="The files as they were just after this step.")
@click.option("--json", "as_json", is_flag=True, help="The paths, as JSON.")
@click.pass_context
def command(
    ctx: click.Context, name: str, folder: str | None, whole: bool, step: str | None, as_json: bool
) -> int:
    """Make the files of a commit out of its document and its parent's files.

    The commit's own objects are not needed. Without -o nothing is written: the files are
    made, compared with the blob ids the document names, and listed. COMMIT:T.S is COMMIT
    with --step T.S.
    """
    from treadle.tangle.read import no_document, parse_of
    from treadle.tangle.write import find_placed, outputs, write

    rev, inline = split_step(name)
    step = step or inline or None
    address = step_address(step) if step else None
    target = placed(ctx, folder) if folder is not None else None
    with opened(ctx) as index:
        commit = recorded(index, rev or "HEAD")
        text = index.document(commit)
        if text is None:
            raise no_document(index.store, commit)
        thread = parse_of(commit, text)
        state = find_placed(thread, *address) if address else None
        found = outputs(index.repo, thread, state, whole=whole)
        if target is not None:
            write(found, target)
        if as_json:
            print_json({"commit": commit, "step": step, "files": [_json(out) for out in found]})
        else:
            with paper(index.repo, paged=target is None) as out:
                _show(out, found, step, target)
    return _code(found)


def _show(out: Paper, found: Sequence[Output], step: str | None, target: str | None) -> None:
    """The paths, and how they came out."""
    for output in found:
        if output.status != "=" or output.missing:
            note = f"  {output.missing}" if output.missing else ""
            out.line(f"{output.status} {visible(output.path)}{out.style(note, 'unrecorded')}")
    made = sum(output.content is not None for output in found)
    gone = sum(output.status == "D" for output in found)
    state = f"as of step {step}" if step else "byte for byte"
    files = f"{made} file{'' if made == 1 else 's'} {state}" + f", {gone} deleted" * bool(gone)
    end = f"written to {target}" if target is not None else "nothing written: -o DIR writes"
    out.line(f"{files}; {end}")


def _code(found: Sequence[Output]) -> int:
    return 1 if any(output.missing and output.missing != "a submodule" for output in found) else 0


def _json(output: Output) -> dict[str, object]:
    return {
        "path": output.path,
        "mode": output.mode,
        "status": output.status,
        "bytes": len(output.content) if output.content is not None else None,
        "missing": output.missing or None,
    }
