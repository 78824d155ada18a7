"""A part as text, and its id.

A part is written once and then shared: by the documents of every commit that keeps it,
through rebases, squashes and merges. So it has no number and no place, only its text, and
its id is that text's hash. The text must not depend on anything outside the part. The
front matter names the ids, so a reader knows a part that was changed by its hash alone.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from treadle.thread.grammar.blocks import (
    Block,
    DocumentError,
    Fields,
    attributes,
    decode,
    encode,
    fence,
    heading,
    one_line,
    quote,
)
from treadle.thread.grammar.hunks import PART_ID, STEP_ID, read_change, write_change
from treadle.thread.model import STEP_KINDS, Change, Part, Step, Turn

_TURN = re.compile(r"([1-9][0-9]{0,8})\.(?: .*)?")
_STEP = re.compile(rf"([1-9][0-9]{{0,8}})\.([1-9][0-9]{{0,8}}) ({'|'.join(STEP_KINDS)})(?: .*)?")
_ORIGIN = re.compile(f"{PART_ID}:{STEP_ID}")
_KEY = re.compile("([a-z][a-z-]*): (.+)")
_STEP_CHANGES = ("edit", "drift", "unplaced")


def part_id(part: Part) -> str:
    """The part's id: the first 40 hex digits of the SHA-256 of its text, in UTF-8."""
    return _lately(_Itself(part))


class _Itself:
    """A part that is known by being the same object, which takes no look at what it holds."""

    __slots__ = ("part",)

    def __init__(self, part: Part) -> None:
        self.part = part

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.part is self.part

    def __hash__(self) -> int:
        return id(self.part)


@lru_cache(maxsize=32)
def _lately(one: _Itself) -> str:
    """The id of a part: some documents at a time are asked for it, each several times."""
    return text_id(render_part(one.part))


def text_id(text: str) -> str:
    """The id of the part that has this text."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Section:
    """A part's place in a document."""

    line: int
    """1-based, of its heading."""
    text: str
    id: str
    """The hash of ``text``, which is the part's id if nobody changed it."""


class Cursor:
    """Blocks that are read one after the other. After the last comes one of kind ``""``."""

    __slots__ = ("_blocks", "_next", "block")

    def __init__(self, blocks: list[Block], end: Block) -> None:
        self._blocks = iter(blocks)
        self._next = end
        self.block = next(self._blocks, end)
        """The block that is not yet taken."""

    def take(self, kind: str) -> Block | None:
        """The next block, taken, if it is of this kind; else None."""
        block = self.block
        if block.kind != kind:
            return None
        self.block = next(self._blocks, self._next)
        return block

    def need(self, kind: str, what: str) -> Block:
        """The next block, taken; raises if it is not of this kind."""
        block = self.take(kind)
        if block is None:
            raise DocumentError(self.block.line, f"expected {what} here")
        return block


# -- writing ------------------------------------------------------------------------


def render_part(part: Part) -> str:
    """The part's text: its blocks, a blank line between any two, and a LF at the end."""
    session = one_line(part.session, 40) or "unnamed"
    blocks = [
        heading(1, f"{one_line(part.agent, 40)}, session {session}"),
        fence("strand", _strand(part)),
    ]
    for turn in part.turns:
        _write_turn(turn, blocks)
    blocks.append("")
    return "\n\n".join(blocks)[:-1]


def _strand(part: Part) -> str:
    values: dict[str, object] = {"agent": part.agent, "session": part.session}
    optional = {
        "version": part.version,
        "models": list(part.models),
        "named": "" if part.named else False,
        "first": part.first,
        "last": part.last,
        "began": part.began,
        "ended": part.ended,
        "continues": part.continues,
        "problems": list(part.problems),
    }
    values |= {key: value for key, value in optional.items() if value not in ("", [])}
    return "".join([f"{key}: {encode(value)}\n" for key, value in values.items()])


def _write_turn(turn: Turn, blocks: list[str]) -> None:
    blocks.append(heading(2, f"{turn.number}. {one_line(turn.prompt)}"))
    values: dict[str, object] = {"at": turn.time} if turn.time else {}
    if turn.continued:
        values["continued"] = True
    if values:
        blocks.append(attributes(values))
    if turn.prompt:
        blocks.append(quote(turn.prompt))
    for step in turn.steps:
        _write_step(turn.number, step, blocks)


def _write_step(turn: int, step: Step, blocks: list[str]) -> None:
    paths = _paths(step.changes) if step.kind in ("edited", "took") else ""
    blocks.append(heading(3, f"{turn}.{step.number} {step.kind} {paths}"))
    values = _step_values(step)
    if values:
        blocks.append(attributes(values))
    if step.text:
        blocks.append(fence("sh", step.text + "\n") if step.kind == "ran" else quote(step.text))
    if step.output:
        blocks.append(fence("text", step.output + "\n"))
    blocks.extend([write_change(change) for change in step.changes])


def _step_values(step: Step) -> dict[str, object]:
    values: dict[str, object] = {}
    if step.time:
        values["at"] = step.time
    if step.ok is not True:
        values["ok"] = step.ok
    if step.lane:
        values["lane"] = step.lane
    if step.tool:
        values["tool"] = step.tool
    if step.cut:
        values["cut"] = step.cut
    if step.origin:
        values["origin"] = step.origin
    return values


def _paths(changes: tuple[Change, ...]) -> str:
    """The path a step edited, for its heading; of several the first, and how many more."""
    paths = list(dict.fromkeys([change.path for change in changes if change.kind != "drift"]))
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return one_line(paths[0]) + more if paths else ""


# -- reading ------------------------------------------------------------------------


def read_part(cursor: Cursor, text: str) -> tuple[Part, Section]:
    """The part whose heading is the cursor's next block, and where it stands in ``text``."""
    head = cursor.need("#", "the heading of a part")
    part = _read_strand(cursor.need("strand", "the fence `strand` of a part"))
    turns: list[Turn] = []
    while block := cursor.take("##"):
        turns.append(_read_turn(block, turns[-1].number if turns else 0, cursor))
    end = cursor.block
    if end.kind not in ("", "#", "---"):
        raise DocumentError(end.line, f"a part has no block `{end.kind}` here")
    written = text[head.start : end.start - (end.kind != "")]
    return replace(part, turns=tuple(turns)), Section(head.line, written, text_id(written))


def damage(part: Part, section: Section, name: str) -> DocumentError:
    """Why the section of ``part`` does not have the id ``name``: the error to raise.

    Where only derived text or spacing was changed, the part itself still has that id, and
    the first line that differs is named.
    """
    canonical = render_part(part)
    line = section.line
    if text_id(canonical) != name:
        message = f"this part was changed after it was written: it is not {name}"
        return DocumentError(line, message)
    pairs = zip_longest(section.text.split("\n"), canonical.split("\n"), fillvalue="")
    line, was = next((at, was) for at, (is_, was) in enumerate(pairs, line) if is_ != was)
    shown = was if len(was) <= 100 else was[:99] + "…"
    return DocumentError(line, f"this line was changed after it was written; it was: {shown}")


def _read_strand(block: Block) -> Part:
    values: dict[str, object] = {}
    for number, text in enumerate(block.text.split("\n")[:-1], block.line + 1):
        match = _KEY.fullmatch(text)
        if match is None or match[1] in values:
            raise DocumentError(number, "expected a new key, a colon and JSON")
        values[match[1]] = decode(match[2], number)
    fields = Fields(values, block.line, "strand")
    part = Part(
        fields.text("agent", None),
        fields.text("session", None),
        fields.text("version"),
        fields.texts("models"),
        fields.flag("named", True),
        fields.text("first"),
        fields.text("last"),
        fields.text("began"),
        fields.text("ended"),
        fields.text("continues"),
        fields.texts("problems"),
    )
    fields.end()
    return part


def _read_turn(head: Block, above: int, cursor: Cursor) -> Turn:
    match = _TURN.fullmatch(head.text)
    if match is None or int(match[1]) <= above:
        raise DocumentError(head.line, f"expected `## N. prompt`, N above {above}")
    number = int(match[1])
    time, continued = "", False
    if block := cursor.take("`"):
        fields = Fields(decode(block.text, block.line), block.line, "a turn")
        time, continued = fields.text("at"), fields.flag("continued", False)
        fields.end()
    said = cursor.take(">")
    steps: list[Step] = []
    while block := cursor.take("###"):
        steps.append(_read_step(block, number, steps[-1].number if steps else 0, cursor))
    return Turn(number, said.text if said else "", time, continued, tuple(steps))


def _read_step(head: Block, turn: int, above: int, cursor: Cursor) -> Step:
    match = _STEP.fullmatch(head.text)
    if match is None or int(match[1]) != turn or int(match[2]) <= above:
        raise DocumentError(head.line, f"expected `### {turn}.N kind`, N above {above}")
    kind = match[3]
    time, ok, lane, tool, cut, origin = _read_step_values(cursor)
    text = _read_lines(cursor.take("sh")) if kind == "ran" else _read_quote(cursor.take(">"))
    output = _read_lines(cursor.take("text"))
    changes: list[Change] = []
    while block := cursor.take("diff"):
        changes.append(read_change(block, _STEP_CHANGES))
    return Step(
        int(match[2]), kind, time, text, output, cut, ok, lane, tool, tuple(changes), origin
    )


def _read_step_values(cursor: Cursor) -> tuple[str, bool | None, str, str, int, str]:
    block = cursor.take("`")
    if block is None:
        return "", True, "", "", 0, ""
    fields = Fields(decode(block.text, block.line), block.line, "a step")
    time, ok = fields.text("at"), fields.maybe("ok", True)
    lane, tool, cut = fields.text("lane"), fields.text("tool"), fields.count("cut")
    origin = fields.text("origin")
    if origin and not _ORIGIN.fullmatch(origin):
        raise fields.wrong("origin", "PART:T.S")
    fields.end()
    return time, ok, lane, tool, cut, origin


def _read_quote(block: Block | None) -> str:
    return block.text if block else ""


def _read_lines(block: Block | None) -> str:
    if block is None:
        return ""
    if not block.text or block.info:
        raise DocumentError(block.line, f"expected text in the fence `{block.kind}`, nothing else")
    return block.text[:-1]
