"""The program ``treadle``, also called as ``git treadle``.

Commands are found by name and imported when they are asked for, so that a blame does not
pay for the weaver. This is the only place that catches ``UserError``: it prints what is
wrong and what to do, and turns it into the exit code.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from treadle.thread.errors import UserError

COMMANDS = {
    "demo": ("demo", "Build a small repository with threads, recorded and woven."),
    "import": ("importing", "Write documents out of another tool's records."),
    "record": ("record", "Write a commit's document out of a transcript."),
    "log": ("log", "List threads, a line each."),
    "show": ("show", "Print a commit's document, or one step of it."),
    "blame": ("blame", "Show which step wrote each line of a file, and why."),
    "why": ("why", "Answer for one line: why is it there?"),
    "tangle": ("tangle", "Make a commit's files out of its document."),
    "check": ("check", "Verify that documents make their commits; count what they explain."),
    "weave": ("weave", "Write the site: code and the reasoning behind it."),
}
"""Command, its module below ``treadle.cli``, and what ``--help`` says of it."""


class Commands(click.Group):
    """A group that imports a command's module only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        import importlib

        module = importlib.import_module(f"treadle.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {near[0]}?" if near else "treadle --help lists the commands"
            raise UserError(f"there is no command {args[0]!r}", hint, 2)
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"treadle {version('treadle')}")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=False,
)
@click.option("-C", "folder", metavar="DIR", default=".", help="Run as if started in DIR.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Print the version.",
)  # fmt: skip
@click.pass_context
def program(ctx: click.Context, folder: str) -> None:
    """Threads of coding agents as the literate source of a repository.

    Each commit's thread is one Markdown document in git notes. From it treadle tangles the
    code back out, weaves pages for people, and answers for every line why it is there.
    """
    ctx.obj = folder


def main(args: list[str] | None = None) -> None:
    """Run the program and exit: 0 good, 1 the user must act, 2 wrong usage."""
    try:
        code: Any = program.main(args, prog_name="treadle", standalone_mode=False)
    except UserError as error:
        _complain(error.message, error.hint)
        sys.exit(error.code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("treadle: stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(message: str, hint: str) -> None:
    from treadle.cli.paper import visible

    click.echo(f"treadle: {visible(message)}", err=True)
    if hint:
        click.echo(f"  {visible(hint)}", err=True)
