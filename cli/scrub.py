"""``treadle scrub``: take a leaked secret out of everything that treadle stored."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import repository
from treadle.cli.screen.cells import visible
from treadle.cli.screen.paper import print_json
from treadle.thread.errors import UserError

if TYPE_CHECKING:
    from treadle.thread.git.remote import Remote
    from treadle.thread.leaks.needle import Needle
    from treadle.thread.leaks.scrub import Scrubbed
    from treadle.thread.repo import Repo


@click.command("scrub")
@click.argument("pattern")
@click.option("--fixed", is_flag=True, help="PATTERN is the very text, not an expression.")
@click.option("--push", "pushing", is_flag=True, help="Scrub the remote's documents, too.")
@click.option("--remote", "names", multiple=True, metavar="NAME",
              help="Which remote --push means; may be given several times.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Count where it stands, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    pattern: str,
    fixed: bool,
    pushing: bool,
    names: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> int:
    """Take what PATTERN (RE2) matches out of all documents, their history and all else stored.

    Then every object that the notes reach is searched, to prove that it is gone. A secret that
    leaked is to be replaced all the same.
    """
    from treadle.thread.leaks.needle import Needle

    if names and not pushing:
        raise UserError("--remote says where --push goes", "give --push, too", 2)
    needle = Needle(pattern, fixed=fixed)
    with repository(ctx) as repo:
        remotes = _remotes(repo, names) if pushing else []
        done = _scrub(repo, needle, remotes, dry_run)
        left = _unscrubbed(repo, remotes)
    if as_json:
        print_json(_json(done, remotes, left))
    else:
        for line in _told(done, remotes, left, dry_run):
            click.echo(visible(line))
    return 1 if done.remains and not dry_run else 0


def _remotes(repo: Repo, names: Sequence[str]) -> list[Remote]:
    from treadle.thread.git.config import Config
    from treadle.thread.git.remote import remote, remotes

    config = Config.read(repo)
    if names:
        return [remote(repo, config, name) for name in dict.fromkeys(names)]
    return remotes(repo, config)


def _scrub(repo: Repo, needle: Needle, remotes: Sequence[Remote], dry: bool) -> Scrubbed:
    from treadle.thread.leaks.scrub import scrub

    if dry or not remotes:
        return scrub(repo, needle, dry=dry)
    from treadle.tangle.sharing.rinse import rinse
    from treadle.thread.git.remote import Access

    access = Access(ask=sys.stdin.isatty() and sys.stderr.isatty())
    first, *others = [rinse(repo, remote, needle, access) for remote in remotes]
    for one in others:
        first = first.and_then(one)
    return first


def _unscrubbed(repo: Repo, done: Sequence[Remote]) -> list[str]:
    """Remotes that were not scrubbed."""
    return [one.name for one in _remotes(repo, ()) if one.name not in {r.name for r in done}]


def _told(
    done: Scrubbed, remotes: Sequence[Remote], left: Sequence[str], dry: bool
) -> Iterator[str]:
    where = f"{_count(done.documents, 'note')}, old versions included"
    if dry:
        yield f"it stands at {_count(done.hits, 'place')} in {where}"
        yield from (f"it would remain: {one}" for one in done.remains)
        return
    yield f"taken out of {_count(done.hits, 'place')} in {where}"
    for ref in done.dropped:
        yield f"dropped {ref}, which held it"
    for name in done.files:
        yield f"cleaned .git/treadle/{name}"
    for one in done.remains:
        yield f"IT STILL STANDS: {one}"
    if not done.remains:
        yield f"proved: {_count(done.searched, 'object')} of all notes refs searched, none holds it"
    for remote in remotes:
        yield f"{remote.name}: replaced there"
    yield from _next(done, left)


def _next(done: Scrubbed, left: Sequence[str]) -> Iterator[str]:
    """What is still to be done, by people."""
    yield "still to do:"
    yield "  replace the secret itself: it has been seen"
    if left:
        yield f"  scrub {', '.join(left)}: the same command with --push --remote NAME"
    yield "  in every other clone: treadle sync, then the same command"
    yield "  a server may keep old objects for a while: ask its operator to collect garbage"
    if done.commits or done.dropped:
        yield "  here, git gc --prune=now removes the old objects at once"
    yield "  the agents' own transcripts still hold it; what is recorded out of them here hides it"
    yield "  from now on, as .git/treadle/hidden says, which only you can read"


def _json(done: Scrubbed, remotes: Sequence[Remote], left: Sequence[str]) -> dict[str, object]:
    return {
        "version": 1,
        "notes": done.documents,
        "places": done.hits,
        "commits": done.commits,
        "dropped": list(done.dropped),
        "files": list(done.files),
        "searched": done.searched,
        "remains": list(done.remains),
        "replaced": [remote.name for remote in remotes],
        "not_replaced": list(left),
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
