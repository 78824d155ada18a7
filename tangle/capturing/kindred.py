"""What the sessions at hand do not tell of a commit, told by documents that are stored already.

A commit may be made of other commits and of new edits at once: squashed, amended or picked with
a line added by an agent. The sessions of the old commits may be gone, since agents delete their
transcripts, or were a colleague's. So where a commit's sessions leave lines unexplained, the
documents of the commits that it was made out of are looked for as relinking does; and if they
explain some of those lines, the sessions are asked again, knowing what these tell, and both
become one document.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from treadle.tangle.capture import Captured, capture_with
from treadle.tangle.linemap import line_map
from treadle.tangle.read import Stored, base_texts
from treadle.tangle.record import Recorder
from treadle.tangle.relink import propose
from treadle.tangle.sharing.unite import unite
from treadle.tangle.solve import Solution
from treadle.tangle.verify import check_one
from treadle.thread.document import DocumentError, parse, render
from treadle.thread.errors import UserError
from treadle.thread.model import Thread
from treadle.thread.origin import split_lines
from treadle.thread.redact import Redacted, redact
from treadle.thread.repo import Commit, Delta, Repo, decode

Strands = frozenset[tuple[str, str]]
"""Agents and ids of sessions."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Commits solved out of sessions and, where those leave something, of documents."""

    recorder: Recorder
    captured: tuple[Captured, ...]
    tied: Mapping[str, Strands]
    """By commit the sessions that documents tell of."""

    def strands(self, commit: str) -> Strands:
        """All sessions that had a say in a commit."""
        reels = self.recorder.reels.values()
        asked = frozenset((reel.session.agent, reel.session.id) for reel in reels)
        return asked | self.tied.get(commit, frozenset())


def take(
    assemble: Callable[[], Recorder],
    commits: Sequence[Commit],
    named: Mapping[str, Collection[str]],
) -> Taken:
    """Solve commits out of the sessions that ``assemble`` makes known, which is asked twice where
    documents tell more. ``named`` as in ``capture``."""
    recorder = assemble()
    captured = tuple(capture_with(recorder, commits, named))
    kin = _kin(recorder.repo, captured)
    if not kin:
        return Taken(recorder, captured, {})
    recorder = assemble()
    for redacted in kin.values():
        recorder.recall(redacted.thread)
    knowing = {one.commit.id: one.solution for one in capture_with(recorder, commits, named)}
    whole = []
    for one in captured:
        if one.commit.id in kin:
            redacted = kin[one.commit.id]
            one = _with(recorder.repo, one, redacted, knowing.get(one.commit.id))
        whole.append(one)
    tied = {id_: _strands(redacted.thread) for id_, redacted in kin.items()}
    return Taken(recorder, tuple(whole), tied)


def _strands(thread: Thread) -> Strands:
    return frozenset((part.agent, part.session) for part in thread.parts)


def _kin(repo: Repo, captured: Sequence[Captured]) -> dict[str, Redacted]:
    """By commit what stored documents tell of it, where that is more than its sessions do."""
    lacking = {
        one.commit.id: one
        for one in captured
        if one.solution is not None and any(one.solution.left.values())
    }
    if not lacking:
        return {}
    found = propose(repo, [one.commit for one in lacking.values()], anew=True)
    kin = {}
    for outcome in found.outcomes:
        one = lacking[outcome.commit.id]
        if outcome.redacted is not None and one.solution is not None:
            threads = (outcome.redacted.thread, one.solution.redacted.thread)
            more, known = (_explained(repo, one.deltas, thread) for thread in threads)
            if more - known:
                kin[outcome.commit.id] = outcome.redacted
    return kin


def _explained(repo: Repo, deltas: Sequence[Delta], thread: Thread) -> set[tuple[str, int]]:
    """Of the lines that git's diff adds those that a step wrote: path and 0-based number."""
    try:
        maps = line_map(thread, base_texts(repo, thread), {d.path: d.added for d in deltas})
    except UserError:
        return set()
    return {
        (path, line)
        for path, spans in maps.items()
        for span in spans
        if span.origin is not None and span.origin.part
        for line in range(span.start, span.start + span.count)
    }


def _with(repo: Repo, one: Captured, kin: Redacted, knowing: Solution | None) -> Captured:
    """The commit with the document that explains most of it: that of its sessions, what documents
    tell, or both as one."""
    assert one.solution is not None
    known: list[Redacted] = [one.solution.redacted, kin]
    if knowing is not None:
        texts = (render(kin.thread), render(knowing.redacted.thread))
        united = unite(repo, one.commit.id, *texts)
        if not united.left_out:
            known.append(_read(united.text))
    best = max(known, key=lambda redacted: _worth(repo, one, redacted.thread))
    if best is one.solution.redacted:
        return one
    left = _left(repo, one, best.thread)
    return replace(one, solution=replace(one.solution, redacted=best, left=left))


def _read(text: bytes) -> Redacted:
    """What was united, which is redacted already; ``unite`` gives nothing that cannot be read."""
    try:
        return redact(parse(text))
    except DocumentError as error:
        raise AssertionError(f"united documents cannot be read: {error.message}") from error


def _worth(repo: Repo, one: Captured, thread: Thread) -> tuple[bool, int]:
    """Whether a document makes the commit, and how many lines it explains."""
    result = check_one(repo, one.commit, one.deltas, Stored(one.commit.id, thread))
    return not result.failures, result.added_lines - result.evidence["unrecorded"]


def _left(repo: Repo, one: Captured, thread: Thread) -> dict[str, tuple[str, ...]]:
    """By path the text of the added lines that no step of a document explains."""
    explained = _explained(repo, one.deltas, thread)
    left = {}
    for delta in one.deltas:
        content = repo.read(delta.after.blob) if delta.after and delta.added else b""
        lines = split_lines(decode(content or b""))
        numbers = [n for begin, end in delta.added for n in range(begin, end)]
        left[delta.path] = tuple(lines[n] for n in numbers if (delta.path, n) not in explained)
    return left
