"""Tangle: a commit's files written out of its document, into a folder of their own.

The whole plan is made and verified before a byte is written. The folder must be absent or
empty, every path is refused that leaves it or enters ``.git``, and links are made last, so
that none can lead a file elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from treadle.tangle.apply import File, Placed, apply, in_order
from treadle.tangle.read import base_texts
from treadle.thread.document import part_id
from treadle.thread.errors import UserError
from treadle.thread.model import Entry, Row, Thread
from treadle.thread.paths import refusal
from treadle.thread.repo import Repo, encode

_LINK = "120000"
_SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class Output:
    """One path of the plan."""

    path: str
    mode: str
    content: bytes | None
    """None: the path is deleted, or its content is not here (``missing``)."""
    status: str
    """``A``, ``M`` or ``D`` as git has it, or ``=`` for a file the commit left alone."""
    missing: str = ""
    """Why there is no content."""


def outputs(
    repo: Repo, thread: Thread, step: Placed | None = None, *, whole: bool = False
) -> list[Output]:
    """What the document makes: the paths the commit changed, or the whole tree.

    With ``step`` the state just after it. ``UserError`` where a file does not come out as the
    document's own blob ids say.
    """
    files = apply(thread, base_texts(repo, thread), step)
    rows = [row for row in thread.placement.rows if step is None or not _to_come(row, files)]
    found = [_output(repo, row, files.get(row.path), step is None) for row in rows]
    if whole:
        changed = {row.path for row in thread.placement.rows}
        changed |= {row.source for row in thread.placement.rows}
        found += _untouched(repo, thread.placement.base, changed)
    return sorted(found, key=lambda output: output.path)


def _to_come(row: Row, files: Mapping[str, File]) -> bool:
    """Whether the path is one that only a later step makes."""
    file = files.get(row.path)
    return row.before is None and file is not None and not file.exists


def find_placed(thread: Thread, part: str, turn: int, step: int) -> Placed:
    """The step of that address, at its place in the thread."""
    found = [
        placed
        for placed in in_order(thread.parts)
        if placed.name == f"{turn}.{step}" and part_id(thread.parts[placed.part]).startswith(part)
    ]
    if len(found) != 1:
        names = ", ".join(f"{part_id(thread.parts[p.part])[:8]}:{p.name}" for p in found)
        raise UserError(
            f"{len(found) or 'no'} steps are called {turn}.{step} in this document",
            f"say which: {names}" if found else "treadle show COMMIT lists its steps",
            2,
        )
    return found[0]


def _output(repo: Repo, row: Row, file: File | None, final: bool) -> Output:
    why = refusal(row.path)
    if why:
        raise UserError(f"{row.path!r}: this path is refused, {why}", "the document is hostile")
    status = "A" if row.before is None else "D" if row.after is None else "M"
    entry = row.after or row.before
    if entry is None:
        raise UserError(f"{row.path}: the document says nothing of it", "the document is damaged")
    if file is None:
        return _referenced(repo, row, entry, status)
    if row.moved and not final:
        return Output(row.path, entry.mode, None, status, "its steps stand on another base")
    if final and file.exists != (row.after is not None):
        raise UserError(
            f"{row.path}: the document {'leaves' if file.exists else 'lacks'} this file, "
            f"which the commit {'deletes' if file.exists else 'has'}",
            "the document was edited or is damaged: fetch it again",
        )
    if not file.exists:
        return Output(row.path, entry.mode, None, "D")
    content = encode(file.text)
    if file.hidden:
        blob = repo.read(entry.blob) if final else None
        return Output(row.path, entry.mode, blob, status, "" if blob else "lines are redacted")
    if final and row.after is not None and repo.blob_id(content) != row.after.blob:
        raise UserError(
            f"{row.path}: the document does not make the blob {row.after.blob[:12]} it names",
            "the document was edited or is damaged: fetch it again",
        )
    return Output(row.path, entry.mode, content, status)


def _referenced(repo: Repo, row: Row, entry: Entry, status: str) -> Output:
    """A path without text in the document: its blob, where the clone has it."""
    if row.after is None:
        return Output(row.path, entry.mode, None, "D")
    if entry.mode == _SUBMODULE:
        return Output(row.path, entry.mode, None, status, "a submodule")
    content = repo.read(entry.blob)
    why = f"by reference ({row.reference}) and its blob is not in this clone"
    return Output(row.path, entry.mode, content, status, "" if content is not None else why)


def _untouched(repo: Repo, base: str, changed: set[str]) -> list[Output]:
    """The base tree's other files."""
    if base == repo.empty_tree:
        return []
    entries = {p: e for p, e in repo.tree(base).items() if p not in changed}
    kept = {path: entry for path, entry in entries.items() if entry.mode != _SUBMODULE}
    blobs = repo.read_all(entry.blob for entry in kept.values())
    return [
        Output(path, entry.mode, blob, "=", "" if blob is not None else "not in this clone")
        for (path, entry), blob in zip(kept.items(), blobs, strict=True)
        if not refusal(path)
    ]


def write(found: Sequence[Output], folder: str | os.PathLike[str]) -> int:
    """Write the plan into ``folder``, absent or empty; how many files were written."""
    root = Path(folder)
    if root.is_symlink() or (root.exists() and not root.is_dir()):
        raise UserError(
            f"{root} is there and is no folder", "name a folder that is absent or empty"
        )
    if root.is_dir() and any(root.iterdir()):
        raise UserError(f"{root} is not empty", "name a folder that is absent or empty")
    made = {output.path: output for output in found if output.content is not None}
    _refuse_clashes(made)
    for output in made.values():
        if output.mode == _LINK and (not output.content or b"\0" in output.content):
            raise UserError(f"{output.path}: this link leads nowhere", "the document is hostile")
    root.mkdir(parents=True, exist_ok=True)
    for output in sorted(made.values(), key=lambda output: output.mode == _LINK):
        _write_one(root, output)
    return len(made)


def _refuse_clashes(made: Mapping[str, Output]) -> None:
    """A path that is a file and a folder at once cannot be written."""
    for path in made:
        above = path.rpartition("/")[0]
        while above:
            if above in made:
                raise UserError(
                    f"{above} is a file and a folder at once", "the document is hostile"
                )
            above = above.rpartition("/")[0]


def _write_one(root: Path, output: Output) -> None:
    assert output.content is not None
    target = root / output.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if output.mode == _LINK:
        os.symlink(os.fsdecode(output.content), target)
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(target, flags, 0o777 if output.mode == "100755" else 0o666), "wb") as file:
        file.write(output.content)
