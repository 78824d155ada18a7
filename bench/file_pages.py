"""The pages of files alone, as a program of its own: a clone and an empty folder are arguments.

Other programs make pages of files and nothing else, so ours are measured so too. What it takes
is counted from the start of Python to the last page: the book in short, git's blame of every
file and the steps behind it, the reasons quoted beside the code, the text, its colours, answers,
HTML and the writing, in as many processes as a weave takes.

Not counted is what the clone must have kept from a weave before: the documents read once, for the
pages of threads, with their line maps and what is quoted of them. Nor are the other pages that
list files (``files.html``, the index of identifiers, the map on the first page).
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

from treadle.cli.main import GARBAGE
from treadle.tangle.asking.blames import KIND, TREE
from treadle.tangle.learnt.index import Index
from treadle.tangle.learnt.kept import Kept
from treadle.thread.repo import Repo
from treadle.weave.gathering.book import gather
from treadle.weave.html import prepare
from treadle.weave.making.kinds import KINDS, Loom
from treadle.weave.site import weave_sheets
from treadle.weave.view import frame, plan


def main(clone: str, out: str) -> None:
    """Weave the pages of the files of ``clone`` into ``out``, with their blame asked for anew."""
    with (
        Repo.open(clone) as repo,
        closing(Index(repo)) as index,
        closing(Kept(os.path.join(repo.common_dir, "treadle"))) as kept,
    ):
        kept.put(KIND, {TREE: {}})
        book = gather(index, kept=kept, meanwhile=partial(prepare, ("file",)))
        shared = plan(book)
        todo = list(KINDS["file"].sheets(shared))
        weave_sheets(Loom(shared, frame(book), kept), Path(out), todo)


if __name__ == "__main__":
    gc.set_threshold(*GARBAGE)
    main(sys.argv[1], sys.argv[2])
