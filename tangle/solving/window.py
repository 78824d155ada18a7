"""Which edits of a path a commit is made of.

A transcript's time is no proof: commits are amended, rebased and made out of half of what
lies in the work tree. So the *natural* window, everything since the session's previous
commit, is only the first try, then come windows that begin earlier; and a window ends
at the first edit after which the file *is* the commit's blob, byte for byte, which is a
proof. Where no window gives a proof, the one that explains most lines is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from treadle.tangle.replay import Seen, replay
from treadle.tangle.solving.history import Candidate
from treadle.tangle.solving.place import Placing, Use, explained, place, survivors
from treadle.tangle.solving.target import Target

_WIDEST = 80
"""Edits of one path beyond which only the natural and the widest window are tried."""


@dataclass(frozen=True, slots=True)
class Window:
    """The edits chosen for one path, and how to read them."""

    chosen: tuple[Candidate, ...]
    eager: bool
    proof: bool


def choose(target: Target, listed: Sequence[Candidate]) -> Window:
    """The window that explains the path best."""
    edits = [i for i, candidate in enumerate(listed) if candidate.use.edit is not None]
    natural = [candidate for candidate in listed if candidate.natural]
    for begin, wide in _starts(listed, edits):
        window = [c for c in listed[begin:] if c.natural or wide]
        for eager in (False, True):
            end = _proof(target, window, eager)
            if end is not None:
                return Window(tuple(window[: end + 1]), eager, True)
    return _best(target, natural, listed)


def _starts(listed: Sequence[Candidate], edits: Sequence[int]) -> Iterator[tuple[int, bool]]:
    """Where windows begin: the natural one first, then earlier ones, then later ones."""
    first = next((i for i in edits if listed[i].natural), len(listed))
    yield 0, False
    if len(edits) > _WIDEST:
        yield 0, True
        return
    for i in reversed([i for i in edits if i < first]):
        yield i, True
    for i in edits:
        if i > first:
            yield i, True


def _proof(target: Target, window: Sequence[Candidate], eager: bool) -> int | None:
    """Index of the edit after which the file is the commit's blob without any drift."""
    return _end(target, window, eager, drifting=False)


def _end(
    target: Target, window: Sequence[Candidate], eager: bool, *, drifting: bool = True
) -> int | None:
    """Index of the last edit after which the file is the commit's blob."""
    seen = [Seen(c.use.edit, c.use.text, key) for key, c in enumerate(window)]
    found = None
    for outcome in replay(target.before, seen, eager):
        if outcome.drift and not drifting:
            return found
        if not outcome.reason and outcome.after == target.after:
            found = outcome.key
    return found


def _best(target: Target, natural: Sequence[Candidate], listed: Sequence[Candidate]) -> Window:
    """The reading that explains most of the lines git adds, then one that ends in the blob; on a
    tie the narrowest, lazy one."""
    best: tuple[tuple[int, bool], Window] | None = None
    for window in _readings(target, natural, listed):
        placing, uses = _read(target, window.chosen, window.eager)
        score = explained(target, placing, uses), placing.exact
        if best is None or score > best[0]:
            best = score, window
    assert best is not None
    return best[1] if best[0][1] else _pruned(target, best[0][0], best[1])


def _readings(
    target: Target, natural: Sequence[Candidate], listed: Sequence[Candidate]
) -> Iterator[Window]:
    """The natural and the widest window, lazy and eager, whole and up to the blob."""
    for window in (natural, listed) if len(listed) > len(natural) else (natural,):
        for eager in (False, True):
            yield Window(tuple(window), eager, False)
            end = _end(target, window, eager)
            if end is not None and end + 1 < len(window):
                yield Window(tuple(window[: end + 1]), eager, False)


def _pruned(target: Target, score: int, window: Window) -> Window:
    """The window without edits of which the commit shows nothing, if it explains as much.

    They belong to another commit: half of a work tree was committed, or they came later.
    """
    placing, uses = _read(target, window.chosen, window.eager)
    alive = survivors(target, placing, uses)
    kept = tuple(c for c in window.chosen if c.use.edit is None or c.use.name in alive)
    if len(kept) == len(window.chosen):
        return window
    fewer = Window(kept, window.eager, False)
    return fewer if explained(target, *_read(target, kept, window.eager)) >= score else window


def _read(
    target: Target, window: Sequence[Candidate], eager: bool
) -> tuple[Placing, Sequence[Use]]:
    uses = [candidate.use for candidate in window]
    return place(target, uses, eager), uses
