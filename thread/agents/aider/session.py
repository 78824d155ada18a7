"""From one session of Aider's history to its events.

The history gives one time, that of the session's beginning, and every event has it. Paths are
relative to the root of the repository, and no folder is named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from treadle.thread.agents.aider.blocks import Piece, pieces, same
from treadle.thread.agents.aider.history import PROMPT, TOLD, Chapter, Chunk, chunks
from treadle.thread.agents.aider.told import NONCONFORM, Outcome, outcome
from treadle.thread.agents.events import clip
from treadle.thread.agents.events.bounds import Bounds
from treadle.thread.agents.events.undo import undone
from treadle.thread.agents.source import Complaints, last
from treadle.thread.model import Edit, Event, Made

_AUTOMATIC = (
    NONCONFORM[:-1],
    "# Fix any errors below",
    "No filename provided before",
    "Bad/missing filename",
    "UnifiedDiffNoMatch",
    "UnifiedDiffNotUnique",
    "I ran this command:",
    "I added these files to the chat",
    "I added the content of",
)
_FAILURES = re.compile(r"# \d+ SEARCH/REPLACE blocks? failed to match!")
_RUN = re.compile(r"(?:/run|/test|/git|!)\s*(.*)", re.DOTALL)
_VERSION = re.compile(r"Aider v(\S+)")
_MODEL = re.compile(r"(?:Main model|Models?): (\S+?),?(?: .*)?")
_COMMIT = re.compile(r"Commit ([0-9a-f]{7,64}) (.*)")
_REMOVED = re.compile(r"Removed: ([0-9a-f]{7,64}) ?(.*)")
_DIRTY = re.compile(r"Committing .+ before applying edits\.")
_EMPTY = re.compile(r"Creating empty file (.+)")
_RUNNING = re.compile(r"Running (.+)")
_OFFER = "Run shell command"
_ERRORS = ("# Fix any errors below", "# Fix these errors")
_FAULT = ("Unexpected error", "litellm.", "Retrying in ")


class Story:
    """The events of one session."""

    def __init__(self, chapter: Chapter, name: str, bounds: Bounds) -> None:
        self.events: list[Event] = []
        self.complaints = Complaints()
        self.version = ""
        self._chapter = chapter
        self._name = name
        self._bounds = bounds
        self._time = chapter.time
        self._model = ""
        self._asked = False
        """Whether the person has asked for anything yet."""
        self._done: list[Edit] = []
        """Edits made since the last commit."""
        self._commits: dict[str, tuple[Edit, ...]] = {}
        self._dirty = False
        self._first_edit: int | None = None
        """Index of the first edit of the last answer."""

    def tell(self) -> None:
        """Add all of the session."""
        found = chunks(self._chapter.lines)
        for at, chunk in enumerate(found):
            if chunk.kind == PROMPT:
                self._prompt(chunk)
            elif chunk.kind == TOLD:
                self._told(chunk)
            else:
                end = at + 1
                while end < len(found) and found[end].kind == TOLD:
                    end += 1
                said = [line for one in found[at + 1 : end] for line in one.lines]
                self._answer(chunk, outcome(said, at + 1 == len(found)))

    def _add(self, number: int, kind: str, said: str, output: str = "") -> None:
        kept, cut = clip.output(output)
        model = self._model if kind in ("said", "edited") else ""
        key = f"{self._chapter.name}/{number}"
        event = Event(key, kind, self._time, said, kept, cut, model=model)
        self.events.append(replace(event, ok=None) if kind == "ran" else event)

    def _prompt(self, chunk: Chunk) -> None:
        said = "\n".join(chunk.lines).strip()
        run = _RUN.fullmatch(said)
        self._first_edit = None
        self._asked = True
        if said.startswith(_AUTOMATIC) or _FAILURES.match(said):
            self._add(chunk.first, "marked", clip.one_line(chunk.lines[0]), said)
        elif run and run[1]:
            self._add(chunk.first, "ran", clip.prose(run[1]))
            command = said if said.startswith("!") else said[1:]
            tool = "!" if said.startswith("!") else "/" + command.split()[0]
            text = clip.prose(f"git {run[1]}" if tool == "/git" else run[1])
            self.events[-1] = replace(self.events[-1], text=text, tool=tool)
        elif said:
            self._add(chunk.first, "prompt", clip.prose(said))

    # -- answers

    def _answer(self, chunk: Chunk, became: Outcome) -> None:
        self._first_edit = None
        if not self._asked:
            self._add(chunk.first, "marked", "printed by aider", "\n".join(chunk.lines))
            return
        for piece in pieces(chunk.lines, became.named):
            if piece.format:
                self._edit(chunk.first + piece.first, piece, became)
            else:
                self._add(chunk.first + piece.first, "said", clip.prose(piece.text))
        self._unseen(chunk.first + len(chunk.lines), became)

    def _unseen(self, number: int, became: Outcome) -> None:
        """Files that aider says it edited, though the answer shows no edit of them."""
        begin = len(self.events) if self._first_edit is None else self._first_edit
        seen = {edit.path for event in self.events[begin:] for edit in event.edits}
        edits = tuple(Edit(path, "command") for path in became.applied if path not in seen)
        if edits:
            if self._first_edit is None:
                self._first_edit = begin
            paths = ", ".join(edit.path for edit in edits)
            self._add(number, "edited", clip.one_line(f"edit {paths}"))
            key = f"{self.events[-1].key}/unseen"
            self.events[-1] = replace(self.events[-1], key=key, tool="unknown", edits=edits)
            self._done += edits

    def _edit(self, number: int, piece: Piece, became: Outcome) -> None:
        edits = tuple(_renamed(edit, became.named) for edit in piece.edits)
        results = [became.of(edit.path, piece.old) for edit in edits]
        ok: bool | None = all(result[0] for result in results)
        if not ok:
            ok = None if any(result[0] is not False for result in results) else False
        reason = next((why for _, why in results if why), "")
        if self._first_edit is None:
            self._first_edit = len(self.events)
        paths = ", ".join(dict.fromkeys(edit.path for edit in edits))
        self._add(number, "edited", clip.one_line(f"edit {paths}"), reason)
        event = replace(self.events[-1], tool=piece.format, ok=ok, edits=edits)
        self.events[-1] = self._bounds.kept(event, self._complain)
        if ok:
            self._done += self.events[-1].edits

    def _complain(self, reason: str) -> None:
        after = last(self.events[:-1])
        self.complaints.add(self._name, self._chapter.offset, reason, after)

    # -- what aider says

    def _told(self, chunk: Chunk) -> None:
        lines = chunk.lines
        offered = False
        for at, line in enumerate(lines):
            number = chunk.first + at
            if line.startswith((*_ERRORS, NONCONFORM)):
                self._add(number, "marked", clip.one_line(line), "\n".join(lines[at:]))
                self._rest(chunk, at + 1)
                return
            offered = self._line(number, line, offered)

    def _rest(self, chunk: Chunk, begin: int) -> None:
        """Of the lines behind an error's text: what aider does once it has told it."""
        for at, line in enumerate(chunk.lines[begin:], begin):
            if _COMMIT.fullmatch(line) or _REMOVED.fullmatch(line) or _DIRTY.fullmatch(line):
                self._line(chunk.first + at, line, False)

    def _line(self, number: int, line: str, offered: bool) -> bool:
        """Take in one line; whether a command was offered just before the next one."""
        if found := _COMMIT.fullmatch(line):
            self._commit(number, found[1], found[2].strip())
        elif found := _REMOVED.fullmatch(line):
            edits = undone(self._commits.pop(found[1], ()))
            self._add(number, "marked", clip.one_line(f"undo: removed {found[1]} {found[2]}"))
            self.events[-1] = replace(self.events[-1], edits=edits)
        elif _DIRTY.fullmatch(line):
            self._dirty = True
        elif found := _EMPTY.fullmatch(line):
            self._add(number, "edited", clip.one_line(f"create {found[1]}"))
            made = Edit(found[1], "write", before="")
            self.events[-1] = replace(self.events[-1], model="", tool="create", edits=(made,))
        elif offered and (found := _RUNNING.fullmatch(line)):
            self._add(number, "ran", clip.prose(found[1]))
            self.events[-1] = replace(self.events[-1], tool="shell")
        elif line.startswith("^C"):
            self._add(number, "marked", "interrupted by the user")
        elif line.startswith(_FAULT):
            self._add(number, "marked", clip.one_line(line))
        elif found := _VERSION.fullmatch(line):
            self.version = self.version or found[1]
        elif found := _MODEL.fullmatch(line):
            self._model = found[1]
        return line.startswith(_OFFER)

    def _commit(self, number: int, id_: str, subject: str) -> None:
        """A commit that aider made: of its edits, or first of what the person had changed."""
        self._add(number, "marked", clip.one_line(f"commit {id_} {subject}"))
        self.events[-1] = replace(self.events[-1], made=(Made(id_, subject),))
        if self._dirty:
            self._dirty = False
            at = len(self.events) if self._first_edit is None else self._first_edit
            self.events.insert(at, self.events.pop())
            return
        self._commits[id_] = tuple(self._done)
        self._done = []


def _renamed(edit: Edit, known: Sequence[str]) -> Edit:
    """The edit, of the file that aider says it edited."""
    return replace(edit, path=same(edit.path, known) or edit.path)
