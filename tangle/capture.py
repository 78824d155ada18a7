"""The one way from sessions to solved commits: import, record, backfill and the hook go it.

Commits are solved parents before children and in the order of their time, since a session
ties them together: what one took the next must know. What documents hold already is
remembered first, whichever commit they belong to, so that nothing is told twice; but for
documents of commits that no ref reaches, since those were written anew.

Which sessions a commit names is read out of the sessions themselves (their own output
names the commit they made) and out of what the caller knows besides. Sessions that ran in
one of this repository's work trees join where nothing names them, as *found*.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.recall import Progress
from treadle.tangle.record import Recorder, jobs
from treadle.tangle.solve import Solution
from treadle.thread.agents.finding.find import Grounds
from treadle.thread.document import DocumentError, parse
from treadle.thread.errors import UserError
from treadle.thread.grammar.moment import seconds, utc
from treadle.thread.model import Problem, Session
from treadle.thread.repo import Commit, Delta, Repo
from treadle.thread.select import own_call
from treadle.thread.store import Store
from treadle.thread.waiting.pending import Kept

REFS = (
    "--exclude=refs/notes/*",
    "--exclude=refs/treadle/*",
    "--exclude=refs/stash",
    "--exclude=refs/heads/entire/*",
    "--exclude=refs/remotes/*/entire/*",
    "--all",
)
"""Whose commits are history: every branch, tag and work tree, but what tools keep in refs."""
_SLACK = 2 * 86400
"""Seconds by which a commit may seem older than the session that made it."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One commit's outcome."""

    commit: Commit
    solution: Solution | None
    problems: tuple[Problem, ...] = ()
    """Documents that could not be read, with the first commit."""
    error: UserError | None = None
    """Why this commit cannot be solved at all; the others can."""
    deltas: tuple[Delta, ...] = ()
    """The commit's diff."""


def key_of(session: Session) -> str:
    """What a session is called among others."""
    return f"{session.agent}:{session.id}"


def capture(
    repo: Repo,
    commits: Sequence[Commit],
    sessions: Sequence[Session],
    named: Mapping[str, Collection[str]] | None = None,
    tops: Sequence[str] = (),
) -> Iterator[Captured]:
    """Solve commits out of sessions; ``solution`` is None where none has a share in one.

    ``named`` are, by commit id, ids of sessions that something besides their own output names.
    ``tops`` are roots of work trees that were this repository's and are gone.
    """
    yield from capture_with(assembled(repo, sessions, tops), commits, named)


def assembled(
    repo: Repo, sessions: Iterable[Session], tops: Sequence[str] = (), kept: Iterable[Kept] = ()
) -> Recorder:
    """A recorder that knows these sessions, and the ends of those whose transcripts are gone."""
    recorder = Recorder(repo)
    roots = [*recorder.tops, *tops]
    for session in sessions:
        recorder.add(key_of(session), session, here(session, roots))
    for end in kept:
        key, held = key_of(end.session), ((0, end.held),) if end.held else ()
        recorder.add(key, end.session, here(end.session, roots))
        recorder.progress[key] = Progress(held, end.taken, dict(end.stored))
    return recorder


def capture_with(
    recorder: Recorder,
    commits: Sequence[Commit],
    named: Mapping[str, Collection[str]] | None = None,
) -> Iterator[Captured]:
    """``capture`` out of the sessions that a recorder knows."""
    order = _history(recorder, commits)
    recorder.others = frozenset(id_[:7] for id_ in order)
    told = dict(named or {})
    keys = {commit.id: names(recorder, commit, told.get(commit.id, ())) for commit in commits}
    yield from follow(recorder, commits, keys, search=True, order=order)


def names(recorder: Recorder, commit: Commit, known: Collection[str]) -> tuple[str, ...]:
    """Keys of the sessions that the commit names: they tell that they made it, or ``known`` has
    their id."""
    when = recorder.when(commit)
    return tuple(
        key
        for key, reel in recorder.reels.items()
        if reel.session.id in known or own_call(reel.session.events, when) is not None
    )


def follow(
    recorder: Recorder,
    commits: Sequence[Commit],
    named: Mapping[str, Sequence[str]],
    incomplete: frozenset[str] = frozenset(),
    *,
    search: bool = False,
    force: bool = False,
    order: Sequence[str] | None = None,
) -> Iterator[Captured]:
    """Solve commits out of the sessions that ``recorder`` knows, each after all it must know of.

    ``named`` has by commit id the keys of the sessions it names; the rest as ``record.jobs`` takes
    it. ``order`` is the history, if it is known already. Documents of the commits themselves are
    as if they had never been written.
    """
    if not commits:
        return
    wanted = {commit.id: commit for commit in commits}
    history = _history(recorder, commits) if order is None else order
    order = list(dict.fromkeys([*history, *wanted]))
    problems = tuple(_remember(recorder, [id_ for id_ in order if id_ not in wanted]))
    todo = [wanted[id_] for id_ in order if id_ in wanted]
    for job in jobs(recorder.repo, todo, named, incomplete, search=search, force=force):
        try:
            yield Captured(job.commit, recorder.solve(job), problems, None, job.deltas)
        except UserError as error:
            yield Captured(job.commit, None, problems, error, job.deltas)
        problems = ()


def _history(recorder: Recorder, commits: Sequence[Commit]) -> list[str]:
    """Ids of all commits since the sessions began, parents before children, else by time."""
    if not commits:
        return []
    began = [event.time for reel in recorder.reels.values() for event in reel.session.events[:1]]
    first = min(seconds(time) for time in (*began, *(commit.committed for commit in commits)))
    since = f"--since={utc(max(0.0, first - _SLACK))}"
    return recorder.repo.ids([*(commit.id for commit in commits)], "--date-order", since, *REFS)


def _remember(recorder: Recorder, commits: Iterable[str]) -> Iterator[Problem]:
    """Learn what stored documents took of the sessions; problems for those that are damaged."""
    store = Store(recorder.repo)
    ids = {reel.session.id for reel in recorder.reels.values()}
    signs = [json.dumps(id_)[1:-1].encode() for id_ in ids]
    for commit, text in store.get_all(commits):
        head = text[: text.find(b"\n---\n", 4)]
        if not any(sign in head for sign in signs):
            continue
        try:
            recorder.recall(parse(text))
        except DocumentError as error:
            yield Problem(f"document of {commit[:12]}", 0, error.message)


def here(session: Session, roots: Iterable[str]) -> tuple[str, ...]:
    """The roots of this repository's work trees in which a session ran, as it names them.

    It ran in one if a folder it worked in, or a file it edited, truly lies there: a session may
    know the folder by a symbolic link. None where it ran elsewhere.
    """
    grounds = Grounds(tuple(roots))
    found: dict[str, None] = {}
    for place in filter(grounds.hold, _places(session)):
        actual = os.path.realpath(place)
        root = max((top for top in grounds.tops if _inside(actual, top)), key=len)
        below = actual[len(root) :]
        found[root] = None
        if place.endswith(below):
            found[place.removesuffix(below) or "/"] = None
    return tuple(found)


def _places(session: Session) -> Iterator[str]:
    """Folders that a session worked in or edited files of, each once, absolute."""
    folders = {event.cwd for event in session.events}
    for event in session.events:
        for edit in event.edits:
            folders.add(os.path.dirname(os.path.join(event.cwd, edit.path)))
    for folder in sorted(folders):
        path = folder.removeprefix("file://")
        if os.path.isabs(path):
            yield os.path.normpath(path)


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")
