"""``treadle sync``: fetch documents from remotes, merge them with ours, share ours if asked to."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from treadle.cli.door import repository
from treadle.cli.screen.cells import visible
from treadle.cli.screen.paper import print_json
from treadle.thread.errors import UserError

if TYPE_CHECKING:
    from treadle.tangle.sharing.sync import Pulled, Pushed, Waiting
    from treadle.thread.git.config import Config
    from treadle.thread.git.remote import Access, Remote
    from treadle.thread.repo import Repo

_HOOK_SECONDS = 20.0
"""How long a push of branches may wait for the documents."""
_LISTED = 5
"""Commits that are named one by one; ``--json`` names all."""


@dataclass(slots=True)
class _Outcome:
    """What became of one remote."""

    remote: Remote
    pulled: Pulled | None = None
    pushed: Pushed | None = None
    waiting: Waiting | None = None
    errors: list[UserError] = field(default_factory=list)


@click.command("sync")
@click.option("--remote", "names", multiple=True, metavar="NAME",
              help="Which remote; may be given several times.")  # fmt: skip
@click.option("--all", "everywhere", is_flag=True, help="All remotes.")
@click.option("--push", "sharing", is_flag=True, help="Also share the documents that are here.")
@click.option("--dry-run", is_flag=True, help="Fetch, say what would be done, and do nothing.")
@click.option("--hook", metavar="NAME",
              help="As git's pre-push hook: share if that was asked for, quietly.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    everywhere: bool,
    sharing: bool,
    dry_run: bool,
    hook: str | None,
    as_json: bool,
) -> int:
    """Fetch the documents of a remote and merge them with ours.

    Nothing is shared unless --push asks for it, or treadle init --share did before. Without
    --remote it is the remote of the branch, else origin.
    """
    if hook is not None:
        return _hook(ctx, hook)
    from treadle.thread.git.remote import Access

    access = Access(ask=sys.stdin.isatty() and sys.stderr.isatty())
    with repository(ctx) as repo:
        wanted, share = _wanted(repo, names, everywhere, sharing)
        outcomes = []
        for remote in wanted:
            outcome = _sync(repo, remote, access, share, forced=sharing, dry=dry_run)
            outcomes.append(outcome)
            if not as_json:
                _show(outcome, dry_run)
    if as_json:
        print_json({"version": 1, "remotes": [_json(outcome) for outcome in outcomes]})
    return 1 if any(outcome.errors for outcome in outcomes) else 0


def _wanted(
    repo: Repo, names: Sequence[str], everywhere: bool, sharing: bool
) -> tuple[list[Remote], bool]:
    """Which remotes, and whether documents may go there."""
    from treadle.thread.git.config import Config
    from treadle.thread.wishes.settings import taken_together, wishes

    config = Config.read(repo)
    chosen = taken_together(wishes(repo, config))
    if sharing and chosen.local_only:
        raise UserError(
            "nothing leaves this machine: that is what localOnly says",
            "treadle sync without --push fetches; treadle config tells where it is set",
        )
    return _chosen(repo, config, names, everywhere), sharing or chosen.share


def _chosen(repo: Repo, config: Config, names: Sequence[str], everywhere: bool) -> list[Remote]:
    from treadle.thread.git.remote import default_remote, remote, remotes

    if names:
        return [remote(repo, config, name) for name in dict.fromkeys(names)]
    usual = None if everywhere else default_remote(repo, config)
    known = [usual] if usual is not None else remotes(repo, config)
    if not known:
        raise UserError("this repository has no remote", "git remote add origin URL makes one")
    if usual is None and not everywhere:
        listed = ", ".join(remote.name for remote in known)
        raise UserError("which remote?", f"name one with --remote: {listed}; or --all", 2)
    return known


def _sync(
    repo: Repo, remote: Remote, access: Access, share: bool, *, forced: bool, dry: bool
) -> _Outcome:
    """Pull, and push where sharing was asked for."""
    from treadle.tangle.sharing.sync import in_turn, pull, push, waiting

    outcome = _Outcome(remote)
    try:
        with in_turn(repo):
            outcome.pulled = pulled = pull(repo, remote, access, dry=dry)
            outcome.waiting = waiting(repo, pulled.ours, pulled.tip)
            if share and not dry and (forced or not pulled.held):
                outcome.pushed = push(repo, pulled, access, lambda s: _announce(repo, remote, s))
                outcome.pulled = outcome.pushed.pulled
                outcome.waiting = None
    except UserError as error:
        outcome.errors.append(error)
    return outcome


def _announce(repo: Repo, remote: Remote, sent: Waiting) -> None:
    """Say once per remote what becomes visible to whom, before it does."""
    from treadle.thread.git.remote import say_once

    if sent.documents and say_once(repo, remote):
        click.echo(
            f"{visible(remote.name)} ({visible(remote.url)}): {becoming_visible(sent)}", err=True
        )


def becoming_visible(sent: Waiting) -> str:
    """What sharing means, before it is done."""
    return (
        f"{_documents(sent.documents)}, {_bytes(sent.bytes)}, with prompts and reasoning, become "
        "visible to everyone who can read it. Threads belong to their authors."
    )


# -- the pre-push hook --------------------------------------------------------------


def _hook(ctx: click.Context, name: str) -> int:
    """Share with the remote that branches are being pushed to. Never fails, never asks."""
    try:
        with repository(ctx) as repo:
            told = list(_hooked(repo, name))
    except (UserError, OSError) as error:
        told = [f"documents were not shared: {error}"]
    for line in told:
        click.echo(f"treadle: {visible(line)}", err=True)
    return 0


def _hooked(repo: Repo, name: str) -> Iterator[str]:
    from treadle.thread.git.config import Config
    from treadle.thread.git.remote import Access, remotes
    from treadle.thread.wishes.settings import taken_together, wishes

    config = Config.read(repo)
    remote = next((one for one in remotes(repo, config) if one.name == name), None)
    if remote is None or not taken_together(wishes(repo, config)).share:
        return
    outcome = _sync(repo, remote, Access(seconds=_HOOK_SECONDS), True, forced=False, dry=False)
    if outcome.pushed is not None and outcome.pushed.sent.documents:
        sent = outcome.pushed.sent
        yield f"{_documents(sent.documents)} shared with {remote.name}, {_bytes(sent.bytes)}"
    if outcome.pulled is not None and outcome.pulled.held:
        yield f"{remote.name} was rewritten, nothing is shared: treadle sync tells more"
    for error in outcome.errors:
        yield f"documents were not shared: {error.message}"


# -- what is said -------------------------------------------------------------------


def _show(outcome: _Outcome, dry: bool) -> None:
    name = visible(outcome.remote.name)
    pulled = outcome.pulled
    if pulled is not None:
        click.echo(f"{name}: {fetched(pulled, dry)}")
        for line in _remarks(pulled, dry):
            click.echo(f"  {visible(line)}")
    if outcome.pushed is not None:
        sent = outcome.pushed.sent
        done = f"{_documents(sent.documents)} shared, {_bytes(sent.bytes)}"
        click.echo(f"{name}: {done if sent.documents else 'nothing to share'}")
    elif outcome.waiting is not None and outcome.waiting.documents:
        here = _documents(outcome.waiting.documents)
        hint = "treadle sync --push shares them"
        click.echo(f"{name}: {here} only here, {_bytes(outcome.waiting.bytes)}; {hint}")
    for error in outcome.errors:
        click.echo(f"treadle: {visible(error.message)}", err=True)
        if error.hint:
            click.echo(f"  {visible(error.hint)}", err=True)


def fetched(pulled: Pulled, dry: bool) -> str:
    """What a pull brought, in a line."""
    if not pulled.tip:
        return "no documents there"
    counts = {
        "new": pulled.new,
        "changed": pulled.changed,
        "united with ours": pulled.united,
        "removed": pulled.removed,
    }
    told = [f"{count} {what}" for what, count in counts.items() if count]
    if not told:
        return "nothing new"
    return f"documents {'that would come' if dry else 'fetched'}: {', '.join(told)}"


def _remarks(pulled: Pulled, dry: bool) -> Iterator[str]:
    """What is out of the ordinary."""
    name = pulled.remote.name
    if pulled.rewritten:
        yield f"{name} was rewritten since it was last seen: a scrub, or somebody's mistake"
    if pulled.held:
        yield (
            f"{_documents(pulled.held)} it had are gone there and stay here; treadle sync --push "
            f"--remote {name} puts them back, git update-ref refs/notes/treadle "
            f"{pulled.remote.tracking} gives them up"
        )
    if pulled.backup and not dry:
        yield f"what was here before stands in {pulled.backup}"
    for commit in pulled.foreign[:_LISTED]:
        yield f"{commit[:12]}: its note is no document that this treadle reads; kept as it is"
    if len(pulled.foreign) > _LISTED:
        yield f"… and {len(pulled.foreign) - _LISTED} notes more that are no documents"
    for commit, why in pulled.left_out[:_LISTED]:
        yield f"{commit[:12]}: not united: {why}"
    if len(pulled.left_out) > _LISTED:
        yield f"… and {len(pulled.left_out) - _LISTED} more that were not united"


def _json(outcome: _Outcome) -> dict[str, object]:
    pulled, pushed, left = outcome.pulled, outcome.pushed, outcome.waiting
    return {
        "remote": outcome.remote.name,
        "url": outcome.remote.url,
        "new": pulled.new if pulled else 0,
        "changed": pulled.changed if pulled else 0,
        "united": pulled.united if pulled else 0,
        "removed": pulled.removed if pulled else 0,
        "foreign": list(pulled.foreign) if pulled else [],
        "left_out": [{"commit": c, "reason": why} for c, why in pulled.left_out] if pulled else [],
        "rewritten": bool(pulled and pulled.rewritten),
        "held": pulled.held if pulled else 0,
        "backup": (pulled.backup or None) if pulled else None,
        "shared": pushed.sent.documents if pushed else 0,
        "bytes_shared": pushed.sent.bytes if pushed else 0,
        "tries": pushed.tries if pushed else 0,
        "only_here": left.documents if left else 0,
        "bytes_only_here": left.bytes if left else 0,
        "errors": [error.message for error in outcome.errors],
    }


def _documents(count: int) -> str:
    return f"{count} document{'' if count == 1 else 's'}"


def _bytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{max(1, round(count / 1000))} kB"
