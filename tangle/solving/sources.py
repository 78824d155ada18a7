"""Whom to ask for a line that no edit could carry to its place.

Three kinds of text in the thread can have written a line of a path, asked in this order:

1. an edit of the same path, whatever became of it (``matched``);
2. the text of a command that names the path: a here-document, an inline script (``matched``);
3. an edit of another path of the thread: renamed or moved code (``matched``).

Then a command that names the path is known to have worked on it though its text is not
there (``command``), if it is the only one; of several nobody can tell which.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.solving.draft import Address, Draft
from treadle.tangle.text.match import Written, matched
from treadle.thread.model import Edit, Event
from treadle.thread.origin import split_lines
from treadle.thread.select import Ref

NOBODY = ("", "unrecorded")
Claim = tuple[str, str]
"""A step's name and the class of evidence; ``NOBODY`` where none is known."""
Label = Callable[[Sequence[str], Sequence[str], Sequence[str]], list[Claim]]
"""For each of some added lines who wrote it; given with the lines before and behind them."""
_SHORTEST = 5
"""Letters of a file's name below which a command's text cannot be said to name it."""
_IN_PATHS = "_-+@./"
"""What stands in a path beside letters and digits."""
_INTERPRETER = re.compile(r"\b(?:python3?|perl|ruby|node|php)\b")


@dataclass(frozen=True, slots=True)
class Sources:
    """The thread's own text, asked path by path. ``names`` is how each part's steps are called:
    a prefix before ``T.S``, in the order of the drafts."""

    drafts: Sequence[Draft]
    prefixes: Sequence[str]

    def label(self, paths: Sequence[str], part: int | None = None) -> Label:
        """A label for a path (and the names it had); of one part only, where that is given."""
        stages: list[list[Written]] = []
        naming: list[str] = []

        def label(
            lines: Sequence[str], before: Sequence[str], behind: Sequence[str]
        ) -> list[Claim]:
            if not stages:
                stages.extend(self._stages(paths, part))
                naming.extend(self._naming(paths, part))
            found = [NOBODY] * len(lines)
            for stage in stages:
                steps = matched(lines, stage, before, behind)
                for i, step in enumerate(steps):
                    if step and found[i] == NOBODY:
                        found[i] = (step, "matched")
            if len(set(naming)) == 1:
                found = [(naming[0], "command") if claim == NOBODY else claim for claim in found]
            return found

        return label

    def _stages(self, paths: Sequence[str], part: int | None) -> list[list[Written]]:
        same: list[Written] = []
        others: list[Written] = []
        scripts: list[Written] = []
        for index, draft in self._chosen(part):
            names = _paths(draft)
            for ref, address in draft.where.items():
                event, edit = draft.slice.session.events[ref.event], _edit(draft, ref)
                written = wrote(self._name(index, address), edit)
                here = names.get(ref) in paths
                if event.ok is not False and written.added:
                    (same if here else others).append(written)
            for event, address in _commands(draft, paths):
                scripts.append(Written.of(self._name(index, address), [], _script(event)))
        return [same, scripts, others]

    def _naming(self, paths: Sequence[str], part: int | None) -> list[str]:
        """Commands that worked on the path in a way nobody can replay."""
        found = []
        for index, draft in self._chosen(part):
            names = _paths(draft)
            found += [
                self._name(index, address)
                for ref, address in draft.where.items()
                if names.get(ref) in paths and _opaque(_edit(draft, ref))
            ]
            found += [
                self._name(index, address)
                for event, address in _commands(draft, paths)
                if _INTERPRETER.search(event.text) and "write" in event.text
            ]
        return found

    def _chosen(self, part: int | None) -> list[tuple[int, Draft]]:
        return [row for row in enumerate(self.drafts) if part is None or row[0] == part]

    def _name(self, index: int, address: Address) -> str:
        """A step's name; of one that takes up an edit of an earlier document that edit's own."""
        turn, step = address
        return self.drafts[index].steps[address].origin or f"{self.prefixes[index]}{turn}.{step}"


def _paths(draft: Draft) -> Mapping[Ref, str]:
    """The path of each edit; of a move the name it made."""
    reel = draft.slice.strand.reel
    found = {ref: path for path, refs in reel.edits.items() for ref in refs}
    found.update({ref: to for ref, _, to in reel.moves})
    return found


def _edit(draft: Draft, ref: Ref) -> Edit:
    return draft.slice.strand.reel.edit(ref)


def _opaque(edit: Edit) -> bool:
    """Whether nobody can tell what became of the file."""
    if edit.op != "substitute":
        return edit.op == "command"
    from treadle.tangle.text.substitute import substituted

    extended, perl = edit.anchor == "extended", edit.anchor == "perl"
    return substituted(edit.old, "", extended=extended, perl=perl) is None


def _commands(draft: Draft, paths: Sequence[str]) -> list[tuple[Event, Address]]:
    """Commands of the slice whose text names one of the paths."""
    events = draft.slice.session.events
    long = [path for path in paths if len(posixpath.basename(path)) >= _SHORTEST]
    return [
        (events[index], address)
        for index, address in draft.at.items()
        if events[index].kind == "ran"
        and events[index].ok is not False
        and any(names(events[index].text, path) for path in long)
    ]


def names(text: str, path: str) -> bool:
    """Whether a command's text names a path: by the end of it, as far as the text goes."""
    base = posixpath.basename(path)
    at = text.find(base)
    while at >= 0:
        end = at + len(base)
        begin = at
        while begin > 0 and (text[begin - 1].isalnum() or text[begin - 1] in _IN_PATHS):
            begin -= 1
        told = text[begin:end].lstrip("./")
        if begin and text[begin - 1] == "$":
            told = told.partition("/")[2]
        fits = f"/{path}".endswith(f"/{told}") or f"/{told}".endswith(f"/{path}")
        if fits and not (text[end : end + 1].isalnum() or text[end : end + 1] == "_"):
            return True
        at = text.find(base, end)
    return False


def _script(event: Event) -> list[str]:
    """A command's lines as they would stand in a file."""
    return [line if line.endswith("\n") else line + "\n" for line in split_lines(event.text)]


def wrote(step: str, edit: Edit) -> Written:
    """What an edit wrote, as text to be recognised."""
    if edit.op not in ("replace", "write", "append"):
        return Written(step, (), frozenset())
    old = edit.old if edit.op == "replace" else edit.before or ""
    return Written.of(step, split_lines(old), split_lines(edit.new))
