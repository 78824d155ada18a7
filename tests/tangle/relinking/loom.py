"""One repository, one agent whose lines are all unique, a person beside it."""

from __future__ import annotations

from pathlib import Path

from tests.support.agents import Agent
from tests.support.record import claims, document, makes_its_commit, record
from tests.support.scratch import Scratch, numbered
from treadle.tangle.asking.blames import blame_tree
from treadle.tangle.blame import blame
from treadle.tangle.learnt.index import Index
from treadle.tangle.learnt.kept import Kept
from treadle.tangle.relink import Relinked, relink
from treadle.thread.document import parse, render
from treadle.thread.model import Thread
from treadle.thread.origin import Origin
from treadle.thread.repo import Commit
from treadle.thread.store import Store


class Loom:
    """A repository with two branches, an agent at work on one of them."""

    def __init__(self, top: Path) -> None:
        self.scratch = Scratch(top)
        self.scratch.write("lamp.py", numbered(30, "a lamp of the old house"))
        self.scratch.write("dir/oil.txt", numbered(30, "a jar of oil from the cellar"))
        self.begin = self.scratch.commit("Begin")
        self.scratch.git("branch", "start")
        self.agent = Agent(self.scratch)
        self.known: dict[str, Origin] = {}
        """For each line that a step wrote what its first document said of it."""

    def step(self, path: str, at: int, *lines: str) -> None:
        """The agent adds lines behind line ``at`` of a file."""
        self.agent.prompt(f"Mind line {at} of {path}")
        self.agent.said(f"I add {len(lines)} lines.")
        there = self.scratch.read(path).split("\n")
        old = there[at] + "\n"
        self.agent.edit(path, old, old + "".join(f"{line}\n" for line in lines))

    def save(self, message: str = "Change") -> Commit:
        """Commit, and write the document."""
        commit = self.scratch.commit(message)
        thread = record(self.scratch, [commit], self.agent)[commit.id]
        for _, line, origin in claims(self.scratch, commit, thread):
            if origin.part:
                self.known.setdefault(line, origin)
        self.agent.events = []
        self.agent.name += "+"
        return commit

    def person(self, path: str, old: str, new: str, message: str = "By hand") -> Commit:
        """A person edits and commits."""
        text = self.scratch.read(path)
        assert old in text
        self.scratch.write(path, text.replace(old, new))
        return self.scratch.commit(message)

    def onto(self, *commands: str) -> None:
        """Move ``start`` forward by a person's commit, and back to ``main``."""
        self.scratch.git("checkout", "-q", "start")
        self.person("lamp.py", "number 2\n", "number 2\nby hand, on the other branch\n")
        self.scratch.git("checkout", "-q", "main")

    def relink(self, *revs: str) -> Relinked:
        """Relink, twice: the second time nothing changes."""
        commits = self.scratch.repo.chosen(revs) if revs else self.scratch.repo.commits((), "--all")
        done = relink(self.scratch.repo, commits)
        tip = Store(self.scratch.repo).tip()
        assert not [o for o in relink(self.scratch.repo, commits).outcomes if o.sources]
        assert Store(self.scratch.repo).tip() == tip
        return done

    def thread(self, rev: str = "HEAD") -> Thread:
        return document(self.scratch, self.scratch.head(rev))

    def told(self, rev: str = "HEAD") -> dict[str, Origin]:
        """For each line that a commit added and a step wrote, what its document says."""
        thread = self.thread(rev)
        assert makes_its_commit(self.scratch, thread)
        assert parse(render(thread)) == thread
        found = claims(self.scratch, self.scratch.head(rev), thread)
        return {line: origin for _, line, origin in found if origin.part}

    def expect(self, lines: list[str], *revs: str) -> None:
        """These lines, and no others, are told in the commits, as they were at first."""
        found: dict[str, Origin] = {}
        for rev in revs or ("HEAD",):
            found |= self.told(rev)
        assert found == {f"{line}\n": self.known[f"{line}\n"] for line in lines}


def steps(scratch: Scratch, path: str = "lamp.py", rev: str = "HEAD") -> dict[str, Origin]:
    """For each line of a file the step that blame names, where it names one; asked of the file as a
    whole, of the whole tree and of each line alone."""
    index = Index(scratch.repo)
    try:
        found = blame(index, path, rev)
        told = {
            n: run.origin for run in found.runs for n in range(run.start, run.start + run.count)
        }
        kept = Kept(str(scratch.top / ".git" / "treadle"))
        try:
            tree = blame_tree(index, [path], scratch.head(rev).id, kept)[path]
        finally:
            kept.close()
        assert told == {n: r.origin for r in tree for n in range(r.start, r.start + r.count)}
        for n, origin in told.items():
            assert blame(index, path, rev, (n, n + 1)).runs[0].origin == origin
        return {found.lines[n].rstrip("\n"): origin for n, origin in told.items() if origin.part}
    finally:
        index.close()


FIRST = [
    "the first lamp of the house is lit by the agent at dusk",
    "its wick was trimmed this morning with the small scissors",
]
SECOND = [
    "the second lamp hangs over the door and burns all night",
    "its glass was cleaned with paper and a little vinegar",
]
