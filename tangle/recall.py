"""What a stored part tells of its session: how far it reaches and where each edit stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from treadle.tangle.solving.draft import Address, draft
from treadle.tangle.solving.place import FAILED, NOT_TAKEN, unplaced
from treadle.tangle.solving.rest import rests, without
from treadle.thread.document import part_id
from treadle.thread.model import Change, Edit, Hunk, Part, Placement, Step
from treadle.thread.select import Reel, Ref, Slice, Strand


@dataclass(slots=True)
class Progress:
    """How much of one session the documents of earlier commits hold."""

    held: tuple[tuple[int, int], ...] = ()
    """Runs [begin, end) of events that documents hold."""
    taken: frozenset[Ref] = frozenset()
    """Edits that commits took."""
    stored: dict[Ref, str] = field(default_factory=dict)
    """Where each edit stands: ``PART:T.S``."""
    rest: dict[Ref, frozenset[str]] = field(default_factory=dict)
    """Of edits that commits took in part the lines that are left."""

    def take(self, refs: frozenset[Ref], placement: Placement, reel: Reel) -> None:
        """Note that a commit took these edits, and what it left of them. What a commit took of an
        edit before is not left of it once more."""
        fresh = rests(placement, reel, refs)
        for ref in refs & self.taken:
            fresh[ref] = fresh.get(ref, frozenset()) & self.rest.get(ref, frozenset())
        older = {ref: lines for ref, lines in self.rest.items() if ref not in refs}
        fresh = {ref: lines for ref, lines in fresh.items() if lines}
        self.rest = without(older, placement, reel) | fresh
        self.taken |= refs


def recall(part: Part, placement: Placement, reel: Reel, progress: Progress) -> None:
    """Add a stored part to ``progress``. A part whose events the session lacks adds nothing."""
    keys = {event.key: index for index, event in enumerate(reel.session.events)}
    if any(key and key not in keys for key in (part.first, part.last)):
        return
    steps = {(turn.number, step.number): step for turn in part.turns for step in turn.steps}
    begin, end = keys.get(part.first, 0), keys.get(part.last, -1) + 1
    paths = {ref: path for path, refs in reel.edits.items() for ref in refs}
    took = [step for step in steps.values() if step.kind == "took"]
    early = _early(took, reel, paths, progress.stored)
    made = draft(Slice(Strand(reel), begin, max(begin, end)), early, progress.stored)
    id_ = part_id(part)
    for ref, (turn, step) in made.where.items():
        progress.stored.setdefault(ref, f"{id_}:{turn}.{step}")
    together: dict[Address, list[Ref]] = {}
    for ref, address in made.where.items():
        together.setdefault(address, []).append(ref)
    taken: set[Ref] = set()
    for address, refs in together.items():
        if address in steps:
            told = {ref: (paths.get(ref, ""), reel.edit(ref)) for ref in refs}
            taken |= _taken(steps[address], told)
    progress.take(frozenset(taken), placement, reel)
    progress.held += ((begin, max(begin, end)),)


def _early(
    took: Sequence[Step], reel: Reel, paths: Mapping[Ref, str], stored: Mapping[Ref, str]
) -> list[Ref]:
    """The edits that ``took`` steps took up. They name the call that made an edit; of several that
    it made, the path and the text tell which."""
    held: dict[str, list[Ref]] = {}
    for ref, address in stored.items():
        held.setdefault(address, []).append(ref)
    found: list[Ref] = []
    for step in took:
        left = [ref for ref in held.get(step.origin, ()) if ref not in found]
        likeness = {ref: _likeness(step, paths.get(ref, ""), reel.edit(ref)) for ref in left}
        if left:
            found.append(max(left, key=lambda ref: likeness[ref]))
    return found


def _likeness(step: Step, path: str, edit: Edit) -> tuple[bool, int]:
    """How much a step's changes look like an edit: whether they are of its path, and how many of
    their lines it has."""
    lines = [
        (edit.new if line[0] == "+" else edit.old, line[1:].strip())
        for change in step.changes
        for hunk in change.hunks
        for line in hunk.lines
        if line[0] != " "
    ]
    alike = sum(line in text or text.strip() in line for text, line in lines if line and text)
    return any(change.path == path for change in step.changes), alike


def _taken(step: Step, told: Mapping[Ref, tuple[str, Edit]]) -> set[Ref]:
    """Which of a step's edits, each with its path, the commit took.

    A step's changes of one path stand in the order of its edits, but for those that no window held:
    they stand behind the others and are known by their text.
    """
    if not any(change.kind == "edit" for change in step.changes):
        return set()
    own = {path for path, _ in told.values()}
    renamed = [change for change in step.changes if change.path not in own]
    taken: set[Ref] = set()
    for path in own:
        edits = {ref: edit for ref, (other, edit) in told.items() if other == path}
        changes = [c for c in step.changes if c.path == path and c.kind != "drift"] or renamed
        if len(changes) != len(edits) or any(map(_left_out, changes)):
            taken |= _all_but(edits, [c for c in changes if c.kind == "unplaced"])
        else:
            pairs = zip(edits, changes, strict=True)
            taken |= {ref for ref, change in pairs if change.kind == "edit"}
    return taken


def _left_out(change: Change) -> bool:
    """Whether no window held the edit."""
    return change.reason == NOT_TAKEN or change.reason.startswith(FAILED)


def _all_but(edits: Mapping[Ref, Edit], without_place: list[Change]) -> set[Ref]:
    """The edits without those that have no place; of two that are alike the later one has none."""
    taken = set()
    for ref, edit in reversed(list(edits.items())):
        lost = next((change for change in without_place if _tells(change, edit)), None)
        if lost is None:
            taken.add(ref)
        else:
            without_place.remove(lost)
    return taken


def _tells(change: Change, edit: Edit) -> bool:
    """Whether an unplaced change is this edit, but for lines that redaction hid."""
    whole = unplaced(change.path, edit, change.reason)
    return len(whole.hunks) == len(change.hunks) and all(map(_alike, change.hunks, whole.hunks))


def _alike(kept: Hunk, whole: Hunk) -> bool:
    return len(kept.lines) == len(whole.lines) and all(
        line == other or index in kept.hidden
        for index, (line, other) in enumerate(zip(kept.lines, whole.lines, strict=True))
    )
