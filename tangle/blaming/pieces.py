"""A line map's share of some lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter

from treadle.tangle.learnt.index import Piece, origin_of
from treadle.thread.origin import Origin

NOBODY = Origin()


def pieces_of(pieces: Sequence[Piece], begin: int, end: int) -> Iterator[tuple[int, int, Origin]]:
    """The pieces' share of lines [begin, end); what they leave out has no origin."""
    at = begin
    first = bisect_right(pieces, begin, key=itemgetter(0)) - 1
    for piece in pieces[max(0, first) :]:
        if piece[0] >= end:
            break
        stop = min(piece[0] + piece[1], end)
        if stop <= at:
            continue
        yield at, stop, origin_of(piece) or NOBODY
        at = stop
    if at < end:
        yield at, end, NOBODY
