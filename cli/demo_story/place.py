"""Where a demo may be built: a folder that is absent, empty, or an untouched demo of ours.

A mark inside ``.git`` says that a folder is a demo, and at which commit it was finished.
If the person has gone on with it since, with a commit, a branch or a file, it is theirs and
stays; a demo that was interrupted has no finished mark and is built again.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from treadle.thread.errors import UserError
from treadle.thread.repo import Repo

MARK = "treadle-demo"
"""Name of the mark in ``.git``: the format's number, then the finished demo's tip."""
FORMAT = "1"
UNSEEN = ("/transcripts/", "/treadle-site/", "__pycache__/", ".pytest_cache/")
"""What is in the folder and no file of the repository."""


def prepare(folder: Path) -> Repo:
    """An empty repository in ``folder``; ``UserError`` where something else is there."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file", _hint())
    if folder.is_dir() and any(folder.iterdir()):
        _check_ours(folder)
        _clear(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make {folder}: {error.strerror}", _hint()) from None
    repo = Repo.create(folder)
    _mark(repo, "")
    exclude = Path(repo.git_dir, "info", "exclude")
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("".join(f"{line}\n" for line in UNSEEN))
    return repo


def finish(repo: Repo) -> None:
    """Remember at which commit the demo was finished."""
    _mark(repo, repo.resolve("HEAD"))


def _mark(repo: Repo, tip: str) -> None:
    Path(repo.git_dir, MARK).write_text(f"{FORMAT}\n{tip}\n")


def _check_ours(folder: Path) -> None:
    mark = folder / ".git" / MARK
    if (folder / ".git").is_symlink() or not mark.is_file():
        raise UserError(f"{folder} is not empty, and no demo of treadle", _hint())
    tip = mark.read_text().split("\n")[1]
    if not tip:
        return
    with Repo.open(folder) as repo:
        branches = set(repo.text("for-each-ref", "--format=%(objectname)", *_KINDS).split())
        changed = repo.text("status", "--porcelain", "--untracked-files=all")
        if branches | {repo.resolve("HEAD")} != {tip} or changed:
            raise UserError(f"{folder} is a demo that somebody has gone on with", _hint())


_KINDS = ("refs/heads", "refs/tags", "refs/stash")


def _clear(folder: Path) -> None:
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()


def _hint() -> str:
    return "name a folder that is absent or empty: treadle demo DIR"
