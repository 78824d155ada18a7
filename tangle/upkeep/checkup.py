"""Does capture keep up: what waits, what failed, and what agents are about to delete."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from treadle.tangle.capturing.gather import seek, work_trees
from treadle.thread.agents.finding.find import Surroundings, Transcript
from treadle.thread.errors import UserError
from treadle.thread.hooks.checkup import BAD, GOOD, NOTE, Finding
from treadle.thread.repo import Repo
from treadle.thread.store import Store
from treadle.thread.waiting.outcomes import Outcomes
from treadle.thread.waiting.pending import LIMIT, Shelf
from treadle.thread.waiting.queue import Queue, going_on
from treadle.thread.wishes.settings import FILE, wishes

_SLOW = 120.0
"""Seconds after which an entry of the queue should have been looked at."""
_DAY = 86400.0
_SOON = 7
"""Days within which a deletion is worth a word of its own."""
_OUTCOMES = 50


@dataclass(frozen=True, slots=True)
class Deletion:
    """What one agent will delete of this repository's sessions."""

    agent: str
    keeps: int
    """Days after its last change at which it deletes a transcript."""
    sessions: int
    """How many of this repository are here."""
    unrecorded: int
    """Of how many no document tells."""
    left: int
    """Days until the first of these is deleted; of none, ``keeps``."""


def look(repo: Repo) -> Iterator[Finding]:
    """How capture stands, besides hooks."""
    yield from _settings(repo)
    folder = os.path.join(repo.common_dir, "treadle")
    now = time.time()
    yield _queue(folder, now)
    yield from _failures(folder)
    yield _pending(folder)
    tops = work_trees(repo, folder)
    found = seek(repo, folder, tops)
    for problem in found.problems:
        told = f"{problem.file}: {problem.reason}"
        yield Finding("agents", BAD, told, "what lies there is not recorded")
    for one in deletions(repo, found.transcripts, tops, now):
        yield _told(one)


def _settings(repo: Repo) -> Iterator[Finding]:
    """What of the settings does not count as it stands."""
    told = wishes(repo)
    for problem in told.problems:
        yield Finding("config", BAD, problem, "treadle config tells what counts")
    for refused in told.refused:
        yield Finding("config", NOTE, f"refused in {FILE}: {refused}", "take it out")
    if not told.problems and not told.refused:
        yield Finding("config", GOOD, "every setting counts as it stands")


def _queue(folder: str, now: float) -> Finding:
    entries = Queue(folder).entries()
    slow = [one for one in entries if now - one.written > _SLOW and not going_on(one.git_dir)]
    if not slow:
        waiting = f"{len(entries)} in the queue" if entries else "the queue is empty"
        return Finding("queue", GOOD, waiting)
    minutes = int((now - min(one.written for one in slow)) / 60)
    told = f"{len(slow)} commits wait to be recorded, the first for {minutes} minutes"
    return Finding("queue", BAD, told, "treadle status tells which; --fix starts the worker",
                   ("worker",))  # fmt: skip


def _failures(folder: str) -> Iterator[Finding]:
    failed = [one for one in Outcomes(folder).last(_OUTCOMES) if one.result == "failed"]
    for one in failed[-3:]:
        yield Finding("worker", BAD, one.line, f"see the end of {os.path.join(folder, 'log')}")
    if not failed:
        yield Finding("worker", GOOD, "nothing failed lately")


def _pending(folder: str) -> Finding:
    tails = list(Shelf(folder).tails())
    size = sum(tail.size for tail in tails)
    edits = sum(tail.edits for tail in tails)
    told = f"{edits} edits of {len(tails)} sessions that no commit took yet, {size / 1e6:.1f} MB"
    if size > LIMIT * 3 // 4:
        most = f"of at most {LIMIT / 1e6:.0f} MB; the oldest go first"
        return Finding("pending", NOTE, f"{told} {most}", "treadle status lists them")
    return Finding("pending", GOOD, told if tails else "commits took all edits")


# -- what agents delete -------------------------------------------------------------


def deletions(
    repo: Repo, found: Sequence[Transcript], tops: Sequence[str], now: float
) -> list[Deletion]:
    """Of each agent that deletes transcripts: what is here, and what of it no document tells."""
    from treadle.thread.agents import readers

    home = os.path.expanduser("~")
    where = Surroundings(home if os.path.isabs(home) else "", os.environ, tuple(tops))
    kept = {one.name: one.keeps(where) for one in readers() if one.keeps is not None}
    days = {name: count for name, count in kept.items() if count is not None}
    told = _sessions(repo, {one.session for one in found if one.agent in days})
    rows = []
    for agent, count in days.items():
        here = [one for one in found if one.agent == agent]
        new = [one for one in here if one.session not in told]
        left = min((count - int((now - one.changed) / _DAY) for one in new), default=count)
        if here:
            rows.append(Deletion(agent, count, len(here), len(new), max(0, left)))
    return rows


def _sessions(repo: Repo, wanted: set[str]) -> set[str]:
    """Those of some session ids that stand in a document."""
    left = {id_: id_.encode("utf-8", "surrogateescape") for id_ in wanted if id_}
    found: set[str] = set()
    if not left:
        return found
    store = Store(repo)
    try:
        notes = store.notes()
    except UserError:  # what is wrong with them is a finding of its own
        return found
    for _, text in store.get_all(notes):
        hit = [id_ for id_, sign in left.items() if sign in text]
        found.update(hit)
        for id_ in hit:
            del left[id_]
        if not left:
            break
    return found


def _told(one: Deletion) -> Finding:
    after = f"{one.agent} deletes transcripts after {one.keeps} days"
    if not one.unrecorded:
        return Finding(
            "agents", GOOD, f"{after}; documents tell of all {one.sessions} sessions here"
        )
    what = f"{one.unrecorded} of {one.sessions} sessions here are in no document"
    days = f"{one.left} day{'' if one.left == 1 else 's'}"
    state = BAD if one.left <= _SOON else NOTE
    return Finding(
        "agents", state, f"{after}: {what}, the first goes in {days}", "treadle backfill"
    )
