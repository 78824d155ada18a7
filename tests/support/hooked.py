"""A repository with treadle's hooks, whose worker is a program that only notes that it ran."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tests.support.scratch import Scratch
from treadle.thread.hooks.enrolment import enrol
from treadle.thread.hooks.program import Program

PLACE = 'a folder\'s "name" $HOME é'
"""A folder's name that a shell would like to read otherwise."""


class Hooked(Scratch):
    """A repository in a folder ``repo`` below ``top``."""

    def __init__(self, top: Path, *options: str, init: bool = True) -> None:
        super().__init__(top, *options, init=init)
        self.log = top.parent / "started"
        """What the worker's stand-in noted: its arguments, folder and variables."""

    @property
    def program(self) -> Program:
        """An interpreter that notes how it was called."""
        path = self.top.parent / "py'thon"
        if not path.exists():
            told = '{ echo "args: $*"; echo "in: $PWD"; env | grep ^GIT_; echo done; }'
            path.write_text(f'#!/bin/sh\n{told} >>"${{0%/*}}/started"\n')
            path.chmod(0o755)
        return Program(str(path), "-I")

    def enrol(self, share: bool = False) -> list[str]:
        return enrol(self.repo, self.program, share)

    # -- what lies there ------------------------------------------------------------

    @property
    def queue(self) -> Path:
        return Path(self.repo.common_dir) / "treadle" / "queue"

    def events(self, hook: str = "post-commit") -> list[list[str]]:
        """The lines of each event of a hook, the oldest first."""
        found = list(self.queue.glob(f"*.{hook}"))
        found.sort(key=lambda path: path.stat().st_mtime_ns)
        return [path.read_text().splitlines() for path in found]

    def started(self, times: int = 1) -> str:
        """What the stand-in noted, once it was called so many times."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            told = self.log.read_text() if self.log.exists() else ""
            if told.split("\n").count("done") >= times:
                return told
            time.sleep(0.01)
        raise AssertionError(f"the worker was started {told.count('args:')} times: {told}")

    def hook(self, name: str, text: str | bytes, folder: Path | None = None) -> Path:
        """Write a hook that git runs."""
        path = (folder or self.top / ".git" / "hooks") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o755)
        return path

    def says(self, *args: str, env: Mapping[str, str] | None = None) -> str:
        """What ``git ARGS`` prints on both streams; it must not fail."""
        done = subprocess.run(
            ["git", "-C", str(self.top), *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(env or {})},
        )
        assert done.returncode == 0, done.stdout
        return done.stdout.decode()

    def make(self, message: str = "Change") -> str:
        """An empty commit; what git and the hooks say of it."""
        return self.says("commit", "--quiet", "--allow-empty", "-m", message)


def everything(folder: Path) -> dict[str, tuple[object, ...]]:
    """All files below a folder: mode and bytes, a link's target."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = ("link", os.readlink(path))
        elif path.is_dir():
            found[name] = ("folder",)
        elif path.is_file():
            found[name] = (path.stat().st_mode, path.read_bytes())
    return found


def settled(scratch: Scratch) -> dict[str, tuple[object, ...]]:
    """What init may change: git's configuration and all hooks, everywhere."""
    common = Path(scratch.repo.common_dir)
    kept = {
        f"common/{name}": value
        for name, value in everything(common).items()
        if name.startswith(("config", "hooks", "worktrees")) and "/logs" not in name
    }
    kept = {name: value for name, value in kept.items() if not name.endswith(("/index", "/HEAD"))}
    outside = {
        name: value
        for name, value in everything(scratch.top).items()
        if not name.startswith((".git/", "node_modules"))
    }
    return {**kept, **outside}
