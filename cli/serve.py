"""``treadle serve``: the site on this machine, woven again whenever something is new."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from treadle.cli.door import one_commit, placed, repository
from treadle.cli.weave import open_in_browser
from treadle.thread.errors import UserError

if TYPE_CHECKING:
    from treadle.thread.repo import Repo
    from treadle.weave.server import Server

PORT = 7317
EVERY = 0.5
"""Seconds between two looks at the refs."""

QUIET = 0.2
"""Seconds for which nothing may move before a weave begins: a rebase makes many commits."""

_RUN = "from treadle.cli.main import main; main()"


@click.command("serve")
@click.option(
    "-o", "place", metavar="DIR", default="",
    help="Where the site is woven; a folder in git's own if not given.",
)  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=None,
              help=f"The port; {PORT} or a free one if not given.")  # fmt: skip
@click.option("--rev", default="HEAD", help="The commit whose files and history are woven.")
@click.option("--title", default="", help="The book's title; the folder's name if not given.")
@click.option("--open", "then_open", is_flag=True, help="Open the first page in a browser.")
@click.pass_context
def command(
    ctx: click.Context, place: str, port: int | None, rev: str, title: str, then_open: bool
) -> None:
    """Show the site in a browser on this machine, and keep it up to date.

    After each commit and each new document only what changed is woven, and open pages load
    themselves again. Ctrl-C ends it.
    """
    from treadle.thread.store import Store

    with repository(ctx) as repo:
        out = Path(placed(ctx, place)) if place else _own_folder(repo)
        wish = ["-o", os.path.abspath(out), "--rev", one_commit(rev), "--title", title]
        seen = _refs(repo, rev)
        code = _weave(repo, wish)
        if code:
            ctx.exit(code)
        signal.signal(signal.SIGTERM, _stop)
        with _bound(out, port) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            # From here on a signal is the usual end, also before the first look at the refs.
            try:
                click.echo(f"{server.address}  (Ctrl-C ends it)")
                if not Store(repo).tip():
                    click.echo("no thread is recorded yet; the first page says how to begin")
                if then_open:
                    open_in_browser(server.address)
                _follow(repo, rev, seen, wish)
            except KeyboardInterrupt:
                click.echo()
            finally:
                server.shutdown()


def _own_folder(repo: Repo) -> Path:
    """A folder for the site where nobody sees it: one for each work tree."""
    name = "site" if repo.git_dir == repo.common_dir else f"site-{os.path.basename(repo.git_dir)}"
    return Path(repo.common_dir, "treadle", name)


def _bound(out: Path, port: int | None) -> Server:
    """The server; on a free port if the usual one is taken and none was asked for."""
    from treadle.weave.server import Server

    for wanted in (port,) if port is not None else (PORT, 0):
        try:
            return Server(out, wanted)
        except OSError as error:
            said = error.strerror
    raise UserError(f"port {port} cannot be had: {said}", "choose another with --port", 1)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _refs(repo: Repo, rev: str) -> tuple[str, ...]:
    """All that a new page could come of, by name: the commit, the documents, their ground."""
    from treadle.thread.store import Store

    return repo.find(rev), Store(repo).tip(), *sorted(repo.shallow())


def _follow(repo: Repo, rev: str, seen: tuple[str, ...], wish: Sequence[str]) -> NoReturn:
    """Weave again whenever something moved and then stood still."""
    while True:
        time.sleep(EVERY)
        now = _refs(repo, rev)
        if now == seen or not now[0]:
            continue
        time.sleep(QUIET)
        if _refs(repo, rev) == now:
            seen = now
            _weave(repo, wish)


def _weave(repo: Repo, wish: Sequence[str]) -> int:
    """Weave what changed, in a process of its own, so that its memory is given back and the
    server's threads are not copied; the exit code."""
    where = repo.top or repo.git_dir
    words = ["-C", where, "weave", "--even-empty", *wish]
    # -P: what lies in the current folder is not ours to import.
    return subprocess.call([sys.executable, "-P", "-c", _RUN, *words])
