"""Which stored documents a commit may have come from: proposals, cheap and never believed.

Every document is looked at once: its front matter, the rows of its placement, and which of
the lines that the commits in question add stand in it behind a ``+``. No part is read for that.
A proposal is made by the patch-id, by the id of a blob, or by a line that is long enough to
be recognised; whether it holds is decided elsewhere, by exact placement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from treadle.thread.document import DocumentError, documents, head, part_id
from treadle.thread.doubt import MARK
from treadle.thread.grammar.blocks import escape
from treadle.thread.model import Row, Thread
from treadle.thread.repo import Repo, encode

SECOND = b"\n---\ntreadle: "
"""How a second document in a note begins."""
_FILES = b"\n# Placement\n\n```files\n"
_TELLING = 8
"""Letters and digits by which a line may propose a document."""


class Change(NamedTuple):
    """One file of a document, by its ids; ``""`` where there is no blob."""

    path: str
    source: str
    """The path before, if it was renamed."""
    before: str
    after: str


@dataclass(slots=True)
class Candidate:
    """One stored document, as far as it is known without reading its parts."""

    commit: str
    """Whose note holds it."""
    note: str
    """Id of the note's blob."""
    place: int
    """Its place among the documents of the note."""
    base: str
    tree: str
    patch_id: str
    parts: tuple[str, ...]
    began: str
    """When its first part began."""
    latest: str
    """When its last part began."""
    changes: tuple[Change, ...]
    lines: frozenset[bytes] = frozenset()
    """Of the lines that were asked for those that it adds, as it writes them."""
    unsure: bool = False
    """Of a squash: it leaves lines in doubt."""

    @property
    def order(self) -> tuple[str, tuple[str, ...], str, int]:
        """Where it stands among others: by time, else by what it is made of."""
        return self.began, self.parts, self.note, self.place


class Unreadable(NamedTuple):
    """A note that is no document we can read."""

    commit: str
    reason: str


def candidates(
    repo: Repo, notes: Mapping[str, str], wanted: Iterable[bytes]
) -> tuple[list[Candidate], list[Unreadable]]:
    """All documents of ``notes`` (commit id to blob id) that have a part, sorted; and the notes
    that are no documents.

    ``wanted`` are lines as ``telling`` gives them.
    """
    lines = frozenset(wanted)
    found: list[Candidate] = []
    lost = []
    for (commit, note), text in zip(notes.items(), repo.read_all(notes.values()), strict=True):
        try:
            found += _read(commit, note, text or b"", lines)
        except (DocumentError, ValueError, KeyError, TypeError, IndexError) as error:
            said = error.message if isinstance(error, DocumentError) else "its rows are damaged"
            lost.append(Unreadable(commit, said))
    return sorted((one for one in found if one.parts), key=lambda one: one.order), lost


def telling(lines: Iterable[str]) -> dict[bytes, str]:
    """Of some lines (with their LF) those that can propose a document, by how documents write them
    as added: bare, or escaped."""
    found = {}
    for line in lines:
        if sum(map(str.isalnum, line)) >= _TELLING:
            bare = line.removesuffix("\n")
            found[encode("+" + bare)] = line
            found[encode("+" + escape(bare))] = line
    return found


def read_candidate(repo: Repo, candidate: Candidate) -> Thread | Unreadable:
    """The whole thread; why not, where its document is damaged further down."""
    try:
        return documents(repo.read(candidate.note) or b"")[candidate.place]
    except DocumentError as error:
        return Unreadable(candidate.commit, error.message)


def _read(commit: str, note: str, text: bytes, wanted: frozenset[bytes]) -> Iterator[Candidate]:
    lines = wanted.intersection(text.split(b"\n"))
    if SECOND in text:
        for place, thread in enumerate(documents(text)):
            yield _of_thread(commit, note, place, thread, lines)
        return
    front, _ = head(text)
    yield Candidate(
        commit,
        note,
        0,
        front.base,
        front.tree,
        front.patch_id,
        tuple(strand.part for strand in front.strands),
        *_times([strand.began for strand in front.strands]),
        tuple(_changes(text)),
        lines,
        MARK in text,
    )


def _changes(text: bytes) -> Iterator[Change]:
    """The rows of the placement, read without what stands before."""
    begin = text.rindex(_FILES) + len(_FILES)
    body = text[begin : text.index(b"```", begin)]
    for row in body.decode().split("\n")[:-1]:
        values = json.loads(row)
        before, after = values.get("before", ("", "")), values.get("after", ("", ""))
        yield Change(values["path"], values.get("source", ""), before[1], after[1])


def _of_thread(
    commit: str, note: str, place: int, thread: Thread, lines: frozenset[bytes]
) -> Candidate:
    placement = thread.placement
    return Candidate(
        commit,
        note,
        place,
        placement.base,
        placement.tree,
        placement.patch_id,
        tuple(map(part_id, thread.parts)),
        *_times([part.began for part in thread.parts]),
        tuple(map(change_of, placement.rows)),
        lines,
        any(row.doubts for row in placement.rows),
    )


def change_of(row: Row) -> Change:
    """A row by its ids."""
    before = row.before.blob if row.before else ""
    return Change(row.path, row.source, before, row.after.blob if row.after else "")


def _times(began: Sequence[str]) -> tuple[str, str]:
    """The first and the last of some times, ``""`` where none is known."""
    known = [time for time in began if time]
    return min(known, default=""), max(known, default="")


class Kinship:
    """All candidates, found by what may make them related to a commit."""

    def __init__(self, all_: Sequence[Candidate]) -> None:
        self.by_patch: dict[str, list[Candidate]] = {}
        self.by_blob: dict[str, list[Candidate]] = {}
        """By the id of a blob that the document's commit had after it."""
        self.by_line: dict[bytes, list[Candidate]] = {}
        for one in all_:
            if one.patch_id:
                self.by_patch.setdefault(one.patch_id, []).append(one)
            for blob in {change.after for change in one.changes if change.after}:
                self.by_blob.setdefault(blob, []).append(one)
            for line in one.lines:
                self.by_line.setdefault(line, []).append(one)

    def propose(
        self, patch_id: str, blobs: Iterable[str], lines: Iterable[bytes]
    ) -> list[Candidate]:
        """Documents with this patch-id, one of these blobs, or one of these lines; sorted."""
        found = {id(one): one for one in self.by_patch.get(patch_id, ())}
        for blob in blobs:
            found |= {id(one): one for one in self.by_blob.get(blob, ())}
        for line in lines:
            found |= {id(one): one for one in self.by_line.get(line, ())}
        return sorted(found.values(), key=lambda one: one.order)
