"""Plays git and the recorder at once, for books that are invented.

``Maker`` keeps every file's lines with their origins while steps edit them, so that hunks, runs and
coverage fit together as they would in life.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace

from treadle.tangle.blame import Run
from treadle.tangle.text.diff import dress, splices
from treadle.thread.document import part_id
from treadle.thread.model import (
    EVIDENCE,
    Change,
    Entry,
    Hunk,
    Part,
    Placement,
    Row,
    Step,
    Thread,
    Turn,
)
from treadle.thread.origin import Origin, split_lines
from treadle.thread.repo import Commit
from treadle.weave.leaves.shelf import Shelf
from treadle.weave.leaves.texts import Blobs, held
from treadle.weave.view import Book, Cloth, Coverage, Woven


@dataclass
class Line:
    """One line of a file of today and where it comes from."""

    text: str
    commit: str
    path: str
    origin: Origin


@dataclass
class Maker:
    """Makes commits, and the book of them."""

    title: str = "Slackwater"
    files: dict[str, list[Line]] = field(default_factory=dict)
    threads: list[Woven] = field(default_factory=list)
    others: list[Commit] = field(default_factory=list)
    marks: dict[str, list[object]] = field(default_factory=dict)
    pending: dict[str, list[str]] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=lambda: Shelf(Blobs(None)))

    def edit(self, path: str, text: str, kind: str = "edit", evidence: str = "") -> Change:
        """Change a file of the commit at hand; its new lines get an origin at ``commit``."""
        old = self.pending.get(path) or [line.text for line in self.files.get(path, [])]
        marks = self.marks.get(path) or list(self.files.get(path, []))
        created = path not in self.pending and path not in self.files
        cuts = splices(old, split_lines(text))
        hunks = dress(old, cuts)
        change = Change(path, kind, "create" if created else "", hunks)
        if evidence:
            hunks = tuple(replace(hunk, evidence=evidence) for hunk in hunks)
            change = replace(change, hunks=hunks)
        shift = 0
        for cut in cuts:
            at = cut.start + shift
            marks[at : at + len(cut.removed)] = [change] * len(cut.added)
            shift += len(cut.added) - len(cut.removed)
        self.marks[path], self.pending[path] = marks, split_lines(text)
        return change

    def commit(
        self,
        subject: str,
        day: str,
        *parts: Part,
        residue: tuple[Change, ...] = (),
        evidence: dict[str, str] | None = None,
        author: str = "Ines Aldous <ines@example.org>",
        body: str = "",
    ) -> Commit:
        """Make a commit of what was edited, with a thread of ``parts`` if there are any.

        ``evidence`` gives a step's class where it is not ``proved``.
        """
        made = _commit(subject, day, author, body)
        counts: Counter[str] = Counter()
        owners = _owners(parts, evidence or {})
        rows = []
        for path, lines in self.pending.items():
            found: list[Line] = []
            for text, mark in zip(lines, self.marks[path], strict=True):
                if isinstance(mark, Line):
                    found.append(replace(mark, text=text))
                    continue
                origin = owners.get(id(mark), Origin())
                counts[origin.evidence] += 1
                found.append(Line(text, made.id, path, origin))
            before = Entry("100644", "0" * 40) if path in self.files else None
            rows.append(Row(path, before, Entry("100644", "1" * 40)))
            self.files[path] = found
        self.pending, self.marks = {}, {}
        if parts:
            placement = Placement("0" * 40, made.tree, rows=tuple(rows), residue=residue)
            coverage = Coverage(tuple(counts[name] for name in EVIDENCE))
            leaf = self.shelf.hold(Thread(parts, placement))
            self.threads.append(Woven(made, leaf, coverage, self.shelf))
        else:
            self.others.append(made)
        return made

    def cloth(self, path: str) -> Cloth:
        """The file as it is today."""
        runs: list[Run] = []
        for at, line in enumerate(self.files[path]):
            last = runs[-1] if runs else None
            if last and (last.commit, last.origin) == (line.commit, line.origin):
                runs[-1] = replace(last, count=last.count + 1)
            else:
                runs.append(Run(at, 1, line.commit, line.path, at, line.origin))
        return Cloth(path, held("".join(line.text for line in self.files[path])), tuple(runs), "")

    def book(self, *more: Cloth) -> Book:
        """The book of all that was committed."""
        files = tuple(self.cloth(path) for path in sorted(self.files))
        return Book(
            self.title, "e5570b8" * 5, tuple(self.threads), files + more, tuple(self.others)
        )


def _commit(subject: str, day: str, author: str, body: str) -> Commit:
    seed = f"{subject}{day}".encode()
    return Commit(
        id=hashlib.sha1(seed).hexdigest(),
        parents=(),
        tree=hashlib.sha1(b"tree" + seed).hexdigest(),
        author=author,
        time=f"{day}T10:00:00.000Z",
        committed=f"{day}T10:00:00.000Z",
        subject=subject,
        message=f"{subject}\n\n{body}",
    )


def _owners(parts: tuple[Part, ...], evidence: dict[str, str]) -> dict[int, Origin]:
    """The origin of each change, by identity."""
    owners = {}
    for strand in parts:
        id_ = part_id(strand)
        for turned in strand.turns:
            for step in turned.steps:
                name = f"{turned.number}.{step.number}"
                origin = Origin(id_, name, evidence.get(name, "proved"))
                owners |= {id(change): origin for change in step.changes}
    return owners


def part(
    session: str,
    *turns: Turn,
    agent: str = "claude-code",
    named: bool = True,
    problems: tuple[str, ...] = (),
) -> Part:
    """One strand."""
    steps = [step.time for turn in turns for step in turn.steps if step.time]
    return Part(
        agent,
        session,
        version="2.1.40",
        models=("claude-opus-4-5",),
        began=turns[0].time or min(steps, default=""),
        ended=max(steps, default=""),
        named=named,
        problems=problems,
        turns=turns,
    )


def turn(number: int, prompt: str, time: str, *steps: Step) -> Turn:
    """One turn, whose steps get their numbers and times in order."""
    day, minute = time[:11], int(time[11:13]) * 60 + int(time[14:16])
    numbered = tuple(
        replace(
            step,
            number=n,
            time=f"{day}{(minute + n) // 60:02}:{(minute + n) % 60:02}:00.000Z",
        )
        for n, step in enumerate(steps, 1)
    )
    return Turn(number, prompt, time, steps=numbered)


def said(text: str, lane: str = "") -> Step:
    return Step(0, "said", text=text, lane=lane)


def thought(text: str) -> Step:
    return Step(0, "thought", text=text)


def ran(command: str, output: str = "", ok: bool | None = True, lane: str = "") -> Step:
    return Step(0, "ran", text=command, output=output, ok=ok, lane=lane, tool="Bash")


def looked(text: str, lane: str = "", ok: bool = True) -> Step:
    return Step(0, "looked", text=text, tool=text.split()[0], lane=lane, ok=ok)


def edited(*changes: Change, ok: bool = True, output: str = "") -> Step:
    text = f"Edit {changes[0].path}" if changes else "Edit elsewhere"
    return Step(0, "edited", text=text, tool="Edit", changes=changes, ok=ok, output=output)


def unplaced(path: str, reason: str, old: str, new: str) -> Change:
    lines = tuple("-" + line for line in split_lines(old))
    lines += tuple("+" + line for line in split_lines(new))
    return Change(path, "unplaced", "", (Hunk(0, 0, lines),), reason)
