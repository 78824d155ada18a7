"""The whole answer for one line: who asked, why, by which edit, in place of what."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from treadle.tangle.asking.later import Later, later
from treadle.tangle.blame import Run, blame
from treadle.tangle.blaming.doubted import in_doubt
from treadle.tangle.blaming.rows import Entry
from treadle.tangle.learnt.account import Account, Asking, Attempt, Deed, Edit, Teller, pack, unpack
from treadle.tangle.learnt.index import Index
from treadle.thread.origin import Span
from treadle.thread.repo import Commit


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a line is there. Fields behind ``commit`` are None or empty where no thread tells."""

    path: str
    line: int
    """1-based."""
    text: str
    run: Run
    commit: Commit | None
    """None for a line that is not committed yet."""
    silence: str = ""
    """Why nothing is known, where nothing is."""
    part: Teller | None = None
    part_id: str = ""
    turn: Asking | None = None
    step: Deed | None = None
    because: str = ""
    """The reasoning just before the edit, in full."""
    short: str = ""
    """The same in one line."""
    hunk: Edit | None = None
    """The edit that wrote the line."""
    replaced: tuple[str, ...] = ()
    """Lines that the hunk took away, without their sign."""
    tried: tuple[Attempt, ...] = ()
    several: bool = False
    """The document has several parts, so that a step is named with its part."""
    document: str = ""
    """Id of the commit whose document holds the step: an earlier one where only this commit took
    up what the step had written."""
    later: Later | None = None
    """What became of the line since ``rev``, where one was named."""


def why(
    index: Index,
    path: str,
    line: int,
    rev: str = "",
    process: subprocess.Popen[bytes] | None = None,
) -> Answer:
    """Answer for the 1-based ``line`` of ``path`` as of ``rev`` or the work tree.

    ``process`` is git's blame of that line, where it was started early.
    """
    found = blame(index, path, rev, (line - 1, line), process)
    run = found.runs[0]
    text = found.lines[line - 1] if line <= len(found.lines) else ""
    shown = text.rstrip("\n")
    if not run.commit.strip("0"):
        return Answer(path, line, shown, run, None, "this line is not committed yet")
    commit = index.repo.commit(run.commit)
    since = later(index.repo, path, line, rev) if rev else None
    if not run.origin.part:
        boundary = "boundary" in found.told.get(run.commit, {})
        why_not = _silence(index, (path, rev), run, boundary)
        return Answer(path, line, shown, run, commit, why_not, later=since)
    told = _account(index, run, text)
    return Answer(
        path=path,
        line=line,
        text=shown,
        run=run,
        commit=commit,
        part=told.part,
        part_id=run.origin.part,
        turn=told.turn,
        step=told.step,
        because=told.because,
        short=told.short,
        hunk=told.hunk,
        replaced=tuple(line[1:] for line in told.hunk.lines if line[0] == "-") if told.hunk else (),
        tried=told.tried,
        several=told.several,
        document=told.document,
        later=since,
    )


def _account(index: Index, run: Run, text: str) -> Account:
    """What the thread tells of the line; out of the index, if it was asked before."""
    known = index.account(run.commit, run.path, run.first)
    if known is not None:
        return unpack(known)
    from treadle.tangle.asking.tell import tell

    told = tell(index, run, text)
    with index.writing():
        index.keep_account(run.commit, run.path, run.first, pack(told))
    return told


def _silence(index: Index, asked: tuple[str, str], run: Run, boundary: bool) -> str:
    """Why nothing is known of a committed line. ``asked``: of which path, as of which revision."""
    if boundary and run.commit in index.repo.shallow():
        return (
            "this clone's history ends at that commit, so the line may be older; "
            "git fetch --unshallow brings the rest"
        )
    if run.commit not in index.notes():
        return "no thread was recorded for this commit"
    error = index.error(run.commit)
    if error:
        return f"the document of this commit cannot be read: {error}"
    spans, reference = index.spans(run.commit, run.path)
    if reference:
        return f"this file stands in the document by reference only ({reference})"
    doubt = _doubt(index, asked, run, spans)
    if doubt:
        return doubt
    return (
        "the commit has a thread, but none of its recorded steps wrote this line: a person, "
        "a formatter, a command or a lost session did"
    )


def _doubt(index: Index, asked: tuple[str, str], run: Run, spans: Sequence[Span]) -> str:
    """Which steps come in question where a squash leaves in doubt who wrote the line."""
    own = [s.origin for s in spans if s.start <= run.first < s.start + s.count and s.origin]
    if not own or not own[0].part:
        return ""
    entry = Entry(run.start, 1, run.commit, run.first, run.path)
    others = in_doubt(index, *asked, [entry]).get((run.commit, run.path), {}).get(run.first, ())
    steps = dict.fromkeys([(own[0].part, own[0].step), *sorted(others, reverse=True)])
    named = [_address(index, part, step) if part else "somebody else" for part, step in steps]
    return (
        "a squash hides who wrote this line, and git's blame passes it over: it was "
        + " or ".join(named)
        + " (treadle show tells what a step did)"
    )


def _address(index: Index, part: str, step: str) -> str:
    """A step as ``treadle show`` takes it, where a document is known that holds it."""
    holder = index.holder(part)
    return f"{holder[:8]}:{part[:8]}:{step}" if holder else f"{part[:8]}:{step}"
