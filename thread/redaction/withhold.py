"""What somebody does not want kept: thoughts, output, and all that is told of some paths.

Settings take it away before a document is written, so that nothing of it is ever stored. A step
stays where it was, with its number, since others point to it; only a thought, to which nothing
can point, goes as a whole. Lines of code that are left out are hidden by ``redact``, as secrets
are, so that the document still makes the commit's other files.

Withholding again takes nothing more away.
"""

from __future__ import annotations

import re
from dataclasses import replace

from treadle.thread.model import Step, Turn
from treadle.thread.redaction.rules import Rules

MARK = "[left out]"
"""What stands for text about a path that is left out."""
_HEAD, _TAIL = 3, 8
"""Lines that a brief output keeps of its beginning and of its end."""
_CUT = re.compile(r"\[([0-9]{1,9}) lines cut\]")
_WORD = re.compile(r"[^\s\"'`;|&<>(){}=,:]{1,400}")
_MOST = 400
"""Words of a command that are looked at."""
_DEEP = 16
"""Folders of an absolute path that may lie above the repository."""


def withhold(turn: Turn, rules: Rules) -> Turn:
    """The turn without what the rules do not want kept; the same object if that is nothing."""
    if rules.thinking and rules.output == "full" and not rules.leave_out:
        return turn
    steps = tuple(
        _step(step, rules) for step in turn.steps if rules.thinking or step.kind != "thought"
    )
    same = len(steps) == len(turn.steps) and all(
        a is b for a, b in zip(steps, turn.steps, strict=True)
    )
    return turn if same else replace(turn, steps=steps)


def _step(step: Step, rules: Rules) -> Step:
    if rules.leave_out and _is_about(step, rules):
        text = _first_line(step.text) if step.kind == "ran" else step.text
        step = _with(step, text, MARK if step.output else "", step.cut)
    if step.output in ("", MARK) or rules.output == "full":
        return step
    lines = step.output.split("\n")
    if rules.output == "none":
        return _with(step, step.text, "", step.cut + len(lines) - _cuts(lines))
    if len(lines) <= _HEAD + _TAIL + 1:
        return step
    gone = lines[_HEAD:-_TAIL]
    cut = step.cut + len(gone) - _cuts(gone)
    kept = [*lines[:_HEAD], f"[{cut} lines cut]", *lines[-_TAIL:]]
    return _with(step, step.text, "\n".join(kept), cut)


def _with(step: Step, text: str, output: str, cut: int) -> Step:
    if (text, output, cut) == (step.text, step.output, step.cut):
        return step
    return replace(step, text=text, output=output, cut=cut)


def _cuts(lines: list[str]) -> int:
    """How many of the lines only tell that others were cut: those are counted already."""
    return sum(_CUT.fullmatch(line) is not None for line in lines)


def _is_about(step: Step, rules: Rules) -> bool:
    """Whether what a step says or shows may hold text of a path that is left out."""
    if any(rules.leaves_out(change.path) for change in step.changes):
        return True
    if step.kind not in ("ran", "edited", "looked"):
        return False
    words = _WORD.findall(step.text[:20_000])[:_MOST]
    return any(_names(word, rules) for word in words)


def _names(word: str, rules: Rules) -> bool:
    """Whether a word is a path that is left out, seen from the root or from somewhere below it."""
    names = [name for name in word.split("/") if name not in ("", ".")]
    return any(rules.leaves_out("/".join(names[first:])) for first in range(min(len(names), _DEEP)))


def _first_line(text: str) -> str:
    """A command whose further lines may be a file's text, as a here-document's are."""
    first, lf, rest = text.partition("\n")
    return f"{first}\n{MARK}" if lf and rest != MARK else text
