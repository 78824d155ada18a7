"""Plays a story: a repository with its commits, and the transcripts that tell of it.

The stage is a work tree and a clock. An agent's edits go to the work tree by the rule its
tool has (where a piece is not in the file nothing changes, and the transcript says so); a
person's go there unseen. A commit is made by git, at the time that the clock shows, and
what git answers is what the transcript records. How that is written down is the book's
concern, of which each agent has its own. With the same story every commit has the same id
on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import singledispatchmethod
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.cli.demo_story.book import Book, Span
from treadle.cli.demo_story.rollout import Rollout
from treadle.cli.demo_story.script import (
    Alone,
    ByHand,
    Committed,
    Edit,
    Patched,
    Prompt,
    Ran,
    Read,
    Said,
    Searched,
    Sent,
    Session,
    Step,
    Story,
    Thought,
    Write,
)
from treadle.cli.demo_story.transcript import Transcript

if TYPE_CHECKING:
    from treadle.thread.repo import Repo

BOOKS: dict[str, Callable[[str, str, str, str], Book]] = {
    "claude-code": Transcript,
    "codex": Rollout,
}
"""What takes a session down, by the agent: out of name, folder, version and model."""
_LETTERS_A_SECOND = 12
"""How fast the agent writes, its silent thinking and the tools' time included."""


class Stage:
    """One performance in one repository."""

    def __init__(self, story: Story, repo: Repo, transcripts: Path) -> None:
        self.story = story
        self.repo = repo
        self.folder = f"{story.home}/{story.folder}"
        """Where the repository lies, for those who are in the story."""
        self.shelf = transcripts
        self.files: dict[str, str] = {}
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def play(self) -> None:
        """The whole story, scene by scene."""
        for scene in self.story.scenes:
            if isinstance(scene, Alone):
                self.now = _moment(scene.at)
                self.touch(scene.changes)
                self.commit(scene.subject, scene.body)
            else:
                self.session(scene)

    def session(self, scene: Session) -> None:
        """One run of an agent, and its record."""
        book = self.book(scene)
        for step in scene.steps:
            self.step(step, book)
        self.keep(book)

    def book(self, scene: Session) -> Book:
        """An empty record of the kind that the session's agent keeps."""
        return BOOKS[scene.agent](scene.name, self.folder, scene.version, scene.model)

    def keep(self, book: Book) -> None:
        """Put a record on the shelf."""
        for name, text in book.files().items():
            path = self.shelf / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")

    # -- one step -----------------------------------------------------------------

    @singledispatchmethod
    def step(self, step: Step, book: Book) -> None:
        """Do one step, and have it taken down."""
        raise TypeError(f"no such step: {step!r}")

    @step.register
    def _(self, step: Prompt, book: Book) -> None:
        self.now = max(self.now, _moment(step.at))
        book.prompt(self.now, step.text)

    @step.register
    def _(self, step: Thought, book: Book) -> None:
        book.thought(self.tick(step.text), step.text)

    @step.register
    def _(self, step: Said, book: Book) -> None:
        book.said(self.tick(step.text), step.text)

    @step.register
    def _(self, step: Read, book: Book) -> None:
        book.read(self.span(), step.path, self.files[step.path])

    @step.register
    def _(self, step: Searched, book: Book) -> None:
        found = [
            f"{path}:{number}:{line}"
            for path, text in sorted(self.files.items())
            for number, line in enumerate(text.split("\n"), 1)
            if step.word in line
        ]
        book.searched(self.span(), step.word, found)

    @step.register
    def _(self, step: Write, book: Transcript) -> None:
        before = self.files.get(step.path)
        self.touch((step,))
        book.wrote(self.span(step.text), step.path, before, step.text)

    @step.register
    def _(self, step: Edit, book: Transcript) -> None:
        before = self.files[step.path]
        if step.old in before:
            self.touch((step,))
        book.edited(self.span(step.new), step.path, before, step.old, step.new)

    @step.register
    def _(self, step: Patched, book: Rollout) -> None:
        before = {edit.path: self.files[edit.path] for edit in step.edits}
        lost = next((edit for edit in step.edits if edit.old not in before[edit.path]), None)
        if lost is None:
            self.touch(step.edits)
        after = {path: self.files[path] for path in before}
        span = self.span("".join(edit.new for edit in step.edits))
        book.patched(span, step.edits, before, after, lost)

    @step.register
    def _(self, step: Ran, book: Book) -> None:
        self.touch(step.leaves)
        book.ran(self.span(step.command), step.command, step.output, step.exit)

    @step.register
    def _(self, step: Committed, book: Book) -> None:
        command = book.committing(step.command, step.subject, step.body)
        asked = self.tick(command)
        self.tick()
        said = self.commit(step.subject, step.body)
        output = f"{step.output}\n{said}" if step.output else said
        book.ran((asked, self.tick()), command, output, 0)

    @step.register
    def _(self, step: ByHand, book: Book) -> None:
        self.touch(step.changes)

    @step.register
    def _(self, step: Sent, book: Transcript) -> None:
        began = self.tick(step.prompt)
        call, own = book.sends(began, step.kind, step.title, step.prompt, step.model)
        for inner in (*step.steps, Said(step.answer)):
            self.step(inner, own)
        self.keep(own)
        book.returned(
            seconds=int((self.now - began).total_seconds()),
            at=self.tick(),
            call=call,
            agent=own.agent,
            prompt=step.prompt,
            answer=step.answer,
            calls=sum(not isinstance(inner, Said | Thought) for inner in step.steps),
        )

    # -- the work tree and the clock ------------------------------------------------

    def tick(self, text: str = "") -> datetime:
        """A moment later: three seconds, and the time it takes to write ``text``."""
        self.now += timedelta(seconds=3 + len(text) // _LETTERS_A_SECOND)
        return self.now

    def span(self, text: str = "") -> Span:
        """The time of a tool's call, ``text`` being what the agent writes in it."""
        return self.tick(text), self.tick()

    def touch(self, changes: tuple[Write | Edit, ...]) -> None:
        """Change files in the work tree; a story that misquotes them is an error of ours."""
        for change in changes:
            text = change.text if isinstance(change, Write) else self._replaced(change)
            path = Path(self.repo.top, change.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            self.files[change.path] = text

    def _replaced(self, edit: Edit) -> str:
        before = self.files[edit.path]
        if before.count(edit.old) != 1:
            raise ValueError(f"{edit.path} has {before.count(edit.old)} times {edit.old!r}")
        return before.replace(edit.old, edit.new)

    def commit(self, subject: str, body: str) -> str:
        """Commit everything; git's words, without the line that tells an unusual date."""
        stamp = self.now.strftime("%Y-%m-%dT%H:%M:%S+0000")
        env = {
            "GIT_AUTHOR_NAME": self.story.person,
            "GIT_AUTHOR_EMAIL": self.story.email,
            "GIT_AUTHOR_DATE": stamp,
            "GIT_COMMITTER_NAME": self.story.person,
            "GIT_COMMITTER_EMAIL": self.story.email,
            "GIT_COMMITTER_DATE": stamp,
        }
        settings = "core.hooksPath= commit.gpgSign=false core.abbrev=7 core.autocrlf=false"
        plain = [word for setting in settings.split() for word in ("-c", setting)]
        self.repo.run(*plain, "add", "--all")
        said = self.repo.run(*plain, "commit", "-m", f"{subject}\n\n{body}", env=env).decode()
        return "\n".join(row for row in said.splitlines() if not row.startswith(" Date: "))


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC)
