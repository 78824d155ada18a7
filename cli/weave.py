"""``treadle weave``: the site."""

from __future__ import annotations

from pathlib import Path

import click

from treadle.cli.door import opened
from treadle.cli.paper import print_json
from treadle.cli.progress import Progress
from treadle.thread.errors import UserError


@click.command("weave")
@click.option("-o", "folder", metavar="DIR", default="treadle-site", show_default=True,
              help="Where the site goes: absent, empty or an earlier site.")  # fmt: skip
@click.option("--rev", default="HEAD", help="The commit whose files and history are woven.")
@click.option("--title", default="", help="The book's title; the folder's name if not given.")
@click.option("--json", "as_json", is_flag=True, help="The figures, as JSON.")
@click.pass_context
def command(ctx: click.Context, folder: str, rev: str, title: str, as_json: bool) -> None:
    """Write the repository as a book: threads as sections, code beside its reasons.

    The site is static and works from the file system: open its index.html.
    """
    from treadle.weave.book import gather
    from treadle.weave.site import weave_book

    with opened(ctx) as index:
        if not index.notes():
            raise UserError(
                "no thread is recorded in this repository, so there is nothing to weave",
                "treadle import entire, or treadle record --from TRANSCRIPT",
            )
        out = Path(folder)
        if not out.is_absolute():
            out = Path(str(ctx.find_root().obj or ".")) / out if folder == "treadle-site" else out
        book = gather(index, rev, title)
        bar: Progress | None = None

        def progress(done: int, whole: int) -> None:
            nonlocal bar
            bar = bar or Progress(whole, "pages")
            bar.show(done)

        report = weave_book(book, out, progress=progress)
        if bar is not None:
            bar.end()
    if as_json:
        print_json({"pages": report.pages, "bytes": report.bytes, "index": str(out / "index.html")})
    else:
        click.echo(f"{report.pages} pages, {report.bytes / 1e6:.1f} MB; open {out / 'index.html'}")
