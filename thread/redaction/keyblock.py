"""Private keys, which span lines: PEM, OpenSSH, OpenPGP and PuTTY.

A key is met in many dresses: a file, a JSON string with ``\\n`` in it, string literals joined by
``+``, the lines of a diff, the numbered lines of a viewer, or with its head or its tail cut
off. All have the same bones, so a block is walked rather than matched: a *head*, then runs of
base64 with *gaps* between them (line ends and the dress), then a *foot*. The walk stops at the
first thing that is neither, so that a head in a program's text hides nothing after it.

Each character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_LINE = 40
"""A run this long is a line of a key; a head that no such run follows is only talk of keys."""
_RUNS = 2000
"""More runs than any key has."""
_WINDOW = 20_000
"""How many characters before a foot its key may begin."""


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Heads and feet are the boundaries of RFC 7468 and RFC 9580, and of SSH2 and PuTTY."""
    sources = {
        "head": r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}"
        r"|Private-Lines: [0-9]{1,3}",
        "foot": r"-{0,2}-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}",
        "gap": r"(?:[\s\"'`,+;|>#*]|-(?!-)|\\{1,4}[nrt\"']|[0-9]{1,7}[\t:|→]){0,200}+",
        "run": r"=?[A-Za-z0-9+/]{1,20000}+={0,3}",
        "field": r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|Subject) ?:[^\n\\]{0,200}+",
        "line end": r"\n|\\{1,4}n",
        "line": r"[ \t]{0,80}+(?:[0-9]{1,7}[\t:|→])?[\s\"'`,|>#*-]{0,80}+"
        r"([A-Za-z0-9+/]{1,20000}+={0,2})?[\s\"'`,+;]{0,80}+",
    }
    return re.compile(sources[name])


def _after_gap(text: str, at: int) -> int:
    gap = _pattern("gap").match(text, at)
    return gap.end() if gap else at


def _breaks(text: str, start: int, stop: int) -> bool:
    return _pattern("line end").search(text, start, stop) is not None


def _is_line(text: str, before: int, run: re.Match[str]) -> bool:
    """Whether a run after a gap from ``before`` is a line of the key, and not a word of prose: it
    is long, or the last before the foot, or alone on its line."""
    after = _after_gap(text, run.end())
    if len(run[0]) >= _LINE or _pattern("foot").match(text, after):
        return True
    begins = before == run.start() or _breaks(text, before, run.start())
    return begins and (after == len(text) or _breaks(text, run.end(), after))


def _walk(text: str, at: int) -> tuple[int, str]:
    """Follow a key from the end of its head. Gives its end, and its longest run."""
    end, longest = at, ""
    for _ in range(_RUNS):
        start = _after_gap(text, end)
        if foot := _pattern("foot").match(text, start):
            return foot.end(), longest
        if field := _pattern("field").match(text, start):
            end = field.end()
            continue
        run = _pattern("run").match(text, start)
        if not run or not _is_line(text, end, run):
            break
        end, longest = run.end(), max(longest, run[0], key=len)
    return end, longest


def _is_key(run: str) -> bool:
    """Whether a run is a line of a real key: long enough, and not one pattern repeated."""
    return len(run) >= _LINE and len(set(run[:64])) > _LINE // 4


def _tail(text: str, floor: int, foot: int) -> int:
    """Where the key begins whose foot stands at ``foot`` and whose head was cut off, not before
    ``floor``; ``foot`` itself where no line of a key stands before it."""
    floor = max(floor, foot - _WINDOW)
    breaks = [match.span() for match in _pattern("line end").finditer(text, floor, foot)]
    starts = [floor, *(stop for _, stop in breaks)]
    stops = [*(start for start, _ in breaks), foot]
    at, key = foot, False
    for start, stop in zip(reversed(starts), reversed(stops), strict=True):
        line = _pattern("line").fullmatch(text, start, stop)
        run = line[1] or "" if line else ""
        if not line or (key and 0 < len(run) < _LINE):
            break
        if run:
            key = key or _is_key(run)
            at = start
    return at if key else foot


def find(text: str) -> Iterator[tuple[int, int]]:
    """The ranges ``[start, end)`` of a text that hold private keys, in order."""
    if "PRIVATE KEY" not in text and "Private-Lines" not in text:
        return
    done = 0
    while head := _pattern("head").search(text, done):
        yield from _tails(text, done, head.start())
        done, run = _walk(text, head.end())
        if _is_key(run):
            yield head.start(), done
    yield from _tails(text, done, len(text))


def _tails(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The keys of ``text[start:stop]``, which holds no head."""
    for foot in _pattern("foot").finditer(text, start, stop):
        begin = _tail(text, start, foot.start())
        if begin < foot.start():
            yield begin, foot.end()
        start = foot.end()
