"""How capture stands in a repository: what was recorded, what waits, what agents left."""

from __future__ import annotations

import os
from dataclasses import dataclass

from treadle.tangle.gather import seek, work_trees
from treadle.thread.agents.finding import Transcript
from treadle.thread.checkup import BAD, hooks
from treadle.thread.gitconfig import Config
from treadle.thread.model import Problem
from treadle.thread.outcomes import Outcome, Outcomes
from treadle.thread.pending import Shelf, Tail
from treadle.thread.queue import Queue, going_on
from treadle.thread.repo import Repo
from treadle.thread.store import Store


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
    tails: tuple[Tail, ...]
    """What no commit took yet."""
    newest: tuple[Transcript, ...]
    """The newest session of each agent in this repository."""
    problems: tuple[Problem, ...]
    """Folders of transcripts that cannot be read."""


def standing(repo: Repo, count: int) -> Standing:
    """How it stands, with the last ``count`` outcomes."""
    folder = os.path.join(repo.common_dir, "treadle")
    found = seek(repo, folder, work_trees(repo, folder))
    newest: dict[str, Transcript] = {}
    for one in found.transcripts:
        if one.agent not in newest or one.changed > newest[one.agent].changed:
            newest[one.agent] = one
    return Standing(
        tuple(one.told for one in hooks(repo, Config.read(repo)) if one.state == BAD),
        len(Store(repo).notes()),
        tuple(Outcomes(folder).last(count)),
        tuple(Waiting(e.commit, e.written, going_on(e.git_dir)) for e in Queue(folder).entries()),
        tuple(Shelf(folder).tails()),
        tuple(newest.values()),
        found.problems,
    )
