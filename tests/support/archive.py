"""A small history with documents: what check, blame and why are asked about in tests."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from tests.support.agents import Agent
from tests.support.record import ids, record
from tests.support.scratch import Clock, Scratch, numbered
from treadle.thread.document import render
from treadle.thread.model import Change, Hunk, Thread
from treadle.thread.repo import Commit
from treadle.thread.store import REF, Store


class Archive:
    """Three commits: a person's, an agent's, and one of both with a renamed file."""

    def __init__(self, top: Path, *options: str) -> None:
        self.scratch = Scratch(top, *options)
        self.scratch.write("lamp.py", numbered(12, "lamp"))
        self.scratch.write("dir/old name é.txt", numbered(12, "oil"))
        self.begin = self.scratch.commit("Begin")
        self.agent = Agent(self.scratch)
        self.agent.prompt("Light the lamp")
        self.agent.said("The third lamp is out, so I light it.")
        self.agent.edit("lamp.py", "lamp number 3\n", "the third lamp\nits wick\n")
        self.lit = self.scratch.commit("Light it")
        self.agent.prompt("Mind the oil")
        self.scratch.git("mv", "dir/old name é.txt", "dir/new name é.txt")
        self.agent.edit("dir/new name é.txt", "oil number 5\n", "the fifth oil\n")
        self.agent.edit("lamp.py", "its wick\n", "its new wick\n")
        person = self.scratch.read("lamp.py") + "a person's lamp\n"
        self.scratch.write("lamp.py", person)
        self.minded = self.scratch.commit("Mind it")
        self.threads = record(self.scratch, [self.lit, self.minded], self.agent)

    def copy(self, top: Path) -> Archive:
        """The same in another folder, as if it had been made there."""
        shutil.copytree(self.scratch.top, top, symlinks=True)
        other = object.__new__(Archive)
        other.scratch = Scratch(top, init=False)
        other.scratch.clock = Clock(self.scratch.clock.now)
        other.agent = Agent(other.scratch, self.agent.name)
        other.agent.take_over(self.agent)
        other.begin, other.lit, other.minded = self.begin, self.lit, self.minded
        other.threads = dict(self.threads)
        return other

    def part(self, commit: Commit) -> str:
        """The id of the only part of a commit's document."""
        (found,) = ids(self.threads[commit.id])
        return found


def store(scratch: Scratch, commit: Commit, text: bytes | Thread) -> None:
    """Put a document there as a hostile hand would: without redaction, without a check."""
    content = render(text) if isinstance(text, Thread) else text
    Store(scratch.repo).put_rendered({commit.id: content})


def forget(scratch: Scratch) -> None:
    """Drop all documents."""
    scratch.git("update-ref", "-d", REF)


def with_residue(thread: Thread, *changes: Change) -> Thread:
    """The thread with another residue."""
    return replace(thread, placement=replace(thread.placement, residue=changes))


def person_wrote(path: str, at: int, *texts: str) -> Change:
    """A residue that adds lines at line ``at``."""
    added = tuple(f"+{line}\n" for line in texts)
    return Change(path, "residue", hunks=(Hunk(at, at, added, "unrecorded"),))
