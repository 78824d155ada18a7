"""From what a user typed to the repository, the commit, the path, the line, the step."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from treadle.thread.errors import UserError
from treadle.thread.plumbing.process import STAY
from treadle.thread.repo import Repo

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index

_STEP = re.compile(r"(?:([0-9a-f]{4,40}):)?(\d{1,9})\.(\d{1,9})", re.ASCII)
_PLACE = re.compile(r"(.*?):(\d{1,9})(?::\d{0,9})?", re.ASCII | re.DOTALL)
_RANGE = re.compile(r"(\d{1,9})?(?:(,)(?:([+-]?)(\d{1,9}))?)?", re.ASCII)


def folder(ctx: click.Context) -> str:
    """The folder that ``-C`` names, else the one we are in."""
    found = str(ctx.find_root().obj or ".")
    if not os.path.isdir(found):
        why = "is not a folder" if os.path.lexists(found) else "does not exist"
        raise UserError(f"-C {found}: it {why}", "name a folder in a repository", 2)
    return found


def placed(ctx: click.Context, path: str) -> str:
    """A path that a user typed, seen from where ``-C`` leads, as git takes it."""
    return os.path.normpath(os.path.join(str(ctx.find_root().obj or "."), path))


@contextmanager
def repository(ctx: click.Context, *, hooks: bool = False) -> Iterator[Repo]:
    """The repository around the folder given with ``-C``, or the one the environment names.

    ``hooks``: the command looks after the hooks itself, so nothing is said of them here.
    """
    # Somebody waits for the answer, so git may download what a partial clone left out.
    os.environ.setdefault(STAY, "0")
    with Repo.open(folder(ctx), named=True) as repo:
        catch_up(repo)
        if not hooks:
            _warn(repo)
        yield repo


def catch_up(repo: Repo) -> None:
    """Say what was recorded in the background since somebody listened, and let what is left in the
    queue be taken up. Costs nothing where there is neither."""
    own = os.path.join(repo.common_dir, "treadle")
    if os.path.exists(os.path.join(own, "news")):
        from treadle.thread.waiting.outcomes import Outcomes

        for line in Outcomes(own).take():
            click.echo(line, err=True)
    if _waiting(os.path.join(own, "queue")):
        from treadle.thread.hooks.program import start_worker

        start_worker(repo.git_dir)


def _warn(repo: Repo) -> None:
    """Say so if a manager of hooks wrote over ours: commits go by unseen from then on. Costs the
    reading of a file where they are in place."""
    from treadle.thread.hooks.script import lost

    if lost(repo.common_dir):
        from treadle.thread.git.config import Config
        from treadle.thread.hooks.checkup import BAD, hooks

        wrong = [one for one in hooks(repo, Config.read(repo)) if one.state == BAD]
        for one in wrong[:1]:
            click.echo(f"treadle: {near(repo, one.told)}; {one.do} puts it right", err=True)


def _waiting(queue: str) -> bool:
    try:
        return bool(os.listdir(queue))
    except OSError:
        return False


@contextmanager
def indexed(repo: Repo) -> Iterator[Index]:
    """A repository's index. Loading it takes a while; what git can do meanwhile is started
    before."""
    import sqlite3

    from treadle.tangle.learnt.index import Index

    with closing(Index(repo)) as index:
        try:
            yield index
        except sqlite3.DatabaseError as error:
            raise UserError(
                f"the cache {os.path.join(repo.common_dir, 'treadle', 'cache.db')} fails: {error}",
                "delete it and try again; it holds nothing that is not made anew",
            ) from error


@contextmanager
def opened(ctx: click.Context) -> Iterator[Index]:
    """The index of the repository around the folder given with ``-C``."""
    with repository(ctx) as repo, indexed(repo) as index:
        yield index


def nothing_recorded() -> UserError:
    """What to say in a repository without documents."""
    return UserError(
        "no thread is recorded in this repository",
        "treadle backfill looks for transcripts on this machine, treadle import entire for a "
        "checkpoints branch; treadle init records from now on, treadle sync fetches a colleague's",
    )


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
    """``FILE:LINE`` as path and 1-based line; a column behind it, as compilers print it, is
    passed over."""
    found = _PLACE.fullmatch(name)
    if not found or not found[1]:
        raise UserError(f"{name!r} names no line", "write FILE:LINE, as in src/a.py:42", 2)
    if int(found[2]) < 1:
        raise UserError(f"{name!r}: lines are counted from 1", "", 2)
    return found[1], int(found[2])


def line_range(text: str) -> tuple[int, int | None]:
    """``n,m``, ``n,+k``, ``n,-k``, ``n``, ``n,`` or ``,m`` (1-based, inclusive, as git takes them)
    as a half-open range of 0-based lines; None: to the end of the file."""
    usage = "write -L 10,20 or -L 10,+5; -L 10 means from there to the end"
    found = _RANGE.fullmatch(text)
    if not found or text in ("", ",") or (found[3] and not found[1]):
        raise UserError(f"-L {text} names no lines", usage, 2)
    first = int(found[1] or 1)
    if not found[4]:
        begin, end = first, None
    elif found[3] == "-":
        begin, end = max(1, first - int(found[4]) + 1), first
    else:
        begin, end = first, first + int(found[4]) - 1 if found[3] else int(found[4])
        if end < begin and not found[3]:
            begin, end = end, begin
    if begin < 1 or (end is not None and end < begin):
        raise UserError(f"-L {text} names no lines", usage, 2)
    return begin - 1, end


def inside(repo: Repo, ctx: click.Context, name: str) -> str:
    """A path as typed, relative to the repository's root; ``UserError`` where it leads out."""
    if not name or "\0" in name:
        raise UserError("an empty path names no file", "name a file of the repository", 2)
    start = os.path.realpath(folder(ctx))
    if not repo.top:
        path = posixpath.normpath(name)
        if path.startswith(("/", "../")) or path in (".", ".."):
            raise UserError(f"{name} names no file in a bare repository", "start at its root", 2)
        return path
    above, base = os.path.split(os.path.normpath(os.path.join(start, name)))
    full = os.path.join(os.path.realpath(above), base)
    top, own = os.path.realpath(repo.top), os.path.realpath(repo.git_dir)
    relative = os.path.relpath(full, top)
    if relative == ".." or relative.startswith(".." + os.sep):
        raise UserError(f"{name} is outside of the repository {repo.top}", "name a file in it", 2)
    if relative == ".":
        raise UserError(f"{name} is the repository's root", "name a file in it", 2)
    if os.path.commonpath([full, own]) == own or ".git" in relative.lower().split(os.sep):
        raise UserError(f"{name} is in .git, which holds no versions of itself", "", 2)
    return relative.replace(os.sep, "/")


def one_commit(rev: str) -> str:
    """A name of one commit as git may get it: no option, no range."""
    if rev.startswith(("-", "^")) or ".." in rev:
        raise UserError(f"{rev!r} names no commit", "name one: an id, a branch, HEAD~3", 2)
    return rev


def near(repo: Repo, line: str) -> str:
    """A line of text with the paths of this repository as seen from its root."""
    for top in {repo.top or repo.git_dir, os.path.realpath(repo.top or repo.git_dir)}:
        line = line.replace(top + os.sep, "")
    return line
