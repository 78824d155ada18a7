"""Documents travel: what a remote has comes here, and what is here goes there.

*Pull* fetches the remote's notes ref into a tracking ref and merges it note by note: what only one
side touched is taken, two documents of one commit are united. Two clones that merge the same two
tips write the same commit, so that they never go on merging each other's merges.

    ours   o--o--o-----m        a remote that follows from what we saw: two parents
    theirs  \\--o--o--o/

    ours   o--o--o     o--m     a remote that was rewritten: its history is not joined with the
    theirs       o--o--/        old one, which a scrub may have cleaned; ours is kept as backup

*Push* sends our tip if the remote is still where the pull left it; if somebody else was
faster, pull and push again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from treadle.thread.errors import UserError
from treadle.thread.git.merge import merge
from treadle.thread.git.notes import (
    BACKUP,
    REF,
    TRIES,
    Notes,
    Rewrite,
    move_ref,
    pause,
    read_notes,
    scratch_ref,
    write_notes,
)
from treadle.thread.git.remote import DEFAULT, Access, Remote, fetch
from treadle.thread.git.remote import push as push_ref
from treadle.thread.repo import Repo
from treadle.thread.waiting.lock import alone

if TYPE_CHECKING:
    from treadle.tangle.sharing.accept import Accepted

_COMMITTER = re.compile(rb"^committer .* ([0-9]{1,12}) [+-][0-9]{4}$", re.MULTILINE)
_TURN = 60.0
"""Seconds for which a sync waits for another one of the same repository."""
_BACK_OFF = 0.05
"""Seconds that a push which was overtaken waits at most, times its tries."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull came to."""

    remote: Remote
    tip: str = ""
    """The remote's notes commit, ``""`` where it has no documents."""
    new: int = 0
    """Documents that were not here before."""
    changed: int = 0
    """Documents that were replaced by a newer one of theirs."""
    united: int = 0
    """Documents that both sides had written."""
    removed: int = 0
    """Documents that were removed there, and so here."""
    foreign: tuple[str, ...] = ()
    """Commits whose note there is no document that we can read: kept as it is."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Commits of which one side's note was left out of the merge, and why."""
    rewritten: bool = False
    """The remote does not follow from what it had when we last looked."""
    held: int = 0
    """Documents that a rewritten remote had and has no more: they stay here, and go there again
    only if that is asked for."""
    backup: str = ""
    """The ref that keeps what was here before something was replaced."""
    ours: str = ""
    """Our notes commit after it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Documents that are here and that the remote does not have."""

    documents: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push came to."""

    sent: Waiting
    tries: int
    pulled: Pulled
    """The last pull, with all that was pulled on the way summed up."""


@contextmanager
def in_turn(repo: Repo) -> Iterator[None]:
    """Syncs of one repository go one after the other: the next one finds the work done. Nothing
    depends on it, so that whoever waits too long, or cannot write the lock, goes on without."""
    with ExitStack() as held:
        with suppress(PermissionError):
            held.enter_context(alone(os.path.join(repo.common_dir, "treadle"), "sync.lock", _TURN))
        yield


# -- pull ---------------------------------------------------------------------------


def pull(
    repo: Repo,
    remote: Remote,
    access: Access = DEFAULT,
    *,
    dry: bool = False,
    scrubbing: bool = False,
) -> Pulled:
    """Fetch a remote's documents and merge them with ours. With ``dry`` nothing of ours moves.

    A remote that still has what was scrubbed here is refused, unless it is scrubbed right now.
    """
    before = repo.ref(remote.synced) or repo.ref(remote.tracking)
    tip = fetch(repo, remote, access)
    if not tip:
        held = len(read_notes(repo, before).blobs)
        return Pulled(remote, rewritten=bool(before), held=held, ours=repo.ref(REF))
    if tip != before and not scrubbing:
        _refuse_what_was_scrubbed(repo, remote, tip)
    for attempt in range(TRIES):
        done = _taken_in(repo, remote, tip, before, dry)
        if done is not None:
            if not dry and not done.held and before != tip:
                repo.run("update-ref", remote.synced, tip)
            return done
        pause(attempt)
    raise UserError(f"{REF} is being written by others all the time", "try again")


def _refuse_what_was_scrubbed(repo: Repo, remote: Remote, tip: str) -> None:
    from treadle.thread.leaks.scrub import brings_back

    if brings_back(repo, tip, repo.ref(REF)):
        repo.run("update-ref", "-d", remote.tracking)
        raise UserError(
            f"{remote.name} ({remote.url}) still has what was scrubbed here: nothing is taken in",
            "scrub it there, too: treadle scrub PATTERN --push, with the same pattern",
        )


def _taken_in(repo: Repo, remote: Remote, tip: str, before: str, dry: bool) -> Pulled | None:
    """One try to merge; None where somebody moved our ref meanwhile."""
    ours = repo.ref(REF)
    rewritten = bool(before) and before != tip and not repo.follows(tip, before)
    told = Pulled(remote, tip, rewritten=rewritten, ours=ours)
    if ours == tip or (ours and repo.follows(ours, tip)):
        return replace(told, held=_held(repo, before, tip) if rewritten else 0)
    from treadle.tangle.sharing.accept import accept

    side = _sides(repo, told, before if rewritten else "")
    found = merge(side.base.blobs, side.here.blobs, side.theirs.blobs)
    if rewritten:
        told, found = replace(told, held=_held(repo, before, tip)), replace(found, drop=())
    got = accept(repo, remote, side.here, found)
    told = _counted(told, side.here, got)
    if dry:
        return told
    if ours and (found.drop or told.left_out or rewritten):
        told = replace(told, backup=_back_up(repo, ours, remote))
    scratch = _write(repo, told, side, got)
    new = repo.ref(scratch)
    return replace(told, ours=new) if move_ref(repo, REF, ours, scratch, "sync") else None


def _counted(told: Pulled, here: Notes, got: Accepted) -> Pulled:
    take = got.merge.take
    new = sum(commit not in here.blobs for commit in take)
    return replace(
        told,
        new=new,
        changed=len(take) - new,
        united=len(got.texts),
        removed=len(got.merge.drop),
        foreign=got.foreign,
        left_out=got.left_out,
    )


def _write(repo: Repo, told: Pulled, side: _Sides, got: Accepted) -> str:
    """The commit that our ref moves to, under a scratch ref; theirs, if it has all there is."""
    wanted = {**side.here.blobs, **got.merge.take}
    for commit in got.merge.drop:
        del wanted[commit]
    parents = side.parents
    first = side.theirs if parents[0] == told.tip else side.here
    change = _rewrite(first, side, wanted, got.texts)
    if parents == [told.tip] and not change:
        return scratch_ref(repo, told.tip)
    # Everybody who merges these two writes the same bytes: no name, no clock.
    when = max(_time(repo, told.remote, parent) for parent in parents)
    return write_notes(repo, parents, first, change, "united", when)


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is merged, and what the new notes commit follows from."""

    base: Notes
    here: Notes
    theirs: Notes
    parents: list[str]


def _sides(repo: Repo, told: Pulled, before: str) -> _Sides:
    """``before`` is what a rewritten remote had when it was last seen."""
    ours, tip = told.ours, told.tip
    _time(repo, told.remote, tip)
    here, theirs = read_notes(repo, ours), read_notes(repo, tip)
    if not ours:
        return _Sides(Notes(), here, theirs, [tip])
    if before:
        return _Sides(read_notes(repo, before), here, theirs, [tip])
    bases = repo.text("merge-base", "--all", ours, tip).split()
    if bases == [ours]:
        return _Sides(here, here, theirs, [tip])
    # Criss-cross histories have several; without one nothing counts as removed.
    base = read_notes(repo, bases[0]) if len(bases) == 1 else Notes()
    return _Sides(base, here, theirs, sorted([ours, tip]))


def _rewrite(
    first: Notes, side: _Sides, wanted: Mapping[str, str], texts: Mapping[str, bytes]
) -> Rewrite:
    """What turns the first parent's notes into what is wanted."""
    others = {**side.theirs.others, **side.here.others}
    return Rewrite(
        texts,
        {c: b for c, b in wanted.items() if c not in texts and first.blobs.get(c) != b},
        first.blobs.keys() - wanted.keys(),
        {path: entry for path, entry in others.items() if first.others.get(path) != entry},
    )


def _time(repo: Repo, remote: Remote, tip: str) -> int:
    """When a notes commit was made, in seconds."""
    raw = repo.read(tip) or b""
    found = _COMMITTER.search(raw)
    if not found:
        raise _no_notes(remote)
    return int(found[1])


def _no_notes(remote: Remote) -> UserError:
    return UserError(
        f"{remote.name} ({remote.url}): {REF} is no commit there, so it holds no notes",
        f"somebody wrote something else to that ref; git ls-remote {remote.name} {REF}",
    )


def _back_up(repo: Repo, ours: str, remote: Remote) -> str:
    """Keep our notes commit under a name of its own."""
    name = f"{BACKUP}{ours[:12]}-before-{remote.name}"
    repo.run("update-ref", name, ours)
    return name


def _held(repo: Repo, before: str, tip: str) -> int:
    """How many documents the remote had and has no more."""
    return len(read_notes(repo, before).blobs.keys() - read_notes(repo, tip).blobs.keys())


# -- push ---------------------------------------------------------------------------


def waiting(repo: Repo, ours: str, tip: str) -> Waiting:
    """The documents of ``ours`` that ``tip`` lacks, or has otherwise."""
    if ours == tip:
        return Waiting()
    here, there = read_notes(repo, ours).blobs, read_notes(repo, tip).blobs
    blobs = [blob for commit, blob in here.items() if there.get(commit) != blob]
    return Waiting(len(blobs), sum(size or 0 for size in repo.sizes(blobs)))


def push(
    repo: Repo,
    pulled: Pulled,
    access: Access = DEFAULT,
    tell: Callable[[Waiting], None] | None = None,
) -> Pushed:
    """Send a remote that was just pulled from what it lacks. ``UserError`` where it refuses.

    ``tell`` hears what is going to be sent before it is sent.
    """
    remote = pulled.remote
    for attempt in range(TRIES):
        ours = repo.ref(REF)
        sent = waiting(repo, ours, pulled.tip) if ours and ours != pulled.tip else Waiting()
        if not ours or _same(repo, ours, pulled.tip):
            return Pushed(Waiting(), attempt, pulled)
        if tell is not None and attempt == 0:
            tell(sent)
        if push_ref(repo, remote, ours, pulled.tip, access):
            repo.run("update-ref", remote.synced, ours)
            return Pushed(sent, attempt + 1, pulled)
        pause(attempt, _BACK_OFF)
        pulled = _summed(pulled, pull(repo, remote, access))
    raise UserError(
        f"{remote.name}: others push documents all the time",
        "ours are kept here; treadle sync again",
    )


def _same(repo: Repo, ours: str, tip: str) -> bool:
    """Whether there is nothing to send: the remote has the same notes, whatever their history."""
    if ours == tip or not tip:
        return ours == tip
    here, there = read_notes(repo, ours), read_notes(repo, tip)
    return (here.blobs, here.others) == (there.blobs, there.others)


def _summed(one: Pulled, two: Pulled) -> Pulled:
    """Two pulls told as one."""
    return replace(
        two,
        new=one.new + two.new,
        changed=one.changed + two.changed,
        united=one.united + two.united,
        removed=one.removed + two.removed,
        foreign=(*one.foreign, *two.foreign),
        left_out=(*one.left_out, *two.left_out),
        rewritten=one.rewritten or two.rewritten,
        backup=two.backup or one.backup,
    )
