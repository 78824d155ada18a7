"""Does every document make its commit, and how much of the code does it explain?

For each commit the document is read, its hunks are applied to the parent's files, and the result
is compared with the commit's tree by blob id; then each line that git's diff adds is
counted under its one class of evidence. The figures are the project's measure, so
nothing is left out: a path by reference explains nothing, a commit without a document
counts as unrecorded where it was asked for by name.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from treadle.tangle.apply import File, apply
from treadle.tangle.index import Index
from treadle.tangle.linemap import origins
from treadle.tangle.read import NO_PARENT, Stored, base_texts, read_threads
from treadle.thread.document import part_id
from treadle.thread.errors import UserError
from treadle.thread.model import EVIDENCE, Row, Thread
from treadle.thread.repo import Commit, Delta, Repo, encode

SUBMODULE = "160000"
_AT_ONCE = 50
"""Commits checked between two transactions of the index."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A path that does not come out as the commit has it, or a document that cannot be read."""

    commit: str
    path: str
    reason: str


@dataclass(slots=True)
class Result:
    """One commit's figures, or the sum of many commits'."""

    commits: int = 0
    with_document: int = 0
    exact: int = 0
    complete: int = 0
    added_lines: int = 0
    evidence: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EVIDENCE, 0))
    own: int = 0
    """Added lines explained by named strands."""
    by_reference: dict[str, int] = field(
        default_factory=lambda: {"binary": 0, "redacted": 0, "large": 0}
    )
    files: int = 0
    files_proved: int = 0
    agents: dict[str, int] = field(default_factory=dict)
    """Explained lines by agent."""
    failures: list[Failure] = field(default_factory=list)

    @property
    def explained(self) -> float | None:
        """Percent of the added lines that are not unrecorded; None where nothing was added."""
        return _percent(self.added_lines - self.evidence["unrecorded"], self.added_lines)

    @property
    def explained_own(self) -> float | None:
        return _percent(self.own, self.added_lines)

    def add(self, other: Result) -> None:
        """Sum another result into this one."""
        for name in ("commits", "with_document", "exact", "complete", "added_lines", "own"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.files += other.files
        self.files_proved += other.files_proved
        for mine, theirs in (
            (self.evidence, other.evidence),
            (self.by_reference, other.by_reference),
            (self.agents, other.agents),
        ):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count
        self.failures += other.failures


def check(index: Index, commits: Sequence[Commit]) -> Iterator[tuple[Commit, Result]]:
    """Check each commit; results of documents that were checked before come from the index."""
    cached = index.all_checked(commit.id for commit in commits)
    fresh = _keep_new(index, [commit for commit in commits if commit.id not in cached])
    found: dict[str, Result] = {}
    for commit in commits:
        told = cached.get(commit.id)
        if told is not None:
            yield commit, _restored(told)
            continue
        while commit.id not in found:
            id_, result = next(fresh)
            found[id_] = result
        yield commit, found[commit.id]


def _keep_new(index: Index, commits: Sequence[Commit]) -> Iterator[tuple[str, Result]]:
    """Check and keep what was found, some commits at a time, so that a long check can be stopped
    and goes on where it was. Failures are not kept: the next fetch may heal them."""
    notes = index.notes()
    for done in range(0, len(commits), _AT_ONCE):
        fresh = list(_check_new(index, commits[done : done + _AT_ONCE]))
        with index.writing():
            for id_, result in fresh:
                if id_ in notes and not result.failures:
                    index.keep_checked(id_, json.dumps(asdict(result)))
        yield from fresh


def orphans(index: Index) -> list[str]:
    """Commits with a document that no ref reaches, or that are not here at all."""
    notes = index.notes()
    reached = index.repo.text("rev-list", "--all").split("\n")
    return sorted(notes.keys() - set(reached))


def _check_new(index: Index, commits: Sequence[Commit]) -> Iterator[tuple[str, Result]]:
    cut = index.repo.shallow()
    for commit in commits:
        if commit.id in cut:
            yield commit.id, _cut_off(commit, commit.id in index.notes())
    by_id = {commit.id: commit for commit in commits if commit.id not in cut}
    stored = {row.commit: row for row in read_threads(index.store, by_id)}
    for id_, deltas in index.repo.deltas(by_id):
        row = stored.get(id_)
        yield (
            id_,
            without_document(deltas)
            if row is None
            else check_one(index.repo, by_id[id_], deltas, row),
        )


def _cut_off(commit: Commit, recorded: bool) -> Result:
    """The figures of a commit at which a shallow clone ends: what it added cannot be told."""
    result = Result(commits=1, with_document=int(recorded))
    result.failures.append(Failure(commit.id, "", NO_PARENT))
    return result


def without_document(deltas: Sequence[Delta]) -> Result:
    """The figures of a commit that has no document: everything is unrecorded."""
    lines = sum(map(_added, deltas))
    result = Result(commits=1, added_lines=lines, files=sum(map(_counts, deltas)))
    result.evidence["unrecorded"] = lines
    return result


def check_one(repo: Repo, commit: Commit, deltas: Sequence[Delta], stored: Stored) -> Result:
    """Check one document against its commit."""
    result = without_document(deltas)
    result.with_document = 1
    if stored.thread is None:
        result.failures.append(Failure(commit.id, "", stored.error))
        return result
    thread = stored.thread
    result.complete = int(thread.complete)
    result.failures += _misplaced(commit, thread, deltas)
    try:
        files = apply(thread, base_texts(repo, thread))
    except UserError as error:
        result.failures.append(Failure(commit.id, "", error.message))
        return result
    rows = {row.path: row for row in thread.placement.rows}
    result.failures += [
        Failure(commit.id, path, reason)
        for path, file in files.items()
        if (reason := _wrong(repo, rows[path], file))
    ]
    result.exact = int(not result.failures)
    _count(result, thread, deltas, files)
    return result


def _misplaced(commit: Commit, thread: Thread, deltas: Sequence[Delta]) -> Iterator[Failure]:
    """Where the placement is not the commit's."""
    placement = thread.placement
    if placement.tree != commit.tree:
        yield Failure(commit.id, "", f"the document is of tree {placement.tree[:12]}")
    rows = {row.path: (row.before, row.after, row.source) for row in placement.rows}
    found = {delta.path: (delta.before, delta.after, delta.source) for delta in deltas}
    for path in sorted(rows.keys() | found.keys()):
        if path not in rows:
            yield Failure(commit.id, path, "the document does not name this path")
        elif path not in found:
            yield Failure(commit.id, path, "the commit does not change this path")
        elif rows[path] != found[path]:
            yield Failure(commit.id, path, "modes or blobs are others in the commit")


def _wrong(repo: Repo, row: Row, file: File) -> str:
    """Why a file is not the commit's, ``""`` where it is."""
    if row.after is None:
        return "" if not file.exists else "the document leaves a file that the commit deletes"
    if not file.exists:
        return "the document does not make this file"
    if file.hidden:
        return ""
    if repo.blob_id(encode(file.text)) != row.after.blob:
        return "the document makes other bytes than the commit has"
    return ""


def _count(
    result: Result, thread: Thread, deltas: Sequence[Delta], files: Mapping[str, File]
) -> None:
    ids = [part_id(part) for part in thread.parts]
    named = [part.named for part in thread.parts]
    agents = {id_: part.agent for id_, part in zip(ids, thread.parts, strict=True)}
    own = {id_ for id_, is_named in zip(ids, named, strict=True) if is_named}
    found: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for delta in deltas:
        file = files.get(delta.path)
        if file is None or not file.exists:
            found["unrecorded"] += _added(delta)
            continue
        for origin in filter(None, origins(file, delta.added, ids, named)):
            found[origin.evidence] += 1
            if origin.part:
                told[agents.get(origin.part, thread.parts[0].agent)] += 1
                result.own += origin.part in own or origin.part not in agents
        result.files_proved += int(not file.drifted and _counts(delta))
    result.evidence = {name: found[name] for name in EVIDENCE}
    result.agents = dict(told)
    for row in thread.placement.rows:
        if row.reference in result.by_reference:
            result.by_reference[row.reference] += 1


def _added(delta: Delta) -> int:
    return sum(end - begin for begin, end in delta.added)


def _counts(delta: Delta) -> bool:
    """Whether the path counts as a file with text: it is there after the commit and not binary."""
    return delta.after is not None and not delta.binary and delta.after.mode != SUBMODULE


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _restored(told: str) -> Result:
    fields = json.loads(told)
    fields["failures"] = [Failure(**failure) for failure in fields["failures"]]
    return Result(**fields)


def total(results: Iterable[Result]) -> Result:
    """The sum of many results."""
    whole = Result()
    for result in results:
        whole.add(result)
    return whole
