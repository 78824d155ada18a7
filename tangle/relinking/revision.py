"""What one document makes of one file, also where its base is not here.

After a squash merge made by a forge only documents arrive: the commits they were written for never
stood in this clone, nor did the files between two of them. A text that git lacks is made:
a document's hunks on a known base give its commit's text, proved by the blob's id, and that is
the base of the next document. Where a base stays unknown its lines are unknown ones, of which
the hunks show those they touch. Then git says, as it would have said of the old commit, which
lines are new, and the line map says who wrote them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from treadle.tangle.apply import (
    File,
    Mark,
    MismatchError,
    Unknown,
    apply_change,
    by_reference,
    in_order,
)
from treadle.tangle.linemap import origins
from treadle.thread.document import part_id
from treadle.thread.doubt import by_line
from treadle.thread.git.differences import Range, Side, differences, sources
from treadle.thread.model import Change, Entry, Row, Thread
from treadle.thread.origin import Origin, split_lines
from treadle.thread.repo import Repo, decode, encode, is_binary

_LONGEST = 200_000
"""Lines of an unknown base beyond which a document is not believed."""
_BASE = -2
"""In a mark, instead of a part: a line of an unknown base, whose number stands as the step."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One file of one document: its lines after it, and who wrote them."""

    path: str
    source: str
    before: str
    """Id of the blob before; ``""`` where there is none."""
    after: str
    """Id of the blob after."""
    lines: tuple[str, ...]
    origins: tuple[Origin | None, ...]
    """One a line, as the document's line map has it; None for a line of the base."""
    back: tuple[int, ...]
    """For each line its line in the base, -1 for a line that was added."""
    blocks: tuple[int, ...]
    """For each line the number of the run of added lines in which it stands."""
    side: Side
    """The text after, as git may be asked about it."""
    whole: bool
    """No line is unknown."""
    own: frozenset[str]
    """Texts of the lines that it added."""
    doubts: Mapping[int, AbstractSet[str]] = field(default_factory=dict)
    """What lines of the base may be instead, as ``Doubt`` has it: the document is a squash's."""


@dataclass(slots=True)
class _Told:
    """A row while its texts are looked for."""

    document: int
    row: Row
    changes: list[tuple[Change, int, str]]
    """Every change of the path in order, with its part and the step's name."""
    file: File | None = None
    before: list[str] | None = None


def revisions(repo: Repo, threads: Sequence[Thread]) -> list[dict[str, Revision]]:
    """For each thread the revisions of its files, by path. Left out are files that the commit
    deletes or names by reference, and those of which the document does not make what it says."""
    told = [row for number, thread in enumerate(threads) for row in _told(number, thread)]
    gone = _removed(told, threads)
    texts = _texts(repo, told, [entry.blob for rows in gone.values() for _, entry in rows])
    here = dict(texts)
    while _make_known(repo, told, texts):
        pass
    for row in told:
        known = row.row.after is not None and row.row.after.blob in texts
        if row.file is None and known and _make_unknown(repo, row, texts):
            while _make_known(repo, told, texts):
                pass
    for row in told:
        if row.file is None:
            _make_unknown(repo, row, texts)
    made = [row for row in told if row.file is not None and row.before is not None]
    _follow_moves(repo, made, gone, texts, here)
    pairs = [(_side(row, False, here), _side(row, True, here)) for row in made]
    found: list[dict[str, Revision]] = [{} for _ in threads]
    names = [(tuple(map(part_id, t.parts)), tuple(p.named for p in t.parts)) for t in threads]
    for row, pair, change in zip(made, pairs, differences(repo, pairs), strict=True):
        ids, named = names[row.document]
        assert row.file is not None
        found[row.document][row.row.path] = Revision(
            row.row.path,
            row.row.source,
            row.row.before.blob if row.row.before else "",
            row.row.after.blob if row.row.after else "",
            tuple(row.file.lines),
            tuple(origins(row.file, change.added, ids, named)),
            tuple(back_of(len(row.file.lines), change.removed, change.added)),
            tuple(_blocks(len(row.file.lines), change.added)),
            pair[1],
            not any(isinstance(line, Unknown) for line in row.file.lines),
            frozenset(row.file.lines[i] for begin, end in change.added for i in range(begin, end)),
            by_line(row.row.doubts, len(row.file.lines)),
        )
    return found


def _told(number: int, thread: Thread) -> list[_Told]:
    """The rows with text, each with all that the document does to its path."""
    rows = {
        row.path: _Told(number, row, [])
        for row in thread.placement.rows
        if row.after is not None and not by_reference(row)
    }
    for placed in in_order(thread.parts):
        name = placed.step.origin or placed.name
        for change in placed.step.changes:
            known = rows.get(change.path)
            if known and change.kind in ("edit", "drift") and not known.row.moved:
                known.changes.append((change, placed.part, name))
    for change in thread.placement.residue:
        if change.path in rows:
            rows[change.path].changes.append((change, -1, ""))
    return list(rows.values())


def _removed(
    told: Iterable[_Told], threads: Sequence[Thread]
) -> dict[int, list[tuple[str, Entry]]]:
    """For each document that creates a file those that it removes or moves: path and blob."""
    creating = {row.document for row in told if row.row.before is None}
    return {
        number: [
            (row.source or row.path, row.before)
            for row in threads[number].placement.rows
            if row.before is not None and (row.after is None or row.source)
        ]
        for number in creating
    }


def _follow_moves(
    repo: Repo,
    made: Iterable[_Told],
    gone: Mapping[int, list[tuple[str, Entry]]],
    texts: Mapping[str, str],
    here: Mapping[str, str],
) -> None:
    """Let a file that a document creates go on from one that it removes, where git's blame of it
    would, whatever the placement's diff has found."""
    known = {
        number: [(path, entry) for path, entry in rows if entry.blob in texts]
        for number, rows in gone.items()
    }
    removed = {
        number: [(path, _text(entry.blob, texts, here)) for path, entry in rows]
        for number, rows in known.items()
    }
    created = [row for row in made if row.row.before is None and removed[row.document]]
    asked = [(row.row.path, _side(row, True, here), removed[row.document]) for row in created]
    for row, at in zip(created, sources(repo, asked), strict=True):
        if at >= 0:
            path, entry = known[row.document][at]
            row.row = replace(row.row, before=entry, source=path)
            row.before = split_lines(texts[entry.blob])


def _texts(repo: Repo, told: Iterable[_Told], more: Iterable[str]) -> dict[str, str]:
    """The texts that git has, by blob id; ``more`` are ids that are asked for too."""
    ids = {e.blob for row in told for e in (row.row.before, row.row.after) if e is not None}
    ids.update(more)
    asked = sorted(ids)
    return {
        blob: decode(content)
        for blob, content in zip(asked, repo.read_all(asked), strict=True)
        if content is not None and not is_binary(content)
    }


def _make_known(repo: Repo, told: Iterable[_Told], texts: dict[str, str]) -> bool:
    """Apply what has a base by now; whether a text was won that was not known before."""
    won = False
    for row in told:
        text = "" if row.row.before is None else texts.get(row.row.before.blob)
        if row.file is not None or row.before is not None or text is None:
            continue
        row.before = split_lines(text)
        file = File.of(None if row.row.before is None else text)
        row.file = _applied(file, row.changes)
        assert row.row.after is not None
        blob = row.row.after.blob
        if row.file is None:
            continue
        if row.file.hidden:
            _uncover(row.file, split_lines(texts.get(blob, "")))
        elif repo.blob_id(encode(row.file.text)) != blob:
            row.file = None
        elif blob not in texts:
            texts[blob] = row.file.text
            won = True
    return won


def _make_unknown(repo: Repo, row: _Told, texts: dict[str, str]) -> bool:
    """Apply to a base that is not here, as far as the hunks show it. Where git has the text after
    it, the base can come out whole: whether it did."""
    if row.before is not None or row.row.before is None or row.row.after is None:
        return False
    after = split_lines(texts.get(row.row.after.blob, ""))
    size = _reach(row, len(after))
    if size > _LONGEST:
        return False
    base: list[str] = [Unknown(f"\ue000 {line} \ue000\n") for line in range(size)]
    places: list[Mark | None] = [Mark(_BASE, str(line)) for line in range(size)]
    file = _applied(File(list(base), places, True), row.changes, base)
    if file is None:
        return False
    if after:
        _uncover(file, after)
    last = -1
    for i, mark in enumerate(file.marks):
        if mark is not None and mark.part == _BASE:
            last = int(mark.step)
            base[last] = file.lines[i]
            file.marks[i] = None
    while after and len(base) > last + 1 and isinstance(base[-1], Unknown):
        base.pop()
    row.before, row.file = base, file
    blob = row.row.before.blob
    text = "".join(base)
    if not after or blob in texts or repo.blob_id(encode(text)) != blob:
        return False
    texts[blob] = text
    return True


def _reach(row: _Told, after: int) -> int:
    """How many lines of an unknown base the hunks can touch, or the text after it can hold."""
    hunks = [hunk for change, _, _ in row.changes for hunk in change.hunks]
    gone = sum(line[0] == "-" for hunk in hunks for line in hunk.lines)
    return max([after, *(hunk.old + len(hunk.lines) for hunk in hunks)]) + gone


def _applied(
    file: File, changes: Sequence[tuple[Change, int, str]], base: list[str] | None = None
) -> File | None:
    """``file`` after all changes, None where one does not fit. What they show of an unknown
    ``base`` is written there."""
    try:
        for change, part, name in changes:
            if base is not None:
                _learn(file, change, base)
            apply_change(file, change, part, name)
    except MismatchError:
        return None
    return file


def _learn(file: File, change: Change, base: list[str]) -> None:
    """Write down what a change's hunks show of the base."""
    for hunk in change.hunks:
        at = hunk.old
        for index, line in enumerate(hunk.lines):
            if line[0] == "+":
                continue
            mark = file.marks[at] if 0 <= at < len(file.marks) else None
            if mark is not None and mark.part == _BASE and index not in hunk.hidden:
                base[int(mark.step)] = line[1:]
            at += 1


def _uncover(file: File, lines: list[str]) -> None:
    """Put the text that git has in the place of lines that the document does not show."""
    if len(lines) < len(file.lines) and isinstance(file.lines[len(lines)], Unknown):
        del file.lines[len(lines) :], file.marks[len(lines) :]
    if len(lines) == len(file.lines):
        file.lines = lines


def _side(row: _Told, after: bool, here: Mapping[str, str]) -> Side:
    """A text as git may be asked about it: by its id where git has it, else as it was made."""
    assert row.file is not None
    assert row.before is not None
    text = "".join(row.file.lines if after else row.before)
    entry = row.row.after if after else row.row.before
    return entry.blob if entry and here.get(entry.blob) == text else encode(text)


def _text(blob: str, texts: Mapping[str, str], here: Mapping[str, str]) -> Side:
    return blob if blob in here else encode(texts[blob])


def back_of(size: int, removed: Sequence[Range], added: Sequence[Range]) -> list[int]:
    """Where each of ``size`` lines stood before git's diff; -1 for one that it added."""
    gone = {i for begin, end in removed for i in range(begin, end)}
    new = {i for begin, end in added for i in range(begin, end)}
    back, at = [], 0
    for line in range(size):
        while at in gone:
            at += 1
        if line in new:
            back.append(-1)
        else:
            back.append(at)
            at += 1
    return back


def _blocks(size: int, added: Sequence[Range]) -> list[int]:
    blocks = [-1] * size
    for number, (begin, end) in enumerate(added):
        blocks[begin:end] = [number] * (end - begin)
    return blocks
