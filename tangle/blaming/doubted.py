"""Lines that squashes leave in doubt, as git's blame finds them further on.

A document names such lines by their place in the squash's files. Blame passes the squash over
and names the older commit that it takes them for, so git is asked, once for each squash and
path, which lines of which commits those are, and which the others are that they may be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from treadle.tangle.blaming.pieces import NOBODY, pieces_of
from treadle.tangle.blaming.rows import Entry, output, read_entries
from treadle.tangle.learnt.doubts import Other, Place, Squash
from treadle.tangle.learnt.index import Index
from treadle.thread.errors import UserError
from treadle.thread.origin import Origin

if TYPE_CHECKING:
    from treadle.thread.model import Row

Doubted = Mapping[int, frozenset[tuple[str, str]]]
"""By 0-based line of a commit's file the part and the step of what the line may be instead, both
``""`` where that is nobody's."""


def in_doubt(
    index: Index, path: str, rev: str, entries: Sequence[Entry]
) -> Mapping[tuple[str, str], Doubted]:
    """What of git's blame of ``path`` as of ``rev`` is in doubt, by commit and path."""
    places = {(entry.commit, entry.path) for entry in entries}
    found: dict[tuple[str, str], dict[int, set[Other]]] = {}
    tellers: set[str] = set()
    for squash in _behind(index, {path, *(place[1] for place in places)}, rev):
        elsewhere = squash.path in index.doubts.lost(rev)
        for (commit, first_path, line), others in _lines(index, squash):
            where = commit, first_path
            # Whether a line is in doubt may not depend on which others were asked about.
            if where in places and (elsewhere or squash.path in (path, first_path)):
                found.setdefault(where, {}).setdefault(line, set()).update(others)
                tellers.add(squash.commit)
    index.learn(tellers)
    return _resolved(index, found)


def doubters(index: Index, paths: Iterable[str], rev: str) -> list[str]:
    """The commits behind ``rev`` that may leave lines of a file in doubt that has, or had, any of
    these paths."""
    return sorted({squash.commit for squash in _behind(index, paths, rev)})


def _behind(index: Index, paths: Iterable[str], rev: str) -> Iterator[Squash]:
    """The same with their files. What is renamed twice has a name between that git's blame does not
    tell; all that ``rev`` knows of it is that no file has it any more."""
    squashes = _squashes(index)
    if not squashes:
        return
    for name in sorted(({*paths} | index.doubts.lost(rev)) & squashes.keys()):
        for squash in squashes[name]:
            if squash.commit in index.doubts.behind(rev):
                yield squash


def _squashes(index: Index) -> Mapping[str, Sequence[Squash]]:
    """By path the commits with doubts, after a look into the documents that are new."""
    fresh = index.doubts.unread()
    if fresh:
        contents = list(zip(fresh, index.repo.read_all(fresh), strict=True))
        with index.writing():
            for note, content in contents:
                if content is not None:
                    index.doubts.keep(note, _told(content))
    return index.doubts.squashes()


def _told(content: bytes) -> Iterator[Row]:
    """The files with doubts. A document that cannot be read has none: whoever asks for its lines is
    told."""
    from treadle.thread.document import parse
    from treadle.thread.doubt import MARK

    if MARK not in content:
        return
    try:
        rows = parse(content).placement.rows
    except UserError:
        return
    yield from (row for row in rows if row.doubts)


def _lines(index: Index, squash: Squash) -> Sequence[tuple[Place, Sequence[Other]]]:
    """The lines of one file that a squash leaves in doubt, where git's blame ends for them, and
    what else they may be."""
    known = index.doubts.ends(squash)
    if known is None:
        try:
            known = list(_asked(index, squash))
        except UserError:  # what git lacks here the next fetch may bring
            return ()
        if not index.repo.shallow():
            with index.writing():
                index.doubts.keep_ends(squash, known)
    return known


def _asked(index: Index, squash: Squash) -> Iterator[tuple[Place, Sequence[Other]]]:
    """The same, asked of git."""
    from treadle.thread.doubt import by_line
    from treadle.thread.model import Doubt

    size = _size(index, squash.after)
    doubts = by_line([Doubt(line, count, tuple(told)) for line, count, told in squash.runs], size)
    told = {one for others in doubts.values() for one in others}
    lines = {sign: {int(one[1:]) - 1 for one in told if one[:1] == sign} for sign in "-+"}
    after = _places(index, squash.path, squash.commit, lines["+"] | doubts.keys(), size)
    size = _size(index, squash.before)
    before = _places(index, squash.source, f"{squash.commit}^", lines["-"], size)
    for line, others in doubts.items():
        if line in after:
            yield after[line], [_other(one, before, after) for one in sorted(others)]


def _size(index: Index, blob: str) -> int:
    """How many lines a text has; 0 where there is none."""
    content = index.repo.read(blob) if blob else b""
    if content is None:
        raise UserError(f"{blob} is not in this clone")
    return content.count(b"\n") + (content[-1:] not in (b"", b"\n"))


def _places(
    index: Index, path: str, rev: str, lines: Collection[int], size: int
) -> Mapping[int, Place]:
    """For these lines of a file that has ``size``, and some between, where git's blame ends."""
    there = [line for line in lines if line < size]
    if not there:
        return {}
    process = index.repo.start_blame(path, rev, (min(there), max(there) + 1))
    out = output(process, index.repo, path, rev)
    return {
        entry.final + number: (entry.commit, entry.path, entry.first + number)
        for entry in read_entries(out)[1]
        for number in range(entry.size)
    }


def _other(told: str, before: Mapping[int, Place], after: Mapping[int, Place]) -> Other:
    """What a document calls another that a line may be."""
    nobody = "", ""
    if told[:1] in ("-", "+"):
        return (before if told[0] == "-" else after).get(int(told[1:]) - 1, nobody)
    part, _, step = told.rpartition(":")
    return part, step


def _resolved(
    index: Index, found: Mapping[tuple[str, str], Mapping[int, Iterable[Other]]]
) -> Mapping[tuple[str, str], Doubted]:
    """The others by their steps."""
    others = [one for lines in found.values() for told in lines.values() for one in told]
    places = {one for one in others if len(one) == 3}
    index.learn({place[0] for place in places})
    maps = index.maps((place[0], place[1]) for place in places)

    def step(one: Other) -> tuple[str, str]:
        if len(one) == 2:
            return one
        known = maps.get((one[0], one[1]))
        origin: Origin = NOBODY
        if known is not None:
            ((_, _, origin),) = pieces_of(known[0], one[2], one[2] + 1)
        return origin.part, origin.step

    return {
        where: {line: frozenset(map(step, told)) for line, told in lines.items()}
        for where, lines in found.items()
    }
