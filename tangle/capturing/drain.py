"""The worker's work: take the queue, record its commits, leave what is not final yet.

A commit is recorded at once with what the transcripts hold. If the agent's own call is still
running, or the second in which the commit was made is not over, its entry stays open: the
transcripts' growth is watched for a while, and the commit is recorded again when the call's
result has come. An entry is removed only after its document is stored, so a worker that is
killed at any moment loses nothing: the next one does the same again, and writes the same.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from treadle.tangle.capture import REFS, Captured, assembled
from treadle.tangle.capturing.deposit import deposit
from treadle.tangle.capturing.flight import awaited, present
from treadle.tangle.capturing.gather import (
    DAYS,
    Gathered,
    files_of,
    gather,
    seek,
    since,
    work_trees,
)
from treadle.tangle.capturing.kindred import Taken, take
from treadle.tangle.capturing.left import left
from treadle.tangle.capturing.verdict import failed, nothing, recorded, tied
from treadle.tangle.capturing.watch import Watch, size_of_file
from treadle.tangle.recall import Progress
from treadle.thread.agents.finding.find import together
from treadle.thread.agents.finding.quarters import Quarters
from treadle.thread.errors import UserError
from treadle.thread.grammar.moment import seconds, utc
from treadle.thread.store import Store
from treadle.thread.waiting.outcomes import Outcome, Outcomes
from treadle.thread.waiting.pending import Kept, Shelf, look, looked
from treadle.thread.waiting.queue import Entry, Queue, going_on
from treadle.thread.waiting.tries import Tries

if TYPE_CHECKING:
    from treadle.tangle.record import Recorder
    from treadle.thread.agents.finding.find import Transcript
    from treadle.thread.repo import Commit, Repo

PATIENCE = 30.0
"""Seconds for which the result of a call is waited for."""
_SOON, _LATE = 0.05, 1.0
"""Seconds between two looks, at first and at last."""
_SECOND = 1.3
"""Seconds after a commit until all events of its second are in the transcripts."""
_MONTH = 30 * 86400
"""Seconds that a commit may have been authored before it was made here."""
_FORGET = 12 * 3600
"""Seconds after which a call without result is not waited for any more."""
_SLACK = 120
"""Seconds by which clocks and file systems may differ."""
_BOUND = 500
"""Commits that one rewrite or merge may bring."""


@dataclass(slots=True)
class Todo:
    """One commit of the queue."""

    commit: Commit
    entries: list[Entry] = field(default_factory=list)
    aloud: bool = False
    """Somebody just made it: say so, also where there is nothing to record."""

    @property
    def written(self) -> float:
        return min(entry.written for entry in self.entries)

    @property
    def rewritten(self) -> bool:
        """It may have been made out of other commits, whose documents are its own then."""
        return not self.aloud or self.commit.time != self.commit.committed

    def named(self) -> set[str]:
        """Ids of sessions that the environment of the commit names."""
        from treadle.thread.agents import readers

        variables = [reader.variable for reader in readers() if reader.variable]
        told = (entry.variables.get(name, "") for entry in self.entries for name in variables)
        return {id_ for id_ in told if id_}


class Drain:
    """One run of the worker, under the lock."""

    def __init__(self, repo: Repo, folder: str) -> None:
        self.repo = repo
        self.folder = folder
        self.queue = Queue(folder)
        self.outcomes = Outcomes(folder)
        self.tries = Tries(folder)
        self.shelf = Shelf(folder)
        self.newest: tuple[Transcript, ...] = ()
        """All transcripts of the repository, as they were found last."""
        self.quarters: tuple[Quarters, ...] = ()
        """Where transcripts were looked for last: in those of every commit that waits."""
        self.sizes: dict[str, int] = {}
        """The files of the transcripts that were read, as large as they were before that."""
        self.watches: list[Watch] = []
        self.young: list[Todo] = []
        """Commits that are final if nothing more is told of the second they were made in."""
        self.answered: dict[str, float] = {}
        """By commit that waited for an answer: until when more may be told of it, 0 as long as not
        all is there."""
        self.about: dict[str, set[str]] = {}
        """By entry the commits of it that are not done."""
        self.held = False
        """Entries are left because git is in the middle of something."""

    def run(self, patience: float = PATIENCE) -> frozenset[str]:
        """Until nothing is left that can be done now; the entries that were looked at."""
        seen: frozenset[str] = frozenset()
        until, pause = time.monotonic() + patience, _SOON
        while True:
            names = self.queue.names()
            if names - seen:
                until, pause = time.monotonic() + patience, _SOON
            if names - seen or self.held or any(watch.told() for watch in self.watches):
                self.take()
                seen = names
            self._ripen()
            waits = self.watches or self.held or self.young
            if self.queue.names() <= seen and (not waits or time.monotonic() > until):
                return seen
            time.sleep(pause)
            pause = min(_LATE, pause * 1.3)

    def _ripen(self) -> None:
        """Close the entries that only waited for a second to be over."""
        for one in [one for one in self.young if self._ripe(one) <= time.time()]:
            self.young.remove(one)
            self._close([one])
        if not self.young:
            self.watches = [watch for watch in self.watches if not watch.young]

    def take(self) -> None:
        """Look once at everything that waits."""
        self.watches, self.young, self.held = [], [], False
        todo = list(self._todo())
        try:
            if todo:
                self._record(todo)
        except (UserError, OSError) as error:
            for one in todo:
                self._fail(one, _reason(error))
        except Exception:  # a fault in one commit's recording must not stop the others'
            for one in todo:
                self._record_alone(one)

    def _record_alone(self, one: Todo) -> None:
        try:
            self._record([one])
        except Exception as error:  # our own fault: it is told and counted like any other
            self._fail(one, _reason(error))

    # -- what is to be done ---------------------------------------------------------

    def _todo(self) -> Iterator[Todo]:
        """The queue's commits that some ref reaches, each once."""
        found: dict[str, Todo] = {}
        entries = []
        for entry in self.queue.entries():
            if going_on(entry.git_dir):
                self.held = True
            else:
                entries.append(entry)
        wanted = [(entry, list(self._commits(entry))) for entry in entries]
        lost = self._unreached({id_ for _, ids in wanted for id_ in ids})
        for entry, ids in wanted:
            commits = [self.repo.commit(id_) for id_ in ids if id_ not in lost]
            self.about[entry.name] = {one.id for one in commits if one is not None}
            if not self.about[entry.name]:
                self.queue.remove(entry)
            for commit in filter(None, commits):
                todo = found.setdefault(commit.id, Todo(commit))
                todo.entries.append(entry)
                todo.aloud = todo.aloud or entry.hook == "post-commit"
        yield from found.values()

    def _commits(self, entry: Entry) -> Iterator[str]:
        """The commits that an entry may be about."""
        if entry.hook == "post-commit":
            yield entry.commit
            return
        notes = Store(self.repo).notes()
        span = [f"^{old}" for old in [_orig_head(entry.git_dir)] if old]
        if span and self.repo.find(entry.commit):
            limit = f"--max-count={_BOUND}"
            found = self.repo.ids([entry.commit, *span], limit)
            yield from (id_ for id_ in found if id_ not in notes)

    def _unreached(self, ids: set[str]) -> set[str]:
        """Those of the commits that no ref reaches, or that are not here any more."""
        here = {id_ for id_ in ids if self.repo.commit(id_) is not None}
        if not here:
            return ids
        return (ids - here) | (here & set(self.repo.ids([*here], "--not", *REFS, "--not")))

    # -- recording ------------------------------------------------------------------

    def _record(self, todo: Sequence[Todo]) -> None:
        began = time.time()
        tops = work_trees(self.repo, self.folder, {e.top for one in todo for e in one.entries})
        told = (Quarters.noted(entry.variables) for one in todo for entry in one.entries)
        self.quarters = tuple(dict.fromkeys(told))
        gathered = self._gathered(todo, tops)
        by_id = {one.commit.id: one for one in todo}
        named = {
            id_: {gathered.ids.get(name, name) for name in one.named()}
            for id_, one in by_id.items()
        }
        self._tie([one for one in todo if one.rewritten])
        about = (self.repo, gathered.sessions, tops, self._gone(gathered))
        taken = take(lambda: assembled(*about), [one.commit for one in todo], named)
        done = []
        for captured in taken.captured:
            one = by_id[captured.commit.id]
            if captured.error is not None:
                self._fail(one, captured.error.message)
                continue
            self._keep(one, captured, gathered, taken)
            within = named[one.commit.id] | self._present(one, gathered)
            if not self._is_open(one, captured, gathered, taken.recorder, within):
                done.append(one)
        self._shelve(taken.recorder, gathered, began)
        self._close(done)

    def _gathered(self, todo: Sequence[Todo], tops: Sequence[str]) -> Gathered:
        """Sessions that changed since the worker last looked, and those of which something is
        pending: of all others every edit is in a document. A commit that was made anew may want
        them again."""
        waiting = {file for tail in self.shelf.tails() for file in tail.files}
        found, changed = [], []
        for one in self.quarters:
            found.append(seek(self.repo, self.folder, tops, quarters=one))
            changed.append(since(found[-1], self._moment(todo, one), waiting))
        self.newest = together(found).transcripts
        fresh = together(changed)
        self.sizes = {file: size_of_file(file) for one in fresh.transcripts for file in one.files}
        return gather(fresh)

    def _moment(self, todo: Sequence[Todo], quarters: Quarters) -> float:
        """Since when a transcript in these quarters must have changed to be read."""
        last = looked(self.folder).get(quarters.name, 0.0)
        moments = [last - _SLACK] if last else []
        for one in todo:
            if not last or (one.aloud and one.rewritten):
                made = max(seconds(one.commit.time), one.written - _MONTH)
                moments.append(min(made, one.written) - DAYS)
        return max(0.0, min(moments))

    def _gone(self, gathered: Gathered) -> list[Kept]:
        """The ends of sessions whose transcripts are not there any more."""
        there = {(session.agent, session.id) for session in gathered.sessions}
        tails = (t for t in self.shelf.tails() if (t.agent, t.session) not in there)
        read = map(self.shelf.read, tails)
        return [kept for kept in read if kept is not None and kept.session.events]

    def _shelve(self, recorder: Recorder, gathered: Gathered, began: float) -> None:
        """Keep what no commit took of the sessions, and forget what commits took."""
        after = utc(began - DAYS)
        known = {(tail.agent, tail.session): tail.files for tail in self.shelf.tails()}
        for key, reel in recorder.reels.items():
            session = reel.session
            name = (session.agent, session.id)
            files = files_of(session, gathered) or known.get(name, ())
            progress = recorder.progress.get(key, Progress())
            kept = left(reel, progress, files, after, recorder.rules)
            if kept is None or key not in recorder.here or not self.shelf.keep(kept):
                self.shelf.drop(*name)
        for tail in self.shelf.trim():
            line = f"pending edits of {tail.agent} {tail.session} dropped: there are too many"
            self.outcomes.add(Outcome("given up", line), time.time())
        look(self.folder, [one.name for one in self.quarters], began)

    def _keep(self, one: Todo, captured: Captured, gathered: Gathered, taken: Taken) -> None:
        """Store the document, and say what became of the commit unless that was said."""
        now = time.time()
        commit, solution = one.commit, captured.solution
        told = taken.strands(commit.id)
        if solution is not None and deposit(self.repo, commit, captured.deltas, solution, told):
            self._say(recorded(commit, solution), now)
        elif commit.id in Store(self.repo).notes() or self._tie([one]):
            return
        elif one.aloud:
            self._say(nothing(commit, self.newest, gathered, now, one.written), now)

    def _tie(self, todo: Sequence[Todo]) -> bool:
        """Tie documents of commits that these were made out of; whether one was."""
        from treadle.tangle.relink import relink

        if not todo:
            return False
        found = relink(self.repo, [one.commit for one in todo]).outcomes
        told = [one for one in found if one.redacted is not None]
        for one in told:
            self._say(tied(one.commit, one.explained, one.added), time.time())
        return bool(told)

    def _say(self, outcome: Outcome, now: float) -> None:
        known = {told.commit: told.line for told in self.outcomes.last(1000)}
        if known.get(outcome.commit) != outcome.line:
            self.outcomes.add(outcome, now)

    def _present(self, one: Todo, gathered: Gathered) -> set[str]:
        """Ids of the sessions that the environment of a commit only hints at."""
        told = (present(entry.variables, self.newest) for entry in one.entries)
        return {gathered.ids.get(name, name) for names in told for name in names}

    def _is_open(
        self,
        one: Todo,
        captured: Captured,
        gathered: Gathered,
        recorder: Recorder,
        within: set[str],
    ) -> bool:
        """Whether the commit's document is not final; what it waits for is watched then.

        ``within`` are ids of sessions in one of whose calls git may have run.
        """
        now = time.time()
        if one.written + _FORGET < now:
            return False
        parts = captured.solution.redacted.thread.parts if captured.solution else ()
        last = {(part.agent, part.session): part.last for part in parts}
        opened, when = False, recorder.when(one.commit)
        for session in gathered.sessions:
            key = (session.agent, session.id)
            waits = awaited(session, when, last.get(key, ""), own=session.id in within)
            if waits is not None:
                opened = True
                self._watch(files_of(session, gathered), waits)
        if opened:
            self.answered[one.commit.id] = 0.0
        elif self.answered.get(one.commit.id) == 0.0:
            self.answered[one.commit.id] = now + _SECOND
        if not opened and now < self._ripe(one) < now + 2 * _SECOND:
            self.young.append(one)
            self._watch(self.sizes, young=True)
            return True
        return opened

    def _ripe(self, one: Todo) -> float:
        """When all events of the second in which a commit was made are in the transcripts, and all
        that is told of the call that was waited for: some agents tell of its end twice."""
        made = seconds(one.commit.committed) + _SECOND
        return max(made, self.answered.get(one.commit.id, 0.0))

    def _watch(
        self, files: Iterable[str], keys: Sequence[str] = (), *, young: bool = False
    ) -> None:
        sizes = {file: self.sizes.get(file, -1) for file in files}
        self.watches.append(Watch.of(sizes, keys, young=young))

    def _close(self, done: Sequence[Todo]) -> None:
        """Remove the entries all of whose commits are done."""
        closed = {one.commit.id for one in done}
        for entry in {entry.name: entry for one in done for entry in one.entries}.values():
            self.about[entry.name] -= closed
            if not self.about[entry.name]:
                self.queue.remove(entry)
                self.tries.forget(entry.name)

    def _fail(self, one: Todo, reason: str) -> None:
        """Leave the entries for the next time, but not for ever."""
        count = max(self.tries.count(entry.name) for entry in one.entries)
        last = self.tries.enough(count)
        if count == 1 or last:
            self._say(failed(one.commit.id, reason, last=last), time.time())
        if last:
            self._close([one])


def _reason(error: Exception) -> str:
    if isinstance(error, UserError):
        return error.message
    return str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"


def _orig_head(git_dir: str) -> str:
    try:
        with open(os.path.join(git_dir, "ORIG_HEAD"), encoding="ascii") as file:
            found = file.read(80).strip()
    except (OSError, UnicodeError):
        return ""
    return found if len(found) in (40, 64) and found.isalnum() else ""
