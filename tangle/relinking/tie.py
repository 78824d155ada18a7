"""A thread for a commit out of documents that were written for others.

Parts never change, so all that is made is a placement: the commit's own base, tree and rows,
and a residue. A file whose base and result are those of one of the documents keeps that
document's hunks where they are. Any other is *moved*: hunks of another base are not bent to fit
this one, the residue is the whole change, and each run of lines that a step wrote names it
there with its evidence. Reading needs no search either way, and the result is applied, strictly,
before it is given out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from treadle.tangle.apply import File, MismatchError, apply, by_reference
from treadle.tangle.linemap import origins
from treadle.tangle.relinking.claim import Kin
from treadle.tangle.solving.bounds import too_large
from treadle.tangle.solving.sources import NOBODY, Claim
from treadle.tangle.solving.target import Target
from treadle.tangle.text.diff import changed
from treadle.thread import pointer
from treadle.thread.document import part_id
from treadle.thread.model import Change, Doubt, Hunk, Part, Placement, Row, Thread
from treadle.thread.origin import Origin, split_lines
from treadle.thread.redact import Redacted, redact


@dataclass(frozen=True, slots=True)
class Cloth:
    """A commit, as a document is tied to it."""

    placement: Placement
    """Its base, tree and patch-id."""
    targets: tuple[Target, ...]
    merge: bool = False
    """The targets tell only of lines that no parent has."""


@dataclass(frozen=True, slots=True)
class Tied:
    """A commit's new document."""

    redacted: Redacted
    explained: int
    """Of the lines that git's diff adds those that a step wrote."""


def tie(
    cloth: Cloth,
    kin: Sequence[Kin],
    known: Sequence[Mapping[int, Origin]],
    doubts: Sequence[tuple[Doubt, ...]] = (),
) -> Tied | None:
    """The documents ``kin`` (in their order) as one, tied to a commit.

    ``known`` says for each target who wrote its lines, where that is known; ``doubts``, which
    others may not be what git takes them for. None where the result, applied strictly, is not the
    commit.
    """
    parts = _parts(cloth, kin)
    for keep in (True, False):
        whole = _whole(cloth, kin if keep else (), parts, known, doubts)
        files = _fitting(cloth, whole)
        if files is not None:
            complete = all(one.thread.complete for one in kin)
            thread = replace(whole, complete=complete, extra=_extra(kin))
            return Tied(_redacted(thread), _explained(cloth, thread, files))
    return None


def _redacted(thread: Thread) -> Redacted:
    """The thread as it may be stored. Rules that are newer than a part may hide more of it: then
    it is another part, and what points to it must follow."""
    bare = replace(thread.placement, rows=(), residue=())
    parts = redact(Thread(thread.parts, bare)).thread.parts
    if parts is thread.parts:
        return redact(thread)
    names = {part_id(old): part_id(new) for old, new in zip(thread.parts, parts, strict=True)}
    placed = pointer.placement(thread.placement, names)
    return redact(replace(thread, parts=parts, placement=placed))


def _ids(row: Row) -> tuple[object, ...]:
    return row.before, row.after, row.source


def _parts(cloth: Cloth, kin: Sequence[Kin]) -> dict[str, Part]:
    """The parts with a share in the commit, by id: of each document those that touch one of its
    files and those that touch none at all; if all its files have other names now, all."""
    paths = {name for t in cloth.targets for name in (t.path, t.row.source) if name}
    found: dict[str, Part] = {}
    for one in kin:
        touched = [_touched(part) for part in one.thread.parts]
        elsewhere = not any(names & paths for names in touched)
        for id_, part, names in zip(one.candidate.parts, one.thread.parts, touched, strict=True):
            if elsewhere or not names or names & paths:
                found.setdefault(id_, part)
    return found


def _touched(part: Part) -> set[str]:
    """Paths that a part's steps changed."""
    return {
        change.path
        for turn in part.turns
        for step in turn.steps
        for change in step.changes
        if change.kind in ("edit", "drift")
    }


def _whole(
    cloth: Cloth,
    kin: Sequence[Kin],
    parts: Mapping[str, Part],
    found: Sequence[Mapping[int, Origin]],
    doubts: Sequence[tuple[Doubt, ...]],
) -> Thread:
    """The thread, without what the front matter says beside the placement."""
    rows: dict[str, Row] = {}
    residue: dict[str, Change] = {}
    users = _users(parts)
    for number, (target, known) in enumerate(zip(cloth.targets, found, strict=True)):
        kept = _kept(target, kin, known, users.get(target.path, frozenset()))
        if kept is not None:
            rows[target.path], change = kept
        else:
            rows[target.path] = replace(
                target.row,
                moved=bool(users.get(target.path)),
                doubts=doubts[number] if doubts else (),
            )
            change = None if target.row.reference else _change(_entire(target, cloth), known)
        if change is not None:
            residue[target.path] = change
    large = too_large({path: _unexplained(change) for path, change in residue.items()})
    for target in cloth.targets:
        if target.path in large:
            lines = sum(end - begin for begin, end in target.added)
            left = rows[target.path].doubts
            rows[target.path] = replace(target.row, reference="large", lines=lines, doubts=left)
            del residue[target.path]
    placement = replace(cloth.placement, rows=tuple(rows.values()), residue=tuple(residue.values()))
    return Thread(tuple(parts.values()), placement)


def _extra(kin: Sequence[Kin]) -> tuple[tuple[str, str], ...]:
    """What newer versions wrote, of one document; of several nobody knows how it adds up."""
    return kin[0].thread.extra if len(kin) == 1 else ()


def _users(parts: Mapping[str, Part]) -> dict[str, frozenset[str]]:
    """For each path the ids of the parts whose steps changed it."""
    users: dict[str, frozenset[str]] = {}
    for id_, part in parts.items():
        for path in _touched(part):
            users[path] = users.get(path, frozenset()) | {id_}
    return users


def _kept(
    target: Target, kin: Sequence[Kin], known: Mapping[int, Origin], users: frozenset[str]
) -> tuple[Row, Change | None] | None:
    """A document's own row and residue of a file, where it alone changed the file and the commit
    changes the same blobs."""
    for one in kin:
        row = next((r for r in one.thread.placement.rows if r.path == target.path), None)
        if row is None or _ids(row) != _ids(target.row) or by_reference(row):
            continue
        if not users <= set(one.candidate.parts) or not _agrees(target, one, known):
            continue
        left = one.thread.placement.residue
        return row, next((change for change in left if change.path == target.path), None)
    return None


def _agrees(target: Target, one: Kin, known: Mapping[int, Origin]) -> bool:
    """Whether the document itself says of each line what is known of it."""
    file = one.files.get(target.path)
    if file is None or not known:
        return not known
    if len(file.origins) <= max(known, default=-1):
        return False
    return all(file.origins[line] == origin for line, origin in known.items())


# -- the whole change as residue ----------------------------------------------------


def _entire(target: Target, cloth: Cloth) -> Target:
    """The target with all that makes its text out of the base's: of a merge also what the other
    parents bring."""
    if not cloth.merge:
        return target
    cuts = list(changed(split_lines(target.before or ""), split_lines(target.after or "")))
    removed, added = tuple(cut[:2] for cut in cuts), tuple(cut[2:] for cut in cuts)
    return replace(target, removed=removed, added=added)


def _change(target: Target, known: Mapping[int, Origin]) -> Change | None:
    """From the base's file to the commit's, as git's diff goes; None where the text is the same."""
    if target.after is None:
        return Change(target.path, "residue", "delete")
    hunks = tuple(_hunks(target, known))
    if target.before is None:
        return Change(target.path, "residue", "create", hunks)
    return Change(target.path, "residue", "", hunks) if hunks else None


def _hunks(target: Target, known: Mapping[int, Origin]) -> Iterator[Hunk]:
    """Hunks without context, each of one class of evidence and one step."""
    old, new = split_lines(target.before or ""), split_lines(target.after or "")
    gone = {i for begin, end in target.removed for i in range(begin, end)}
    came = {i for begin, end in target.added for i in range(begin, end)}
    i = j = 0
    while i < len(old) or j < len(new):
        if i not in gone and j not in came:
            i, j = i + 1, j + 1
            continue
        at, first = i, j
        while i in gone:
            i += 1
        while j in came:
            j += 1
        yield from _cut(at, first, old[at:i], new[first:j], known)


def _cut(
    at: int, first: int, old: Sequence[str], new: Sequence[str], known: Mapping[int, Origin]
) -> Iterator[Hunk]:
    """One place of the diff as a hunk for each run of one origin."""
    gone = tuple("-" + line for line in old)
    claims = [_claim(known.get(first + j)) for j in range(len(new))]
    begin = 0
    while begin < len(new) or gone:
        end = begin + 1
        while end < len(new) and claims[end] == claims[begin]:
            end += 1
        end = min(end, len(new))
        cause, evidence = claims[begin] if begin < len(new) else NOBODY
        body = gone + tuple("+" + line for line in new[begin:end])
        yield Hunk(at, first + begin, body, evidence, cause)
        at, gone, begin = at + len(gone), (), end


def _claim(origin: Origin | None) -> Claim:
    return (f"{origin.part}:{origin.step}", origin.evidence) if origin else NOBODY


def _unexplained(change: Change) -> int:
    """Characters of a residue that no step explains."""
    return sum(len(line) for hunk in change.hunks if not hunk.cause for line in hunk.lines)


def _fitting(cloth: Cloth, thread: Thread) -> dict[str, File] | None:
    """The files that strict application gives; None where they are not the commit's."""
    base = {t.row.source or t.path: t.before for t in cloth.targets if t.row.before}
    try:
        files = apply(thread, base)
    except MismatchError:
        return None
    for target in cloth.targets:
        file = files.get(target.path)
        if file is None or file.hidden:
            continue
        if file.exists != (target.after is not None) or file.text != (target.after or ""):
            return None
    return files


def _explained(cloth: Cloth, thread: Thread, files: Mapping[str, File]) -> int:
    """How many of the lines that git's diff adds some step wrote."""
    ids, named = [part_id(part) for part in thread.parts], [part.named for part in thread.parts]
    return sum(
        origin is not None and bool(origin.part)
        for target in cloth.targets
        if target.path in files and target.after is not None
        for origin in origins(files[target.path], target.added, ids, named)
    )
