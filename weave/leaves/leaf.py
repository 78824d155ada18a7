"""What other pages need of a thread, so that they need not read its document.

A book has hundreds of threads and a weave renders a few of them; the rest are only listed,
linked and quoted. A ``Leaf`` is what lists and links need; ``Told`` is what a file's page quotes
of the steps that wrote its lines. Both are pure functions of the document and are kept by
the id of its blob.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from treadle.thread.document import part_id
from treadle.thread.model import Change, Hunk, Part, Step, Thread, Turn
from treadle.thread.story import bare, prose, reason, shorten, title
from treadle.weave import text as say
from treadle.weave.leaves.gist import Gist, gist_back, gist_of, gist_plain
from treadle.weave.places import title_of

ASKED = 400
"""How much of a prompt is quoted, in characters."""

LISTED = 240
"""How much of a prompt is listed, in characters."""

BECAUSE = 700
"""How much of the prose before a step is quoted, in characters."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The beginning of a prompt."""

    turn: int
    """1-based, within its part."""
    text: str
    """As one paragraph, fit to be shown."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A part, in short."""

    id: str
    agent: str
    """The words that name its agent: ``Claude Code 2.1``."""
    prompts: tuple[Prompt, ...] = ()
    """Those that stand in no earlier document."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A thread, in short."""

    note: str
    """Id of the document's blob."""
    strips: tuple[Strip, ...]
    asked: str
    """What it is about, in a line."""
    complete: bool
    files: tuple[str, ...]
    """Paths the commit changes, sorted."""
    paths: tuple[str, ...]
    """All paths that a step or the residue changes or tries to, sorted."""
    sources: tuple[str, ...]
    """Steps, ``PART:T.S``, from which it took edits or by which it explains changes."""
    gist: Gist

    @property
    def parts(self) -> tuple[str, ...]:
        """Ids of its parts, in their order."""
        return tuple(strip.id for strip in self.strips)


@dataclass(frozen=True, slots=True)
class Told:
    """What is quoted of a step."""

    asked: str
    """The prompt, as one paragraph."""
    reason: str
    """Why, in a line."""
    because: str
    """Why, at some length."""
    edits: tuple[tuple[str, tuple[Hunk, ...]], ...] = ()
    """Of each file the step edited the path and the hunks."""


def leaf_of(thread: Thread, note: str) -> Leaf:
    """Return a thread in short; ``note`` is the id of its document's blob."""
    changes = [*_changes(thread), *thread.placement.residue]
    steps = [step for part in thread.parts for turn in part.turns for step in turn.steps]
    causes = {hunk.cause for change in changes for hunk in change.hunks}
    sources = {step.origin for step in steps} | causes
    return Leaf(
        note=note,
        strips=tuple(_strip(part) for part in thread.parts),
        asked=title(thread),
        complete=thread.complete,
        files=tuple(row.path for row in thread.placement.rows),
        paths=tuple(sorted({change.path for change in changes})),
        sources=tuple(sorted(source for source in sources if ":" in source)),
        gist=gist_of(thread),
    )


def _strip(part: Part) -> Strip:
    prompts = [
        Prompt(turn.number, flat(turn.prompt, LISTED))
        for turn in part.turns
        if turn.prompt.strip() and not turn.continued
    ]
    return Strip(part_id(part), title_of(part), tuple(prompts))


def _changes(thread: Thread) -> Iterator[Change]:
    for part in thread.parts:
        for turn in part.turns:
            for step in turn.steps:
                yield from step.changes


def told_of(turn: Turn, step: Step) -> Told:
    """Return what is quoted of a step."""
    edits = [(change.path, change.hunks) for change in step.changes if change.kind == "edit"]
    return Told(flat(turn.prompt, ASKED), reason(turn, step), because(turn, step), tuple(edits))


def all_told(thread: Thread) -> dict[str, Told]:
    """Return what is quoted of each step that wrote or caused lines, by ``PART:T.S``."""
    causes = {
        hunk.cause
        for change in (*_changes(thread), *thread.placement.residue)
        for hunk in change.hunks
    }
    found = {}
    for part in thread.parts:
        id_ = part_id(part)
        for turn in part.turns:
            for step in turn.steps:
                name = f"{turn.number}.{step.number}"
                if step.changes or name in causes or f"{id_}:{name}" in causes:
                    found[f"{id_}:{name}"] = told_of(turn, step)
    return found


def find_step(part: Part, name: str) -> tuple[Turn, Step] | None:
    """Return the step ``T.S`` of a part, with its turn, or None."""
    number, _, last = name.partition(".")
    for turn in part.turns:
        if str(turn.number) == number:
            for step in turn.steps:
                if str(step.number) == last:
                    return turn, step
    return None


def because(turn: Turn, step: Step) -> str:
    """Return the prose before a step at some length, else the reason."""
    found = prose(turn, step)
    return flat(found.text, BECAUSE) if found else reason(turn, step)


def flat(text: str, limit: int) -> str:
    """Return the beginning of a Markdown text without its marks, as one paragraph."""
    lines = (bare(line) for line in text[: 4 * limit].split("\n"))
    return shorten(say.visible(" ".join(line for line in lines if line)), limit)


# -- as JSON ------------------------------------------------------------------------


def leaf_plain(leaf: Leaf) -> list[Any]:
    """Return a leaf as JSON has it."""
    strips = [
        [strip.id, strip.agent, [[prompt.turn, prompt.text] for prompt in strip.prompts]]
        for strip in leaf.strips
    ]
    lists = list(leaf.files), list(leaf.paths), list(leaf.sources)
    return [leaf.note, strips, leaf.asked, leaf.complete, gist_plain(leaf.gist), *lists]


def leaf_back(plain: Any) -> Leaf:
    """Return the leaf that ``leaf_plain`` wrote."""
    note, strips, asked, complete, gist, *lists = plain
    files, paths, sources = map(tuple, lists)
    shown = tuple(
        Strip(id_, agent, tuple(Prompt(*prompt) for prompt in prompts))
        for id_, agent, prompts in strips
    )
    return Leaf(note, shown, asked, complete, files, paths, sources, gist_back(gist))


def told_plain(told: Told) -> list[Any]:
    """Return what is quoted of a step as JSON has it."""
    edits = [
        [path, [[hunk.old, hunk.new, list(hunk.lines), list(hunk.hidden)] for hunk in hunks]]
        for path, hunks in told.edits
    ]
    return [told.asked, told.reason, told.because, edits]


def told_back(plain: Any) -> Told:
    """Return what ``told_plain`` wrote."""
    asked, why, because_, edits = plain
    hunks = tuple((path, tuple(_hunk(*one) for one in found)) for path, found in edits)
    return Told(asked, why, because_, hunks)


def _hunk(old: int, new: int, lines: list[str], hidden: list[int]) -> Hunk:
    return Hunk(old, new, tuple(lines), hidden=tuple(hidden))
