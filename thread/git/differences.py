"""Git's diff of any two texts, many at once.

Git's blame goes by git's diff, so whoever wants to say what blame would have said of a commit
that is not here must ask git itself: it decides which of two equal lines is the new one. A
scratch repository beside the real one borrows its objects, holds the texts that it
lacks, and is gone afterwards; the real one is not written to.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from treadle.thread.repo import Repo

Side = str | bytes
"""A blob by the id under which the repository has it, or its content."""
Range = tuple[int, int]


class Difference(NamedTuple):
    """What ``git diff -U0`` says of two texts: 0-based, half-open ranges of lines."""

    removed: tuple[Range, ...]
    added: tuple[Range, ...]


SAME = Difference((), ())


def differences(repo: Repo, pairs: Sequence[tuple[Side, Side]]) -> list[Difference]:
    """The difference of each pair, in the order given. A file that is not there is ``b""``."""
    unlike = [number for number, (old, new) in enumerate(pairs) if old != new]
    if not unlike:
        return [SAME] * len(pairs)
    with (
        tempfile.TemporaryDirectory(prefix="treadle-") as folder,
        _borrowing(repo, folder) as scratch,
    ):
        import_ = ("-c", "core.compression=0", "fast-import", "--quiet", "--done")
        scratch.run(*import_, feed=_script(pairs, unlike))
        after = scratch.resolve("refs/heads/after")
        deltas = dict(scratch.deltas([after]))[after]
    found = {int(delta.path): Difference(delta.removed, delta.added) for delta in deltas}
    return [found.get(number, SAME) for number in range(len(pairs))]


def _borrowing(repo: Repo, folder: str) -> Repo:
    """An empty repository in ``folder`` that sees the objects of ``repo``."""
    scratch = Repo(folder, folder, "", repo.algorithm)
    scratch.run("init", "--quiet", "--template=", f"--object-format={repo.algorithm}")
    os.makedirs(os.path.join(folder, "objects", "info"), exist_ok=True)
    with open(os.path.join(folder, "objects", "info", "alternates"), "wb") as file:
        file.write(os.fsencode(os.path.join(repo.common_dir, "objects")) + b"\n")
    return scratch


def _script(pairs: Sequence[tuple[Side, Side]], unlike: Sequence[int]) -> bytes:
    """Two commits for fast-import: one with the texts before, one with those after."""
    lines = [b"feature done\n"]
    for side, name in enumerate(("before", "after")):
        lines.append(b"commit refs/heads/%s\nmark :%d\n" % (name.encode(), side + 1))
        lines.append(b"committer treadle <treadle@localhost> 0 +0000\ndata 0\n")
        lines += [b"from :1\n"] if side else []
        for number in unlike:
            lines += _entry(number, pairs[number][side])
    lines.append(b"done\n")
    return b"".join(lines)


def _entry(number: int, side: Side) -> Iterator[bytes]:
    if isinstance(side, str):
        yield b"M 100644 %s %d\n" % (side.encode(), number)
    else:
        yield b"M 100644 inline %d\ndata %d\n" % (number, len(side))
        yield side + b"\n"
