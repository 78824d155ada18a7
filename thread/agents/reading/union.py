"""Several copies of one history, put together.

A transcript is copied while it grows, so its copies are mostly prefixes of each other; but
one can miss a middle, begin late, or go on where another was cut. Each copy is a sequence of
keys in the order of its file. The longest copy leads, and what only another copy has goes
in after the nearest key before it that both have:

    leader   a b c d       another   a b x y d        union   a b x y c d

What stands before any common key is placed by its time. The order of the file is kept and
never sorted by time: clocks jump, and parallel calls answer out of turn.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence


def unite(copies: Iterable[Sequence[str]], time: Callable[[str], str]) -> list[str]:
    """All keys of all copies, each once. The result does not depend on the order of ``copies``.

    ``time`` gives a key's time in a form that sorts, ``""`` if it has none.
    """
    ranked = sorted(copies, key=lambda copy: (-len(copy), tuple(copy)))
    united = list(dict.fromkeys(ranked[0])) if ranked else []
    for copy in ranked[1:]:
        known = set(united)
        if known.issuperset(copy):
            continue
        first, runs = _new_runs(copy, known)
        united = _inserted(united, runs)
        united = merge(united, first, time) if first else united
    return united


def _new_runs(copy: Sequence[str], known: set[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The new keys before any known one, and the new ones after each known one."""
    first: list[str] = []
    runs: dict[str, list[str]] = {}
    run, seen = first, set(known)
    for key in copy:
        if key in known:
            run = runs.setdefault(key, [])
        elif key not in seen:
            seen.add(key)
            run.append(key)
    return first, runs


def _inserted(united: list[str], runs: dict[str, list[str]]) -> list[str]:
    longer = []
    for key in united:
        longer.append(key)
        longer += runs.get(key, ())
    return longer


def merge(main: list[str], side: Sequence[str], time: Callable[[str], str]) -> list[str]:
    """Put the keys of ``side`` between those of ``main`` by time, both orders kept.

    Time runs forward only: a key counts as no earlier than the keys before it. At the same
    time ``main`` goes first.
    """
    moments = running(main, time)
    merged: list[str] = []
    at = 0
    for key, moment in zip(side, running(side, time), strict=True):
        stop = max(at, bisect_right(moments, moment))
        merged += main[at:stop]
        merged.append(key)
        at = stop
    return merged + main[at:]


def running(keys: Iterable[str], time: Callable[[str], str]) -> list[str]:
    """For each key the latest time up to it."""
    latest = ""
    times = []
    for key in keys:
        latest = max(latest, time(key))
        times.append(latest)
    return times
