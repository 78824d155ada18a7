"""Which events of which sessions belong to a commit.

A thread belongs to a commit because its edits are in the commit's diff, never because it
was open at the time. Selection is causal: it looks only at events up to the *cut*, which
is the commit's own tool call where the agent committed, else the last event not later
than the commit; so live capture, backfill and import choose the same.

    events   . . . | . E . . E . . . E . . C . . .
             previous cut ^                ^ cut: the agent's own commit
                     | . E . . E . . . E . .     the slice, up to the cut
                     | . E . . E . . . E |       without C: up to the last edit in the diff

What stands behind the slice stays pending and opens the strand's next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from treadle.thread.locate import Locator, Place
from treadle.thread.model import Edit, Event, Session, split_lines

_NEAR = 120
"""Seconds by which a commit's time may differ from the call that made it."""


@dataclass(frozen=True, slots=True)
class Ref:
    """One edit of a session."""

    event: int
    item: int


@dataclass(frozen=True, slots=True)
class Reel:
    """A session seen from one repository: its edits by path, each path's in order."""

    session: Session
    edits: Mapping[str, tuple[Ref, ...]]
    reads: Mapping[str, tuple[Ref, ...]]
    times: tuple[str, ...]
    """For each event the latest time up to it: the order in which strands are merged."""
    prompts: tuple[int, ...]
    """For each event the index of the prompt that governs it, -1 where there is none."""

    @classmethod
    def of(cls, session: Session, locate: Locator) -> Reel:
        times, prompts = [""], [-1]
        for index, event in enumerate(session.events):
            times.append(max(times[-1], event.time))
            prompts.append(index if event.kind == "prompt" else prompts[-1])
        edits, reads = _by_path(locate.edits(session)), _by_path(locate.reads(session))
        return cls(session, edits, reads, tuple(times[1:]), tuple(prompts[1:]))

    def edit(self, ref: Ref) -> Edit:
        return self.session.events[ref.event].edits[ref.item]


@dataclass(frozen=True, slots=True)
class Strand:
    """A session that may have a share in a commit."""

    reel: Reel
    named: bool = True
    begin: int = 0
    """Index of the first event behind the previous cut."""
    taken: frozenset[Ref] = frozenset()
    """Edits that earlier commits took."""


@dataclass(frozen=True, slots=True)
class Diff:
    """What a commit does to one path, for recognising edits in it."""

    added: frozenset[str]
    removed: frozenset[str]
    whole: bool = False
    """The path is created or deleted."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A strand's share: events [begin, end) and what is taken of earlier ones."""

    strand: Strand
    begin: int
    end: int
    early: tuple[Ref, ...] = ()
    """Edits before ``begin`` that only this commit takes."""

    @property
    def session(self) -> Session:
        return self.strand.reel.session


@dataclass(frozen=True, slots=True)
class When:
    """What selection asks of a commit."""

    id: str
    subject: str
    time: str
    """Author time."""
    committed: str
    """Committer time."""


def select(strands: Sequence[Strand], commit: When, diff: Mapping[str, Diff]) -> list[Slice]:
    """The slices of the strands that have an edit in ``diff`` (path to what changed there)."""
    slices = (_slice(strand, commit, diff) for strand in strands)
    return [found for found in slices if found is not None]


def _slice(strand: Strand, commit: When, diff: Mapping[str, Diff]) -> Slice | None:
    events = strand.reel.session.events
    own = own_call(events, commit)
    cut = own + 1 if own is not None else last_before(events, commit.committed)
    inside = [
        ref
        for path, refs in strand.reel.edits.items()
        if path in diff
        for ref in refs
        if ref.event < cut and ref not in strand.taken and in_diff(strand.reel, ref, diff[path])
    ]
    if not inside:
        return None
    end = cut if own is not None else max(ref.event for ref in inside) + 1
    begin = min(strand.begin, end)
    early = sorted((r for r in inside if r.event < begin), key=lambda r: (r.event, r.item))
    return Slice(strand, begin, end, tuple(early))


def own_call(events: Sequence[Event], commit: When) -> int | None:
    """Index of the call that made the commit, None where the session did not make it.

    Git's own output names it by id; after a rebase or an amend the id is another, and the
    subject at the author's time stands for it.
    """
    found = None
    for index, event in enumerate(events):
        for made in event.made:
            if commit.id.startswith(made.id):
                return index
            if made.subject == commit.subject and _near(event.time, commit):
                found = index
    return found


def _near(time: str, commit: When) -> bool:
    if not time:
        return False
    early, late = sorted((commit.time, commit.committed))
    return seconds(early) - _NEAR <= seconds(time) <= seconds(late) + _NEAR


def last_before(events: Sequence[Event], time: str) -> int:
    """Index behind the last event that is not later than ``time`` (to the second)."""
    limit = time[:19]
    for index in range(len(events) - 1, -1, -1):
        if events[index].time and events[index].time[:19] <= limit:
            return index + 1
    return 0


def in_diff(reel: Reel, ref: Ref, diff: Diff) -> bool:
    """Whether the commit shows text that this edit added, or lacks text that it removed."""
    event, edit = reel.session.events[ref.event], reel.edit(ref)
    if event.ok is False:
        return False
    if edit.op == "delete":
        return diff.whole
    old, new = split_lines(edit.old), split_lines(edit.new)
    before = frozenset(old)
    gained = [line for line in new if line not in before]
    if any(line in diff.added for line in gained if _tells(line)):
        return True
    after = frozenset(new)
    lost = [line for line in old if line not in after]
    if any(line in diff.removed for line in lost if _tells(line)):
        return not gained or not any(_tells(line) for line in gained)
    return diff.whole and edit.op == "write" and all(line in diff.added for line in new)


def _tells(line: str) -> bool:
    """Whether a line has enough text to be recognised by it."""
    return sum(map(str.isalnum, line)) > 2


def _by_path(places: Iterable[Place]) -> dict[str, tuple[Ref, ...]]:
    found: dict[str, list[Ref]] = {}
    for place in places:
        found.setdefault(place.path, []).append(Ref(place.event, place.item))
    return {path: tuple(refs) for path, refs in found.items()}


def untaken(slice_: Slice, taken: AbstractSet[Ref]) -> frozenset[Ref]:
    """The strand's taken edits after this commit."""
    return slice_.strand.taken | taken


def seconds(time: str) -> float:
    """An ISO 8601 UTC time as seconds since 1970; 0 for what is none."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0
