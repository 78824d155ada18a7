"""``treadle init``: from now on each commit's thread is recorded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from treadle.cli.door import near, repository
from treadle.cli.screen.cells import visible
from treadle.cli.screen.paper import print_json

if TYPE_CHECKING:
    from treadle.thread.hooks.probe import Probe
    from treadle.thread.repo import Repo

_SECONDS = 60.0
"""How long a remote may take to give its documents."""


@click.command("init")
@click.option("--share", is_flag=True,
              help="Also send documents along with each git push.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="What was done, as JSON.")
@click.pass_context
def command(ctx: click.Context, share: bool, as_json: bool) -> int:
    """Record the thread of each commit from now on.

    Puts a few lines into git's hooks, beside what is there, and lets git fetch bring
    documents along. Nothing leaves this machine unless --share is given. Saying it again
    mends what is missing. treadle deinit takes everything out.
    """
    from treadle.thread.hooks.enrolment import enrol
    from treadle.thread.hooks.place import hooks_now
    from treadle.thread.hooks.probe import probe
    from treadle.thread.hooks.program import Program

    with repository(ctx, hooks=True) as repo:
        _refuse_sharing(repo, share)
        done = enrol(repo, Program.this(), share)
        found = probe(repo) if repo.top else None
        came = list(_pull(repo))
        if as_json:
            print_json(_told(hooks_now(repo), done, found, came))
        else:
            _say(repo, done, found, came)
    return 1 if found is not None and not found.good else 0


def _refuse_sharing(repo: Repo, share: bool) -> None:
    """Do not promise what the settings forbid."""
    from treadle.thread.errors import UserError
    from treadle.thread.wishes.settings import settings

    if share and settings(repo).local_only:
        raise UserError(
            "documents of this repository stay on this machine: localOnly is set",
            "treadle config localOnly tells where; treadle init without --share",
        )


def _pull(repo: Repo) -> Iterator[tuple[str, str]]:
    """What each remote's documents came to: its name and a few words."""
    from treadle.cli.sync import becoming_visible, fetched
    from treadle.tangle.sharing.sync import pull, waiting
    from treadle.thread.errors import UserError
    from treadle.thread.git.config import Config
    from treadle.thread.git.remote import Access, remotes
    from treadle.thread.hooks.enrolment import shares
    from treadle.thread.wishes.settings import settings

    config = Config.read(repo)
    shared = shares(config) and not settings(repo).local_only
    access = Access(ask=sys.stdin.isatty() and sys.stderr.isatty(), seconds=_SECONDS)
    for remote in remotes(repo, config):
        try:
            pulled = pull(repo, remote, access)
            left = waiting(repo, pulled.ours, pulled.tip) if shared else None
            yield remote.name, fetched(pulled, False)
            if left is not None and left.documents:
                yield remote.name, f"with the next git push {becoming_visible(left)}"
        except UserError as error:
            yield remote.name, f"not asked for documents: {error.message}"


def _told(
    folder: str, done: list[str], found: Probe | None, came: list[tuple[str, str]]
) -> dict[str, object]:
    return {
        "version": 1,
        "hooks": folder,
        "changes": done,
        "works": found.good if found else None,
        "problem": found.problem if found else "",
        "remotes": [{"name": name, "told": words} for name, words in came],
    }


def _say(repo: Repo, done: list[str], found: Probe | None, came: list[tuple[str, str]]) -> None:
    for line in done:
        click.echo(visible(near(repo, line)))
    if not done:
        click.echo("everything is in place: nothing was changed")
    if found is None:
        click.echo("a bare repository makes no commits: there are no hooks to check")
    elif found.good:
        click.echo("checked: the hook notes a commit, and the worker takes it up")
    else:
        click.echo(f"treadle: {visible(found.problem)}", err=True)
        click.echo(f"  {visible(found.hint)}", err=True)
    for name, told in came:
        click.echo(f"{visible(name)}: {visible(told)}")
