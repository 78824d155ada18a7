"""Puts one path's edits in their place: from what replay found to hunks that apply.

The edits are replayed in the order given, each outcome becomes a change of its step, and what
the commit has beyond them becomes the residue. Drift and residue are nobody's edit; where
their lines match what an edit of the thread added, they carry that step as their cause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from treadle.tangle.apply import File, apply_change
from treadle.tangle.linemap import slid
from treadle.tangle.replay import Outcome, Seen, replay
from treadle.tangle.solving.sources import NOBODY, Claim, Label, wrote
from treadle.tangle.solving.target import Target
from treadle.tangle.text.diff import Splice, dress, splices
from treadle.tangle.text.match import Written, matched
from treadle.thread.model import Change, Edit, Hunk
from treadle.thread.origin import split_lines

NOT_TAKEN = "not in this commit"
FAILED = "failed: "
"""Reasons of edits that no window held."""
UNCHANGED = "it changes nothing"

_AROUND = 8
"""Lines on each side of those in question by which a run may be recognised."""


@dataclass(frozen=True, slots=True)
class Use:
    """An edit or a read of this path, in the order of the thread."""

    name: str
    """The step's name in its part, ``T.S``."""
    part: int
    edit: Edit | None
    text: str | None = None
    """Where ``edit`` is None: what a read showed."""


@dataclass(frozen=True, slots=True)
class Placing:
    """One way to read the edits of one path."""

    changes: tuple[tuple[int, Change], ...]
    """Index of the use and what it did; several changes of one use in order."""
    state: File
    """The file after the last change, without residue."""
    exact: bool
    """The replay ends in the commit's blob."""


def place(
    target: Target, uses: Sequence[Use], eager: bool, ask: Callable[[int], Label] | None = None
) -> Placing:
    """Replay ``uses`` on the target's text before.

    ``ask`` gives for a part whom to ask for lines of drift; without it the uses are asked.
    Drift names steps of its own part only: a part's text must not depend on another's id.
    """
    ask = ask or (lambda part: label_by([use for use in uses if use.part == part]))
    seen = [Seen(use.edit, use.text, key) for key, use in enumerate(uses)]
    outcomes = replay(target.before, seen, eager)
    file = File.of(target.before)
    changes: list[tuple[int, Change]] = []
    for outcome in outcomes:
        use = uses[outcome.key]
        for change in _changes(target.path, outcome, file, ask(use.part)):
            if change.kind != "unplaced":
                apply_change(file, change, use.part, use.name)
            changes.append((outcome.key, change))
    exact = file.text == (target.after or "") and file.exists == (target.after is not None)
    return Placing(tuple(changes), file, exact)


def residue(target: Target, state: File, label: Label) -> Change | None:
    """What the commit has beyond ``state``; None where nothing."""
    if target.after is None:
        return Change(target.path, "residue", "delete") if state.exists else None
    cuts = splices(state.lines, split_lines(target.after))
    if not cuts and state.exists:
        return None
    hunks = _labelled(state.lines, cuts, label)
    return Change(target.path, "residue", "" if state.exists else "create", hunks)


def explained(target: Target, placing: Placing, uses: Sequence[Use]) -> int:
    """How many of the lines git's diff adds would have an origin."""
    file = _finished(target, placing, uses)
    marks = (mark for begin, end in target.added for mark in slid(file, begin, end))
    return sum(mark is not None and mark.evidence != "unrecorded" for mark in marks)


def unexplained(target: Target, state: File, left: Sequence[Change]) -> tuple[str, ...]:
    """Text of the lines git's diff adds that no step explains; ``left`` holds the residues."""
    file = File(list(state.lines), list(state.marks), state.exists)
    for change in left:
        if change.path == target.path:
            apply_change(file, change, -1, "")
    lines = split_lines(target.after or "")
    return tuple(
        lines[i]
        for begin, end in target.added
        for i, mark in zip(range(begin, end), slid(file, begin, end), strict=False)
        if mark is None or mark.evidence == "unrecorded"
    )


def survivors(target: Target, placing: Placing, uses: Sequence[Use]) -> set[str]:
    """Names of the uses that have a line in the commit's file, or of whose lines the replay's own
    later edits (not the commit) left none: they were at work on it."""
    file = _finished(target, placing, uses)
    alive = {mark.step for mark in file.marks if mark is not None and not mark.evidence}
    before = {mark.step for mark in placing.state.marks if mark is not None and not mark.evidence}
    return {use.name for use in uses if use.name in alive or use.name not in before}


def _finished(target: Target, placing: Placing, uses: Sequence[Use]) -> File:
    """The commit's file with its marks: the replay's state and the residue on it."""
    left = residue(target, placing.state, label_by(uses))
    file = File(list(placing.state.lines), list(placing.state.marks), placing.state.exists)
    if left is not None:
        apply_change(file, left, -1, "")
    return file


def label_by(uses: Sequence[Use]) -> Label:
    """A label out of what the uses themselves added."""
    written: list[Written] = []

    def label(lines: Sequence[str], before: Sequence[str], behind: Sequence[str]) -> list[Claim]:
        if not written:
            written.extend(wrote(use.name, use.edit) for use in uses if use.edit)
        steps = matched(lines, written, before, behind)
        return [(step, "matched") if step else NOBODY for step in steps]

    return label


def _changes(path: str, outcome: Outcome, file: File, label: Label) -> list[Change]:
    if outcome.reason:
        return [Change(path, "unplaced", "", (), outcome.reason)]
    gone = outcome.after is None and file.exists
    if not (outcome.drift or outcome.cuts or outcome.created or gone):
        return [Change(path, "unplaced", "", (), UNCHANGED)]
    found = []
    lines = file.lines
    if outcome.drift:
        op = "create" if outcome.created else ""
        found.append(Change(path, "drift", op, _labelled(lines, outcome.drift, label)))
        lines = spliced(lines, outcome.drift)
    if outcome.after is None:
        found.append(Change(path, "edit", "delete", dress(lines, outcome.cuts)))
    elif outcome.cuts or outcome.created:
        op = "create" if outcome.created and not outcome.drift else ""
        found.append(Change(path, "edit", op, dress(lines, outcome.cuts)))
    return found


def spliced(lines: Sequence[str], cuts: Sequence[Splice]) -> list[str]:
    """``lines`` after the splices."""
    result: list[str] = []
    at = 0
    for cut in cuts:
        result += lines[at : cut.start]
        result += cut.added
        at = cut.start + len(cut.removed)
    return [*result, *lines[at:]]


def _labelled(lines: Sequence[str], cuts: Sequence[Splice], label: Label) -> tuple[Hunk, ...]:
    """Hunks without context, cut so that each has one class of evidence and one cause."""
    hunks: list[Hunk] = []
    after = spliced(lines, cuts)
    shift = 0
    for cut in cuts:
        begin, stop = cut.start + shift, cut.start + shift + len(cut.added)
        before, behind = after[max(0, begin - _AROUND) : begin], after[stop : stop + _AROUND]
        claims = label(cut.added, before, behind) if cut.added else []
        gone = tuple("-" + line for line in cut.removed)
        at = cut.start
        for begin, end in _runs(claims) or [(0, 0)]:
            body = gone + tuple("+" + line for line in cut.added[begin:end])
            cause, evidence = claims[begin] if claims else NOBODY
            hunks.append(Hunk(at, at + shift, body, evidence, cause))
            shift += end - begin - len(gone)
            at, gone = at + len(gone), ()
    return tuple(hunks)


def _runs(names: Sequence[Claim]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for i, name in enumerate(names):
        if runs and names[runs[-1][0]] == name:
            runs[-1] = (runs[-1][0], i + 1)
        else:
            runs.append((i, i + 1))
    return runs


def is_lost(change: Change) -> bool:
    """Whether an edit has no place though the commit should have one for it: it neither failed nor
    was left out of the commit, nor changes nothing."""
    known = change.reason in (NOT_TAKEN, UNCHANGED) or change.reason.startswith(FAILED)
    return change.kind == "unplaced" and not known


def unplaced(path: str, edit: Edit, reason: str) -> Change:
    """An edit without a place: its old and new text, not applied."""
    old, new = split_lines(edit.old), split_lines(edit.new)
    if edit.op == "replace":
        hunks = dress(old, splices(old, new))
    else:
        hunks = dress([], [Splice(0, (), tuple(new))]) if new else ()
    op = "delete" if edit.op == "delete" else ""
    return Change(path, "unplaced", op, hunks, reason)
