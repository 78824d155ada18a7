"""What ``init`` remembers, so that ``deinit`` can give every file its bytes back.

Hooks need no memory: our lines are marked, and what was moved aside lies beside. Git's
configuration does, since git writes it. So its bytes before are kept with a hash of the bytes
after: if nobody touched the file since, it becomes what it was, else only our keys go.

``init.json``, version 1: ``{"version": 1, "configs": {PATH: {"before": base64 or null, "after":
sha256}}, "made": [PATH of each folder that was not there], "share": whether init set it}``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

VERSION = 1
NAME = "init.json"
"""The file, in our folder."""


@dataclass(slots=True)
class Record:
    """What init did to things that are not marked as ours."""

    configs: dict[str, tuple[bytes | None, str]] = field(default_factory=dict)
    """Path of a configuration: its bytes before (None if they are not known any more), and the
    SHA-256 of those after."""
    made: list[str] = field(default_factory=list)
    """Folders that were not there."""
    share: bool = False
    """Whether ``treadle.share`` was set by init."""

    @classmethod
    def read(cls, folder: str) -> Record:
        """The record in our folder; an empty one where it is missing or damaged: then ``deinit``
        takes keys out one by one."""
        try:
            with open(os.path.join(folder, NAME), encoding="utf-8") as file:
                told = json.load(file)
            if told["version"] != VERSION:
                return cls()
            configs = {path: _pair(row) for path, row in told["configs"].items()}
            return cls(configs, [str(path) for path in told["made"]], bool(told["share"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def text(self) -> bytes:
        """As it is stored."""
        configs = {
            path: {
                "before": None if before is None else base64.b64encode(before).decode(),
                "after": after,
            }
            for path, (before, after) in self.configs.items()
        }
        told = {"version": VERSION, "configs": configs, "made": self.made, "share": self.share}
        return (json.dumps(told, indent=1) + "\n").encode()

    def save(self, folder: str) -> None:
        """Write it into our folder, if it is not the same already."""
        from treadle.thread.hooks.folder import write

        path = os.path.join(folder, NAME)
        if contents(path) != self.text():
            write(path, self.text(), mode=0o600)

    @contextmanager
    def changing(self, path: str) -> Iterator[None]:
        """Around a change of a configuration: notes what it was and what it became."""
        was = contents(path)
        yield
        now = contents(path)
        if now == was or now is None:
            return
        before, after = self.configs.get(path, (was, ""))
        untouched = not after or after == digest(was)
        self.configs[path] = (before if untouched else None, digest(now))

    def before(self, path: str) -> bytes | None:
        """A configuration's bytes before init, if it is as init left it."""
        before, after = self.configs.get(path, (None, ""))
        return before if before is not None and after == digest(contents(path)) else None


def contents(path: str) -> bytes | None:
    """A file's bytes, None where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def digest(text: bytes | None) -> str:
    """SHA-256 in hex digits."""
    return hashlib.sha256(text or b"").hexdigest()


def _pair(row: dict[str, str | None]) -> tuple[bytes | None, str]:
    before = row["before"]
    return None if before is None else base64.b64decode(before), str(row["after"])
