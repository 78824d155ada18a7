"""Live capture next to import: a session is acted out under the hooks, then read again at leisure.

A theatre is a clone with our hooks, work trees for as many sessions as play at once, and a home of
its own. After the play the documents that the hooks recorded are put aside, everything that
treadle stored is taken away, and the same commits are recorded out of the finished transcripts.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cli.lamp import run
from tests.support.player import Player, play_all
from tests.support.scenes import Scene
from tests.support.scratch import Scratch
from treadle.thread.store import REF, Store

PATIENCE = 120
"""Seconds after which a queue that does not empty is a fault."""


class Theatre:
    """A clone in which scenes are played."""

    def __init__(self, folder: Path, source: Path, *, gap: float, slow: float = 0) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.gap = gap
        self.slow = slow
        self.env = {"HOME": str(self.home), "CLAUDE_CONFIG_DIR": None, "XDG_DATA_HOME": None}
        self.first = Scratch(folder / "stage", init=False)
        Scratch(folder, init=False).git("clone", "--quiet", "--shared", "--no-checkout",
                                        "--no-tags", str(source), "stage")  # fmt: skip
        self.trees: list[Scratch] = []

    def play(self, scenes: Sequence[Scene]) -> dict[str, str]:
        """Act the scenes out, one in each work tree; from real commits to those made here."""
        players = [self._player(scene, number) for number, scene in enumerate(scenes)]
        done = run("init", at=self.first.top, env=self.env)
        assert done.code == 0, done
        play_all(players)
        self._settle()
        return {old: new for player in players for old, new in player.commits.items()}

    def live(self) -> dict[str, bytes]:
        """The documents stored now, by commit."""
        return dict(Store(self.first.repo).get_all(Store(self.first.repo).notes()))

    def again(self, commits: Sequence[str]) -> dict[str, bytes]:
        """The documents of the same commits, out of the finished transcripts; where one has
        nothing of them it is tied to what it is a copy of, as the worker does."""
        self.first.git("update-ref", "-d", REF)
        shutil.rmtree(Path(self.first.repo.common_dir, "treadle"))
        for command in ("backfill", "relink"):
            done = run(command, *commits, at=self.first.top, env=self.env, within=600)
            assert done.code == 0 or "no thread is recorded" in done.err, done
        return self.live()

    def _player(self, scene: Scene, number: int) -> Player:
        below = scene.commits[0].parents[0]
        if number == 0:
            self.first.git("checkout", "--quiet", "-B", "play-0", below)
            tree = self.first
        else:
            top = self.first.top.parent / f"tree-{number}"
            self.first.git("worktree", "add", "--quiet", "-B", f"play-{number}", str(top), below)
            tree = Scratch(top, init=False)
        self.trees.append(tree)
        return Player(scene, tree, self.home, self.gap, self.slow, _environment(self.env))

    def _settle(self) -> None:
        """Wait until the worker is done; then ask once, which takes up what is left."""
        queue = Path(self.first.repo.common_dir, "treadle", "queue")
        limit = time.monotonic() + PATIENCE
        while any(queue.iterdir()):
            run("status", at=self.first.top, env=self.env)
            assert time.monotonic() < limit, sorted(queue.iterdir())
            time.sleep(0.2)

    def close(self) -> None:
        for tree in (self.first, *self.trees):
            tree.close()


def _environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    """The variables that are set, without those that are only taken away."""
    return {key: value for key, value in changes.items() if value is not None} | {
        "PATH": os.environ["PATH"]
    }
