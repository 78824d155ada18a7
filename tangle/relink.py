"""Ties documents again whose commits were rewritten: by content, offline, without a guess.

Amend, rebase, squash, cherry-pick and filter leave a document on the old commit's id. What it
says is still true of the lines, so it is found again by them: candidates are proposed by ids
and lines (``candidates``), laid beside the commit as git's blame would have walked (``revision``,
``carry``), and tied if what they wrote stands in what the commit adds (``tie``). Nothing is asked
of the old commits, which may never have been in this clone. What comes out depends on
the commit and the documents alone: whoever relinks the same squash writes the same bytes, and
doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.relinking.ancestry import Ancestry
from treadle.tangle.relinking.candidates import (
    Candidate,
    Kinship,
    Unreadable,
    candidates,
    read_candidate,
)
from treadle.tangle.relinking.carry import beside, carry, related
from treadle.tangle.relinking.claim import Goal, Kin, Pairing
from treadle.tangle.relinking.doubt import doubts
from treadle.tangle.relinking.lineage import chains_of
from treadle.tangle.relinking.question import Question, ask, cloths
from treadle.tangle.relinking.revision import Revision, revisions
from treadle.tangle.relinking.tie import Cloth, Tied, tie
from treadle.tangle.sharing.unite import keep
from treadle.thread.git.differences import SAME, Difference, Side, differences
from treadle.thread.model import Doubt, Thread
from treadle.thread.redact import Redacted
from treadle.thread.repo import Commit, Repo
from treadle.thread.store import Store

WHOLE = "the same change"
OWN = "its own note"
"""Why a document belongs to a commit, beside what ``carry`` says."""
_MOST = 400
"""Documents that are laid beside one commit at most."""
_SECONDS = len("2026-01-05T09:30:00")
"""Of a time, as far as git keeps it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document that a commit's new one is made of."""

    commit: str
    """The commit whose note holds it."""
    parts: tuple[str, ...]
    """Ids of its parts."""
    sure: str
    """Why it belongs here, in a few words."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What relinking found for one commit."""

    commit: Commit
    sources: tuple[Source, ...] = ()
    """Empty where nothing was tied."""
    redacted: Redacted | None = None
    """The new document's thread."""
    added: int = 0
    """Lines that git's diff adds."""
    explained: int = 0
    """Those of them that a step of the sources wrote."""


@dataclass(frozen=True, slots=True)
class Relinked:
    """All outcomes, in the order of the commits, parents first."""

    outcomes: tuple[Outcome, ...]
    unreadable: tuple[Unreadable, ...]
    """Notes that were passed over."""


def relink(repo: Repo, commits: Sequence[Commit]) -> Relinked:
    """Tie documents to those of ``commits`` that have none of their own, and store them."""
    store = Store(repo)
    tip = store.tip()
    found = propose(repo, commits)
    threads = {o.commit.id: o.redacted for o in found.outcomes if o.redacted is not None}
    if threads:
        keep(store, threads, tip)
    return found


def propose(repo: Repo, commits: Sequence[Commit], *, anew: bool = False) -> Relinked:
    """The same without storing anything. Of a merge only what none of its parents has is tied;
    commits whose parent is not in this clone are left alone. ``anew``: as if the commits had no
    documents of their own."""
    notes = Store(repo).notes()
    if anew:
        asked = {commit.id for commit in commits}
        notes = {commit: blob for commit, blob in notes.items() if commit not in asked}
    questions = ask(repo, commits, notes) if notes else []
    if not questions:
        return Relinked((), ())
    wanted = {line for question in questions for line in question.lines}
    documents, lost = candidates(repo, notes, wanted)
    work = _Work(repo, questions, documents)
    outcomes = tuple(work.outcomes())
    return Relinked(outcomes, tuple(dict.fromkeys([*lost, *work.damaged()])))


class _Work:
    """One run: many commits, and the documents they may have come from."""

    def __init__(
        self, repo: Repo, questions: Sequence[Question], documents: Sequence[Candidate]
    ) -> None:
        self.repo = repo
        self.kinship = Kinship(documents)
        held: dict[str, tuple[str, ...]] = {}
        for one in documents:
            held[one.commit] = (*held.get(one.commit, ()), *one.parts)
        self.ancestry = Ancestry(repo, [q.commit.id for q in questions], held)
        self.questions = {q.commit.id: q for q in questions}
        self.cloths: dict[str, Cloth] = {}
        self.kin: dict[str, list[Candidate]] = {}
        self.whole: dict[str, Candidate] = {}
        """Commits that make one document's very change."""
        self.threads: dict[int, Thread | Unreadable] = {}
        """Of each document that is tied or laid beside a commit, by the identity of its candidate;
        why not, where it turned out to be damaged."""
        self.files: dict[int, dict[str, Revision]] = {}
        """Of the documents laid beside commits what they make of each file, likewise."""
        self.shortest: dict[str, dict[str, Difference]] = {}
        """Git's shortest diffs of commits that documents lie beside, by path."""

    def outcomes(self) -> Iterator[Outcome]:
        """One for each question, parents before children."""
        self._propose()
        self._read()
        pairings = self._pair()
        for id_, deltas in self.repo.deltas(pairings, shortest=True):
            told = {delta.path: Difference(delta.removed, delta.added) for delta in deltas}
            self.shortest[id_] = told
        for id_ in self.ancestry.order:
            if id_ in self.cloths:
                outcome = self._one(self.questions[id_], pairings.get(id_, ()))
                parts = [part for source in outcome.sources for part in source.parts]
                if parts:
                    self.ancestry.add(id_, parts)
                yield outcome
            elif id_ in self.questions:
                question = self.questions[id_]
                yield Outcome(question.commit, added=question.added)
            self.ancestry.settle(id_)

    def damaged(self) -> list[Unreadable]:
        """Of the documents that were read those that cannot be."""
        return [one for one in self.threads.values() if isinstance(one, Unreadable)]

    def _propose(self) -> None:
        """Documents for each commit; the texts of those commits that have any."""
        for id_ in self.ancestry.order:
            self.ancestry.settle(id_)
            question = self.questions.get(id_)
            found = self._candidates(question) if question else []
            if question and found:
                self.kin[id_] = found
                alike = [one for one in found if self._alike(question, one, found)]
                if alike and not question.own:
                    self.whole[id_] = alike[0]
        chosen = [self.questions[id_] for id_ in self.kin]
        self.cloths = cloths(self.repo, chosen)

    def _candidates(self, question: Question) -> list[Candidate]:
        """What is proposed for a commit, and the documents that lead there blob by blob."""
        found = {
            id(one): one
            for one in self.kinship.propose(question.patch_id, question.blobs, question.lines)
            if self._may(question, one)
        }
        past = self.ancestry.before(question.commit.id)
        waiting = [one for one in found.values() if not self.ancestry.holds(past, one.parts)]
        while waiting and len(found) < _MOST:
            for blob in {change.before for change in waiting.pop().changes if change.before}:
                for one in self.kinship.by_blob.get(blob, ()):
                    if id(one) in found or self.ancestry.holds(past, one.parts):
                        continue
                    if self._may(question, one):
                        found[id(one)] = one
                        waiting.append(one)
        return sorted(found.values(), key=lambda one: one.order)

    def _may(self, question: Question, one: Candidate) -> bool:
        """A thread that began after the commit was made has not made it."""
        made = max(question.commit.time, question.commit.committed)
        return one.latest[:_SECONDS] <= made[:_SECONDS]

    def _alike(self, question: Question, one: Candidate, found: Sequence[Candidate]) -> bool:
        """Whether a commit makes a document's very change. A document that was made for a merge
        does not tell what another parent brought, and one of any other commit tells of it. Doubts
        count lines, which another base has elsewhere."""
        if one.unsure or not question.same_as(one):
            return False
        made_for = self.repo.commit(one.commit)
        if made_for is not None:
            return question.merge == (len(made_for.parents) > 1)
        return not question.merge and not any(o is not one and o.lines & one.lines for o in found)

    def _read(self) -> None:
        """Whom to lay beside commits: their parts are read now, and their files made."""
        wanted = {
            id(one): one
            for id_, found in self.kin.items()
            if id_ not in self.whole
            for one in found
        }
        for key, one in wanted.items():
            self.threads[key] = read_candidate(self.repo, one)
        sound = {key: one for key, one in self.threads.items() if isinstance(one, Thread)}
        made = revisions(self.repo, list(sound.values()))
        self.files = dict(zip(sound, made, strict=True))

    def _pair(self) -> dict[str, list[Pairing]]:
        """Which file of which document lies beside which file of a commit, for all commits."""
        rows: list[tuple[str, int, int, str]] = []
        sides: list[tuple[Side, Side]] = []
        known: list[Difference] = []
        for id_, found in self.kin.items():
            if id_ in self.whole or id_ not in self.cloths:
                continue
            sound = [one for one in found if self._thread(one) is not None]
            names = {name for t in self.cloths[id_].targets for name in (t.path, t.row.source)}
            for number, target in enumerate(self.cloths[id_].targets):
                goal = Goal.of(target)
                for order, one in enumerate(sound):
                    for path, file in related(goal, self.files.get(id(one), {}), names):
                        rows.append((id_, number, order, path))
                        assert target.row.after is not None
                        sides.append((file.side, target.row.after.blob))
                        known.append(SAME if file.whole else beside(file, goal))
        pairings: dict[str, list[Pairing]] = {}
        made = differences(self.repo, sides)
        for (id_, number, order, path), (side, blob), own, change in zip(
            rows, sides, known, made, strict=True
        ):
            pairing = Pairing(number, order, path, side == blob, change if own is SAME else own)
            pairings.setdefault(id_, []).append(pairing)
        return pairings

    def _one(self, question: Question, pairings: Sequence[Pairing]) -> Outcome:
        id_ = question.commit.id
        cloth = self.cloths[id_]
        if id_ in self.whole:
            kin = self._kin(question, [self.whole[id_]])
            tied = tie(cloth, kin, [{}] * len(cloth.targets)) if kin else None
            if tied is not None:
                return self._outcome(question, kin, {0: WHOLE}, tied)
        kin = self._kin(question, self.kin[id_])
        goals = [Goal.of(target) for target in cloth.targets]
        if any(one.past for one in kin):
            self._tell_fresh(question, goals)
        found = carry(goals, kin, pairings, question.patch_id)
        for number, one in enumerate(kin):
            if one.candidate.commit == id_:
                found.sure.setdefault(number, OWN)
        chosen = [one for number, one in enumerate(kin) if number in found.sure]
        doubts = self._doubts(question, goals, kin, pairings, found.sure)
        tied = tie(cloth, chosen, found.origins, doubts) if chosen else None
        if tied is None:
            return Outcome(question.commit, added=question.added)
        sure = {n: found.sure[number] for n, number in enumerate(sorted(found.sure))}
        return self._outcome(question, chosen, sure, tied)

    def _doubts(
        self,
        question: Question,
        goals: Sequence[Goal],
        kin: Sequence[Kin],
        pairings: Sequence[Pairing],
        sure: Mapping[int, str],
    ) -> list[tuple[Doubt, ...]]:
        """For each file the lines of which git's word is not enough. A merge is blamed by all its
        parents, which say what was before."""
        shortest = {} if question.merge else self.shortest.get(question.commit.id, {})
        chains = chains_of(kin)
        return [
            doubts(
                goal,
                [pairing for pairing in pairings if pairing.goal == number],
                kin,
                chains,
                sure,
                shortest[goal.target.path],
            )
            if goal.target.path in shortest
            else ()
            for number, goal in enumerate(goals)
        ]

    def _tell_fresh(self, question: Question, goals: Sequence[Goal]) -> None:
        """Tell files that a commit makes from those that it copies."""
        made = [goal for goal in goals if goal.target.row.before is None and goal.lines]
        held = {entry.blob for entry in self.repo.tree(question.base).values()} if made else set()
        for goal in made:
            assert goal.target.row.after is not None
            goal.fresh_text = goal.target.row.after.blob not in held

    def _kin(self, question: Question, found: Sequence[Candidate]) -> list[Kin]:
        past = self.ancestry.before(question.commit.id)
        kin = []
        for one in found:
            thread = self._thread(one)
            files = self.files.get(id(one), {})
            if thread is not None:
                kin.append(Kin(one, thread, files, self.ancestry.holds(past, one.parts)))
        return kin

    def _thread(self, one: Candidate) -> Thread | None:
        if id(one) not in self.threads:
            self.threads[id(one)] = read_candidate(self.repo, one)
        found = self.threads[id(one)]
        return found if isinstance(found, Thread) else None

    def _outcome(
        self, question: Question, kin: Sequence[Kin], sure: Mapping[int, str], tied: Tied
    ) -> Outcome:
        sources = tuple(
            Source(one.candidate.commit, one.candidate.parts, sure[number])
            for number, one in enumerate(kin)
        )
        return Outcome(question.commit, sources, tied.redacted, question.added, tied.explained)
