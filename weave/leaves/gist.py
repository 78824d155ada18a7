"""A thread in half a page: what was asked, why it was done so, what was given up, how it ended.

A transcript tells everything in the order in which it happened. A reader wants the story
first: of the prompts those under which lines of the commit were written, of the reasons those that
wrote most, of the attempts those that nothing is left of, and the agent's last words.
Nothing is put into other words: all of it is quoted, and stands where its number leads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from treadle.thread.document import part_id
from treadle.thread.model import Step, Thread, Turn
from treadle.thread.story import bare, is_tag, last_sentences, opening, prose, shorten
from treadle.weave import text as say
from treadle.weave.leaves.fate import Fate, Key, fates

PROMPT, SENTENCES = 320, 300
"""How much is quoted of a prompt, and of a reason or an ending, in characters."""

ASKED, REASONS, DROPPED = 3, 4, 2
"""How many prompts, reasons and given-up attempts are quoted at most."""

FEW, SHARE = 3, 6
"""Lines that later steps must have replaced to be told of, and which share of a step's lines."""

YES = 8
"""Characters from which a prompt is more than a nod."""

TELLING = 90
"""Characters from which a reason tells as much as a longer one."""


class Point(NamedTuple):
    """Words of a thread, and where they stand."""

    part: str
    name: str
    """A step, ``T.S``, or a turn, ``T``."""
    text: str
    later: str = ""
    """``PART:T.S``, the step that replaced all of its lines or a good deal of them."""


@dataclass(frozen=True, slots=True)
class Gist:
    """A thread in short, in its own words; each list in the order of the thread."""

    asked: tuple[Point, ...] = ()
    """Prompts under which lines of the commit were written."""
    reasons: tuple[Point, ...] = ()
    """Why they were written so; the name is that of the step that wrote."""
    dropped: tuple[Point, ...] = ()
    """Attempts of which nothing reached the commit."""
    more: int = 0
    """Such attempts that are not quoted."""
    ended: Point | None = None
    """The last words of the agent that say something."""


class _Wrote(NamedTuple):
    """A step that added lines, and what became of them."""

    part: str
    turn: Turn
    step: Step
    fate: Fate

    @property
    def name(self) -> str:
        return f"{self.turn.number}.{self.step.number}"

    @property
    def at(self) -> tuple[int, int]:
        """Number of the turn and of the step."""
        return self.turn.number, self.step.number

    @property
    def left(self) -> int:
        """Lines that reached the commit."""
        return self.fate.added - sum(number for _, number in self.fate.lost)


def gist_of(thread: Thread) -> Gist:
    """Return a thread in short."""
    ids = tuple(part_id(part) for part in thread.parts)
    wrote = list(_writers(thread, ids, fates(thread, ids)))
    gone = [one for one in wrote if one.fate.replaced]
    reasons = _told([one for one in wrote if one.left > 0], REASONS)
    dropped = _told(gone, DROPPED)
    return Gist(
        asked=tuple(_telling([*_asked(thread, ids, wrote)])),
        reasons=tuple(reasons),
        dropped=tuple(dropped),
        more=len(gone) - len(dropped),
        ended=_ended(thread, ids, wrote, {point.text for point in reasons}),
    )


def _writers(thread: Thread, ids: Sequence[str], known: Mapping[Key, Fate]) -> Iterator[_Wrote]:
    for id_, part in zip(ids, thread.parts, strict=True):
        for turn in part.turns:
            for step in turn.steps:
                fate = known.get((id_, f"{turn.number}.{step.number}"))
                if fate:
                    yield _Wrote(id_, turn, step, fate)


def _asked(thread: Thread, ids: Sequence[str], wrote: Sequence[_Wrote]) -> Iterator[Point]:
    """The prompts under which most was written; where nothing was, the first one.

    The first of a strand that only answers the agent's question says nothing alone: what was
    asked before it is quoted too.
    """
    lines: Counter[tuple[str, int]] = Counter()
    for one in wrote:
        lines[one.part, one.turn.number] += max(0, one.left)
    best = {key for key, number in lines.most_common(ASKED) if number}
    first = True
    for id_, part in zip(ids, thread.parts, strict=True):
        before: tuple[Turn, str] | None = None
        told = False
        for turn in part.turns:
            said = quoted(turn.prompt)
            if said and ((id_, turn.number) in best or (first and not best)):
                if before and not told and len(said) < TELLING and _asks(before[0]):
                    yield Point(id_, str(before[0].number), before[1])
                yield Point(id_, str(turn.number), said)
                told = True
            first = first and not said
            before = (turn, said) if len(said) >= YES and said[0] != "/" else None


def _asks(turn: Turn) -> bool:
    """Whether the agent's last words in a turn are, or hold, a question."""
    said = [step.text for step in turn.steps if _speaks(step)]
    return bool(said) and "?" in said[-1][-SENTENCES:]


def _telling(points: Sequence[Point]) -> Sequence[Point]:
    """Without those that only say yes, as long as there are others."""
    return [point for point in points if len(point.text) >= YES] or points


def quoted(prompt: str) -> str:
    """Return the beginning of a prompt as one paragraph, ``""`` where it has no words."""
    lines = (bare(line) for line in prompt[: 4 * PROMPT].split("\n"))
    said = " ".join(line for line in lines if line and not is_tag(line))
    return shorten(say.visible(said), PROMPT) if any(map(str.isalnum, said)) else ""


def _told(wrote: Sequence[_Wrote], most: int) -> list[Point]:
    """Why steps wrote, each reason once: those that tell most of most lines."""
    lines: Counter[str] = Counter()
    points: dict[str, Point] = {}
    for one in wrote:
        found = prose(one.turn, one.step) if one.step.kind != "took" else None
        said = say.visible(last_sentences(found.text, SENTENCES)) if found else ""
        if said:
            points.setdefault(said, Point(one.part, one.name, said, _later(one)))
            lines[said] += max(1, one.left)
    worth = {said: number**0.5 * min(len(said), TELLING) for said, number in lines.items()}
    best = sorted(points, key=lambda said: -worth[said])[:most]
    return [points[said] for said in points if said in best]


def _later(one: _Wrote) -> str:
    """The step that took most of a step's lines away, if all that went are worth a word."""
    steps = [(f"{part}:{name}", number) for (part, name), number in one.fate.lost if part]
    gone = sum(number for _, number in steps)
    return steps[0][0] if gone >= FEW and gone * SHARE >= one.fate.added else ""


def _ended(
    thread: Thread, ids: Sequence[str], wrote: Sequence[_Wrote], known: Collection[str]
) -> Point | None:
    """The last words of the agent itself, if they are more than a remark and not told before.

    They come after the step that wrote last: what was said before it is no end.
    """
    last = next((one for one in reversed(wrote) if one.left > 0), None)
    for id_, part in reversed([*zip(ids, thread.parts, strict=True)]):
        for turn in reversed(part.turns):
            for step in reversed(turn.steps):
                if last and (id_, turn.number, step.number) == (last.part, *last.at):
                    return None
                said = say.visible(opening(step.text, SENTENCES)) if _speaks(step) else ""
                if len(said) >= TELLING // 2 and not said.endswith(":") and said not in known:
                    return Point(id_, f"{turn.number}.{step.number}", said)
    return None


def _speaks(step: Step) -> bool:
    return step.kind == "said" and not step.lane


# -- as JSON ------------------------------------------------------------------------


def gist_plain(gist: Gist) -> list[Any]:
    """Return a gist as JSON has it."""
    lists = [list(map(list, points)) for points in (gist.asked, gist.reasons, gist.dropped)]
    return [*lists, gist.more, list(gist.ended) if gist.ended else None]


def gist_back(plain: Any) -> Gist:
    """Return the gist that ``gist_plain`` wrote."""
    asked, reasons, dropped, more, ended = plain
    return Gist(
        asked=tuple(Point(*point) for point in asked),
        reasons=tuple(Point(*point) for point in reasons),
        dropped=tuple(Point(*point) for point in dropped),
        more=more,
        ended=Point(*ended) if ended else None,
    )
