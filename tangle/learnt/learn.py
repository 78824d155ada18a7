"""Fills the index: documents in, line maps and one line a step out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from treadle.tangle.apply import MismatchError
from treadle.tangle.learnt.tried import replaced
from treadle.tangle.linemap import made, maps_of, reference_paths
from treadle.tangle.read import NO_PARENT, Stored, base_texts, read_threads
from treadle.thread.document import part_id
from treadle.thread.errors import UserError
from treadle.thread.git.sides import own_deltas
from treadle.thread.model import Part, Step, Thread, Turn
from treadle.thread.origin import Span
from treadle.thread.story import reason, title

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index, StepLine, ThreadLine


def learn(index: Index, commits: list[str]) -> None:
    """Compute and keep the maps of commits that have a document."""
    cut = index.repo.shallow()
    for commit in cut.intersection(commits):
        index.keep_gap(commit, NO_PARENT)
    whole = [commit for commit in commits if commit not in cut]
    known = filter(None, map(index.repo.commit, whole))
    deltas = {commit.id: rows for commit, rows in own_deltas(index.repo, known)}
    for stored in read_threads(index.store, whole):
        added = {delta.path: delta.added for delta in deltas.get(stored.commit, ())}
        _learn_one(index, stored, added)


def _learn_one(
    index: Index, stored: Stored, added: Mapping[str, tuple[tuple[int, int], ...]]
) -> None:
    if stored.thread is None:
        index.keep_known(stored.commit, stored.error)
        return
    try:
        files = made(stored.thread, base_texts(index.repo, stored.thread), added)
    except MismatchError as error:
        index.keep_known(stored.commit, error.message)
        return
    except UserError as error:
        index.keep_gap(stored.commit, error.message)
        return
    maps = maps_of(stored.thread, files, added)
    for path, over in replaced(stored.thread, files, added).items():
        index.keep_replaced(stored.commit, path, over)
    for path, spans in maps.items():
        index.keep_map(stored.commit, path, spans, "")
    for path, reference in reference_paths(stored.thread).items():
        index.keep_map(stored.commit, path, (), reference)
    _keep_steps(index, stored.commit, stored.thread, maps)
    index.keep_thread(stored.commit, thread_line(stored.thread))
    index.keep_known(stored.commit)


def _keep_steps(
    index: Index, commit: str, thread: Thread, maps: Mapping[str, tuple[Span, ...]]
) -> None:
    """One line for each step that some line came from."""
    asked = {
        (span.origin.part, span.origin.step)
        for spans in maps.values()
        for span in spans
        if span.origin is not None and span.origin.part
    }
    for part in thread.parts:
        id_ = part_id(part)
        index.keep_part(commit, id_)
        for turn in part.turns:
            for step in turn.steps:
                if (id_, f"{turn.number}.{step.number}") in asked:
                    index.keep_step(step_line(id_, part, turn, step))
                if tuple(step.origin.rsplit(":", 1)) in asked and step.origin:
                    _keep_origin(index, part, turn, step)


def thread_line(thread: Thread) -> ThreadLine:
    """What a list tells of a thread."""
    from treadle.tangle.learnt.index import ThreadLine

    turns = [turn for part in thread.parts for turn in part.turns]
    return ThreadLine(
        title=title(thread),
        prompts=sum(bool(turn.prompt) and not turn.continued for turn in turns),
        steps=sum(len(turn.steps) for turn in turns),
        agents=list(dict.fromkeys(part.agent for part in thread.parts)),
        began=min((part.began for part in thread.parts if part.began), default=""),
        ended=max((part.ended for part in thread.parts), default=""),
    )


def step_line(id_: str, part: Part, turn: Turn, step: Step) -> StepLine:
    """What blame tells of a step."""
    from treadle.tangle.learnt.index import StepLine

    return StepLine(
        part=id_,
        step=f"{turn.number}.{step.number}",
        agent=part.agent,
        model=part.models[0] if part.models else "",
        session=part.session,
        time=step.time,
        kind=step.kind,
        prompt=turn.prompt.strip().split("\n", 1)[0][:200],
        reason=reason(turn, step),
    )


def _keep_origin(index: Index, part: Part, turn: Turn, step: Step) -> None:
    """A step that stands in an earlier document, told as far as this one knows it."""
    from dataclasses import replace

    part_name, _, step_name = step.origin.rpartition(":")
    if index.step(part_name, step_name) is None:
        line = step_line(part_name, part, turn, step)
        index.keep_step(replace(line, step=step_name))
