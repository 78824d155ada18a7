"""Git's diff of any two texts, many at once.

Git's blame goes by git's diff, so whoever wants to say what blame would have said of a commit
that is not here must ask git itself: it decides which of two equal lines is the new one. A
scratch repository beside the real one borrows its objects, holds the texts that it
lacks, and is gone afterwards; the real one is not written to.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from treadle.thread.git.alternate import borrow
from treadle.thread.plumbing.fastimport import quoted_path
from treadle.thread.repo import Repo

Side = str | bytes
"""A blob by the id under which the repository has it, or its content."""
Range = tuple[int, int]
Files = Sequence[tuple[str, Side]]
"""Paths and texts."""


class Difference(NamedTuple):
    """What ``git diff -U0`` says of two texts: 0-based, half-open ranges of lines."""

    removed: tuple[Range, ...]
    added: tuple[Range, ...]


SAME = Difference((), ())
_MOST = 200_000
"""Names of removed files that are written for new ones looked at alone; beyond it these are looked
at together too, since thousands beside thousands would take git hours."""
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


def sources(repo: Repo, asked: Sequence[tuple[str, Side, Files]]) -> list[int]:
    """For each new file, given by path and text, which of the files removed beside it git's blame
    would go on with, by its number; -1 where it is like none of them.

    Blame looks for the source of one file alone, so that two files may come of one, where a diff
    gives each source to one.
    """
    if not asked:
        return []
    groups = _groups(asked)
    with (
        tempfile.TemporaryDirectory(prefix="treadle-") as folder,
        _borrowing(repo, folder) as scratch,
    ):
        scratch.run(*_IMPORT, feed=b"".join(_moves(asked, groups)))
        heads = scratch.text("rev-parse", *(f"refs/heads/{n}" for n in range(len(groups)))).split()
        alone = {head: len(group) == 1 for head, group in zip(heads, groups, strict=True)}
        told = []
        for how in ("-M", "-C"):
            feed = "".join(f"{head}\n" for head in alone if alone[head] == (how == "-M")).encode()
            form = ("--stdin", "-r", how, "-l0", "--name-status", "--diff-filter=RC", "-z")
            told += os.fsdecode(scratch.run("diff-tree", *form, feed=feed)).split("\0")
    found = [-1] * len(asked)
    for source, new in pairwise(told):
        if new.startswith("new/"):
            found[int(new.split("/")[1])] = int(source.partition("/")[0])
    return found


def _groups(asked: Sequence[tuple[str, Side, Files]]) -> list[list[int]]:
    """Which new files may be looked at together: those beside the same removed ones, unless just
    one of these has their name, since git looks at that one first."""
    groups: list[list[int]] = []
    written = 0
    last: dict[int, list[int]] = {}
    names: dict[int, Counter[str]] = {}
    for number, (path, _, removed) in enumerate(asked):
        if id(removed) not in names:
            names[id(removed)] = Counter(_name(one) for one, _ in removed)
            last[id(removed)] = []
        if names[id(removed)][_name(path)] == 1 and written + len(removed) <= _MOST:
            written += len(removed)
            groups.append([number])
        else:
            last[id(removed)].append(number)
    return groups + [group for group in last.values() if group]


def _moves(
    asked: Sequence[tuple[str, Side, Files]], groups: Sequence[Sequence[int]]
) -> Iterator[bytes]:
    """For each group two commits for fast-import: the removed files, then the new ones. Of paths
    only the last names are kept: whether these are the same counts for git. Beside several new
    files the removed ones stay, with another mode: so each of them can be the source of many."""
    yield b"feature done\n"
    for number, group in enumerate(groups):
        removed = asked[group[0]][2]
        yield _commit(str(number), 2 * number + 1)
        for at, (path, side) in enumerate(removed):
            yield from _entry(f"{at}/{_name(path)}", side)
        yield _commit(str(number), 2 * number + 2)
        yield b"from :%d\n" % (2 * number + 1)
        if len(group) == 1:
            yield b"deleteall\n"
        else:
            for at, (path, _) in enumerate(removed):
                yield from _entry(f"{at}/{_name(path)}", b"", b"100755")
        for one in group:
            path, text, _ = asked[one]
            yield from _entry(f"new/{one}/{_name(path)}", text)
    yield b"done\n"


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _borrowing(repo: Repo, folder: str) -> Repo:
    """An empty repository in ``folder`` that sees the objects of ``repo``."""
    scratch = Repo(folder, folder, "", repo.algorithm)
    scratch.run("init", "--quiet", "--template=", f"--object-format={repo.algorithm}")
    borrow(repo, os.path.join(folder, "objects"))
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


def _entry(path: str, side: Side, mode: bytes = b"100644") -> Iterator[bytes]:
    named = quoted_path(os.fsencode(path))
    if isinstance(side, str):
        yield b"M %s %s %s\n" % (mode, side.encode(), named)
    else:
        yield b"M %s inline %s\ndata %d\n" % (mode, named, len(side))
        yield side + b"\n"
