"""Replay: what a file was after each edit that a transcript records.

Edits name text, not places: ``old`` by ``new`` in a file that the agent saw and we did not.
So the file's text is carried forward from the base, edit by edit, and where it is no
longer what the agent saw (somebody else wrote in between) the recorded text just before
an edit, or a full read of the file, says what it had become: a *drift*, kept as such.

Two ways of reading the same edits are offered, because each explains files the other
cannot. *Lazy* believes the carried text as long as edits fit; *eager* believes every recorded
text. Nothing is guessed: an edit whose text is not there, or there more than once with
no line to choose by, has no place, and the reason is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from treadle.tangle.text.diff import Splice, splices
from treadle.tangle.text.spot import as_shown, find
from treadle.thread.model import Edit
from treadle.thread.origin import split_lines

_SMALL = 1 << 18
"""Characters of a file whose last steps are remembered."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something a transcript tells of one file at one moment: an edit, or its whole text."""

    edit: Edit | None = None
    text: str | None = None
    """Where ``edit`` is None: the whole content that a read showed."""
    key: int = 0
    """The caller's own number for it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one edit."""

    drift: tuple[Splice, ...] = ()
    """Changes nobody recorded, noticed just before this edit."""
    cuts: tuple[Splice, ...] = ()
    """The edit itself, on the text after the drift."""
    reason: str = ""
    """Why it has no place; then ``cuts`` is empty and the text did not change."""
    after: str | None = None
    """The file after it, None where it does not exist."""
    created: bool = False
    """The file did not exist before."""
    key: int = 0
    """The caller's own number for it."""


def replay(base: str | None, seen: Iterable[Seen], eager: bool) -> list[Outcome]:
    """Carry ``base`` (None: no file) through everything seen, in order; an outcome an edit."""
    text = base
    believed: str | None = None
    outcomes = []
    for item in seen:
        if item.edit is None:
            believed = item.text
            continue
        told = (_lately if len(text or "") <= _SMALL else _step)(text, item.edit, believed, eager)
        outcome = replace(told, key=item.key)
        outcomes.append(outcome)
        believed = None if not outcome.reason else believed
        text = outcome.after
    return outcomes


@lru_cache(maxsize=64)
def _lately(text: str | None, edit: Edit, believed: str | None, eager: bool) -> Outcome:
    """The same as ``_step``: windows that are tried one after the other share most of theirs."""
    return _step(text, edit, believed, eager)


def _step(text: str | None, edit: Edit, believed: str | None, eager: bool) -> Outcome:
    """One edit on ``text``. ``believed`` is what a read showed since the last edit, if any."""
    if edit.op in ("append", "substitute"):
        return _rewritten(text, edit)
    if edit.op == "delete":
        gone = (Splice(0, tuple(split_lines(text or "")), ()),) if text else ()
        return Outcome((), gone, "" if text is not None else "the file is not there", None)
    if edit.op == "write":
        cuts = splices(split_lines(text or ""), split_lines(edit.new))
        return Outcome((), tuple(cuts), "", edit.new, text is None)
    sources = _sources(text, edit, believed, eager)
    reason = "the file is not there"
    for source in sources:
        fitted, place, why = find(source, edit)
        if place is None:
            reason = why
            continue
        edit = fitted
        drift = splices(split_lines(text or ""), split_lines(source)) if source != text else []
        cuts, after = _cut(source, edit, place)
        return Outcome(tuple(drift), tuple(cuts), "", after, text is None)
    return Outcome((), (), reason, text)


def _rewritten(text: str | None, edit: Edit) -> Outcome:
    """A command whose effect on the text is known."""
    if edit.op == "append":
        after: str | None = (text or "") + edit.new
    elif text is None:
        return Outcome((), (), "the file is not there", None)
    else:
        from treadle.tangle.text.substitute import substituted

        extended, perl = edit.anchor == "extended", edit.anchor == "perl"
        after = substituted(edit.old, text, extended=extended, perl=perl)
    if after is None:
        return Outcome((), (), "the script is not understood", text)
    cuts = splices(split_lines(text or ""), split_lines(after))
    return Outcome((), tuple(cuts), "", after, text is None)


def _sources(text: str | None, edit: Edit, believed: str | None, eager: bool) -> list[str]:
    """The texts on which the edit may have been made, the one to believe first in front.

    An agent is shown LF for a file of CRLF: what differs in that alone is no other text.
    """
    carried = [] if text is None else [text]
    shown = None if text is None else as_shown(text)
    recorded = [seen for seen in (edit.before, believed) if seen is not None and seen != shown]
    return recorded + carried if eager else carried + recorded


def _cut(text: str, edit: Edit, places: Sequence[int]) -> tuple[list[Splice], str]:
    """The edit at ``places`` as splices of whole lines, and the text after it."""
    pieces = []
    at = 0
    for place in places:
        pieces += [text[at:place], edit.new]
        at = place + len(edit.old)
    after = "".join([*pieces, text[at:]])
    begin = text.rfind("\n", 0, places[0]) + 1
    end = places[-1] + len(edit.old)
    if not (_at_line(text, end) and _at_line(after, end + len(after) - len(text))):
        end = _line_end(text, end)
    before_lines = split_lines(text[begin:end])
    after_lines = split_lines(after[begin : end + len(after) - len(text)])
    first = text.count("\n", 0, begin)
    return [
        Splice(first + cut.start, cut.removed, cut.added)
        for cut in splices(before_lines, after_lines)
    ], after


def _at_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n"


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1
