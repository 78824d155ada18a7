"""Edits that take edits back.

Some agents can undo what they did: the files become what they were, and the transcript has one
line on it. What that line did to the files is known from the edits it names, read backwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from treadle.thread.model import Edit


def undone(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits that take ``edits`` back, the last one first.

    An edit whose contrary is not known (the file before it was not kept, text was taken out
    at a place that nothing names) becomes a ``command``: it changed the file, nobody knows how.
    """
    return tuple(_contrary(edit) for edit in reversed(list(edits)))


def _contrary(edit: Edit) -> Edit:
    path = edit.path
    if edit.op == "move":
        return Edit(edit.to, "move", to=path)
    if edit.op == "copy":
        return Edit(edit.to, "delete")
    if edit.before is not None:
        created = edit.op == "write" and not edit.before
        return Edit(path, "delete") if created else Edit(path, "write", new=edit.before)
    if edit.op == "replace" and edit.old and edit.new and not edit.every:
        return replace(edit, old=edit.new, new=edit.old)
    return Edit(path, "command")
