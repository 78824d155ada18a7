"""``treadle weave``: the site."""

from __future__ import annotations

from pathlib import Path

import click

from treadle.cli.door import nothing_recorded, one_commit, opened, placed
from treadle.cli.paper import print_json
from treadle.cli.progress import Progress


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
    from treadle.weave.weaving import Wish, weave

    with opened(ctx) as index:
        if not index.store.tip():
            raise nothing_recorded()
        out = Path(placed(ctx, folder))
        bar = Progress(0, "pages")

        def progress(done: int, whole: int) -> None:
            bar.whole = whole
            bar.show(done)

        try:
            wish = Wish(one_commit(rev), title)
            report = weave(index, out, wish, lambda what: bar.say(f"{what} …"), progress)
        finally:
            bar.end()
    for commit, why in report.damaged:
        click.echo(f"treadle: the document of {commit[:12]} cannot be read: {why}", err=True)
    if as_json:
        told = {"pages": report.pages, "written": report.written, "bytes": report.bytes}
        print_json({**told, "index": str(out / "index.html")})
    else:
        new = f", {report.written} written" if report.written < report.pages else ""
        size = f"{report.bytes / 1e6:.1f} MB"
        click.echo(f"{report.pages} pages{new}, {size}; open {out / 'index.html'}")
