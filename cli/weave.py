"""``treadle weave``: the site, a part of it, or one thread as a single page."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from treadle.cli.door import inside, nothing_recorded, one_commit, opened, placed
from treadle.cli.screen.paper import print_json
from treadle.cli.screen.progress import Progress
from treadle.thread.errors import UserError

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index
    from treadle.weave.site import Report
    from treadle.weave.weaving import Wish

SITE = "treadle-site"
_OURS = b'<meta name="generator" content="treadle">'


@click.command("weave")
@click.option(
    "-o", "place", metavar="DIR", default="",
    help=f"Where the site goes: absent, empty or an earlier site.  [default: {SITE}]",
)  # fmt: skip
@click.option("--rev", default="HEAD", help="The commit whose files and history are woven.")
@click.option(
    "--paths", metavar="PATH", multiple=True,
    help="Only this file or folder, and the threads that wrote it; may be repeated.",
)  # fmt: skip
@click.option(
    "--since", metavar="REV|DATE", default="",
    help="Only threads after a commit or a date, and the files they changed.",
)  # fmt: skip
@click.option(
    "--single", metavar="COMMIT", default="",
    help="One commit's thread as a single HTML file: -o FILE, or -o - for the output.",
)  # fmt: skip
@click.option("--title", default="", help="The book's title; the folder's name if not given.")
@click.option("--open", "then_open", is_flag=True, help="Open the first page in a browser.")
@click.option(
    "--even-empty", is_flag=True, help="Also where there is nothing yet: a page on how to begin."
)
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    place: str,
    rev: str,
    paths: tuple[str, ...],
    since: str,
    single: str,
    title: str,
    then_open: bool,
    even_empty: bool,
    as_json: bool,
) -> None:
    """Write the repository as a book: threads as sections, code beside its reasons.

    The site is static and works from the file system: open its index.html. Woven again into the
    same folder, only what changed is written.
    """
    from treadle.weave.gathering.portion import Portion
    from treadle.weave.weaving import Wish

    with opened(ctx) as index:
        if not index.store.tip() and not even_empty:
            raise nothing_recorded()
        if single:
            _refuse_beside_single(rev, paths, since)
            page = _single(ctx, index, one_commit(single), place, title)
        else:
            chosen = Portion(tuple(inside(index.repo, ctx, path) for path in paths), since)
            out = Path(placed(ctx, place or SITE))
            wish = Wish(one_commit(rev), title, chosen, even_empty)
            report = bring_up_to_date(index, out, wish)
            page = out / "index.html"
            _tell(report, page, as_json)
    if then_open and page:
        open_in_browser(page.resolve().as_uri())


def bring_up_to_date(index: Index, out: Path, wish: Wish) -> Report:
    """Weave what changed, and show how far it is."""
    from treadle.weave.weaving import weave

    bar = Progress(0, "pages")

    def progress(done: int, whole: int) -> None:
        bar.whole = whole
        bar.show(done)

    try:
        report = weave(index, out, wish, lambda what: bar.say(f"{what} …"), progress)
    finally:
        bar.end()
    for commit, why in report.damaged:
        click.echo(f"treadle: the document of {commit[:12]} cannot be read: {why}", err=True)
    return report


def _tell(report: Report, page: Path, as_json: bool) -> None:
    if as_json:
        told = {"pages": report.pages, "written": report.written, "bytes": report.bytes}
        print_json({**told, "index": str(page)})
        return
    new = f", {report.written} written" if report.written < report.pages else ""
    click.echo(f"{report.pages} pages{new}, {report.bytes / 1e6:.1f} MB; open {page}")


def open_in_browser(address: str) -> None:
    """Show a page to the user; ``UserError`` where there is no browser."""
    import webbrowser

    if not webbrowser.open(address):
        raise UserError("no browser can be started here", f"open {address}")


# -- a single page ------------------------------------------------------------------


def _refuse_beside_single(rev: str, paths: tuple[str, ...], since: str) -> None:
    if rev != "HEAD" or paths or since:
        raise UserError("--single takes no --rev, --paths or --since", "it is one thread", 2)


def _single(ctx: click.Context, index: Index, commit: str, place: str, title: str) -> Path | None:
    """Write one thread's page; where it is, None if it went to the output."""
    from treadle.weave.weaving import weave_single

    if place == "-":
        sys.stdout.buffer.write(weave_single(index, commit, title).encode("utf-8", "replace"))
        return None
    id_ = index.repo.resolve(commit)
    page = Path(placed(ctx, place or f"treadle-{id_[:12]}.html"))
    _refuse_foreign(page)
    html = weave_single(index, id_, title).encode("utf-8", "replace")
    beside = page.with_name(f".{page.name[:100]}.{os.getpid()}.part")
    try:
        beside.write_bytes(html)
        beside.replace(page)
    except PermissionError:
        raise
    except OSError as error:
        hint = "the file that was there is as it was" if page.exists() else "nothing was written"
        raise UserError(f"{page} cannot be written: {error.strerror}", hint) from None
    finally:
        beside.unlink(missing_ok=True)
    click.echo(f"{page}, {len(html) / 1e3:.0f} KB; it needs nothing beside it")
    return page


def _refuse_foreign(page: Path) -> None:
    if not os.path.lexists(page):
        return
    if page.is_symlink() or not page.is_file():
        raise UserError(f"{page} is no file", "choose another with -o")
    with page.open("rb") as file:
        if _OURS not in file.read(2000):
            raise UserError(f"{page} is not a page of treadle's", "choose another with -o")
