"""What a stored part tells of its session: how far it reaches and where each edit stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from treadle.tangle.draft import draft
from treadle.thread.document import part_id
from treadle.thread.model import Part, Step
from treadle.thread.select import Reel, Ref, Slice, Strand


@dataclass(slots=True)
class Progress:
    """How much of one session the documents of earlier commits hold."""

    cut: int = 0
    """Index behind the last event that a document holds."""
    taken: frozenset[Ref] = frozenset()
    """Edits that commits took."""
    stored: dict[Ref, str] = field(default_factory=dict)
    """Where each edit stands: ``PART:T.S``."""


def recall(part: Part, reel: Reel, progress: Progress) -> None:
    """Add a stored part to ``progress``. A part whose events the session lacks adds nothing."""
    keys = {event.key: index for index, event in enumerate(reel.session.events)}
    if any(key and key not in keys for key in (part.first, part.last)):
        return
    steps = {(turn.number, step.number): step for turn in part.turns for step in turn.steps}
    begin, end = keys.get(part.first, 0), keys.get(part.last, -1) + 1
    origins = {address: ref for ref, address in progress.stored.items()}
    took = [step.origin for step in steps.values() if step.kind == "took"]
    early = [origins[origin] for origin in took if origin in origins]
    made = draft(Slice(Strand(reel), begin, max(begin, end)), early, progress.stored)
    id_ = part_id(part)
    for ref, (turn, step) in made.where.items():
        progress.stored.setdefault(ref, f"{id_}:{turn}.{step}")
    paths = {ref: path for path, refs in reel.edits.items() for ref in refs}
    progress.taken |= {
        ref for ref, address in made.where.items() if _applied(steps.get(address), paths.get(ref))
    }
    progress.cut = max(progress.cut, end)


def _applied(step: Step | None, path: str | None) -> bool:
    """Whether the commit took an edit of ``path``; one that was renamed since has another name."""
    changes = step.changes if step is not None else ()
    own = [change.kind for change in changes if change.path == path]
    return "edit" in (own or [change.kind for change in changes])
