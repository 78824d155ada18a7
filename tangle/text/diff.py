"""The differences between two lists of lines, aligned as a reader of code would.

Lines that are equal at both ends are set aside; in what is left, lines that occur
exactly once on both sides are anchors, and the longest run of them that stands in the
same order splits the rest (patience diff, described by Bram Cohen); a gap without
anchors is aligned by ``difflib``, and one too large for that is taken whole. Time is
linear but for the gaps. A *splice* says: at this line, these lines go and these come.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from treadle.thread.model import Hunk

CONTEXT = 3
"""Lines of context on each side of a step's hunk: enough to read, and to place it elsewhere."""
_GAP = 400 * 400
"""Largest gap, in lines times lines, that ``difflib`` (quadratic) is asked to align."""


@dataclass(frozen=True, slots=True)
class Splice:
    """Lines [start, start + len(removed)) of the text before give way to ``added``."""

    start: int
    removed: tuple[str, ...]
    added: tuple[str, ...]


def splices(old: Sequence[str], new: Sequence[str]) -> list[Splice]:
    """What turns ``old`` into ``new``: splices in order, none touching the next."""
    return [
        Splice(i1, tuple(old[i1:i2]), tuple(new[j1:j2]))
        for i1, i2, j1, j2 in _joined(changed(old, new))
    ]


def changed(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Ranges that differ, as ``(i1, i2, j1, j2)``: ``old[i1:i2]`` became ``new[j1:j2]``."""
    work = [(0, len(old), 0, len(new))]
    while work:
        i1, i2, j1, j2 = work.pop()
        while i1 < i2 and j1 < j2 and old[i1] == new[j1]:
            i1, j1 = i1 + 1, j1 + 1
        while i1 < i2 and j1 < j2 and old[i2 - 1] == new[j2 - 1]:
            i2, j2 = i2 - 1, j2 - 1
        if i1 == i2 or j1 == j2:
            if i1 < i2 or j1 < j2:
                yield i1, i2, j1, j2
            continue
        anchors = _anchors(old, new, i1, i2, j1, j2)
        if anchors:
            work += reversed(_between(anchors, i1, i2, j1, j2))
        else:
            yield from _aligned(old, new, i1, i2, j1, j2)


def _anchors(
    old: Sequence[str], new: Sequence[str], i1: int, i2: int, j1: int, j2: int
) -> list[tuple[int, int]]:
    """Pairs of lines unique on both sides, the longest chain of them in order."""
    left, right = _unique(old, i1, i2), _unique(new, j1, j2)
    pairs = [(i, right[line]) for line, i in left.items() if line in right]
    return _longest_chain(sorted(pairs))


def _unique(lines: Sequence[str], begin: int, end: int) -> dict[str, int]:
    where: dict[str, int] = {}
    twice = set()
    for i in range(begin, end):
        if lines[i] in where:
            twice.add(lines[i])
        where[lines[i]] = i
    return {line: i for line, i in where.items() if line not in twice}


def _longest_chain(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence whose second members rise (patience sorting)."""
    tops: list[int] = []
    heads: list[int] = []
    back: list[int] = []
    for n, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        back.append(heads[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        heads[pile : pile + 1] = [n]
    chain = []
    n = heads[-1] if heads else -1
    while n >= 0:
        chain.append(pairs[n])
        n = back[n]
    return chain[::-1]


def _between(
    anchors: list[tuple[int, int]], i1: int, i2: int, j1: int, j2: int
) -> list[tuple[int, int, int, int]]:
    """The gaps before, between and behind the anchors; the anchors themselves are equal."""
    gaps = []
    for i, j in anchors:
        gaps.append((i1, i, j1, j))
        i1, j1 = i + 1, j + 1
    return [*gaps, (i1, i2, j1, j2)]


def _aligned(
    old: Sequence[str], new: Sequence[str], i1: int, i2: int, j1: int, j2: int
) -> Iterator[tuple[int, int, int, int]]:
    """A gap without anchors."""
    if (i2 - i1) * (j2 - j1) > _GAP or not set(old[i1:i2]) & set(new[j1:j2]):
        yield i1, i2, j1, j2
        return
    matcher = SequenceMatcher(None, old[i1:i2], new[j1:j2], autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag != "equal":
            yield i1 + a1, i1 + a2, j1 + b1, j1 + b2


def _joined(
    ranges: Iterator[tuple[int, int, int, int]],
) -> Iterator[tuple[int, int, int, int]]:
    """Ranges that touch, made one."""
    held: tuple[int, int, int, int] | None = None
    for i1, i2, j1, j2 in ranges:
        if held and held[1] == i1 and held[3] == j1:
            held = (held[0], i2, held[2], j2)
            continue
        if held:
            yield held
        held = (i1, i2, j1, j2)
    if held:
        yield held


def dress(lines: Sequence[str], cuts: Sequence[Splice], context: int = CONTEXT) -> tuple[Hunk, ...]:
    """Splices of ``lines`` as hunks with context; those nearer than two contexts share one."""
    hunks: list[Hunk] = []
    shift = 0
    for group in _grouped(cuts, context):
        begin = max(0, group[0].start - context)
        last = group[-1].start + len(group[-1].removed)
        end = min(len(lines), last + context)
        body: list[str] = []
        at = begin
        for cut in group:
            body += [" " + line for line in lines[at : cut.start]]
            body += ["-" + line for line in cut.removed]
            body += ["+" + line for line in cut.added]
            at = cut.start + len(cut.removed)
        body += [" " + line for line in lines[at:end]]
        hunks.append(Hunk(begin, begin + shift, tuple(body)))
        shift += sum(len(cut.added) - len(cut.removed) for cut in group)
    return tuple(hunks)


def _grouped(cuts: Sequence[Splice], context: int) -> list[list[Splice]]:
    groups: list[list[Splice]] = []
    for cut in cuts:
        near = groups and cut.start - _end(groups[-1][-1]) <= 2 * context
        if near:
            groups[-1].append(cut)
        else:
            groups.append([cut])
    return groups


def _end(cut: Splice) -> int:
    return cut.start + len(cut.removed)
