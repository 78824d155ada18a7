"""Whatever agents and a person do to a repository: the laws hold, and nobody's line is claimed.

Every line of these stories tells who wrote it, so that a claim can be judged by its text.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.agents import Agent
from tests.support.record import claims, makes_its_commit, solve_all, tangled
from tests.support.scratch import Scratch
from treadle.thread.document import parse, part_id, render
from treadle.thread.model import Edit, Thread
from treadle.thread.origin import split_lines
from treadle.thread.repo import Commit, decode

FILES = ("lamp.py", "oil and wick.txt", "dir/é.md", "new.py")
ENDS = ("\n", "\r\n")
DEEDS = (
    "edit",
    "edit",
    "edit",
    "within",
    "insert",
    "remove",
    "write",
    "delete",
    "fail",
    "lose",
    "read",
    "commit",
)


@dataclass(frozen=True)
class Deed:
    """Something that somebody does."""

    who: str
    what: str
    file: str
    at: int
    count: int
    shown: bool


deeds = st.builds(
    Deed,
    st.sampled_from(("s1", "s1", "s2", "person")),
    st.sampled_from(DEEDS),
    st.sampled_from(FILES),
    st.integers(0, 12),
    st.integers(0, 3),
    st.booleans(),
)


class Story:
    """A repository in which the deeds are done; every line has its writer's name in it."""

    def __init__(self, scratch: Scratch, end: str, final: bool) -> None:
        self.scratch = scratch
        self.end = end
        self.written = 0
        self.commits: list[Commit] = []
        self.agents = {name: Agent(scratch, name) for name in ("s1", "s2")}
        for name in FILES[:3]:
            text = "".join(self.lines("person", 6))
            scratch.write(name, text if final else text.removesuffix(end))
        self.commit("person", True)
        for agent in self.agents.values():
            agent.prompt()

    def lines(self, who: str, count: int) -> list[str]:
        """New lines of somebody's, each one of its kind."""
        found = []
        for _ in range(count):
            self.written += 1
            found.append(f"{who} wrote line {self.written} \udcff of this story{self.end}")
        return found

    def do(self, deed: Deed) -> None:
        """Do it, if it can be done now."""
        if deed.what == "commit":
            self.commit(deed.who, deed.shown)
        elif deed.what == "write":
            self._write(deed, "".join(self.lines(deed.who, deed.count)))
        elif self.scratch.exists(deed.file):
            self._change(deed, split_lines(self.scratch.read(deed.file)))

    def _change(self, deed: Deed, there: list[str]) -> None:
        agent = self.agents.get(deed.who)
        at = min(deed.at, len(there))
        old = there[at : at + deed.count]
        new = self.lines(deed.who, deed.count or 1)
        if deed.what == "delete":
            agent.delete(deed.file) if agent else self.scratch.delete(deed.file)
        elif deed.what == "read" and agent:
            agent.read(deed.file)
        elif deed.what == "fail" and agent:
            agent.fails(deed.file, "no such line", "".join(new))
        elif deed.what == "lose" and agent:
            agent.tells(Edit(agent.path(deed.file), "replace", "no such line", "".join(new)))
        elif deed.what == "within" and old:
            self._replace(deed, old[0].rstrip("\r\n"), new[0].rstrip("\r\n"))
        elif deed.what == "insert" and at < len(there):
            self._replace(deed, there[at], "".join(new) + there[at])
        elif deed.what == "remove" and old:
            self._replace(deed, "".join(old), "")
        elif deed.what == "edit" and old:
            self._replace(deed, "".join(old), "".join(new))

    def _replace(self, deed: Deed, old: str, new: str) -> None:
        agent = self.agents.get(deed.who)
        if agent:
            agent.edit(deed.file, old, new, shown=deed.shown)
        else:
            self.scratch.write(deed.file, self.scratch.read(deed.file).replace(old, new))

    def _write(self, deed: Deed, text: str) -> None:
        agent = self.agents.get(deed.who)
        agent.write(deed.file, text) if agent else self.scratch.write(deed.file, text)

    def commit(self, who: str, everything: bool) -> None:
        """Commit all, or only what lies at the beginning of the list of files."""
        self.scratch.git("add", "--all", *([] if everything else ["--", "*.py"]))
        agent = self.agents.get(who)
        message = f"Commit {len(self.commits)}"
        if agent:
            agent.commits(message, stage=False)
            self.commits.append(self.scratch.head())
        else:
            self.commits.append(self.scratch.commit(message, stage=False))

    def threads(self) -> dict[Commit, Thread]:
        """The documents of all commits that get one."""
        solutions = solve_all(self.scratch, self.commits, *self.agents.values())
        by_id = {commit.id: commit for commit in self.commits}
        return {by_id[id_]: found.redacted.thread for id_, found in solutions.items()}


@contextmanager
def told(script: list[Deed], end: str = "\n", final: bool = True) -> Iterator[Story]:
    """The story of a script, committed at its end."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Scratch(Path(folder))
        story = Story(scratch, end, final)
        for deed in script:
            story.do(deed)
        story.commit("person", True)
        yield story
        scratch.close()


def check_laws(story: Story, commit: Commit, thread: Thread) -> None:
    """What holds of every document."""
    scratch = story.scratch
    assert parse(render(thread)) == thread
    assert makes_its_commit(scratch, thread)
    for path, content in tangled(scratch, thread).items():
        if content is not None:
            assert content == scratch.run("show", f"{commit.id}:{path}")
    deltas = dict(scratch.repo.deltas([commit.id]))[commit.id]
    added = sorted(
        (delta.path, line)
        for delta in deltas
        for begin, end in delta.added
        for line in split_lines(decode(scratch.run("show", f"{commit.id}:{delta.path}")))[begin:end]
    )
    assert sorted((path, line) for path, line, _ in claims(scratch, commit, thread)) == added


def check_claims(story: Story, threads: dict[Commit, Thread]) -> None:
    """A line is claimed only by the session whose name it bears."""
    sessions = {part_id(part): part.session for t in threads.values() for part in t.parts}
    for commit, thread in threads.items():
        for path, line, origin in claims(story.scratch, commit, thread):
            if origin.evidence != "unrecorded":
                assert line.split(" ")[0] == sessions[origin.part], (path, line, origin)


SOME = settings(
    max_examples=30,
    derandomize=True,
)


@SOME
@given(st.lists(deeds, max_size=14), st.sampled_from(ENDS), st.booleans())
def test_any_story_tangles_and_nobody_claims_what_is_not_theirs(
    script: list[Deed], end: str, final: bool
) -> None:
    with told(script, end, final) as story:
        threads = story.threads()
        for commit, thread in threads.items():
            check_laws(story, commit, thread)
        check_claims(story, threads)


whole_lines = st.builds(
    Deed,
    st.just("s1"),
    st.sampled_from(("edit", "edit", "insert", "write", "delete", "read", "fail")),
    st.sampled_from(FILES),
    st.integers(0, 12),
    st.integers(1, 3),
    st.booleans(),
)


@settings(SOME, max_examples=15)
@given(st.lists(whole_lines, max_size=12), st.booleans())
def test_an_agent_that_works_alone_is_believed_every_line(script: list[Deed], final: bool) -> None:
    with told(script, "\n", final) as story:
        for commit, thread in story.threads().items():
            check_laws(story, commit, thread)
            found = claims(story.scratch, commit, thread)
            assert {origin.evidence for _, _, origin in found} <= {"proved"}
            assert thread.placement.residue == ()
