"""The one step between a thread and its first stored byte.

``redact`` takes secrets out of every text of a thread, and home directories out of its prose,
and gives the only value that the store accepts. Nothing unredacted can be stored, by type.

Prose keeps its shape: ``[redacted:RULE]`` stands where the secret stood. Code cannot, since a
hunk must apply byte for byte: a line that holds a secret is hidden whole and its index noted
in ``Hunk.hidden``. Hidden lines that were there before (' ' and '-') still apply, as the base
has them; a hidden line that is added ('+') cannot be written again from the document, so its path
stands by reference. Home directories stay in code for the same reason.

Redaction is idempotent: marks hold nothing that a rule finds.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, replace
from itertools import accumulate
from typing import TypeVar

from treadle.thread.model import Change, Hunk, Part, Placement, Row, Step, Thread, Turn
from treadle.thread.redaction import homes, names, secrets
from treadle.thread.redaction.rules import Rules
from treadle.thread.redaction.secrets import Hit
from treadle.thread.redaction.withhold import withhold

_KEY_LINE = re.compile(r"[A-Za-z0-9+/=_-]{16,}")
"""A line of base64, alone."""
_SHORTEST = 8
"""Letters and digits by which a line of a secret is known again."""
_SEAL = object()
NO_RULES = Rules()
SCRUBBED = "scrubbed"
"""The rule of what ``Rules.more`` finds."""
_ROUNDS = 4
"""What a mark uncovers is looked at again, this often at most."""
_HOME = "home"
_LEFT_OUT = "left-out"
_NESTED = "nested"
_NAMES = {_HOME: "~", "user": "user", "host": "host"}
"""What stands for a name, by what it names; it is no secret and its words stay readable."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A thread without secrets. Only ``redact`` makes one."""

    thread: Thread
    found: tuple[tuple[str, int], ...]
    """Rules that hid something, with how often, sorted by name; ``home`` is one of them."""
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only redact() makes a Redacted")


def redact(thread: Thread, rules: Rules = NO_RULES) -> Redacted:
    """Hide the secrets of a thread, the home directories and names in its prose, and what
    ``rules`` leave out.

    Paths, keys and ids stay as they are, unless ``rules.more`` finds something in them; what holds
    nothing to hide is the same object as before.
    """
    work = _Pass(rules, thread.placement.rows)
    parts = _each(thread.parts, work.part)
    if any(work.known.values()):
        work.lost.clear()
        parts = _each(parts, work.part)  # a line may stand alone before its secret stands whole
    placement = work.placement(thread.placement)
    if parts is not thread.parts or placement is not thread.placement:
        thread = replace(thread, parts=parts, placement=placement)
    return Redacted(thread, tuple(sorted(work.found.items())), _SEAL)


def hits(text: str, rules: Rules, *, code: bool = False) -> list[Hit]:
    """What ``redact`` would hide of a text, in order and without overlaps; of ``code`` it hides no
    names."""
    work = _Pass(rules, ())
    return _merged([*work.secrets(text), *(() if code else work.names(text))])


def mark(rule: str) -> str:
    """What stands for something hidden."""
    return _NAMES.get(rule, f"[redacted:{rule}]")


def _each(items: tuple[T, ...], change: Callable[[T], T]) -> tuple[T, ...]:
    """``items`` with each one changed; the same tuple if none was."""
    changed = tuple(map(change, items))
    return items if all(a is b for a, b in zip(items, changed, strict=True)) else changed


def _merged(hits: list[Hit]) -> list[Hit]:
    """Hits sorted and without overlaps; a secret goes before a name."""
    merged: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, h.end)):
        if merged and hit.start < merged[-1].end:
            last = merged.pop()
            rule = hit.rule if last.rule in _NAMES else last.rule
            hit = Hit(last.start, max(last.end, hit.end), rule)
        merged.append(hit)
    return merged


def _tells(line: str) -> bool:
    """Whether a line of a secret is its own, and not just a brace or a quote of it."""
    return sum(map(str.isalnum, line)) >= _SHORTEST


def _hide_known(
    lines: list[str], known: dict[str, str], hidden: dict[int, str], before: set[int]
) -> None:
    """Note in ``hidden`` the lines that are known to be of a secret; where there are some, also
    those that look like more of the same key."""
    found = [i for i, line in enumerate(lines) if i not in before and line[1:] in known]
    for i in found:
        hidden.setdefault(i, known[lines[i][1:]])
    if found:
        rule = known[lines[found[0]][1:]]
        for i, line in enumerate(lines):
            if i not in before and _KEY_LINE.fullmatch(line[1:].strip()):
                hidden.setdefault(i, rule)


class _Pass:
    """One walk over one thread, and what it counts."""

    def __init__(self, rules: Rules, rows: Sequence[Row]) -> None:
        self.rules = rules
        self.left = {row.path for row in rows if row.source and rules.leaves_out(row.source)}
        """Paths that go on with the text of one that is left out."""
        self.found: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        """Path -> how many of the lines that the thread adds there are hidden."""
        self.known: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """Path -> lines that hold secrets there, and the rule that found them."""

    def prose(self, text: str) -> str:
        """A text with marks in the place of secrets and homes."""
        if not text:
            return text
        for _ in range(_ROUNDS):
            hits = [*self.secrets(text), *self.names(text)]
            if not hits:
                return text
            pieces, at = [], 0
            for hit in _merged(hits):
                pieces += [text[at : hit.start], mark(hit.rule)]
                at = hit.end
                self.found[hit.rule] += 1
            text = "".join([*pieces, text[at:]])
        # Only a text built for it uncovers secrets round after round.
        return mark(_NESTED)

    def secrets(self, text: str) -> list[Hit]:
        """What must not be shown, in prose and in code."""
        hits = secrets.find(text) if self.rules.secrets else []
        if self.rules.more is not None:
            hits += [Hit(start, end, SCRUBBED) for start, end in self.rules.more(text)]
        return hits

    def names(self, text: str) -> Iterator[Hit]:
        """What tells whose machine it was, in prose."""
        rules = self.rules
        if not rules.secrets:
            return
        for start, end in homes.find(text, rules.home):
            yield Hit(start, end, _HOME)
        if rules.user or rules.host:
            for start, end, kind in names.find(text, rules.user, rules.host):
                yield Hit(start, end, kind)

    def plain(self, text: str) -> str:
        """A key, an id or a name: as it is, but for what is scrubbed."""
        return self.prose(text) if self.rules.more and self.rules.more(text) else text

    def hunk(self, hunk: Hunk, path: str) -> Hunk:
        """A hunk whose lines with secrets are hidden, and with them lines of a secret that another
        hunk of the path showed whole; all its lines, where the path is left out."""
        rest = set(range(len(hunk.lines)))
        if path in self.left or self.rules.leaves_out(path):
            hidden = dict.fromkeys(rest - set(hunk.hidden), _LEFT_OUT)
            self.found.update(hidden.values())
            return self.hiding(hunk, hidden)
        for _ in range(_ROUNDS):
            done = self.looked_through(hunk, path)
            if done is hunk:
                return hunk
            hunk = done
        return self.hiding(hunk, dict.fromkeys(rest - set(hunk.hidden), _NESTED))

    def looked_through(self, hunk: Hunk, path: str) -> Hunk:
        """A hunk with the lines hidden that hold secrets; the same one if there are none."""
        lines = list(hunk.lines)
        hidden: dict[int, str] = {}
        removes = any(line[:1] == "-" for line in lines)
        for other in "-+" if removes else "-":
            side = [i for i, line in enumerate(lines) if line[:1] != other]
            self._hide(lines, side, hidden)
        known = self.known[path]
        known.update((line, rule) for i, rule in hidden.items() if _tells(line := lines[i][1:]))
        if known:
            _hide_known(lines, known, hidden, set(hunk.hidden))
        return self.hiding(hunk, hidden)

    def hiding(self, hunk: Hunk, hidden: Mapping[int, str]) -> Hunk:
        """The hunk with some lines hidden, each for its reason."""
        if not hidden:
            return hunk
        lines = list(hunk.lines)
        for index, rule in hidden.items():
            lf = "\n" if lines[index].endswith("\n") else ""
            lines[index] = lines[index][:1] + mark(rule) + lf
        return replace(hunk, lines=tuple(lines), hidden=tuple(sorted({*hunk.hidden, *hidden})))

    def _hide(self, lines: list[str], side: list[int], hidden: dict[int, str]) -> None:
        """Note in ``hidden`` the lines of one side of a hunk that hold secrets."""
        texts = [lines[i][1:].removesuffix("\n") + "\n" for i in side]
        hits = self.secrets("".join(texts))
        if not hits:
            return
        starts = list(accumulate(map(len, texts), initial=0))
        for hit in _merged(hits):
            first = bisect_right(starts, hit.start) - 1
            last = bisect_right(starts, hit.end - 1) - 1
            if side[first] not in hidden:
                self.found[hit.rule] += 1
            for i in side[first : last + 1]:
                hidden.setdefault(i, hit.rule)

    def change(self, change: Change) -> Change:
        """A change, its hidden added lines counted unless it is not applied."""
        hunks = _each(change.hunks, lambda hunk: self.hunk(hunk, change.path))
        reason = self.prose(change.reason)
        if change.kind != "unplaced":
            for hunk in hunks:
                self.lost[change.path] += sum(hunk.lines[i][:1] == "+" for i in hunk.hidden)
        if hunks is change.hunks and reason is change.reason:
            return change
        return replace(change, hunks=hunks, reason=reason)

    def step(self, step: Step) -> Step:
        """A step with its prose and its changes redacted."""
        text, output = self.prose(step.text), self.prose(step.output)
        lane, tool = self.prose(step.lane), self.prose(step.tool)
        changes = _each(step.changes, self.change)
        new = (text, output, lane, tool, changes)
        old = (step.text, step.output, step.lane, step.tool, step.changes)
        if all(a is b for a, b in zip(old, new, strict=True)):
            return step
        return replace(step, text=text, output=output, lane=lane, tool=tool, changes=changes)

    def turn(self, turn: Turn) -> Turn:
        """A turn with its prompt and its steps redacted."""
        turn = withhold(turn, self.rules)
        prompt, steps = self.prose(turn.prompt), _each(turn.steps, self.step)
        if prompt is turn.prompt and steps is turn.steps:
            return turn
        return replace(turn, prompt=prompt, steps=steps)

    def part(self, part: Part) -> Part:
        """A part with its problems and its turns redacted."""
        problems, turns = _each(part.problems, self.prose), _each(part.turns, self.turn)
        if problems is not part.problems or turns is not part.turns:
            part = replace(part, problems=problems, turns=turns)
        return self.keys(part) if self.rules.more else part

    def keys(self, part: Part) -> Part:
        """A part whose keys and ids are scrubbed."""
        said = self.plain
        return replace(
            part,
            agent=said(part.agent),
            session=said(part.session),
            version=said(part.version),
            models=tuple(map(said, part.models)),
            first=said(part.first),
            last=said(part.last),
            continues=said(part.continues),
        )

    def row(self, row: Row) -> Row:
        """A row, by reference if lines that were added to its path are hidden. Lines that
        were added before a rename count with the new path."""
        lost = self.lost[row.path] + (self.lost[row.source] if row.source else 0)
        if not lost or row.reference:
            return row
        return replace(row, reference="redacted", lines=lost)

    def placement(self, placement: Placement) -> Placement:
        """The placement, after all parts: rows depend on what they hid."""
        residue = _each(placement.residue, self.change)
        rows = _each(placement.rows, self.row)
        if residue is placement.residue and rows is placement.rows:
            return placement
        return replace(placement, residue=residue, rows=rows)
