"""Solve once, read simply: from a commit and its slices to a thread whose hunks apply.

For each path a window of edits is chosen (``window``), the slices become parts (``draft``), the
chosen edits are put in their place in the thread's own order (``place``), and what the
commit has beyond them becomes the residue. An edit that found no place stays in its step with
its text and a named reason. The result tangles, always: base tree + thread = the commit's
files, for every path that is not by reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from treadle.tangle.apply import in_order
from treadle.tangle.solving.bounds import too_large
from treadle.tangle.solving.draft import Draft, Pointer, draft
from treadle.tangle.solving.history import Base, Candidate, History
from treadle.tangle.solving.place import (
    FAILED,
    NOT_TAKEN,
    Placing,
    Use,
    place,
    residue,
    unexplained,
    unplaced,
)
from treadle.tangle.solving.sources import Sources
from treadle.tangle.solving.target import Target
from treadle.tangle.solving.window import Window, choose
from treadle.thread.document import part_id
from treadle.thread.model import Change, Event, Hunk, Placement, Row, Thread
from treadle.thread.redact import NO_RULES, Redacted, redact
from treadle.thread.redaction.rules import Rules
from treadle.thread.select import Ref, Slice


@dataclass(frozen=True, slots=True)
class Solution:
    """A thread, and where each edit of each slice went in it."""

    redacted: Redacted
    addresses: tuple[Mapping[Ref, str], ...]
    """One mapping a slice: ``PART:T.S``."""
    taken: tuple[frozenset[Ref], ...]
    """One set a slice: the edits that this commit took."""
    added: int
    """Lines that git's diff adds."""
    left: Mapping[str, tuple[str, ...]]
    """By path the text of those of them that no step explains."""


def solve(
    placement: Placement,
    targets: Sequence[Target],
    slices: Sequence[Slice],
    stored: Sequence[Pointer],
    base: Base,
    complete: bool = True,
    rules: Rules = NO_RULES,
) -> Solution:
    """The thread of one commit, redacted by ``rules``.

    Parts are redacted before anything points to them, since a part's id is made of its text.
    ``placement`` has base, tree and patch-id; its rows and residue are filled in here.
    ``stored`` says for each slice where edits of its session stand in earlier documents.
    """
    text = [target for target in targets if not target.row.reference]
    history = History(slices, base)
    windows = {target.path: _window(target, history) for target in text}
    drafts = [
        draft(slice_, _early(index, slice_, windows), stored[index])
        for index, slice_ in enumerate(slices)
    ]
    rank, own = _ranks(drafts), Sources(drafts, [""] * len(drafts))
    placings = {
        target.path: _place(target, windows[target.path], drafts, rank, own) for target in text
    }
    taken = [_fill(index, made, windows, placings) for index, made in enumerate(drafts)]
    parts = redact(Thread(tuple(made.part() for made in drafts), placement), rules).thread.parts
    ids = [part_id(part) for part in parts]
    rows, left = _residue(targets, placings, Sources(drafts, [f"{id_}:" for id_ in ids]))
    thread = Thread(parts, replace(placement, rows=rows, residue=left), complete)
    return Solution(
        redact(thread, rules),
        tuple(map(_addresses, drafts, ids)),
        tuple(taken),
        sum(end - begin for target in targets for begin, end in target.added),
        {t.path: unexplained(t, placings[t.path].placing.state, left) for t in text},
    )


def _window(target: Target, history: History) -> Window:
    """The edits chosen for a path, those left out that find no place."""
    listed = history.of(target.path, target.row.source, deleted=target.after is None)
    if not any(candidate.use.edit for candidate in listed):
        return Window((), False, False)
    window = choose(target, listed)
    placing = place(target, [candidate.use for candidate in window.chosen], window.eager)
    lost = {key for key, change in placing.changes if change.kind == "unplaced"}
    kept = (c for key, c in enumerate(window.chosen) if key not in lost or c.natural)
    return replace(window, chosen=tuple(kept))


def _early(index: int, slice_: Slice, windows: Mapping[str, Window]) -> list[Ref]:
    """Edits from before the slice that a chosen window holds."""
    return [
        candidate.ref
        for window in windows.values()
        for candidate in window.chosen
        if candidate.slice == index
        and candidate.use.edit is not None
        and candidate.ref.event < slice_.begin
    ]


@dataclass(frozen=True, slots=True)
class _Path:
    """A path's edits in the thread's own order, and what became of them."""

    chosen: tuple[Candidate, ...]
    uses: tuple[Use, ...]
    placing: Placing


def _ranks(drafts: Sequence[Draft]) -> dict[tuple[int, int, int], int]:
    """For each (part, turn, step) its place in the order in which the document will be read."""
    placed = in_order([made.part() for made in drafts])
    return {(p.part, p.turn.number, p.step.number): rank for rank, p in enumerate(placed)}


def _place(
    target: Target,
    window: Window,
    drafts: Sequence[Draft],
    rank: Mapping[tuple[int, int, int], int],
    sources: Sources,
) -> _Path:
    """Replay the window in the order of the document; a read stands before the next edit."""
    ranked = []
    following = (len(rank), 0)
    for back, candidate in enumerate(reversed(window.chosen)):
        if candidate.use.edit is None:
            ranked.append((*following, 0, -back, candidate, candidate.use))
            continue
        address = drafts[candidate.slice].where[candidate.ref]
        following = (rank[candidate.slice, *address], candidate.ref.item)
        use = replace(candidate.use, name=f"{address[0]}.{address[1]}")
        ranked.append((*following, 1, 0, candidate, use))
    ranked.sort(key=lambda row: row[:4])
    uses = tuple(row[5] for row in ranked)
    names = [name for name in (target.row.source, target.path) if name]
    placing = place(target, uses, window.eager, lambda part: sources.label(names, part))
    return _Path(tuple(row[4] for row in ranked), uses, placing)


def _fill(
    index: int, made: Draft, windows: Mapping[str, Window], paths: Mapping[str, _Path]
) -> frozenset[Ref]:
    """Give each step of the draft its changes; returns the edits that the commit took."""
    taken: set[Ref] = set()
    done: set[Ref] = set()
    for path, found in paths.items():
        for key, change in found.placing.changes:
            candidate, use = found.chosen[key], found.uses[key]
            if candidate.slice != index or use.edit is None:
                continue
            if change.kind == "unplaced":
                change = unplaced(path, use.edit, change.reason)
            elif change.kind == "edit":
                taken.add(candidate.ref)
            made.add(made.where[candidate.ref], change)
            done.add(candidate.ref)
    _fill_rest(made, done, paths)
    return frozenset(taken)


def _fill_rest(made: Draft, done: set[Ref], paths: Mapping[str, _Path]) -> None:
    """Edits of the slice that no window holds: not applied, kept with their text. Of files outside
    of the repository nothing is kept."""
    for path, refs in made.slice.strand.reel.edits.items():
        for ref in refs:
            if ref in done or ref not in made.where or path.startswith("/"):
                continue
            event = made.slice.session.events[ref.event]
            reason = _reason(event)
            made.add(made.where[ref], unplaced(path, event.edits[ref.item], reason))


def _reason(event: Event) -> str:
    if event.ok is False:
        return FAILED + (event.output.strip().split("\n", 1)[0][:160] or "no reason given")
    return NOT_TAKEN


def _residue(
    targets: Sequence[Target], paths: Mapping[str, _Path], sources: Sources
) -> tuple[tuple[Row, ...], tuple[Change, ...]]:
    """The rows, and the residue of each path; paths with too much of it go by reference."""
    left: dict[str, Change] = {}
    for target in targets:
        if target.path in paths:
            names = [name for name in (target.row.source, target.path) if name]
            change = residue(target, paths[target.path].placing.state, sources.label(names))
            if change is not None:
                left[target.path] = change
    large = too_large({path: sum(map(_size, change.hunks)) for path, change in left.items()})
    rows = tuple(_row(target, target.path in large) for target in targets)
    return rows, tuple(change for path, change in left.items() if path not in large)


def _size(hunk: Hunk) -> int:
    return sum(map(len, hunk.lines))


def _row(target: Target, large: bool) -> Row:
    if not large:
        return target.row
    lines = sum(end - begin for begin, end in target.added)
    return replace(target.row, reference="large", lines=lines)


def _addresses(made: Draft, part: str) -> dict[Ref, str]:
    return {ref: f"{part}:{turn}.{step}" for ref, (turn, step) in made.where.items()}
