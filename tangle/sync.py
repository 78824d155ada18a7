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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from treadle.tangle.unite import United, unite
from treadle.thread.document import DOCUMENT, FOREIGN, MAX_BYTES, kind
from treadle.thread.errors import UserError
from treadle.thread.merge import Merge, merge
from treadle.thread.notes import (
    BACKUP,
    REF,
    SCRATCH,
    TRIES,
    Notes,
    Rewrite,
    move_ref,
    pause,
    read_notes,
    write_notes,
)
from treadle.thread.remote import DEFAULT, Access, Remote, fetch
from treadle.thread.remote import push as push_ref
from treadle.thread.repo import Repo

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


# -- pull ---------------------------------------------------------------------------


def pull(repo: Repo, remote: Remote, access: Access = DEFAULT, *, dry: bool = False) -> Pulled:
    """Fetch a remote's documents and merge them with ours. With ``dry`` nothing of ours moves."""
    before = repo.ref(remote.synced) or repo.ref(remote.tracking)
    tip = fetch(repo, remote, access)
    if not tip:
        held = len(read_notes(repo, before).blobs)
        return Pulled(remote, rewritten=bool(before), held=held, ours=repo.ref(REF))
    _must_be_notes(repo, remote, tip)
    for attempt in range(TRIES):
        done = _merged(repo, remote, tip, before, dry)
        if done is not None:
            if not dry and not done.held:
                repo.run("update-ref", remote.synced, tip)
            return done
        pause(attempt)
    raise UserError(f"{REF} is being written by others all the time", "try again")


def _must_be_notes(repo: Repo, remote: Remote, tip: str) -> None:
    if repo.text("cat-file", "-t", tip) != "commit":
        raise UserError(
            f"{remote.name} ({remote.url}): {REF} is no commit there, so it holds no notes",
            f"somebody wrote something else to that ref; git ls-remote {remote.name} {REF}",
        )


def _merged(repo: Repo, remote: Remote, tip: str, before: str, dry: bool) -> Pulled | None:
    """One try to merge; None where somebody moved our ref meanwhile."""
    ours = repo.ref(REF)
    rewritten = bool(before) and before != tip and not repo.follows(tip, before)
    told = Pulled(remote, tip, rewritten=rewritten, ours=ours)
    if ours == tip or (ours and repo.follows(ours, tip)):
        return replace(told, held=_held(repo, before, tip) if rewritten else 0)
    side = _sides(repo, ours, tip, before if rewritten else "")
    found = merge(side.base.blobs, side.here.blobs, side.theirs.blobs)
    if rewritten:
        lost = side.base.blobs.keys() - side.theirs.blobs.keys()
        told, found = replace(told, held=len(lost)), replace(found, drop=())
    told, found, texts = _sorted_out(repo, told, side.here, found)
    if dry:
        return told
    if ours and (found.drop or told.left_out or rewritten):
        told = replace(told, backup=_back_up(repo, ours, remote))
    parents = side.parents
    wanted = {**side.here.blobs, **found.take}
    for commit in found.drop:
        del wanted[commit]
    first = side.theirs if parents[0] == tip else side.here
    change = _rewrite(first, side, wanted, texts)
    if parents == [tip] and not (change.texts or change.blobs or change.gone or change.others):
        scratch = _scratch(repo, tip)
    else:
        said = f"united with {remote.name}" if len(parents) < 2 else "united"
        scratch = write_notes(repo, parents, first, change, said, _latest(repo, parents))
    new = repo.ref(scratch)
    return replace(told, ours=new) if move_ref(repo, REF, ours, scratch, "sync") else None


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is merged, and what the new notes commit follows from."""

    base: Notes
    here: Notes
    theirs: Notes
    parents: list[str]


def _sides(repo: Repo, ours: str, tip: str, before: str) -> _Sides:
    """``before`` is what a rewritten remote had when it was last seen."""
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


def _sorted_out(
    repo: Repo, told: Pulled, here: Notes, found: Merge
) -> tuple[Pulled, Merge, dict[str, bytes]]:
    """The merge without notes that would put a document out, and the documents that are united."""
    wanted = [*found.take.values(), *(blob for _, blob in found.unite.values())]
    kinds = dict(zip(wanted, _kinds(repo, told.remote, wanted), strict=True))
    take, foreign, left = {}, [], []
    for commit, blob in found.take.items():
        if kinds[blob] == DOCUMENT:
            take[commit] = blob
        elif commit in here.blobs and kinds[blob] == FOREIGN:
            left.append((commit, "the note there is no document any more: ours stays"))
        else:
            take[commit] = blob
            foreign.append(commit)
    texts: dict[str, bytes] = {}
    for commit, (mine, other) in found.unite.items():
        united = _united(repo, commit, mine, other, kinds[other])
        texts[commit] = united.text
        if united.left_out:
            left.append((commit, united.left_out))
    new = sum(commit not in here.blobs for commit in take)
    told = replace(
        told,
        new=new,
        changed=len(take) - new,
        united=len(texts),
        removed=len(found.drop),
        foreign=tuple(foreign),
        left_out=tuple(left),
    )
    return told, replace(found, take=take), texts


def _kinds(repo: Repo, remote: Remote, blobs: list[str]) -> Iterator[str]:
    """What kind of note each blob is."""
    sizes = dict(zip(blobs, repo.sizes(blobs), strict=True))
    small = [blob for blob in blobs if (sizes[blob] or 0) <= MAX_BYTES]
    texts = repo.read_all(small)
    for blob in blobs:
        text = next(texts) if (sizes[blob] or 0) <= MAX_BYTES else b""
        if text is None:
            raise UserError(
                f"{remote.name} ({remote.url}): a document it names is missing there",
                f"see git fsck there; git fetch {remote.name} {REF}",
            )
        yield kind(text)


def _united(repo: Repo, commit: str, mine: str, other: str, sort: str) -> United:
    ours = repo.read(mine) or b""
    theirs = repo.read(other) if sort != FOREIGN else b""
    return unite(repo, commit, ours, theirs or b"")


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


def _latest(repo: Repo, parents: Iterable[str]) -> int:
    """The time of the youngest of some commits: a merge that both sides write has no other."""
    rows = repo.text("log", "--no-walk", "--format=%ct", *parents, "--").split()
    return max(int(row) for row in rows)


def _scratch(repo: Repo, tip: str) -> str:
    """A scratch ref that stands at a commit that is there already."""
    name = f"{SCRATCH}{os.getpid()}-{os.urandom(6).hex()}"
    repo.run("update-ref", name, tip)
    return name


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
