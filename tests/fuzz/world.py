"""The model: a repository, the writers at work in it, and who truly wrote each line.

Every line is unlike any other, so its text is its identity, whatever git does to it. The model
never asks treadle anything: it writes, remembers, and compares after each operation.
"""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.support.agents import Agent
from tests.support.record import makes_its_commit
from tests.support.scratch import Scratch
from treadle.tangle.blame import Run, runs_of
from treadle.tangle.blaming.rows import entries_of_all
from treadle.tangle.capture import REFS, assembled, capture_with
from treadle.tangle.learnt.index import Index
from treadle.tangle.relink import relink
from treadle.tangle.sharing.unite import keep
from treadle.thread.document import parse, part_id
from treadle.thread.origin import Origin
from treadle.thread.repo import Commit
from treadle.thread.store import Store

WORDS = (
    "loom",
    "weft",
    "warp",
    "heddle",
    "shuttle",
    "bobbin",
    "selvage",
    "reed",
    "batten",
    "cloth",
)
PATHS = ("lamp.py", "oil.txt", "house/door.txt", "house/attic/chest.txt")


class WrongError(AssertionError):
    """What treadle says is not what happened."""


class World:
    """One history while it is made."""

    def __init__(self, top: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.scratch = Scratch(top)
        self.agents = [Agent(self.scratch, "ada"), Agent(self.scratch, "bea", "codex")]
        self.count = 0
        self.wrote: dict[str, str] = {}
        """For each line that an agent wrote the time of the step."""
        self.moved: dict[str, set[str]] = {}
        """For each line that an agent only put in another order the times of these steps."""
        self.known: dict[str, Origin] = {}
        """For each line the first that a document said of it, where it named a step."""
        self.parts: set[str] = set()
        """Ids of all parts that were ever stored."""
        self.times: dict[tuple[str, str], str] = {}
        """For each part and step its time."""
        self.read: dict[str, set[str]] = {}
        """The parts of each document, by its blob."""
        self.apart: set[tuple[str, str]] = set()
        """Commits that no ref reaches, and their documents."""
        self.sound: set[tuple[str, str]] = set()
        """Commits whose document, by its blob, was seen to make the commit."""
        self.tally: Counter[tuple[str, str]] = Counter()
        """What was done and seen how often, by kind and name."""
        for path in PATHS:
            self.scratch.write(path, "".join(self.line("nobody") for _ in range(12)))
        self.root = self.scratch.commit("Begin")
        self.scratch.git("branch", "side")

    def close(self) -> None:
        self.scratch.close()

    def pick(self, number: int) -> int:
        """A number below ``number``."""
        return self.random.randrange(number)

    # -- writing --------------------------------------------------------------------

    def line(self, who: str) -> str:
        """A line that nobody wrote before."""
        self.count += 1
        words = " ".join(self.random.choices(WORDS, k=6))
        return f"{who} wrote line {self.count:05} of {words}\n"

    def files(self) -> list[str]:
        """The files that are there."""
        listed = self.scratch.git("ls-files", "-z").split("\0")
        return sorted(path for path in listed if path and self.scratch.exists(path))

    def edit(self, who: str, path: str = "", near: int = -1) -> bool:
        """Somebody inserts, replaces or deletes lines of a file, at line ``near`` where that is
        given; False where that cannot be."""
        files = self.files()
        if not files:
            return False
        path = path if path in files else files[self.pick(len(files))]
        lines = self.scratch.read(path).splitlines(keepends=True)
        if not lines:
            return False
        at, size = self.pick(len(lines)), 1 + self.pick(3)
        at = min(near, len(lines) - 1) if near >= 0 else at
        way = self.pick(4) if len(lines) > 6 else 0
        old = lines[at : at + (1 if way < 2 else size)]
        new = [self.line(who) for _ in range(size)]
        new = [*old, *new] if way < 2 else [] if way == 3 else new
        if who.startswith("agent"):
            self.tell(path, old, new)
        else:
            lines[at : at + len(old)] = new
            self.scratch.write(path, "".join(lines))
        return True

    def tell(self, path: str, old: Sequence[str], new: Sequence[str]) -> None:
        """An agent replaces lines of a file."""
        agent = self.agents[self.pick(len(self.agents))]
        if not agent.events or not self.pick(3):
            agent.prompt(f"Mind {path}, please ({self.count})")
        agent.said("So I change it.")
        event = agent.edit(path, "".join(old), "".join(new))
        self.wrote |= {line: event.time for line in new if line not in old}
        kept = [line for line in old if line in new]
        if kept != [line for line in new if line in kept]:
            for line in kept:
                self.moved.setdefault(line, set()).add(event.time)

    def create(self, path: str) -> None:
        """An agent writes a file anew."""
        agent = self.agents[self.pick(len(self.agents))]
        if not agent.events or not self.pick(3):
            agent.prompt(f"Make {path}, please ({self.count})")
        lines = [self.line("agent") for _ in range(4 + self.pick(5))]
        event = agent.write(path, "".join(lines))
        self.wrote |= dict.fromkeys(lines, event.time)

    def clean(self) -> bool:
        """Whether nothing waits to be committed."""
        return not self.scratch.git("status", "--porcelain")

    def state(self) -> str:
        """Everything that an operation may change."""
        return "\0".join(
            (
                self.scratch.git("for-each-ref", "refs/heads", "refs/stash"),
                self.scratch.git("symbolic-ref", "HEAD"),
                self.scratch.git("status", "--porcelain"),
                self.scratch.git("count-objects", "--verbose"),
                *(self.scratch.read(path) for path in self.files()),
            )
        )

    # -- what the hook's worker does -------------------------------------------------

    def work(self) -> None:
        """Tie and record what has no document yet, as the worker does after each commit."""
        repo, store = self.scratch.repo, Store(self.scratch.repo)
        notes, since = store.notes(), store.tip()
        fresh = [c for c in repo.commits(["HEAD"], *REFS) if c.id not in notes]
        done = relink(repo, fresh)
        self.tally["seen", "commits tied again"] += sum(bool(o.sources) for o in done.outcomes)
        open_ = [agent.session() for agent in self.agents if agent.events]
        if open_:
            recorder = assembled(repo, open_)
            for outcome in done.outcomes:
                if outcome.redacted is not None:
                    recorder.recall(outcome.redacted.thread)
            ids = {session.id for session in open_}
            for captured in capture_with(recorder, fresh, {c.id: ids for c in fresh}):
                if captured.error is not None:
                    raise WrongError(captured.error.message)
                if captured.solution is not None:
                    keep(store, {captured.commit.id: captured.solution.redacted}, since)
                    self.tally["seen", "commits recorded"] += 1
        if self.clean() and not self.scratch.git("stash", "list"):
            self._end_sessions()

    def _end_sessions(self) -> None:
        for agent in self.agents:
            if agent.events:
                agent.events = []
                agent.name = agent.name.split("-")[0] + f"-{self.count}"

    # -- the oracle -------------------------------------------------------------------

    def check(self) -> None:
        """Everything that must hold, on the branch that is checked out."""
        self._check_documents()
        with closing(Index(self.scratch.repo)) as index:
            paths = [path for path in self.scratch.repo.tree("HEAD") if path]
            for path, entries in entries_of_all(index.repo, paths, "HEAD"):
                lines = self._lines(path)
                for run in runs_of(index, path, "HEAD", entries)[0]:
                    for at in range(run.start, run.start + run.count):
                        self._check_line(path, lines[at], run, at)

    def _lines(self, path: str, rev: str = "HEAD") -> list[str]:
        return self.scratch.run("show", f"{rev}:{path}").decode().splitlines(keepends=True)

    def _check_documents(self) -> None:
        repo, store = self.scratch.repo, Store(self.scratch.repo)
        notes = store.notes()
        reached = {commit.id for commit in repo.commits(["HEAD"], *REFS)}
        held: set[str] = set()
        for commit, blob in notes.items():
            if blob in self.read and (commit, blob) in self.sound | self.apart:
                held |= self.read[blob]
                continue
            thread = parse(store.get(commit) or b"")
            ids = [part_id(part) for part in thread.parts]
            held |= set(ids)
            self.read[blob] = set(ids)
            for id_, part in zip(ids, thread.parts, strict=True):
                for turn in part.turns:
                    for step in turn.steps:
                        self.times[id_, f"{turn.number}.{step.number}"] = step.time
            if commit in reached:
                if not makes_its_commit(self.scratch, thread):
                    raise WrongError(f"the document of {commit[:8]} does not make its commit")
                self.sound.add((commit, blob))
            else:
                self.apart.add((commit, blob))
        if not self.parts <= held:
            raise WrongError(f"parts are lost: {sorted(self.parts - held)}")
        self.parts |= held

    def _check_line(self, path: str, line: str, run: Run, at: int) -> None:
        origin = run.origin
        where = f"{path}: {line.strip()!r}, of {run.commit[:8]},"
        self.tally["seen", "lines checked"] += 1
        if origin.part:
            self.tally["seen", "of them told of a step"] += 1
            truth, told = self.wrote.get(line, ""), self.times.get((origin.part, origin.step))
            if told is None:
                raise WrongError(f"{where} names a step that is in no document")
            if told != truth and told not in self.moved.get(line, ()):
                raise WrongError(
                    f"{where} is told of a step at {told or '?'}, not {truth or 'nobody'}"
                )
        first = self.known.get(line)
        if first is None:
            if origin.part:
                self.known[line] = origin
        elif self._differs(line, origin, first) and (
            origin.part or not self._may_be_lost(line, run, at)
        ):
            raise WrongError(f"{where} was {first}, and is {origin}")

    def _differs(self, line: str, origin: Origin, first: Origin) -> bool:
        """Whether a line is told otherwise than at first. Of one that an agent moved either is
        true: that a step wrote it, and that a later one put it there."""
        told = self.times.get((origin.part, origin.step), "")
        return origin != first and not (origin.part and line in self.moved and told)

    def _may_be_lost(self, line: str, run: Run, at: int) -> bool:
        """Whether a line need not be told of its step: a commit only moved or copied it (also by
        taking both sides of a conflict), or left nothing by which it could be told from a line that
        reads the same."""
        if self._copied(line, run.commit) or self._carried(line, run.commit):
            return True
        lost = self._torn(line, run, at)
        self.tally["seen", "torn lines told of nobody"] += lost
        return lost

    def _copied(self, line: str, commit: str) -> bool:
        """Whether a line stands twice in a commit, in one file or in two: as after a conflict of
        two names for a file, both of which were taken."""
        asked = ["grep", "--fixed-strings", "-h", "-e", line.strip(), commit]
        return self.scratch.git(*asked).count("\n") > 0

    def _carried(self, line: str, commit: str) -> bool:
        """Whether a commit only moved or copied a line: for blame it is new there, and no step made
        the move."""
        parents = self.head(commit).parents
        asked = ["grep", "--quiet", "--fixed-strings", "-e", line.strip()]
        where = ["git", "-C", str(self.scratch.top), *asked]
        return any(
            subprocess.run([*where, parent], capture_output=True).returncode == 0
            for parent in parents
        )

    def _torn(self, line: str, run: Run, at: int) -> bool:
        """Whether a commit tore a line from all that were written with it, or brings one back that
        an earlier commit had taken out: without some of those, or in a file of another name; or
        takes one over from another branch without some of those."""
        lines, there = self._lines(run.path, run.commit), run.first + at - run.start
        beside = (*lines[max(0, there - 1) : there], *lines[there + 1 : there + 2])
        mates = {one for one, time in self.wrote.items() if time == self.wrote[line]} - {line}
        if mates and mates.isdisjoint(beside):
            return True
        parents = self.head(run.commit).parents
        search = ("log", "--format=%H", f"-S{line.strip()}", *parents)
        if not parents:
            return False
        if not self.scratch.git(*search):
            beyond = self.scratch.git(*search[:3], "--branches", "--not", "HEAD")
            return bool(beyond) and not mates <= {*lines}
        return not mates <= {*lines} or not mates or not self.scratch.git(*search, "--", run.path)

    def head(self, rev: str = "HEAD") -> Commit:
        return self.scratch.head(rev)
