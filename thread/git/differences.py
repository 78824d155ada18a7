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

from treadle.thread.plumbing.fastimport import quoted_path
from treadle.thread.repo import Repo

Side = str | bytes
"""A blob by the id under which the repository has it, or its content."""
Range = tuple[int, int]


class Difference(NamedTuple):
    """What ``git diff -U0`` says of two texts: 0-based, half-open ranges of lines."""

    removed: tuple[Range, ...]
    added: tuple[Range, ...]


SAME = Difference((), ())
_IMPORT = ("-c", "core.compression=0", "fast-import", "--quiet", "--done")


def differences(repo: Repo, pairs: Sequence[tuple[Side, Side]]) -> list[Difference]:
    """The difference of each pair, in the order given. A file that is not there is ``b""``."""
    unlike = [number for number, (old, new) in enumerate(pairs) if old != new]
    if not unlike:
        return [SAME] * len(pairs)
    with (
        tempfile.TemporaryDirectory(prefix="treadle-") as folder,
        _borrowing(repo, folder) as scratch,
    ):
        scratch.run(*_IMPORT, feed=_script(pairs, unlike))
        after = scratch.resolve("refs/heads/after")
        deltas = dict(scratch.deltas([after]))[after]
    found = {int(delta.path): Difference(delta.removed, delta.added) for delta in deltas}
    return [found.get(number, SAME) for number in range(len(pairs))]


def sources(repo: Repo, asked: Sequence[tuple[str, Side, Sequence[tuple[str, Side]]]]) -> list[int]:
    """For each new file, given by path and text, which of the files removed beside it git's blame
    would go on with, by its number; -1 where it is like none of them.

    Blame looks for the source of one file alone, so that two files may come of one, where a diff
    gives each source to one.
    """
    if not asked:
        return []
    with (
        tempfile.TemporaryDirectory(prefix="treadle-") as folder,
        _borrowing(repo, folder) as scratch,
    ):
        scratch.run(*_IMPORT, feed=b"".join(_moves(asked)))
        heads = [scratch.resolve(f"refs/heads/{number}") for number in range(len(asked))]
        deltas = dict(scratch.deltas(heads))
    moved = [[delta.source for delta in deltas[head] if delta.source] for head in heads]
    return [int(found[0].partition("/")[0]) if found else -1 for found in moved]


def _moves(asked: Sequence[tuple[str, Side, Sequence[tuple[str, Side]]]]) -> Iterator[bytes]:
    """For each new file two commits for fast-import: the removed files, then it alone. Of paths
    only the last names are kept: whether these are the same counts for git."""
    yield b"feature done\n"
    for number, (path, text, removed) in enumerate(asked):
        yield _commit(str(number), 2 * number + 1)
        for at, (name, side) in enumerate(removed):
            yield from _entry(f"{at}/{name.rpartition('/')[2]}", side)
        yield _commit(str(number), 2 * number + 2)
        yield b"from :%d\ndeleteall\n" % (2 * number + 1)
        yield from _entry(f"new/{path.rpartition('/')[2]}", text)
    yield b"done\n"


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
        lines.append(_commit(name, side + 1))
        lines += [b"from :1\n"] if side else []
        for number in unlike:
            lines += _entry(str(number), pairs[number][side])
    lines.append(b"done\n")
    return b"".join(lines)


def _commit(name: str, mark: int) -> bytes:
    who = b"committer treadle <treadle@localhost> 0 +0000\ndata 0\n"
    return b"commit refs/heads/%s\nmark :%d\n" % (name.encode(), mark) + who


def _entry(path: str, side: Side) -> Iterator[bytes]:
    named = quoted_path(os.fsencode(path))
    if isinstance(side, str):
        yield b"M 100644 %s %s\n" % (side.encode(), named)
    else:
        yield b"M 100644 inline %s\ndata %d\n" % (named, len(side))
        yield side + b"\n"
