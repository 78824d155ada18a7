"""The view of a turn: its prompt, and its steps in their order.

Runs of reads and searches are told as one line; the steps of a sub-agent stand together in
a block of their own. Whatever did not reach the commit says so, with its reason: a reader
must see the dead ends, and never take one for the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from treadle.thread.model import Change, Hunk, Step, Turn
from treadle.thread.story import first_line, shorten
from treadle.weave import text as say
from treadle.weave.leaves.fate import Fate, Key
from treadle.weave.leaves.gist import quoted
from treadle.weave.places import Link, anchor, strand, turn_anchor
from treadle.weave.view import HOW, Piece, Plan, pieces_in_words

PROMPT = 20_000
"""Longest prompt, thought or message that is shown, in characters."""

OPENING = 1_400
"""How much of a long prompt or thought is shown before it is folded, in characters."""

OUTLINED = 12
"""Edits of a turn that the outline lists."""

VERBS = {
    "said": "says",
    "thought": "thinks",
    "ran": "runs",
    "edited": "edits",
    "looked": "looks",
    "asked": "sends a sub-agent",
    "marked": "notes",
    "took": "takes up what an earlier step wrote",
}


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One file's change, as a page shows it."""

    path: str
    """Fit to be shown."""
    source: str
    """As it is, for the choice of a language."""
    href: str
    """The page of the file today, or ``""``."""
    kind: str
    op: str
    added: int
    removed: int
    hunks: tuple[Hunk, ...]
    most: int
    """How many lines are shown."""
    flag: str = ""
    """Why it did not reach the commit, or what else it is; ``""`` for a step's own edit."""
    known: tuple[tuple[str, str, Link | None], ...] = ()
    """Of drift and residue: a class of evidence, how many lines, and the step that caused them."""


@dataclass(frozen=True, slots=True)
class Note:
    """One line in a step's margin: words, perhaps a path, and where they lead."""

    words: str
    link: Link
    path: str = ""


@dataclass(frozen=True, slots=True)
class StepView:
    """One step."""

    anchor: str
    label: str
    """``1.8``, or ``B1.8`` in a thread of several strands."""
    kind: str
    verb: str
    tool: str
    """The agent's own name of the tool."""
    time: str
    text: str
    rest: str
    """The folded end of a long thought."""
    line: str
    """The text in one line."""
    output: str
    result: str
    """What came of a command, in a few words."""
    failed: bool
    changes: tuple[ChangeView, ...]
    flags: tuple[tuple[str, Link | None], ...]
    """What must be known before the step is believed."""
    notes: tuple[Note, ...]
    """What stands in the margin."""
    alive: int
    """Lines it wrote that stand today."""
    added: int
    """Lines it added."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Consecutive steps that only looked, as one line."""

    label: str
    """``1.2–4``."""
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive steps of one agent; ``lane`` names the sub-agent, ``""`` is the main agent."""

    lane: str
    items: tuple[StepView | Looks, ...]


@dataclass(frozen=True, slots=True)
class Outlined:
    """Edits of one file in a row, in the outline."""

    link: Link
    """The first of them."""
    name: str
    gone: bool
    """None of them reached the commit."""


@dataclass(frozen=True, slots=True)
class TurnView:
    """One prompt and what followed."""

    anchor: str
    label: str
    title: str
    time: str
    continued: bool
    prompt: str
    rest: str
    """The folded end of a long prompt."""
    blocks: tuple[Block, ...]
    edits: tuple[Outlined, ...] = ()
    """Its edits, as the outline lists them."""
    more: int = 0
    """Edits that the outline does not list."""


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes the views of one thread's steps; holds what all of them need."""

    plan: Plan
    ids: tuple[str, ...]
    """Ids of the thread's parts."""
    fates: Mapping[Key, Fate]
    most: int
    """How many lines one diff may show."""
    longest: int = PROMPT
    """How many characters of one text are shown."""

    def turn(self, part: str, turn: Turn) -> TurnView:
        """Return the view of one turn."""
        prompt, rest = fold(turn.prompt, self.longest)
        blocks = [
            Block(say.visible(lane), tuple(self._items(part, turn, list(steps))))
            for lane, steps in groupby(turn.steps, key=lambda step: step.lane)
        ]
        edits = list(_outlined(blocks))
        return TurnView(
            anchor=turn_anchor(part, turn.number),
            label=f"{strand(self.ids, part)}{turn.number}",
            title=_title(turn.prompt),
            time=say.clock(turn.time),
            continued=turn.continued,
            prompt=prompt,
            rest=rest,
            blocks=tuple(blocks),
            edits=tuple(edits[:OUTLINED]),
            more=max(0, len(edits) - OUTLINED),
        )

    def _items(self, part: str, turn: Turn, steps: list[Step]) -> Iterator[StepView | Looks]:
        for looks, run in groupby(steps, key=_only_looked):
            views = [self.step(part, turn, step) for step in run]
            if looks:
                last = views[-1].label.rpartition(".")[2]
                yield Looks(views[0].label + (f"–{last}" if len(views) > 1 else ""), tuple(views))
            else:
                yield from views

    def step(self, part: str, turn: Turn, step: Step) -> StepView:
        """Return the view of one step."""
        name = f"{turn.number}.{step.number}"
        fate = self.fates.get((part, name), Fate())
        source, _, taken = step.origin.rpartition(":")
        wrote = (source or part, taken) if taken else (part, name)
        pieces = self.plan.pieces.get(wrote, ())
        text, rest = clip(step.text, self.longest), ""
        if step.kind == "thought":
            text, rest = fold(step.text, self.longest)
        if step.kind == "asked":
            text = text.partition("\n")[2].strip("\n")
        return StepView(
            anchor=anchor(part, name),
            label=f"{strand(self.ids, part)}{name}",
            kind=step.kind,
            verb=_verb(step),
            tool=shorten(say.visible(step.tool), 40),
            time=say.clock(step.time),
            text=text,
            rest=rest,
            line=_line(step),
            output=clip(step.output, 3 * self.longest),
            result=_result(step),
            failed=step.ok is False,
            changes=tuple(self.change(change) for change in step.changes),
            flags=tuple(self._flags(step, fate)),
            notes=tuple(self._notes(wrote if taken else None, fate, pieces)),
            alive=sum(piece.count for piece in pieces),
            added=fate.added,
        )

    def change(self, change: Change) -> ChangeView:
        """Return the view of one change."""
        signs = [line[:1] for hunk in change.hunks for line in hunk.lines]
        return ChangeView(
            path=say.visible(change.path),
            source=change.path,
            href=self.plan.places.files.get(change.path, ""),
            kind=change.kind,
            op=change.op,
            added=signs.count("+"),
            removed=signs.count("-"),
            hunks=change.hunks,
            most=self.most,
            flag=_flag(change),
            known=tuple(self._known(change)) if change.kind in ("drift", "residue") else (),
        )

    def _known(self, change: Change) -> Iterator[tuple[str, str, Link | None]]:
        """How the lines that no step's own edit gave are known, by class and cause."""
        lines: Counter[tuple[str, str]] = Counter()
        for hunk in change.hunks:
            evidence = hunk.evidence if hunk.evidence in HOW else "unrecorded"
            lines[evidence, hunk.cause] += sum(line[:1] == "+" for line in hunk.lines)
        for (evidence, cause), number in lines.most_common():
            part, _, name = cause.rpartition(":")
            yield evidence, say.count(number, "line"), self.plan.places.step("", part, name)

    def link(self, key: Key) -> Link:
        """Return the link to a step of this thread, by its short label."""
        part, step = key
        return Link(f"¶{strand(self.ids, part)}{step}", f"#{anchor(part, step)}")

    def _flags(self, step: Step, fate: Fate) -> Iterator[tuple[str, Link | None]]:
        if step.ok is False and step.kind != "ran" and not step.changes:
            yield "Failed", None
        if fate.replaced:
            key = fate.lost[0][0]
            yield "Replaced by", self.link(key) if key[0] else Link("what no step recorded")

    def _notes(self, took: Key | None, fate: Fate, pieces: Sequence[Piece]) -> Iterator[Note]:
        for key, number in fate.lost[:3] if not fate.replaced else ():
            if key[0]:
                yield Note(f"{say.count(number, 'line')} of it replaced by", self.link(key))
        if took:
            found = self.plan.places.step("", *took)
            lost = f"¶{say.visible(took[1])} of a part that is not kept here"
            yield Note("first written by", found or Link(lost))
        for path, link in pieces_in_words(self.plan, pieces):
            yield Note("writes", link, path)


def _outlined(blocks: Sequence[Block]) -> Iterator[Outlined]:
    """The edits of a turn; those of one file that follow each other are one."""
    steps = (item for block in blocks for item in block.items if isinstance(item, StepView))
    edits = (step for step in steps if step.changes and step.kind != "took")
    for path, group in groupby(edits, key=lambda step: step.changes[0].path):
        own = list(group)
        gone = all(step.flags or step.changes[0].flag for step in own)
        link = Link(own[0].label, f"#{own[0].anchor}")
        yield Outlined(link, shorten(path.rpartition("/")[2], 40), gone)


def clip(text: str, longest: int = PROMPT) -> str:
    """Return a text fit to be shown, cut where it is a book of its own."""
    if len(text) <= longest:
        return say.visible(text)
    more = say.count(len(text) - longest, "character")
    return f"{say.visible(text[:longest])}\n\n[{more} more, not shown here]"


def fold(text: str, longest: int = PROMPT) -> tuple[str, str]:
    """Cut a long text into what is shown and what is folded, at the end of a line.

    Code that stands in a fence is not cut, as long as something is left before it.
    """
    shown = clip(text.strip("\n"), longest)
    if len(shown) <= OPENING * 3 // 2:
        return shown, ""
    at = shown.rfind("\n", OPENING // 2, OPENING)
    if at < 0:
        at = max(shown.rfind(" ", 0, OPENING), OPENING // 2)
    if f"\n{shown[:at]}".count("\n```") % 2:
        at = max(shown.rfind("\n```", 0, at), 0) or at
    return shown[:at].rstrip(), shown[at:].strip("\n")


def _title(prompt: str) -> str:
    """The first line of a prompt; of one that only leads on to the rest, some of that too."""
    line = first_line(prompt, 80)
    return shorten(quoted(prompt), 80) if line.endswith(":") else line


def share(sizes: Sequence[int], room: int, shares: Sequence[int]) -> int:
    """Return the largest share with which all sizes together fit into ``room``; else the last."""
    fits = (most for most in shares if sum(min(size, most) for size in sizes) <= room)
    return next(fits, shares[-1])


def _only_looked(step: Step) -> bool:
    """Whether nothing came of a step that the reader must see: an answer by a person is kept."""
    return step.kind == "looked" and not step.changes and not (step.output and step.ok)


def _line(step: Step) -> str:
    """Return the first line of a step's text that is not blank, without the tool's name."""
    lines = (line.strip() for line in step.text[:PROMPT].split("\n"))
    line = shorten(say.visible(next((line for line in lines if line), "")), 120)
    return line.removeprefix(f"{step.tool} ") if step.kind == "looked" and step.tool else line


def _verb(step: Step) -> str:
    ops = {change.op for change in step.changes if change.kind == "edit"}
    if step.kind == "edited" and len(ops) == 1:
        return {"create": "creates", "delete": "deletes"}.get(ops.pop(), "edits")
    return VERBS.get(step.kind, step.kind)


def _flag(change: Change) -> str:
    if change.kind == "unplaced":
        reason = say.visible(change.reason) or "no place found"
        return f"{reason[:1].upper()}{reason[1:]}"
    if change.kind == "drift":
        return "Changed meanwhile by something that no step recorded"
    return ""


def _result(step: Step) -> str:
    """Return the last line of a command's output, which mostly sums it up."""
    lines = [line for line in say.visible(step.output).split("\n") if line.strip()]
    if not lines:
        return "no output"
    last = shorten(" ".join(lines[-1].split()), 56)
    return last if len(lines) == 1 else f"{say.count(len(lines), 'line')}: {last}"
