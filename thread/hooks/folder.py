"""Folders of hooks on disk: what lies in them, and the steps of a plan carried out.

Files are replaced, never written into, so that a commit that runs meanwhile finds the old
hook or the new one. A file that is there keeps its mode.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

from treadle.thread.errors import UserError
from treadle.thread.hooks.plan import LINKS, File, Step

_LARGEST = 1 << 20
"""A hook of more bytes is a program; its beginning tells that."""
_RUNS = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


def read_folder(folder: str) -> dict[str, File]:
    """What lies in a folder of hooks, by name; of what was moved into ``LINKS`` too."""
    found = {}
    for below in ("", LINKS):
        try:
            names = os.listdir(os.path.join(folder, below))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise UserError(
                f"{folder}: cannot be read: {error.strerror}", "see who owns it and its mode"
            ) from error
        for name in names:
            key = f"{below}/{name}" if below else name
            if key != LINKS and not name.endswith(".sample"):
                found[key] = _read(os.path.join(folder, key))
    return found


def _read(path: str) -> File:
    if os.path.islink(path):
        return File(runs=os.access(path, os.X_OK), link=os.readlink(path))
    runs = os.access(path, os.X_OK)
    if not os.path.isfile(path):
        return File(runs=runs, other=True)
    try:
        with open(path, "rb") as file:
            return File(file.read(_LARGEST), runs)
    except OSError:
        return File(b"\0", runs)


def carry_out(folder: str, steps: Iterable[Step]) -> None:
    """Do what a plan says, in its order."""
    for step in steps:
        path = os.path.join(folder, step.name)
        if step.does == "write":
            write(path, step.text, runs=step.runs)
        elif step.does == "move":
            _move(path, os.path.join(folder, step.to))
        else:
            os.unlink(path)
    links = os.path.join(folder, LINKS)
    if os.path.isdir(links) and not os.listdir(links):
        os.rmdir(links)


def write(path: str, text: bytes, *, runs: bool = False, mode: int = 0o644) -> None:
    """Replace a file's bytes at once; a new one gets ``mode``, and what ``runs`` may be run."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    mask = os.umask(0)
    os.umask(mask)
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        mode &= ~mask
    if runs and not mode & _RUNS:
        mode |= _RUNS & ~mask | stat.S_IXUSR
    new = f"{path}.{os.getpid()}.new"
    try:
        with open(new, "xb") as file:
            file.write(text)
        os.chmod(new, mode)
        os.replace(new, path)
    except BaseException:
        if os.path.lexists(new):
            os.unlink(new)
        raise


def _move(path: str, to: str) -> None:
    """Rename; a link that leads to a neighbour still leads there from its new folder."""
    os.makedirs(os.path.dirname(to), exist_ok=True)
    if not os.path.islink(path):
        os.rename(path, to)
        return
    target = os.readlink(path)
    if not os.path.isabs(target):
        deeper = to.count(os.sep) - path.count(os.sep)
        if deeper > 0:
            target = os.path.join(*[os.pardir] * deeper, target)
        else:
            target = target[len(os.pardir + os.sep) * -deeper :]
    os.symlink(target, to)
    os.unlink(path)
