"""Steps that lines of a blame come from, told as the documents that hold them do.

A document may only point to a step that an earlier one holds (``took``), as where a commit that
was rebased over a conflict is recorded. What it says of the step lacks the reason. So the step
is looked up in its own document, once: what is found is kept in the index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from treadle.tangle.blame import Run
from treadle.tangle.learnt.index import Index, StepLine
from treadle.thread.errors import UserError

_TOOK = "took"
_LONGEST = 200
"""Characters of a prompt that are kept, as of every step."""


def steps_of(index: Index, runs: Sequence[Run]) -> Mapping[tuple[str, str], StepLine]:
    """What is told in one line of the steps of ``runs``, by part and step."""
    by_step = {(run.origin.part, run.origin.step): run for run in runs if run.origin.part}
    steps = dict(index.steps(by_step))
    found, lost = [], set()
    for key, line in steps.items():
        if line.kind == _TOOK and line.part not in lost:
            told = _followed(index, by_step[key], line)
            if told is None:
                lost.add(line.part)
            else:
                found.append(told)
    if found:
        with index.writing():
            for told in found:
                index.keep_step(told)
    return steps | {(told.part, told.step): told for told in found}


def _followed(index: Index, run: Run, line: StepLine) -> StepLine | None:
    """A step as its own document tells it; None where no document here holds it."""
    from treadle.tangle.asking.tell import tell

    try:
        account = tell(index, run, "")
    except UserError:
        return None
    prompt = account.turn.prompt.strip().split("\n", 1)[0][:_LONGEST]
    return replace(line, kind=account.step.kind, prompt=prompt, reason=account.short)
