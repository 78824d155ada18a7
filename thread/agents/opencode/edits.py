"""The edits of OpenCode's tools.

What is believed, in this order: the whole file before and after, which older versions keep; the
request, where the recorded diff agrees with it; the diff, where it does not, because the text was
found by likeness or a formatter ran; the request alone. Version 1 takes from every line of a diff
the indentation that all its lines share, so a diff can be believed only if a line that it adds
also stands in the request, which tells what was taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from treadle.thread.agents.codex.diff import replacements
from treadle.thread.agents.events.patch import patch
from treadle.thread.agents.reading.fields import rows, table, text
from treadle.thread.model import Edit
from treadle.thread.origin import split_lines

EDITORS = ("edit", "write", "multiedit", "patch", "apply_patch")


@dataclass(frozen=True, slots=True)
class _Told:
    """What OpenCode itself says of a change of one file."""

    before: str | None
    after: str | None
    diff: str


def path(asked: dict[str, object], told: dict[str, object]) -> str:
    """The file that a call names."""
    named = (text(asked, "filePath"), text(asked, "path"), text(told, "filepath"))
    return next((one for one in (*named, text(table(told, "filediff"), "file")) if one), "")


def edits(
    tool: str, asked: dict[str, object], told: dict[str, object]
) -> tuple[tuple[Edit, ...], str]:
    """The edits of a call, and the first line of its patch that has no meaning.

    ``asked`` is its input; ``told`` what OpenCode recorded of its doing.
    """
    file = path(asked, told)
    if tool in ("patch", "apply_patch"):
        return _patched(text(asked, "patchText") or text(asked, "patch"), told)
    if tool == "multiedit":
        results = rows(told, "results")
        pairs = [one for one in rows(asked, "edits") if isinstance(one, dict)]
        found: list[Edit] = []
        for at, pair in enumerate(pairs):
            result = results[at] if at < len(results) else {}
            found += _replaced(file, pair, _told(result))
        return tuple(found), ""
    if tool == "edit" and isinstance(asked.get("oldString"), str):
        return tuple(_replaced(file, asked, _told(told))), ""
    content = asked.get("content")
    if not file or not isinstance(content, str):
        return (), ""
    new = told.get("exists") is False or _status(told) == "added"
    return (Edit(file, "write", new=content, before="" if new else None),), ""


def _status(told: dict[str, object]) -> str:
    return next((text(one, "status") for one in rows(told, "files")), "")


def _told(told: object) -> _Told:
    first = next((one for one in rows(told, "files") if isinstance(one, dict)), {})
    account = table(told, "filediff") or first
    before, after = account.get("before"), account.get("after")
    known = isinstance(before, str) and isinstance(after, str)
    diff = text(account, "patch") or text(account, "diff") or text(told, "diff")
    return _Told(str(before) if known else None, str(after) if known else None, diff)


def _replaced(file: str, asked: dict[str, object], told: _Told) -> list[Edit]:
    old, new = text(asked, "oldString"), text(asked, "newString")
    every = asked.get("replaceAll") in (True, "true")
    if not file:
        return []
    if told.before is not None and told.after is not None:
        return [_exact(Edit(file, "replace", old, new, every), told.before, told.after)]
    if not old:
        return [Edit(file, "write", new=new)]
    edit = Edit(file, "replace", old, new, every)
    hunks = replacements(file, _body(told.diff))
    if not hunks:
        return [edit]
    removed, added = _signed(told.diff, "-"), _signed(told.diff, "+")
    if _within(removed, old) and _within(added, new):
        return [replace(edit, line=_line(hunks[0], old, new))]
    pad = _taken(added, new)
    return [edit] if pad is None else [_padded(hunk, pad) for hunk in hunks]


def _exact(edit: Edit, before: str, after: str) -> Edit:
    """The request, if it leads from ``before`` to ``after``; else the file as it became."""
    count = before.count(edit.old) if edit.old else 0
    if (count == 1 or (count and edit.every)) and before.replace(edit.old, edit.new) == after:
        return replace(edit, every=edit.every and count > 1, before=before)
    return Edit(edit.path, "write", new=after, before=before)


def _body(diff: str) -> str:
    """A diff of one file without what stands before its first hunk."""
    return diff if diff.startswith("@@") else diff[diff.find("\n@@") + 1 :]


def _signed(diff: str, sign: str) -> list[str]:
    """The lines that a diff of one file takes out, or puts in, without their sign."""
    return [line[1:] for line in _body(diff).split("\n") if line.startswith(sign)]


def _within(lines: Sequence[str], whole: str) -> bool:
    """Whether all lines stand in a text, indentation aside; its first and last may be partial."""
    own = [line.strip() for line in whole.split("\n")]
    known = set(own)
    ends = [end for end in (own[0], own[-1]) if end]
    return all(
        line.strip() in known or any(end in line for end in ends) or not line.strip()
        for line in lines
    )


def _line(hunk: Edit, old: str, new: str) -> int | None:
    """The line at which the request's text begins, by that at which the diff's does."""
    if hunk.line is None:
        return None
    return max(0, hunk.line + _common(hunk.old, hunk.new) - _common(old, new))


def _common(old: str, new: str) -> int:
    """How many whole lines both texts begin with."""
    pairs = zip(split_lines(old), split_lines(new), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _taken(added: Sequence[str], new: str) -> str | None:
    """The indentation that was taken from all lines of a diff; None where it is not certain."""
    asked: dict[str, set[str]] = {}
    for line in new.split("\n"):
        bare = line.lstrip(" \t")
        if bare:
            asked.setdefault(bare, set()).add(line)
    pads = set()
    for line in added:
        for full in asked.get(line.lstrip(" \t"), ()):
            if full.endswith(line):
                pads.add(full[: len(full) - len(line)])
    return pads.pop() if len(pads) == 1 else None


def _padded(hunk: Edit, pad: str) -> Edit:
    return replace(hunk, old=_indented(hunk.old, pad), new=_indented(hunk.new, pad))


def _indented(text_: str, pad: str) -> str:
    return "".join(pad + line if line.strip() else line for line in split_lines(text_))


def _patched(asked: str, told: dict[str, object]) -> tuple[tuple[Edit, ...], str]:
    """The edits of a patch: by what each file was and became, or by the patch's own text."""
    files = [one for one in rows(told, "files") if isinstance(one, dict)]
    if files and all(isinstance(one.get("before"), str) for one in files):
        return tuple(edit for one in files for edit in _file(one)), ""
    read = patch(asked)
    return tuple(edit for section in read.sections for edit in section.edits), read.unread


def _file(one: dict[str, object]) -> list[Edit]:
    name = text(one, "filePath") or text(one, "file") or text(one, "relativePath")
    before, after = text(one, "before"), text(one, "after")
    kind = text(one, "type")
    if kind == "delete":
        return [Edit(name, "delete", before=before)]
    found = [Edit(name, "write", new=after, before=before)] if after != before or not before else []
    to = text(one, "movePath")
    return [*found, Edit(name, "move", to=to)] if to else found
