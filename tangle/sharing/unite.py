"""Two documents of one commit, made one.

It happens when two people record the same commit out of different transcripts, or the same one
twice. The parts are united by id; what was written twice of one strand is kept once. The
placement is computed anew for the union, path by path: whose parts alone touch a path keeps its
residue, and where both do, the steps of both are applied and what is left becomes the residue,
its lines explained as well as either side explained them. Where their hunks are in each other's
way, or one side proves the path and both together do not, the path is *moved*: the residue is its
whole change, and names the steps.

The result does not depend on who unites: both sides write the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from treadle.tangle.apply import File, MismatchError, apply, apply_change, by_reference, in_order
from treadle.tangle.linemap import origin
from treadle.tangle.read import base_texts
from treadle.tangle.solving.place import residue
from treadle.tangle.solving.sources import NOBODY, Claim
from treadle.tangle.solving.target import Target
from treadle.tangle.text.diff import splices
from treadle.tangle.verify import wrong
from treadle.thread import pointer
from treadle.thread.document import (
    NEWER,
    SECTION,
    DocumentError,
    documents,
    kind,
    part_id,
    render,
)
from treadle.thread.doubt import joined
from treadle.thread.errors import UserError
from treadle.thread.model import EVIDENCE, Change, Doubt, Part, Placement, Row, Thread
from treadle.thread.origin import split_lines
from treadle.thread.redact import Redacted, redact
from treadle.thread.repo import Repo, decode
from treadle.thread.store import Store

_DAMAGED = "one of the two is no document that can be read"
_ELSEWHERE = "one of the two is of another commit"
_APART = "their steps cannot be applied together"


@dataclass(frozen=True, slots=True)
class United:
    """One note out of two."""

    text: bytes
    left_out: str = ""
    """Why one of the two is not in it; ``""`` where both are."""


def unite(repo: Repo, commit: str, ours: bytes, theirs: bytes) -> United:
    """The document of ``commit`` that holds what both hold."""
    one, other = sorted((ours, theirs))
    for text in (one, other):
        if kind(text) == NEWER:
            return United(text, "the one that is kept is of a newer treadle")
    read = {text: _read(text) for text in (one, other)}
    read = {text: threads for text, threads in read.items() if threads}
    if len(read) < 2:
        return United(next(iter(read), max(one, other, key=len)), _DAMAGED)
    tree = _tree(repo, commit)
    fitting = [text for text in read if all(t.placement.tree == tree for t in read[text])]
    threads = [_bare(thread) for text in read for thread in read[text]]
    if len({(t.placement.base, t.placement.tree) for t in threads}) > 1:
        return United((fitting or [other])[0], _ELSEWHERE)
    return _joined(repo, threads, (one, other))


def keep(store: Store, threads: Mapping[str, Redacted], since: str) -> int:
    """Store threads; one whose document somebody else wrote after the notes commit ``since``, which
    the writer knew, is united with theirs. How many documents changed."""

    def together(commit: str, theirs: bytes, ours: bytes) -> bytes:
        united = unite(store.repo, commit, ours, theirs)
        if united.left_out:
            raise UserError(
                f"somebody else wrote the note of {commit[:12]} at the same moment, and it stays: "
                + united.left_out,
                "treadle show tells what it is",
            )
        return united.text

    return store.put(threads, since, together)


def _read(text: bytes) -> tuple[Thread, ...]:
    try:
        return documents(text)
    except DocumentError:
        return ()


def _tree(repo: Repo, commit: str) -> str:
    here = repo.commit(commit)
    return here.tree if here else ""


def _bare(thread: Thread) -> Thread:
    """A thread whose parts stand in the one order that all unions have."""
    parts = sorted(thread.parts, key=lambda part: (part.began, part.session, part_id(part)))
    return replace(thread, parts=tuple(parts))


def _joined(repo: Repo, threads: Sequence[Thread], texts: tuple[bytes, bytes]) -> United:
    parts, twins = _union(threads)
    whole = [thread for thread in threads if set(thread.parts) == set(parts)]
    for thread in sorted(whole, key=render, reverse=True):
        if _fits(repo, thread):
            return United(render(_doubting(thread, whole, twins)))
    try:
        placement = _place(repo, parts, twins, threads)
    except UserError:
        best = max(threads, key=lambda t: (_fits(repo, t), len(t.parts), render(t)))
        return United(next(text for text in texts if best in map(_bare, _read(text))), _APART)
    keys = dict(pair for thread in threads for pair in thread.extra if pair[0] != SECTION)
    extra = dict.fromkeys(p for thread in threads for p in thread.extra if p[0] == SECTION)
    complete = any(thread.complete for thread in threads)
    joined = Thread(tuple(parts), placement, complete, (*keys.items(), *extra))
    return United(render(redact(joined).thread))


def _fits(repo: Repo, thread: Thread) -> bool:
    """Whether a document makes its commit's files. Where the files are not here it does not."""
    rows = {row.path: row for row in thread.placement.rows}
    try:
        files = apply(thread, base_texts(repo, thread))
    except UserError:
        return False
    return not any(wrong(repo, rows[path], file) for path, file in files.items())


# -- parts --------------------------------------------------------------------------


def _union(threads: Sequence[Thread]) -> tuple[list[Part], dict[str, str]]:
    """All parts, each strand once; and of those left out, which part stands for them, by id."""
    by_id = {part_id(part): part for thread in threads for part in thread.parts}
    strands: dict[tuple[str, ...], list[str]] = {}
    for name, part in by_id.items():
        strand = (part.agent, part.session, part.first, part.last)
        strands.setdefault(strand if part.first else (name,), []).append(name)
    company = {
        part_id(part): len(thread.parts)
        for thread in sorted(threads, key=lambda thread: len(thread.parts))
        for part in thread.parts
    }

    def worth(name: str) -> tuple[int, ...]:
        return (*_worth(by_id[name]), company[name], int(name, 16))

    best = {names[0]: max(names, key=worth) for names in strands.values()}
    twins = {name: best[names[0]] for names in strands.values() for name in names}
    kept = sorted(
        set(best.values()), key=lambda name: (by_id[name].began, by_id[name].session, name)
    )
    return [by_id[name] for name in kept], {a: b for a, b in twins.items() if a != b}


def _worth(part: Part) -> tuple[int, int]:
    """Of two texts of one strand the one that tells more is kept, then the one that hides more: a
    scrubbed one. Else the one that was written together with more others, since it fits them."""
    steps = [step for turn in part.turns for step in turn.steps]
    texts = [text for step in steps for text in (step.text, step.output)]
    texts += [turn.prompt for turn in part.turns]
    hunks = [hunk for step in steps for change in step.changes for hunk in change.hunks]
    marks = sum(text.count("[redacted:") for text in texts) + sum(len(h.hidden) for h in hunks)
    return len(steps), marks


# -- placement ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Side:
    """One document's word on a path."""

    ids: frozenset[str]
    row: Row
    residue: Change | None
    thread: Thread


def _place(
    repo: Repo, parts: Sequence[Part], twins: Mapping[str, str], threads: Sequence[Thread]
) -> Placement:
    """The placement of the union. ``UserError`` where the parts cannot be applied together."""
    ids = [part_id(part) for part in parts]
    rows: list[Row] = []
    left: list[Change] = []
    sides = _by_path(threads)
    for path in sorted(sides):
        row, change = _place_path(repo, path, parts, ids, twins, sides[path])
        rows.append(replace(row, doubts=_doubts(sides[path], twins)))
        left += [change] if change is not None else []
    first = threads[0].placement
    patch_id = max(thread.placement.patch_id for thread in threads)
    return Placement(first.base, first.tree, patch_id, tuple(rows), tuple(left))


def _by_path(threads: Sequence[Thread]) -> dict[str, list[_Side]]:
    sides: dict[str, list[_Side]] = {}
    for thread in threads:
        ids = frozenset(part_id(part) for part in thread.parts)
        left = {change.path: change for change in thread.placement.residue}
        for row in thread.placement.rows:
            sides.setdefault(row.path, []).append(_Side(ids, row, left.get(row.path), thread))
    return sides


def _doubts(sides: Sequence[_Side], twins: Mapping[str, str]) -> tuple[Doubt, ...]:
    """What any side doubts."""
    rows = [pointer.row(side.row, twins) for side in sides]
    return joined([doubt for row in rows for doubt in row.doubts])


def _doubting(thread: Thread, threads: Sequence[Thread], twins: Mapping[str, str]) -> Thread:
    """A thread that doubts what any of those with the same parts doubts."""
    sides = _by_path(threads)
    rows = [replace(row, doubts=_doubts(sides[row.path], twins)) for row in thread.placement.rows]
    return replace(thread, placement=replace(thread.placement, rows=tuple(rows)))


def _sure(row: Row) -> Row:
    return replace(row, doubts=())


def _followed(change: Change | None, twins: Mapping[str, str]) -> Change | None:
    """A residue whose causes are parts that are still there."""
    return pointer.change(change, twins) if change is not None else None


def _place_path(
    repo: Repo,
    path: str,
    parts: Sequence[Part],
    ids: Sequence[str],
    twins: Mapping[str, str],
    sides: Sequence[_Side],
) -> tuple[Row, Change | None]:
    told = [side for side in sides if not by_reference(side.row)]
    if not told:
        return sides[0].row, None
    at_work = {
        ids[placed.part]
        for placed in in_order(parts)
        for change in placed.step.changes
        if change.path == path and change.kind in ("edit", "drift")
    }
    alone = [side for side in told if side.ids >= at_work]
    agreed = len({(_sure(side.row), _followed(side.residue, twins)) for side in told}) == 1
    every = frozenset(ids)
    whole = [side for side in alone if {twins.get(id_, id_) for id_ in side.ids} >= every]
    if alone and (whole or agreed or not _here(repo, told[0].row)):
        side = (whole or alone)[0]
        return side.row, _followed(side.residue, twins)
    row = told[0].row
    if any(side.row.reference for side in told):
        raise MismatchError(f"{path}: redaction hides lines of it")
    claims = _claims(repo, row, twins, told)
    if not any(side.row.moved for side in told):
        try:
            change = _residue(repo, parts, row, claims)
        except MismatchError:  # their hunks are in each other's way
            pass
        else:
            if change is None or not any(evidence == "proved" for _, evidence in claims):
                return row, change
    return replace(row, moved=True), _residue(repo, (), row, claims)


def _here(repo: Repo, row: Row) -> bool:
    """Whether a path's texts are in this clone."""
    blobs = [entry.blob for entry in (row.before, row.after) if entry is not None]
    return None not in repo.read_all(blobs)


def _residue(repo: Repo, parts: Sequence[Part], row: Row, claims: Sequence[Claim]) -> Change | None:
    """What the steps of ``parts`` leave of one path, explained as the sides explained it."""
    before, after = _text(repo, row, "before"), _text(repo, row, "after")
    file = File.of(before)
    for placed in in_order(parts):
        for change in placed.step.changes:
            if change.path == row.path and change.kind in ("edit", "drift"):
                apply_change(file, change, placed.part, placed.step.origin or placed.name)
    target = Target(row, before, after, (), ())
    places = iter(_places(file, after))

    def label(lines: Sequence[str], before: Sequence[str], behind: Sequence[str]) -> list[Claim]:
        at = next(places)
        return list(claims[at : at + len(lines)])

    return residue(target, file, label)


def _places(file: File, after: str | None) -> Iterator[int]:
    """Where the lines that the residue adds stand in the commit's file."""
    shift = 0
    for cut in splices(file.lines, split_lines(after or "")):
        if cut.added:
            yield cut.start + shift
        shift += len(cut.added) - len(cut.removed)


def _claims(repo: Repo, row: Row, twins: Mapping[str, str], sides: Sequence[_Side]) -> list[Claim]:
    """For each line of the commit's file the step that wrote it, as the best of the sides knows."""
    after = _text(repo, row, "after") or ""
    best = [NOBODY] * len(split_lines(after))
    for side in sides:
        file = apply(side.thread, base_texts(repo, side.thread))[row.path]
        if file.text != after:
            continue
        ids = [part_id(part) for part in side.thread.parts]
        named = [part.named for part in side.thread.parts]
        for i, mark in enumerate(file.marks):
            found = origin(mark, file.unsettled, ids, named)
            if found.part and EVIDENCE.index(found.evidence) < EVIDENCE.index(best[i][1]):
                best[i] = (f"{twins.get(found.part, found.part)}:{found.step}", found.evidence)
    return best


def _text(repo: Repo, row: Row, side: str) -> str | None:
    """A path's text in the base or in the commit; None where there is no file."""
    entry = row.before if side == "before" else row.after
    if entry is None:
        return None
    content = repo.read(entry.blob)
    if content is None:
        raise UserError(f"{row.path}: its text is not in this clone")
    return decode(content)
