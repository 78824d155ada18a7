"""From what a user typed to the repository, the commit, the path, the line, the step."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager

import click

from treadle.tangle.index import Index
from treadle.thread.errors import UserError
from treadle.thread.repo import Repo

_STEP = re.compile(r"(?:([0-9a-f]{4,40}):)?(\d{1,9})\.(\d{1,9})")


@contextmanager
def opened(ctx: click.Context) -> Iterator[Index]:
    """The repository's index, for the folder given with ``-C``."""
    folder = str(ctx.find_root().obj or ".")
    if not os.path.isdir(folder):
        raise UserError(f"{folder} is not a folder", "treadle -C DIR needs one", 2)
    with Repo.open(folder) as repo:
        index = Index(repo)
        try:
            yield index
        finally:
            index.close()


def recorded(index: Index, rev: str) -> str:
    """Id of the commit ``rev`` names; a commit that is only known by its document will do."""
    found = index.repo.find(rev)
    if found:
        return found
    if re.fullmatch("[0-9a-f]{4,64}", rev):
        near = [commit for commit in index.notes() if commit.startswith(rev)]
        if len(near) == 1:
            return near[0]
        if near:
            raise UserError(f"{rev} is short for {len(near)} commits", "give more digits", 2)
    return index.repo.resolve(rev)


def split_step(name: str) -> tuple[str, str]:
    """``COMMIT:T.S`` or ``COMMIT:PART:T.S`` as commit and step."""
    commit, _, step = name.partition(":")
    return commit, step


def step_address(text: str) -> tuple[str, int, int]:
    """``T.S`` or ``PART:T.S`` as part (maybe abbreviated or ``""``), turn and step, 1-based."""
    found = _STEP.fullmatch(text)
    if not found:
        raise UserError(
            f"{text!r} is no step", "steps are named turn.step, as in 3.2, or PART:3.2", 2
        )
    return found[1] or "", int(found[2]), int(found[3])


def split_line(name: str) -> tuple[str, int]:
    """``FILE:LINE`` as path and 1-based line."""
    path, _, line = name.rpartition(":")
    if not path or not line.isdigit() or int(line) < 1:
        raise UserError(f"{name!r} names no line", "write FILE:LINE, as in src/a.py:42", 2)
    return path, int(line)


def line_range(text: str) -> tuple[int, int]:
    """``n,m``, ``n,+k`` or ``n`` (1-based, inclusive) as a half-open range of 0-based lines."""
    found = re.fullmatch(r"(\d{1,9})(?:,(\+?)(\d{1,9}))?", text)
    if not found or int(found[1]) < 1:
        raise UserError(f"-L {text} names no lines", "write -L 10,20 or -L 10,+5", 2)
    begin = int(found[1]) - 1
    if not found[3]:
        return begin, begin + 1
    end = begin + int(found[3]) if found[2] else int(found[3])
    if end <= begin:
        raise UserError(f"-L {text} ends before it begins", "write -L 10,20 or -L 10,+5", 2)
    return begin, end


def inside(repo: Repo, ctx: click.Context, name: str) -> str:
    """A path as typed, relative to the repository's root."""
    if not repo.top:
        return posixpath.normpath(name)
    start = os.path.realpath(str(ctx.find_root().obj or "."))
    folder, base = os.path.split(os.path.join(start, name))
    full = os.path.join(os.path.realpath(folder), base)
    top = os.path.realpath(repo.top)
    relative = os.path.relpath(full, top)
    if relative == ".." or relative.startswith("../"):
        raise UserError(f"{name} is outside of the repository {repo.top}", "name a file in it", 2)
    return relative.replace(os.sep, "/")
