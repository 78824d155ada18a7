"""The changes that Codex itself says it made, as edits.

After a patch was applied Codex records for each file its whole content, or a unified diff
against what the file was. That is what happened; the patch is only what was asked for. But
the record has one entry a path: where a patch names a path more than once it has only the
last of them, and then the patch is believed.

A diff's hunks become edits to be made one after the other, so each ``line`` counts in the file
as the hunks before it have left it:

    @@ -3,2 +3,3 @@        line 2
    @@ -10 +11 @@          line 10, not 9: the first hunk has added a line
    @@ -20,0 +22,2 @@      line 21: two lines are put in before the line that is 21 by then
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from treadle.thread.agents.events.patch import Section
from treadle.thread.agents.reading.fields import text
from treadle.thread.model import Edit

_HEADER = re.compile(r"@@ -\d{1,9}(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")


def edits(
    changes: Mapping[str, object], sections: Sequence[Section], folder: str
) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
    """The edits of all files, and the paths whose change could not be read.

    ``sections`` are those of the patch, if it is known: they give the order. ``folder`` is
    the one that the patch was applied in.
    """
    named: dict[str, list[Section]] = {}
    for section in sections:
        path = _same(section.path, changes, folder)
        if path:
            named.setdefault(path, []).append(section)
    found: list[Edit] = []
    unread = []
    for path in [*named, *(path for path in changes if path not in named)]:
        told = _told(path, changes[path], named.get(path, []))
        if told is None:
            unread.append(path)
        else:
            found += told
    return tuple(found), tuple(unread)


def paths_agree(changes: Mapping[str, object], sections: Sequence[Section], folder: str) -> bool:
    """Whether a patch names just the files that were changed."""
    return {_same(section.path, changes, folder) for section in sections} == set(changes)


def _same(path: str, changes: Mapping[str, object], folder: str) -> str:
    """The changed path that a patch calls ``path``; ``""`` if there is none, or several may be."""
    full = posixpath.normpath(posixpath.join(folder, path))
    exact = next((known for known in (path, full) if known in changes), "")
    if exact:
        return exact
    tail = "/" + posixpath.normpath(path).replace("../", "").lstrip("/")
    fits = [known for known in changes if ("/" + known.replace("\\", "/")).endswith(tail)]
    return fits[0] if len(fits) == 1 else ""


def _told(path: str, change: object, sections: Sequence[Section]) -> list[Edit] | None:
    if len(sections) > 1:
        return _repeated(path, change, sections)
    kind = text(change, "type")
    if kind == "add":
        return [Edit(path, "write", new=text(change, "content"), before="")]
    if kind == "delete":
        content = change.get("content") if isinstance(change, dict) else None
        return [Edit(path, "delete", before=content if isinstance(content, str) else None)]
    hunks = replacements(path, text(change, "unified_diff"))
    if hunks is None:
        return list(sections[0].edits) if sections else None
    to = text(change, "move_path")
    return [*hunks, Edit(path, "move", to=to)] if to else hunks


def _repeated(path: str, change: object, sections: Sequence[Section]) -> list[Edit]:
    """A path that the patch names again: the record knows only how it ended."""
    last = sections[-1]
    earlier = [edit for section in sections[:-1] for edit in section.edits]
    if last.op == "add" and text(change, "type") == "add":
        return [*earlier, Edit(path, "write", new=text(change, "content"), before="")]
    return [*earlier, *last.edits]


def replacements(path: str, diff: str) -> list[Edit] | None:
    """The hunks of a unified diff of one file; None if it is not one."""
    lines = diff.split("\n")
    if lines[-1] == "":
        lines.pop()
    found: list[Edit] = []
    at = 0
    while at < len(lines):
        header = _HEADER.match(lines[at])
        at += 1
        if header is None and (found or not lines[at - 1].startswith(("--- ", "+++ ", "diff "))):
            return None
        if header is not None:
            counts = [1 if count is None else int(count) for count in (header[1], header[3])]
            sides = _sides(lines, at, counts)
            if sides is None:
                return None
            old, new, at = sides
            line = int(header[2]) - (1 if counts[1] else 0)
            found.append(Edit(path, "replace", old, new, line=max(0, line)))
    return found


def _sides(lines: Sequence[str], at: int, counts: Sequence[int]) -> tuple[str, str, int] | None:
    """Both texts of the hunk whose lines begin at ``at``, and where it ends.

    ``counts`` are the lines that it must have before and after; None if it has others.
    """
    sides: tuple[list[str], list[str]] = ([], [])
    last: tuple[int, ...] = ()
    while at < len(lines):
        line = lines[at]
        if line.startswith("\\"):
            for side in last:
                sides[side][-1] = sides[side][-1].removesuffix("\n")
            last = ()
        elif (len(sides[0]), len(sides[1])) == tuple(counts):
            break
        else:
            last = {"-": (0,), "+": (1,), " ": (0, 1), "": (0, 1)}.get(line[:1], ())
            for side in last:
                sides[side].append(line[1:] + "\n")
            if not last:
                return None
        at += 1
    if (len(sides[0]), len(sides[1])) != tuple(counts):
        return None
    return "".join(sides[0]), "".join(sides[1]), at
