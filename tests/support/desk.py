"""Claude Code at work in a real repository, writing its transcript where it writes it.

Calls and results are records of their own, appended one after the other, so that a commit can
be made in between, as it is when the agent runs git.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from tests.support.scratch import Scratch
from treadle.tangle.read import read_thread
from treadle.thread.model import Thread
from treadle.thread.repo import Commit
from treadle.thread.store import Store
from treadle.thread.waiting.outcomes import Outcomes
from treadle.thread.waiting.queue import Entry, Queue, write

WORKER = [sys.executable, "-I", "-m", "treadle.cli.worker"]


class Claude:
    """One session; what it does to files it also tells."""

    def __init__(self, desk: Desk, name: str, top: Path | None = None) -> None:
        self.desk = desk
        self.name = name
        self.top = top or desk.scratch.top
        folder = re.sub(r"[^A-Za-z0-9-]", "-", str(self.top))
        self.path = desk.home / ".claude" / "projects" / folder / f"{name}.jsonl"
        self.version = "2.1.40"
        self._keys = count(1)
        self._parent: str | None = None

    def prompt(self, text: str = "Light the lamp") -> None:
        self.row("user", {"role": "user", "content": text})

    def said(self, text: str = "I will do it now.") -> None:
        self._assistant({"type": "text", "text": text})

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text in a file: the call, the deed, the result."""
        file = self.top / path
        before = file.read_text()
        assert old in before
        given = {"file_path": str(file), "old_string": old, "new_string": new}
        key = self.calls("Edit", given)
        file.write_text(before.replace(old, new, 1))
        told = {"filePath": str(file), "oldString": old, "newString": new, "userModified": False}
        self.result(key, "The file was updated.", told)

    def calls(self, tool: str, given: Mapping[str, object]) -> str:
        """A call without its result; its id."""
        key = f"toolu_{self.name}_{next(self._keys)}"
        self._assistant({"type": "tool_use", "id": key, "name": tool, "input": dict(given)})
        return key

    def result(self, key: str, text: str, told: object) -> None:
        block = {"tool_use_id": key, "type": "tool_result", "content": text}
        self.row("user", {"role": "user", "content": [block]}, toolUseResult=told)

    def printed(self, key: str, output: str) -> None:
        """The result of a shell command."""
        told = {"stdout": output, "stderr": "", "interrupted": False, "isImage": False}
        self.result(key, output, told)

    def commits(self, message: str, *options: str, told: bool = True) -> tuple[Commit, str, str]:
        """Commit by a call of the shell; ``told``: its result is written. The commit, the call's
        id and what git printed."""
        key = self.calls("Bash", {"command": f"git commit -am '{message}'"})
        self.desk.scratch.git("-C", str(self.top), "add", "--all")
        args = ["-C", str(self.top), "commit", "--allow-empty", "--message", message, *options]
        printed = self.desk.scratch.git(*args)
        if told:
            self.printed(key, printed)
        rev = self.desk.scratch.git("-C", str(self.top), "rev-parse", "HEAD")
        return self.desk.scratch.head(rev), key, printed

    def row(self, kind: str, message: object, **more: object) -> None:
        number = next(self._keys)
        uuid = f"{self.name}-{number}"
        row = {
            "parentUuid": self._parent,
            "isSidechain": False,
            "cwd": str(self.top),
            "sessionId": self.name,
            "version": self.version,
            "type": kind,
            "uuid": uuid,
            "timestamp": self.desk.scratch.clock.tick(),
            "message": message,
            **more,
        }
        self._parent = uuid
        self.append(json.dumps(row) + "\n")

    def append(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a") as file:
            file.write(text)

    def _assistant(self, *content: Mapping[str, object]) -> None:
        said = {"model": "loom-1", "type": "message", "role": "assistant", "content": [*content]}
        self.row("assistant", said)


class Desk:
    """A person's machine: a home with transcripts, a repository, hooks that queue."""

    def __init__(self, scratch: Scratch, home: Path) -> None:
        self.scratch = scratch
        self.home = home
        home.mkdir(exist_ok=True)
        self.folder = str(scratch.top / ".git" / "treadle")
        self._names = count(1)

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.home)}

    def queue(
        self, commit: Commit, hook: str = "post-commit", top: Path | None = None, **variables: str
    ) -> Entry:
        """What the hook does."""
        where = top or self.scratch.top
        git_dir = self.scratch.git("-C", str(where), "rev-parse", "--absolute-git-dir")
        name = f"{next(self._names):04}.{hook}"
        entry = Entry(name, hook, commit.id, git_dir, str(where), variables)
        write(self.folder, entry)
        return entry

    def waiting(self) -> list[str]:
        return [entry.name for entry in Queue(self.folder).entries()]

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        """The worker, running."""
        args = [*WORKER, str(self.scratch.top / ".git")]
        return subprocess.Popen(
            args,
            env={**self.env, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def work(self, **more: str) -> None:
        """Let the worker do what there is to do."""
        assert self.start(**more).wait(60) == 0, self.log()

    def log(self) -> list[str]:
        return [f"{told.result}: {told.line} {told.reason}" for told in self.outcomes.last(99)]

    @property
    def outcomes(self) -> Outcomes:
        return Outcomes(self.folder)

    def document(self, commit: Commit) -> Thread:
        return read_thread(Store(self.scratch.repo), commit.id)

    def documents(self) -> dict[str, bytes]:
        store = Store(self.scratch.repo)
        return dict(store.get_all(store.notes()))

    def until(self, commit: Commit) -> bytes:
        """The document of a commit, as soon as it is there."""
        for _ in range(600):
            found = self.documents().get(commit.id)
            if found is not None:
                return found
            time.sleep(0.05)
        raise AssertionError(f"no document; {self.log()}")
