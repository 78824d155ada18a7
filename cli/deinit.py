"""``treadle deinit``: everything that init changed is as it was."""

from __future__ import annotations

import click

from treadle.cli.door import near, repository
from treadle.cli.screen.cells import visible
from treadle.cli.screen.paper import print_json


@click.command("deinit")
@click.option("--forget", is_flag=True,
              help="Also delete all documents and all else that treadle stored here.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="What was done, as JSON.")
@click.pass_context
def command(ctx: click.Context, forget: bool, as_json: bool) -> int:
    """Take treadle out of this repository's hooks and configuration.

    They get the bytes they had. Documents stay, unless --forget is given: then the notes, the
    refs and the folder of treadle go, and you are told how to remove documents from a remote.
    """
    from treadle.thread.hooks.enrolment import withdraw
    from treadle.thread.hooks.forgetting import Forgotten
    from treadle.thread.hooks.forgetting import forget as forget_all

    with repository(ctx, hooks=True) as repo:
        done = withdraw(repo)
        gone: Forgotten | None = forget_all(repo) if forget else None
    if as_json:
        told: dict[str, object] = {"version": 1, "changes": done}
        if gone is not None:
            told |= {"documents": gone.documents, "tip": gone.tip, "refs": list(gone.refs),
                     "commands": list(gone.commands)}  # fmt: skip
        print_json(told)
        return 0
    for line in done or ["there was nothing to take out"]:
        click.echo(visible(near(repo, line)))
    if gone is not None:
        _say(gone.documents, gone.tip, gone.commands)
    return 0


def _say(documents: int, tip: str, commands: tuple[str, ...]) -> None:
    click.echo(f"{documents} document{'' if documents == 1 else 's'} deleted here")
    if tip:
        click.echo(f"  until git gc: git update-ref refs/notes/treadle {tip} brings them back")
    if commands:
        click.echo("to remove what was shared, from each remote:")
        for line in commands:
            click.echo(f"  {visible(line)}")
