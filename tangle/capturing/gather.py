"""The sessions of a repository, out of the transcripts that lie on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from treadle.thread.agents import read, readers, second
from treadle.thread.agents.finding.find import Found, Surroundings, Transcript, find, sources
from treadle.thread.agents.finding.quarters import Quarters
from treadle.thread.model import Problem, Session
from treadle.thread.repo import Repo

DAYS = 7 * 86400
"""Seconds for which an uncommitted edit may wait for a commit that nothing names."""
_TOPS = "tops"
_MOST = 1000
"""Work trees that are remembered."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found and read."""

    transcripts: tuple[Transcript, ...] = ()
    sessions: tuple[Session, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Of folders and files that could not be read at all."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """From every id that a session has to the id of the session."""


def gather(found: Found) -> Gathered:
    """Read transcripts, each agent's together: they may be copies of one session.

    Accounts by another program come last, and only of sessions that nothing else tells.
    """
    sessions: list[Session] = []
    problems = [*found.problems]
    ids: dict[str, str] = {}
    for agent in sorted(
        dict.fromkeys(one.agent for one in found.transcripts), key=second().__contains__
    ):
        reading = read(sources([one for one in found.transcripts if one.agent == agent]), agent)
        known = frozenset(ids) if agent in second() else frozenset()
        sessions += [one for one in reading.sessions if one.events and one.id not in known]
        problems += reading.problems
        ids = {**reading.ids, **ids}
    return Gathered(found.transcripts, tuple(sessions), tuple(problems), ids)


def since(found: Found, moment: float, files: AbstractSet[str] = frozenset()) -> Found:
    """Of what was found only the transcripts that changed since ``moment`` (seconds since 1970), or
    that have one of ``files``."""
    fresh = (
        one for one in found.transcripts if one.changed >= moment or not files.isdisjoint(one.files)
    )
    return Found(tuple(fresh), found.problems)


def files_of(session: Session, gathered: Gathered) -> tuple[str, ...]:
    """The files of a session's transcript, its main one first."""
    for one in gathered.transcripts:
        if one.agent != session.agent:
            continue
        if not one.session or gathered.ids.get(one.session, one.session) == session.id:
            return one.files
    return ()


def seek(
    repo: Repo,
    folder: str,
    tops: Sequence[str],
    after: float = 0,
    quarters: Quarters | None = None,
) -> Found:
    """The transcripts of the sessions that ran in the work trees ``tops``, of the person who asks
    and of the agents that are captured here.

    ``folder`` is treadle's own, where it is remembered what was seen. Sessions of which no file
    changed since ``after`` (seconds since 1970) are left out. They are looked for in ``quarters``,
    or in those of this process.
    """
    from treadle.thread.agents.finding.seen import Seen
    from treadle.thread.wishes.settings import settings

    wish, place = settings(repo), quarters or Quarters.own()
    agents = [one.name for one in readers() if one.find and wish.captures(one.name)]
    folders: dict[str, list[str]] = {}
    for agent, path in wish.folders:
        folders.setdefault(agent, []).append(path)
    if not agents:
        return Found()
    with Seen.open(folder) as memory:
        where = Surroundings(place.home, place.env, tuple(tops), after, folders, memory)
        return find(where, agents)


def work_trees(repo: Repo, folder: str, more: Iterable[str] = ()) -> list[str]:
    """Roots of all work trees the repository has and was ever seen to have, and ``more`` of them.

    A work tree that is gone would take along where its sessions ran, so its path is kept.
    """
    path = os.path.join(folder, _TOPS)
    try:
        with open(path, "rb") as file:
            known = os.fsdecode(file.read(1 << 20)).split("\0")
    except OSError:
        known = []
    now = [top for top in (*repo.worktrees(), *more) if top]
    tops = list(dict.fromkeys([*now, *(top for top in known if os.path.isabs(top))]))[:_MOST]
    if not set(tops) <= set(known):
        _keep(path, tops)
    return tops


def _keep(path: str, tops: Sequence[str]) -> None:
    fresh = f"{path}.{os.getpid()}"
    try:
        with open(fresh, "wb") as file:
            file.write(os.fsencode("\0".join(tops)))
        os.replace(fresh, path)
    except OSError:
        return  # where nothing can be written, nothing is remembered
