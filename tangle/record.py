"""From sessions to stored documents, one commit after another.

A session serves many commits, so recording remembers of each how far it was cut, which of
its edits were taken and where they stand. That memory starts from the documents already
stored, so importing, recording and recording again agree, and nothing is stored twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.recall import Progress, recall
from treadle.tangle.solve import Solution, solve
from treadle.tangle.solving.history import Base
from treadle.tangle.solving.target import Target, targets
from treadle.thread.agents import second
from treadle.thread.agents.finding.find import Grounds
from treadle.thread.errors import UserError
from treadle.thread.git.sides import own_deltas
from treadle.thread.leaks import hidden
from treadle.thread.locate import Locator, folders
from treadle.thread.model import Entry, Placement, Session, Thread
from treadle.thread.recognise import Diff, bare_lines
from treadle.thread.redaction.rules import rules_of
from treadle.thread.repo import Commit, Delta, Repo, decode, is_binary
from treadle.thread.select import (
    Reel,
    Slice,
    Strand,
    When,
    find,
    last_before,
    own_call,
    select,
)
from treadle.thread.shell.commands import interpret
from treadle.thread.wishes.settings import settings


@dataclass(frozen=True, slots=True)
class Job:
    """A commit to record, and the sessions that may have a share in it."""

    commit: Commit
    deltas: tuple[Delta, ...]
    patch_id: str
    sessions: tuple[str, ...]
    """Keys of the sessions that something names."""
    complete: bool = True
    """Every transcript that the commit names is here; one that cannot be read is not."""
    search: bool = False
    """Look among all sessions for those that nothing names and that wrote what is left: a session
    that ran here joins with any edit, another only with enough of the lines."""
    force: bool = False
    """Take the named sessions' slices even where none of their edits is in the diff, and write
    a document without steps where nothing is left of them."""


class Recorder:
    """Solves commits of one repository, in the order given, out of a set of sessions."""

    def __init__(self, repo: Repo, known: frozenset[str] | None = None) -> None:
        self.repo = repo
        self.rules = rules_of(settings(repo), hidden.finder(repo))
        self._known = known
        self.tops = repo.worktrees()
        self.reels: dict[str, Reel] = {}
        self.here: set[str] = set()
        """Sessions that ran in this repository's work trees."""
        self.by_path: dict[str, list[str]] = {}
        """Sessions with an edit of a path."""
        self.progress: dict[str, Progress] = {}
        self.others: frozenset[str] = frozenset()
        """As in ``When``."""

    @property
    def known(self) -> frozenset[str]:
        """Every path the repository ever had; asked for only where a session ran elsewhere, since
        a long history takes minutes to tell."""
        if self._known is None:
            self._known = self.repo.paths_ever()
        return self._known

    def add(self, key: str, session: Session, tops: Sequence[str] = ()) -> None:
        """Make a session known under ``key``.

        ``tops``: the work trees of this repository in which it ran, as it names them. Its paths
        are then those below them, whatever else the repository may have had. Files of a repository
        inside one of ours lie outside.
        """
        session = interpret(session)
        nested = Grounds((*self.tops, *tops)).nested(folders(session))
        locate = Locator(session, () if tops else self.known, tops or self.tops, nested)
        reel = self.reels[key] = Reel.of(session, locate)
        if tops:
            self.here.add(key)
        for path in reel.edits:
            self.by_path.setdefault(path, []).append(key)

    def recall(self, thread: Thread) -> None:
        """Learn from a stored document how far its sessions were taken."""
        for part in thread.parts:
            for key, reel in self.reels.items():
                if (reel.session.agent, reel.session.id) == (part.agent, part.session):
                    recall(part, thread.placement, reel, self._progress(key))

    def solve(self, job: Job) -> Solution | None:
        """The commit's thread; None where no session has a share in it."""
        found = targets(job.deltas, self._blobs(job))
        slices = self._slices(job, found)
        solution = self._solve(job, found, slices) if slices or job.force else None
        if job.search:
            slices, solution = self._with_near(job, found, slices, solution)
            others = self._found(job, found, solution)
            if others:
                slices = _sorted([*slices, *others])
                solution = self._solve(job, found, slices)
        if solution is not None:
            for index, slice_ in enumerate(slices):
                self._advance(self._key(slice_), slice_, solution, index)
        return solution

    def when(self, commit: Commit) -> When:
        """The commit, as selection sees it."""
        return When(commit.id, commit.subject, commit.time, commit.committed, self.others)

    def _solve(self, job: Job, found: Sequence[Target], slices: Sequence[Slice]) -> Solution:
        keys = [self._key(slice_) for slice_ in slices]
        stored = [self._progress(key).stored for key in keys]
        placement = Placement(self._base(job.commit), job.commit.tree, job.patch_id)
        complete = (
            job.complete
            and all(key in self.reels for key in job.sessions)
            and not any(slice_.session.agent in second() for slice_ in slices)
        )
        base = self._base_text(placement.base)
        return solve(placement, found, slices, stored, base, complete, self.rules)

    def _with_near(
        self, job: Job, found: Sequence[Target], slices: list[Slice], solution: Solution | None
    ) -> tuple[list[Slice], Solution | None]:
        """With the sessions that ran here and that have a share in what is still unexplained."""
        near = self._near(job, unexplained_diff(found, slices, solution))
        if not near:
            return slices, solution
        whole = _sorted([*slices, *near])
        told = self._solve(job, found, whole)
        idle = [
            slice_
            for slice_, taken in zip(whole, told.taken, strict=True)
            if slice_ in near and not taken and not slice_.strand.reel.moves
        ]
        if not idle:
            return whole, told
        lean = [slice_ for slice_ in whole if slice_ not in idle]
        without = self._solve(job, found, lean) if lean or job.force else None
        if _count_left(found, without) <= _count_left(found, told):
            return lean, without
        return whole, told

    def _near(self, job: Job, diff: Mapping[str, Diff]) -> list[Slice]:
        keys = {key for path in diff for key in self.by_path.get(path, ())}
        keys |= {key for key in self.here if self.reels[key].moves}
        strands = self._strands((keys & self.here) - set(job.sessions), named=False)
        return _whole(select(strands, self.when(job.commit), diff))

    def _found(self, job: Job, found: Sequence[Target], solution: Solution | None) -> list[Slice]:
        """Slices of sessions of elsewhere that nothing names and that hold lines still
        unexplained."""
        wanted = {path: lines for path, lines in left_lines(found, solution).items() if lines}
        keys = {key for path in wanted for key in self.by_path.get(path, ())}
        strands = self._strands(keys - self.here - set(job.sessions), named=False)
        return _whole(find(strands, self.when(job.commit), wanted))

    def _slices(self, job: Job, found: Sequence[Target]) -> list[Slice]:
        strands = self._strands(key for key in job.sessions if key in self.reels)
        when = self.when(job.commit)
        diff = {name: t.diff for t in found for name in (t.row.source, t.path) if name}
        slices = select(strands, when, diff)
        if not slices and job.force:
            slices = [_open(strand, when) for strand in strands]
        return _sorted(_whole(slices))

    def _strands(self, keys: Iterable[str], *, named: bool = True) -> list[Strand]:
        told = [(key, self._progress(key)) for key in (keys if named else sorted(keys))]
        return [
            Strand(self.reels[key], named, known.held, known.taken, known.rest)
            for key, known in told
        ]

    def _progress(self, key: str) -> Progress:
        return self.progress.setdefault(key, Progress())

    def _key(self, slice_: Slice) -> str:
        return next(key for key, reel in self.reels.items() if reel is slice_.strand.reel)

    def _advance(self, key: str, slice_: Slice, solution: Solution, index: int) -> None:
        progress = self._progress(key)
        progress.held += ((slice_.begin, slice_.end),)
        placement = solution.redacted.thread.placement
        progress.take(solution.taken[index], placement, slice_.strand.reel)
        for ref, address in solution.addresses[index].items():
            progress.stored.setdefault(ref, address)

    def _base(self, commit: Commit) -> str:
        if not commit.parents:
            return self.repo.empty_tree
        parent = self.repo.commit(commit.parents[0])
        return parent.tree if parent else self.repo.resolve(commit.parents[0], "tree")

    def _base_text(self, tree: str) -> Base:
        """Reads files of the base tree, whether or not the commit changes them."""
        entries: dict[str, Entry] = {}

        def text(path: str) -> str | None:
            if not entries and tree != self.repo.empty_tree:
                entries.update(self.repo.tree(tree))
            content = self.repo.read(entries[path].blob) if path in entries else None
            return decode(content) if content is not None and not is_binary(content) else None

        return text

    def _blobs(self, job: Job) -> dict[str, bytes]:
        """Contents of all blobs on both sides of the commit's diff."""
        if job.commit.id in self.repo.shallow():
            raise _missing_parent(job.commit.id)
        ids = [
            entry.blob
            for delta in job.deltas
            for entry in (delta.before, delta.after)
            if entry is not None and entry.mode != "160000"
        ]
        found = dict(zip(ids, self.repo.read_all(ids), strict=True))
        if None in found.values():
            raise _missing_parent(job.commit.id)
        return {name: content for name, content in found.items() if content is not None}


def _sorted(slices: Sequence[Slice]) -> list[Slice]:
    """In the order in which they begin."""

    def begun(slice_: Slice) -> tuple[tuple[str, ...], str]:
        return slice_.strand.reel.times[slice_.begin : slice_.begin + 1] or ("",), slice_.session.id

    return sorted(slices, key=begun)


def _open(strand: Strand, when: When) -> Slice:
    """A strand's slice up to the cut, though none of its edits is in the diff."""
    events = strand.reel.session.events
    own = own_call(events, when)
    end = own + 1 if own is not None else last_before(events, when.committed)
    return strand.slice(end)


def _whole(slices: Iterable[Slice]) -> list[Slice]:
    """Those that have something to tell."""
    return [slice_ for slice_ in slices if slice_.begin < slice_.end or slice_.early]


def left_lines(found: Sequence[Target], solution: Solution | None) -> dict[str, frozenset[str]]:
    """By path the text, without ends, of the added lines that no step explains."""
    if solution is None:
        return {target.path: target.diff.added for target in found}
    return {path: frozenset(bare_lines("".join(lines))) for path, lines in solution.left.items()}


def _count_left(found: Sequence[Target], solution: Solution | None) -> int:
    if solution is None:
        return sum(end - begin for target in found for begin, end in target.added)
    return sum(map(len, solution.left.values()))


def unexplained_diff(
    found: Sequence[Target], slices: Sequence[Slice], solution: Solution | None
) -> dict[str, Diff]:
    """What the commit does beyond ``solution``: all of it to paths of which that took no edit, to
    the others what is left of their lines."""
    taken = solution.taken if solution is not None else ()
    touched = {
        path
        for slice_, refs in zip(slices, taken, strict=False)
        for path, own in slice_.strand.reel.edits.items()
        if not refs.isdisjoint(own)
    }
    left, diff = left_lines(found, solution), {}
    for target in found:
        names = [name for name in (target.row.source, target.path) if name]
        if touched.isdisjoint(names):
            diff.update(dict.fromkeys(names, target.diff))
        elif left.get(target.path):
            diff.update(dict.fromkeys(names, Diff(left[target.path], frozenset())))
    return diff


def _missing_parent(commit: str) -> UserError:
    return UserError(
        f"{commit[:12]}: its parent's files are not in this clone",
        "fetch one commit more: git fetch --deepen=1",
    )


def jobs(
    repo: Repo,
    commits: Sequence[Commit],
    sessions: Mapping[str, Sequence[str]],
    incomplete: frozenset[str] = frozenset(),
    *,
    search: bool = False,
    force: bool = False,
) -> Iterator[Job]:
    """A job for each commit; ``sessions`` maps commit ids to session keys."""
    patch_ids = repo.patch_ids(commit.id for commit in commits)
    by_id = {commit.id: commit for commit in commits}
    for commit, deltas in own_deltas(repo, by_id.values()):
        yield Job(
            commit,
            deltas,
            patch_ids.get(commit.id, ""),
            tuple(sessions.get(commit.id, ())),
            commit.id not in incomplete,
            search,
            force,
        )
