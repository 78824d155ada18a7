"""What of a thread can be searched: a passage a prompt and a step.

A passage of code knows why it was written, and every passage which files it is about.
Prose is about the files that were edited because of it, a prompt about all that its turn
edited. So a search within one file finds the reasoning as well as the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from treadle.thread.model import Part, Step, Turn
from treadle.thread.story import prose, reason

KINDS = ("title", "prompt", "said", "thought", "ran", "edited")
"""What a passage can be; ``title`` is a commit's subject, which no part holds."""
LARGEST = 200_000
"""Characters of a passage that are searched; a longer one is a generated file."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One thing that was asked, said, thought, run or edited."""

    step: str
    """``T.S``; of a prompt ``T.0``."""
    kind: str
    """One of ``KINDS``."""
    time: str
    text: str
    """Prose or a command as it is; code as lines with their sign, below lines ``@PATH``."""
    reason: str = ""
    """Of commands and code, in one line, why the step was taken; prose tells it itself."""
    paths: tuple[str, ...] = ()
    """The files it is about."""
    repeated: bool = False
    """It stands already in the document of an earlier commit."""


def passages(part: Part) -> Iterator[Passage]:
    """The passages of a part, in its order."""
    for turn in part.turns:
        edits = {step.number: _paths(step) for step in turn.steps if step.kind != "took"}
        if turn.prompt.strip():
            about = tuple(dict.fromkeys(path for paths in edits.values() for path in paths))
            yield Passage(
                f"{turn.number}.0", "prompt", turn.time, turn.prompt[:LARGEST], "", about,
                turn.continued,
            )  # fmt: skip
        because = _because(turn, edits)
        for step in turn.steps:
            name = f"{turn.number}.{step.number}"
            kind, text = _told(step)
            if text.strip():
                about = edits.get(step.number) or because.get(step.number, ())
                why = reason(turn, step) if kind in ("ran", "edited") else ""
                yield Passage(name, kind, step.time, text[:LARGEST], why, about)


def _told(step: Step) -> tuple[str, str]:
    """What a step is searched as: its kind and its text; no text where it is passed over."""
    if step.kind in ("said", "thought", "ran"):
        return step.kind, step.text
    if step.kind == "asked":
        return "said", step.text
    if step.kind == "edited":
        return "edited", "".join(_code(step))
    return step.kind, ""


def _code(step: Step) -> Iterator[str]:
    """The lines that a step took away and added, whether or not they found a place."""
    for change in step.changes:
        if change.kind in ("edit", "unplaced"):
            yield f"@{change.path}\n"
            for hunk in change.hunks:
                for line in hunk.lines:
                    if line[0] != " ":
                        yield line if line.endswith("\n") else line + "\n"


def _paths(step: Step) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.path for change in step.changes if change.kind != "drift"))


def _because(turn: Turn, edits: dict[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    """The files that were edited because of each piece of prose."""
    found: dict[int, tuple[str, ...]] = {}
    for step in turn.steps:
        told = prose(turn, step) if edits.get(step.number) else None
        if told is not None:
            found[told.number] = (*found.get(told.number, ()), *edits[step.number])
    return {number: tuple(dict.fromkeys(paths)) for number, paths in found.items()}
