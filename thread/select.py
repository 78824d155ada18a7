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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from treadle.thread.grammar.moment import seconds
from treadle.thread.locate import Locator, Place
from treadle.thread.model import Edit, Event, Session
from treadle.thread.recognise import Diff, gained, in_diff

_NEAR = 120
"""Seconds by which a commit's time may differ from the call that made it."""
_CALL = 600
"""Seconds that a call may have run before its commit was made: hooks run tests."""
_SHORTEST = 5
"""Characters of a subject that tells one commit from another."""
_DAYS = 7
"""Days before a commit in which an edit that nothing names may have been made for it."""
_LETTERS = 30
"""Letters and digits that such an edit must share with the lines nobody explains."""


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
    moves: tuple[tuple[Ref, str, str], ...]
    """Moves and copies in order: the edit, from where, to where. Either may be a folder."""
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
        edits = locate.edits(session)
        moves = tuple((Ref(p.event, p.item), p.path, p.to) for p in edits if p.to)
        reads = _by_path(locate.reads(session))
        return cls(session, _by_path(edits), reads, moves, tuple(times[1:]), tuple(prompts[1:]))

    def edit(self, ref: Ref) -> Edit:
        return self.session.events[ref.event].edits[ref.item]

    def cleared(self, path: str) -> Iterator[Ref]:
        """Deletions of folders that ``path`` lies in."""
        above = path.rpartition("/")[0]
        while above:
            yield from (ref for ref in self.edits.get(above, ()) if self.edit(ref).op == "delete")
            above = above.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Strand:
    """A session that may have a share in a commit."""

    reel: Reel
    named: bool = True
    held: tuple[tuple[int, int], ...] = ()
    """Runs [begin, end) of events that documents hold already."""
    taken: frozenset[Ref] = frozenset()
    """Edits that earlier commits took."""
    rest: Mapping[Ref, frozenset[str]] = field(default_factory=dict)
    """Of those that they took in part the lines, without ends, that they left."""

    def slice(self, end: int, refs: Iterable[Ref] = ()) -> Slice:
        """The events up to ``end`` that no document holds, and those of ``refs`` before them."""
        begin = max((min(last, end) for first, last in self.held if first < end), default=0)
        early = sorted((r for r in refs if r.event < begin), key=lambda r: (r.event, r.item))
        return Slice(self, begin, end, tuple(early))


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
    others: AbstractSet[str] = frozenset()
    """The first seven digits of commits that are there beside it, as far as they are known."""


def select(strands: Sequence[Strand], commit: When, diff: Mapping[str, Diff]) -> list[Slice]:
    """The slices of the strands that have an edit in ``diff`` (path to what changed there)."""
    slices = (_slice(strand, commit, diff) for strand in strands)
    return [found for found in slices if found is not None]


def find(
    strands: Sequence[Strand], commit: When, wanted: Mapping[str, frozenset[str]]
) -> list[Slice]:
    """Slices of strands that nothing names, but whose edits hold lines that nobody explains.

    ``wanted`` is, by path, the text of those lines without their ends. An edit counts if it was
    made in the days before the commit and adds enough of them; a single common line is no sign.
    """
    slices = (_found(strand, commit, wanted) for strand in strands)
    return [found for found in slices if found is not None]


def _found(strand: Strand, commit: When, wanted: Mapping[str, frozenset[str]]) -> Slice | None:
    events = strand.reel.session.events
    earliest = seconds(commit.time) - _DAYS * 86400
    inside = [
        ref
        for path, lines in wanted.items()
        for ref in strand.reel.edits.get(path, ())
        if events[ref.event].ok is not False
        and events[ref.event].time[:19] <= commit.committed[:19]
        and seconds(events[ref.event].time) >= earliest
        and _holds(strand.reel.edit(ref), lines)
    ]
    if not inside:
        return None
    return strand.slice(max(ref.event for ref in inside) + 1, inside)


def _holds(edit: Edit, wanted: frozenset[str]) -> bool:
    """Whether an edit adds enough of the wanted lines to be recognised by them."""
    own = gained(edit)
    there = own & wanted
    letters = sum(map(str.isalnum, "".join(there)))
    return len(there) >= 2 and letters >= _LETTERS and 3 * len(there) >= len(own)


def _slice(strand: Strand, commit: When, diff: Mapping[str, Diff]) -> Slice | None:
    events = strand.reel.session.events
    own = own_call(events, commit)
    cut = own + 1 if own is not None else last_before(events, commit.committed)
    inside = [
        ref
        for path, refs in strand.reel.edits.items()
        if path in diff
        for ref in refs
        if ref.event < cut and _timely(strand, ref, commit) and _joins(strand, ref, diff[path])
    ]
    inside += [
        ref
        for path, change in diff.items()
        if change.deleted
        for ref in strand.reel.cleared(path)
        if ref.event < cut and _timely(strand, ref, commit) and _joins(strand, ref, change)
    ]
    inside += [
        ref
        for ref, origin, to in strand.reel.moves
        if ref.event < cut
        and _timely(strand, ref, commit)
        and ref not in strand.taken
        and _makes(strand.reel, ref, origin, to, diff)
    ]
    if not inside:
        return None
    end = cut if own is not None else max(ref.event for ref in inside) + 1
    return strand.slice(end, inside)


def _timely(strand: Strand, ref: Ref, commit: When) -> bool:
    """Whether an edit may be meant for the commit. Where nothing names the session, one that was
    left lying for days only happens to share a line."""
    time = strand.reel.session.events[ref.event].time
    return strand.named or seconds(time) >= seconds(commit.time) - _DAYS * 86400


def _joins(strand: Strand, ref: Ref, diff: Diff) -> bool:
    """Whether an edit is in the diff. One that another commit took must be there for the most
    part: the commit is then a copy of that one, or takes up what was taken back. Where nothing
    names the session only lines count that the other one left."""
    if strand.reel.session.events[ref.event].ok is False:
        return False
    edit = strand.reel.edit(ref)
    if ref not in strand.taken:
        return in_diff(edit, diff)
    if not strand.rest.get(ref, frozenset()).isdisjoint(diff.added):
        return True
    return strand.named and in_diff(edit, diff, most=True)


def _makes(reel: Reel, ref: Ref, origin: str, to: str, diff: Mapping[str, Diff]) -> bool:
    """Whether a move or copy makes a path that the commit creates or renames.

    Below a folder it made only what it took along: a file that is gone from where it was, that
    the session wrote or that lay outside; of a copied folder nobody here can tell.
    """
    if reel.session.events[ref.event].ok is False:
        return False
    copied = reel.edit(ref).op == "copy"

    def made(path: str, change: Diff, source: str) -> bool:
        if not change.created:  # both names of a rename stand there for one change
            return source != path and diff.get(source) == change
        near = path == to or copied or source == origin or source.startswith("/")
        return near or source in diff or source in reel.edits

    return any(
        made(path, change, source)
        for path, change in diff.items()
        for source in came_from(path, origin, to)
    )


def came_from(name: str, origin: str, to: str) -> list[str]:
    """Where ``name`` may have come from by a move of ``origin`` to ``to``.

    ``to`` may be the file, the folder it went into, or ``origin`` and ``to`` may be folders.
    """
    if name == to:
        return [origin]
    if not name.startswith(to + "/"):
        return []
    rest, last = name[len(to) :], "/" + origin.rpartition("/")[2]
    inside = rest == last or rest.startswith(last + "/")
    return [origin + rest, *([origin + rest[len(last) :]] if inside else [])]


def own_call(events: Sequence[Event], commit: When) -> int | None:
    """Index of the call that made the commit, None where the session did not make it.

    Git's own output names it by id; after a rebase or an amend the id is another, and the
    subject at the author's time stands for it, unless the commit that was named is there too. Where
    git was told to be quiet, or its output went elsewhere, the command itself says the subject.
    """
    found = quiet = None
    for index, event in enumerate(events):
        for made in event.made:
            if commit.id.startswith(made.id):
                return index
            if (
                made.subject == commit.subject
                and made.id[:7] not in commit.others
                and _near(event.time, commit)
            ):
                found = index
        if _says(event, commit):
            quiet = index
    return quiet if found is None else found


def _says(event: Event, commit: When) -> bool:
    """Whether a command of which no output is known made the commit: it has its subject, and it
    was called shortly before."""
    if event.kind != "ran" or event.made or event.ok is False or "commit" not in event.text:
        return False
    if len(commit.subject) < _SHORTEST or commit.subject not in event.text:
        return False
    return 0 <= seconds(commit.time) + 1 - seconds(event.time) <= _CALL


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


def _by_path(places: Iterable[Place]) -> dict[str, tuple[Ref, ...]]:
    found: dict[str, list[Ref]] = {}
    for place in places:
        found.setdefault(place.path, []).append(Ref(place.event, place.item))
    return {path: tuple(refs) for path, refs in found.items()}


def untaken(slice_: Slice, taken: AbstractSet[Ref]) -> frozenset[Ref]:
    """The strand's taken edits after this commit."""
    return slice_.strand.taken | taken
