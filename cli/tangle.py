"""``treadle tangle``: a commit's files out of its document."""

from __future__ import annotations

import click

from treadle.cli.door import opened, recorded, split_step, step_address
from treadle.cli.paper import paper, print_json, visible
from treadle.tangle.read import read_thread
from treadle.tangle.write import Output, find_placed, outputs, write


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
    made, compared with the blob ids the document names, and listed.
    """
    rev, _, inline = name.partition(":")
    step = step or inline or None
    with opened(ctx) as index:
        commit = recorded(index, split_step(rev)[0] or "HEAD")
        thread = read_thread(index.store, commit)
        placed = find_placed(thread, *step_address(step)) if step else None
        found = outputs(index.repo, thread, placed, whole=whole)
        if folder is not None:
            write(found, folder)
        if as_json:
            print_json({"commit": commit, "files": [_json(output) for output in found]})
            return _code(found)
        with paper(index.repo) as out:
            for output in found:
                if output.status != "=" or output.missing:
                    note = f"  {output.missing}" if output.missing else ""
                    out.line(
                        f"{output.status} {visible(output.path)}{out.style(note, 'unrecorded')}"
                    )
            files = sum(output.content is not None for output in found)
            state = f"as of step {step}" if step else "byte for byte"
            end = f"written to {folder}" if folder is not None else "nothing written: -o DIR writes"
            out.line(f"{files} files {state}; {end}")
    return _code(found)


def _code(found: list[Output]) -> int:
    return 1 if any(output.missing and output.missing != "a submodule" for output in found) else 0


def _json(output: Output) -> dict[str, object]:
    return {
        "path": output.path,
        "mode": output.mode,
        "status": output.status,
        "bytes": len(output.content) if output.content is not None else None,
        "missing": output.missing or None,
    }
