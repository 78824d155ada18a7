"""Checks one document against its commit, and counts what it explains.

The document is read, its hunks are applied to the parent's files, and the result is
compared with the commit's tree by blob id; then each line that git's diff adds is
counted under its one class of evidence. The figures are the project's measure, so
nothing is left out: a path by reference explains nothing, a commit without a document
counts as unrecorded where it was asked for by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from treadle.tangle.apply import File, Mark, apply
from treadle.tangle.learnt.index import Index
from treadle.tangle.linemap import origin, slid
from treadle.tangle.read import NO_PARENT, Stored, base_texts, read_threads
from treadle.tangle.result import Failure, Result
from treadle.tangle.solving.place import is_lost
from treadle.thread.document import part_id
from treadle.thread.doubt import by_line
from treadle.thread.errors import UserError
from treadle.thread.git.sides import own_deltas
from treadle.thread.model import EVIDENCE, Row, Thread
from treadle.thread.origin import Origin
from treadle.thread.repo import Commit, Delta, Repo, encode

SUBMODULE = "160000"


def verify(index: Index, commits: Sequence[Commit]) -> Iterator[tuple[str, Result]]:
    """The figures of each commit, by id. Nothing is asked of what was found before."""
    cut = index.repo.shallow()
    for commit in commits:
        if commit.id in cut:
            yield commit.id, _cut_off(commit, commit.id in index.notes())
    by_id = {commit.id: commit for commit in commits if commit.id not in cut}
    stored = {row.commit: row for row in read_threads(index.store, by_id)}
    for commit, deltas in own_deltas(index.repo, by_id.values()):
        row = stored.get(commit.id)
        yield (
            commit.id,
            without_document(deltas) if row is None else check_one(index.repo, commit, deltas, row),
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
    result.paths = {delta.path: [_added(delta), 0] for delta in deltas if delta.added}
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
    _note(result, thread)
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
        if (reason := wrong(repo, rows[path], file))
    ]
    if not result.failures:
        result.exact = 1
        _count(result, thread, deltas, files)
    return result


def _note(result: Result, thread: Thread) -> None:
    """What could not be read or placed. Parts may stand in several documents, and count once."""
    for part in thread.parts:
        lost = [
            change
            for turn in part.turns
            for step in turn.steps
            for change in step.changes
            if is_lost(change)
        ]
        if part.problems or lost:
            id_ = part_id(part)
            result.unread[id_] = len(part.problems)
            result.unplaced[id_] = len(lost)


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


def wrong(repo: Repo, row: Row, file: File) -> str:
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
    found: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for delta in deltas:
        file = files.get(delta.path)
        if file is None or not file.exists:
            found["unrecorded"] += _added(delta)
            continue
        for begin, end in delta.added:
            for mark in slid(file, begin, end):
                known = origin(mark, file.unsettled, ids, named)
                found[known.evidence] += 1
                strand = _strand(mark, known, ids)
                if strand is not None:
                    told[thread.parts[strand].agent] += 1
                    result.own += named[strand]
                    result.paths[delta.path][1] += 1
        result.files_proved += int(not file.unsettled and _counts(delta))
    result.evidence = {name: found[name] for name in EVIDENCE}
    result.agents = dict(told)
    result.writers = sorted({part.agent for part in thread.parts})
    for row in thread.placement.rows:
        file = files.get(row.path)
        result.doubted += _doubted(row, file)
        if row.reference in result.by_reference:
            result.by_reference[row.reference] += 1


def _doubted(row: Row, file: File | None) -> int:
    """Lines in doubt; a document may claim more than the file has."""
    if file is None:
        return sum(doubt.count for doubt in row.doubts)
    return len(by_line(row.doubts, len(file.lines)))


def _strand(mark: Mark | None, known: Origin, ids: Sequence[str]) -> int | None:
    """Index of the part that brought a line into this commit; None where no step here did."""
    if mark is None or not known.part:
        return None
    if mark.part < 0:
        return ids.index(known.part) if known.part in ids else None
    return mark.part


def _added(delta: Delta) -> int:
    return sum(end - begin for begin, end in delta.added)


def _counts(delta: Delta) -> bool:
    """Whether the path counts as a file with text: it is there after the commit and not binary."""
    text = delta.after is not None and not delta.binary and delta.after.mode != SUBMODULE
    return text and not delta.parent
