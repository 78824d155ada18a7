"""Acts a session out again, in a real repository, as its agent and its person did.

The player appends the session's records to a transcript in the agent's own place, each in two
writes, so that a reader may meet a torn line; it makes the edits that they tell of in the work
tree, and at each commit of the real history it gives the work tree the real commit's content (a
person's own edits are in it) and commits with git, so that the hooks run. Long waits are cut
short. The clock is the real one: records say when they are written now.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.support.roles.gemini_cli import hashed
from tests.support.roles.role import Change
from tests.support.scenes import LATEST, Record, Scene, made
from tests.support.scratch import Scratch
from treadle.thread.repo import Commit

GAP = 0.05
"""Seconds to which a longer wait between two records is cut."""


@dataclass
class Player:
    """One agent's session, in one work tree of a clone of the real repository."""

    scene: Scene
    scratch: Scratch
    """The work tree in which it is acted out; has the objects of the real history."""
    home: Path
    """The home directory in which the agent keeps its transcripts."""
    gap: float = GAP
    slow: float = 0
    """Seconds for which an agent's own call goes on after it has committed."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Around each commit, beside the home."""
    commits: dict[str, str] = field(default_factory=dict)
    """From each real commit's id to that of the commit made here."""

    began: datetime = field(default_factory=datetime.now)
    """By the clock on the wall."""
    _names: dict[str, str] = field(default_factory=dict)
    """What is written for the real texts: the folders here, the ids of the commits made here."""

    def play(self) -> Iterator[None]:
        """Act it out; a pause after every record, so that several players can take turns."""
        here = _quoted(str(self.scratch.top))
        roots = sorted(self.scene.roots, key=len, reverse=True)
        self._names = {_quoted(root): here for root in roots}
        self._names |= {hashed(root): hashed(str(self.scratch.top)) for root in roots}
        waiting = list(self.scene.commits)
        previous = ""
        for record in self.scene.records:
            while waiting and _at(waiting[0]) < record.time and not self._own(waiting[0]):
                self._commit(waiting.pop(0))
            self._wait(previous, record.time)
            previous = record.time
            named = next(filter(None, (self._made(record, c) for c in waiting)), None)
            if named:
                commit, short = named
                waiting.remove(commit)
                id_ = self._commit(commit, **self.scene.role.variables(self.scene.id))
                time.sleep(self.slow)
                self._names |= {commit.id: id_, short: id_[: len(short)]}
            for change in record.told.changes:
                self._work(change)
            self._append(record)
            yield
        for commit in waiting:
            self._commit(commit)
            yield

    # -- the transcript -------------------------------------------------------------

    def _append(self, record: Record) -> None:
        """Write a record to its file, torn for a moment."""
        text = json.dumps(_dated(record.fields, _now()), ensure_ascii=False)
        for old, new in self._names.items():
            text = text.replace(old, new)
        raw = text.encode("utf-8", "surrogateescape") + b"\n"
        path = self.scene.role.place(self.home, self.scratch.top, record.file, self.began)
        path.parent.mkdir(parents=True, exist_ok=True)
        for piece in (raw[: len(raw) // 2], raw[len(raw) // 2 :]):
            with path.open("ab") as file:
                file.write(piece)

    def _wait(self, before: str, now: str) -> None:
        if self.gap and before and before < now:
            time.sleep(min(self.gap, max(0.0, _seconds(now) - _seconds(before))))

    # -- the work tree --------------------------------------------------------------

    def _work(self, change: Change) -> None:
        """Make a change, where the file is as the agent found it."""
        path, to = self._placed(change.path), self._placed(change.to)
        if path is None:
            return
        with suppress(OSError):
            if change.new is None:
                path.unlink()
            elif change.old is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(change.new, "utf-8", "surrogatepass")
            elif path.is_file():
                text = path.read_text("utf-8", "surrogateescape")
                text = text.replace(change.old, change.new, -1 if change.every else 1)
                path.write_text(text, "utf-8", "surrogateescape")
            if to:
                to.parent.mkdir(parents=True, exist_ok=True)
                path.rename(to)

    def _placed(self, name: str) -> Path | None:
        """The file of the work tree that the transcript means by ``name``."""
        for root in self.scene.roots if name else ():
            inside = os.path.relpath(name, root)
            if not inside.startswith("..") and ".git" not in Path(inside).parts:
                return self.scratch.top / inside
        return None

    # -- commits --------------------------------------------------------------------

    def _commit(self, commit: Commit, **env: str) -> str:
        """Commit the real commit's content, on top of what its real parent had."""
        self._underlay(commit)
        self.scratch.git("read-tree", "-u", "--reset", commit.tree)
        around = {"HOME": str(self.home), **_dates(), **self.env, **env}
        args = ["commit", "--quiet", "--allow-empty", "--allow-empty-message"]
        message = commit.message.encode("utf-8", "surrogateescape")
        self.scratch.run(*args, "--cleanup=verbatim", "-F", "-", feed=message, env=around)
        self.commits[commit.id] = self.scratch.git("rev-parse", "HEAD").strip()
        # To git a second is a moment: what comes after the commit must not look as if it came
        # before it.
        time.sleep(1.01 - time.time() % 1)
        return self.commits[commit.id]

    def _underlay(self, commit: Commit) -> None:
        """Bring in what others had committed meanwhile, as a pull would."""
        below = self.scratch.git("rev-parse", f"{commit.parents[0]}^{{tree}}").strip()
        if below == self.scratch.git("rev-parse", "HEAD^{tree}").strip():
            return
        head = self.scratch.git("rev-parse", "HEAD").strip()
        said = ("commit-tree", below, "-p", head, "-m", "what others did")
        id_ = self.scratch.git(*said, env=_dates()).strip()
        self.scratch.git("update-ref", "HEAD", id_, head)

    def _own(self, commit: Commit) -> bool:
        return any(made(record, commit) for record in self.scene.records)

    def _made(self, record: Record, commit: Commit) -> tuple[Commit, str] | None:
        short = made(record, commit)
        return (commit, short) if short else None


def play_all(players: Sequence[Player]) -> None:
    """Act several sessions out at once, a record of each in turn."""
    running = [(player, player.play()) for player in players]
    while running:
        for turn in list(running):
            if next(turn[1], LATEST) == LATEST:
                running.remove(turn)


def _now() -> str:
    """The real time, as transcripts write it."""
    now = datetime.now(UTC)
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03}Z"


def _dated(value: object, now: str) -> object:
    """A record with all its times, also those of records inside of it, set to ``now``."""
    if isinstance(value, list):
        return [_dated(one, now) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {key: now if key == "timestamp" else _dated(one, now) for key, one in value.items()}


def _dates() -> dict[str, str]:
    """The real time, in git's variables."""
    now = f"@{int(time.time())} +0000"
    return {"GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now}


def _at(commit: Commit) -> str:
    return commit.committed or commit.time


def _quoted(text: str) -> str:
    """As it stands inside of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _seconds(moment: str) -> float:
    try:
        return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0
