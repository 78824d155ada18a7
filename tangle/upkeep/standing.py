"""How capture stands in a repository: what was recorded, what waits, what agents left."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from dataclasses import dataclass

from treadle.tangle.capture import REFS
from treadle.tangle.capturing.gather import seek, work_trees
from treadle.thread.agents.finding.find import Transcript
from treadle.thread.git.config import Config
from treadle.thread.hooks.checkup import BAD, hooks
from treadle.thread.hooks.initrecord import NAME
from treadle.thread.model import Problem
from treadle.thread.repo import Repo
from treadle.thread.store import Store
from treadle.thread.waiting.outcomes import Outcome, Outcomes
from treadle.thread.waiting.pending import Shelf, Tail
from treadle.thread.waiting.queue import Queue, going_on
from treadle.thread.wishes.settings import wishes

_DAYS = 7 * 86400
"""Seconds for which a commit that was not noted is told of."""
_MOST = 1000
"""Entries of the reflog, and outcomes, that are looked at."""
_YOUNG = 10
"""Seconds within which a commit may still be on its way into the queue."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry of the queue."""

    commit: str
    since: float
    """Seconds since 1970."""
    why: str
    """What git is in the middle of in that work tree, ``""`` if nothing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that ``status`` tells."""

    astray: tuple[str, ...]
    """Why hooks do not record commits in each work tree, a line each; nothing where they do."""
    documents: int
    outcomes: tuple[Outcome, ...]
    """The last ones, the newest last."""
    waiting: tuple[Waiting, ...]
    unnoted: tuple[str, ...]
    """Commits made here since ``init`` of which no hook left a note: the disk was full, our folder
    could not be written, or a tool had taken the hooks away."""
    tails: tuple[Tail, ...]
    """What no commit took yet."""
    newest: tuple[Transcript, ...]
    """The newest session of each agent in this repository."""
    problems: tuple[Problem, ...]
    """Folders of transcripts that cannot be read."""
    unclear: tuple[str, ...]
    """Settings that could not be taken as they are, each with what counts instead."""


def standing(repo: Repo, count: int) -> Standing:
    """How it stands, with the last ``count`` outcomes."""
    folder = os.path.join(repo.common_dir, "treadle")
    found = seek(repo, folder, work_trees(repo, folder))
    newest: dict[str, Transcript] = {}
    for one in found.transcripts:
        if one.agent not in newest or one.changed > newest[one.agent].changed:
            newest[one.agent] = one
    notes, outcomes = Store(repo).notes(), Outcomes(folder)
    entries = list(Queue(folder).entries())
    known = {*notes, *(told.commit for told in outcomes.last(_MOST)), *(e.commit for e in entries)}
    return Standing(
        tuple(one.told for one in hooks(repo, Config.read(repo)) if one.state == BAD),
        len(notes),
        tuple(outcomes.last(count)),
        tuple(Waiting(e.commit, e.written, going_on(e.git_dir)) for e in entries),
        tuple(_unnoted(repo, folder, known)),
        tuple(Shelf(folder).tails()),
        tuple(newest.values()),
        found.problems,
        wishes(repo).problems,
    )


def _unnoted(repo: Repo, folder: str, known: Collection[str]) -> list[str]:
    """Commits that the reflog says were made in this work tree, that some ref still reaches, and
    of which nothing is ``known``."""
    now = time.time()
    try:
        since = max(os.stat(os.path.join(folder, NAME)).st_mtime, now - _DAYS)
    except OSError:
        return []
    made = dict.fromkeys(
        id_
        for id_, moment in repo.made_here(_MOST)
        if since <= moment <= now - _YOUNG and id_ not in known
    )
    gone = set(repo.ids([*made], "--not", *REFS, "--not")) if made else set()
    return [id_ for id_ in made if id_ not in gone]
