"""Plays a story: a repository with its commits, and the transcripts that tell of it.

The stage is a work tree and a clock. The agent's edits go to the work tree by the rule its
tool has (a piece that is not in the file is an error, and says so in the transcript); a
person's go there unseen. A commit is made by git, at the time that the clock shows, and
what git answers is what the transcript records. With the same story every commit has the
same id on every machine.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import singledispatchmethod
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.cli.demo_story import tools
from treadle.cli.demo_story.script import (
    Alone,
    ByHand,
    Committed,
    Edit,
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
from treadle.cli.demo_story.transcript import Json, Transcript

if TYPE_CHECKING:
    from treadle.thread.repo import Repo

_LETTERS_A_SECOND = 12
"""How fast the agent writes, its silent thinking and the tools' time included."""


class Stage:
    """One performance in one repository."""

    def __init__(self, story: Story, repo: Repo, transcripts: Path) -> None:
        self.story = story
        self.repo = repo
        self.folder = f"{story.home}/{story.folder}"
        """Where the repository lies, for those who are in the story."""
        self.shelf = transcripts / self.folder.replace("/", "-")
        """The agent keeps one folder a project, named after the project's path."""
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
        """One run of the agent, and its transcript."""
        book = Transcript(scene.name, self.folder, scene.version, scene.model)
        for step in scene.steps:
            self.step(step, book)
        self.keep(f"{book.id}.jsonl", book.text())

    def keep(self, name: str, text: str) -> None:
        """Put a transcript on the shelf."""
        path = self.shelf / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")

    # -- one step -----------------------------------------------------------------

    @singledispatchmethod
    def step(self, step: Step, book: Transcript) -> None:
        """Do one step, and write it down as the agent would."""
        raise TypeError(f"no such step: {step!r}")

    @step.register
    def _(self, step: Prompt, book: Transcript) -> None:
        self.now = max(self.now, _moment(step.at))
        book.prompt(self.now, step.text)

    @step.register
    def _(self, step: Thought, book: Transcript) -> None:
        book.thought(self.tick(step.text), step.text)

    @step.register
    def _(self, step: Said, book: Transcript) -> None:
        book.block(self.tick(step.text), {"type": "text", "text": step.text})

    @step.register
    def _(self, step: Read, book: Transcript) -> None:
        call = book.call(self.tick(), "Read", {"file_path": self.path(step.path)})
        answer = tools.read(self.path(step.path), self.files[step.path])
        book.answer(self.tick(), call, *answer)

    @step.register
    def _(self, step: Searched, book: Transcript) -> None:
        call = book.call(self.tick(), "Grep", {"pattern": step.word, "output_mode": "content"})
        found = [
            f"{path}:{number}:{line}"
            for path, text in sorted(self.files.items())
            for number, line in enumerate(text.split("\n"), 1)
            if step.word in line
        ]
        book.answer(self.tick(), call, *tools.searched(found))

    @step.register
    def _(self, step: Write, book: Transcript) -> None:
        asked: dict[str, Json] = {"file_path": self.path(step.path), "content": step.text}
        call = book.call(self.tick(step.text), "Write", asked)
        answer = tools.wrote(self.path(step.path), self.files.get(step.path), step.text)
        self.touch((step,))
        book.answer(self.tick(), call, *answer)

    @step.register
    def _(self, step: Edit, book: Transcript) -> None:
        asked: dict[str, Json] = {
            "file_path": self.path(step.path),
            "old_string": step.old,
            "new_string": step.new,
            "replace_all": False,
        }
        call = book.call(self.tick(step.new), "Edit", asked)
        before = self.files[step.path]
        if step.old not in before:
            book.answer(self.tick(), call, *tools.not_found(step.old), ok=False)
            return
        answer = tools.edited(self.path(step.path), before, step.old, step.new)
        self.touch((step,))
        book.answer(self.tick(), call, *answer)

    @step.register
    def _(self, step: Ran, book: Transcript) -> None:
        call = book.call(self.tick(step.command), "Bash", {"command": step.command})
        self.touch(step.leaves)
        book.answer(self.tick(), call, *tools.ran(step.output, step.exit), ok=not step.exit)

    @step.register
    def _(self, step: Committed, book: Transcript) -> None:
        message = f"{step.subject}\n\n{step.body}"
        command = f"{step.command} && git commit -m \"$(cat <<'EOF'\n{message}\nEOF\n)\""
        call = book.call(self.tick(command), "Bash", {"command": command})
        self.tick()
        said = self.commit(step.subject, step.body)
        output = f"{step.output}\n{said}" if step.output else said
        book.answer(self.tick(), call, *tools.ran(output, 0))

    @step.register
    def _(self, step: ByHand, book: Transcript) -> None:
        self.touch(step.changes)

    @step.register
    def _(self, step: Sent, book: Transcript) -> None:
        asked: dict[str, Json] = {
            "description": step.title,
            "prompt": step.prompt,
            "subagent_type": step.kind,
        }
        call = book.call(self.tick(step.prompt), "Task", asked)
        began = self.now
        agent = "a" + call[1][:6]
        own = book.beside(agent, step.model)
        own.prompt(self.now, step.prompt)
        for inner in (*step.steps, Said(step.answer)):
            self.step(inner, own)
        name = f"{book.id}/subagents/agent-{agent}"
        self.keep(f"{name}.jsonl", own.text())
        about: Json = {"agentType": step.kind, "description": step.title, "toolUseId": call[0]}
        self.keep(f"{name}.meta.json", json.dumps(about))
        seconds = int((self.now - began).total_seconds())
        calls = sum(not isinstance(inner, Said | Thought) for inner in step.steps)
        answer = tools.returned(step.prompt, agent, step.answer, seconds, calls)
        book.answer(self.tick(), call, *answer)

    # -- the work tree and the clock ------------------------------------------------

    def path(self, name: str) -> str:
        """A file's path as the transcripts have it."""
        return f"{self.folder}/{name}"

    def tick(self, text: str = "") -> datetime:
        """A moment later: three seconds, and the time it takes to write ``text``."""
        self.now += timedelta(seconds=3 + len(text) // _LETTERS_A_SECOND)
        return self.now

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
