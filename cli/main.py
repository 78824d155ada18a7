"""The program ``treadle``, also called as ``git treadle``.

Commands are found by name and imported when they are asked for, so that a blame does not
pay for the weaver. This is the only place that catches ``UserError``: it prints what is
wrong and what to do, and turns it into the exit code.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from typing import Any

import click

from treadle.thread.errors import UserError

COMMANDS = {
    "demo": ("demo", "Build a small repository with threads, recorded and woven."),
    "init": ("init", "Record the thread of each commit from now on."),
    "deinit": ("deinit", "Take treadle out of this repository, to the byte."),
    "doctor": ("doctor", "Look for what keeps commits from being recorded, and mend it."),
    "config": ("config", "Show settings and where they come from, or set one."),
    "import": ("importing", "Write documents out of another tool's records."),
    "record": ("record", "Write a commit's document out of a transcript."),
    "backfill": (
        "backfill",
        "Write documents for the history, out of transcripts found here.",
    ),
    "status": ("status", "Tell what was recorded, what waits, and what no commit took yet."),
    "log": ("log", "List threads, a line each."),
    "show": ("show", "Print a commit's document, or one step of it."),
    "blame": ("blame", "Show which step wrote each line of a file, and why."),
    "search": ("search", "Find steps by words of their prompts, reasoning and code."),
    "why": ("why", "Answer for one line: why is it there?"),
    "tangle": ("tangle", "Make a commit's files out of its document."),
    "check": ("check", "Verify that documents make their commits; count what they explain."),
    "sync": ("sync", "Fetch documents from a remote, merge them, share ours if asked to."),
    "redact": ("redact", "Show what is hidden before it is stored, and why."),
    "scrub": ("scrub", "Take a leaked secret out of all that is stored, and prove it."),
    "relink": ("relink", "Tie documents to commits that were rewritten."),
    "weave": ("weave", "Write the site: code and the reasoning behind it."),
    "serve": ("serve", "Show the site on this machine and keep it up to date."),
}
"""Command, its module below ``treadle.cli``, and what ``--help`` says of it."""
GARBAGE = (5_000, 20, 20)
"""After how many new objects Python looks for cycles among them, and after how many such looks
among older ones. Nearly all that is read stays, so that with its own 700 and 10 it looks in vain:
0.5 s in 17 of an import, 1.5 in 27 of a weave, for 1 MB."""
STOPPED = 130
BROKEN_PIPE = 141
"""Exit codes that shells give to SIGINT and SIGPIPE."""


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

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Click would call it a failure; to the reader who left it is none.
            raise click.exceptions.Exit(BROKEN_PIPE) from None


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"treadle {version('treadle')}")
        except PackageNotFoundError:
            click.echo("treadle, run from its sources")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.option(
    "-C", "folders", metavar="DIR", multiple=True, help="Run as if started in DIR, as git does."
)
@click.option("-P", "--no-pager", is_flag=True, help="Print without a pager.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Print the version.",
)  # fmt: skip
@click.pass_context
def program(ctx: click.Context, folders: tuple[str, ...], no_pager: bool) -> None:
    """Threads of coding agents as the literate source of a repository.

    Each commit's thread is one Markdown document in git notes. From it treadle tangles the
    code back out, weaves pages for people, and answers for every line why it is there.
    """
    ctx.obj = os.path.join("", *folders) or "."
    if no_pager:
        os.environ["GIT_PAGER"] = "cat"
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(args: list[str] | None = None) -> None:
    """Run the program and exit: 0 good, 1 the user must act, 2 wrong usage."""
    if args is None:
        gc.set_threshold(*GARBAGE)
    code = run(args)
    if args is None:
        # The process ends here. To take every module apart first would cost another 8 ms.
        os._exit(code)
    sys.exit(code)


def run(args: list[str] | None = None) -> int:
    """Run the program; the exit code, all output written."""
    try:
        code: Any = program.main(args, prog_name=_name(), standalone_mode=False)
        sys.stdout.flush()
    except UserError as error:
        return _complain(error.message, error.hint, error.code)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f"{context.command_path} --help tells how to use it" if context else ""
        message = error.format_message()
        return _complain(message[:1].lower() + message[1:], hint, 2)
    except (click.Abort, KeyboardInterrupt):
        return _complain("stopped", "", STOPPED)
    except BrokenPipeError:
        return BROKEN_PIPE
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        barred = isinstance(error, PermissionError) or error.errno == errno.EROFS
        hint = "see who owns it, its mode and its folder's" if barred else ""
        return _complain(f"{where}{error.strerror or error}", hint, 1)
    except MemoryError:
        return _complain("there is not enough memory for this", "", 1)
    return code if isinstance(code, int) else 0


def _name() -> str:
    """What the program was called as, for its help."""
    called = os.path.basename(sys.argv[0]).removesuffix(".exe")
    return "git treadle" if called == "git-treadle" else "treadle"


def _complain(message: str, hint: str, code: int) -> int:
    from treadle.cli.screen.cells import visible

    click.echo(f"treadle: {visible(message)}", err=True)
    if hint:
        click.echo(f"  {visible(hint)}", err=True)
    return code


if __name__ == "__main__":
    main()
