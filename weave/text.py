"""Text made fit to be looked at.

What a page shows was written by strangers. A terminal's escape would be invisible in it,
a bidirectional control would show code in an order that no compiler reads, and a lone
surrogate could not be written at all. So every text passes ``visible`` once, on its way
into a page's view. The rest are the few forms in which pages say numbers and times.
"""

from __future__ import annotations

import re

from treadle.thread.grammar.moment import seconds

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Return ``text`` with every character that cannot be seen turned into one that can.

    LF and tab stay. C0 controls become their pictures (``␛``), a byte that is no UTF-8 its
    value (``\\xff``), and every other control, bidirectional mark or invisible letter its
    code point (``‹U+202E›``).
    """
    return _HIDDEN.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"‹U+{code:04X}›"


def count(number: int, noun: str, nouns: str = "") -> str:
    """Return ``1 line``, ``12 lines`` or ``12,034 lines``."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def percent(part: int, whole: int) -> str:
    """Return a share in percent; it says 100 or 0 only where nothing or everything is missing."""
    if whole <= 0:
        return "–"
    if part in (0, whole):
        return f"{100 * part // whole} %"
    share = min(99.9, max(0.1, 100 * part / whole))
    return f"{share:.1f} %" if share > 95 or share < 1 else f"{share:.0f} %"


def day(time: str) -> str:
    """Return ``5 March 2026`` for an ISO 8601 time, and the time itself where it is none."""
    year, month, date = time[:4], time[5:7], time[8:10]
    if not (year.isdigit() and month.isdigit() and date.isdigit() and 1 <= int(month) <= 12):
        return visible(time)
    return f"{int(date)} {MONTHS[int(month) - 1]} {year}"


def days(first: str, last: str) -> str:
    """Return ``2 to 16 March 2026`` for two ISO 8601 times, saying nothing twice."""
    one, other = day(first), day(last)
    if one == other:
        return one
    begin, end = one.split(" "), other.split(" ")
    if len(begin) == len(end) == 3:
        same = [mine == theirs for mine, theirs in zip(begin, end, strict=True)]
        begin = begin[:1] if same[1] and same[2] else begin[:2] if same[2] else begin
    return f"{' '.join(begin)} to {other}"


def clock(time: str) -> str:
    """Return ``09:12`` for an ISO 8601 time, ``""`` where there is none."""
    hour = time[11:16]
    return hour if len(hour) == 5 and hour[2] == ":" and time[10] == "T" else ""


def span_of_time(began: str, ended: str) -> str:
    """Return how long something took, as ``47 minutes`` or ``3 hours``; ``""`` where unknown."""
    took = seconds(ended) - seconds(began) if began and ended else -1
    if took < 0:
        return ""
    for size, noun in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if took >= 2 * size or (size == 60 and took >= 60):
            return count(round(took / size), noun)
    return "under a minute"


def author(name: str) -> str:
    """Return an author's name without the address."""
    return visible(name.split(" <", 1)[0].strip())


def run(begin: int, end: int) -> str:
    """Return a 0-based half-open range as people write it: ``27–37``."""
    return str(end) if end - begin == 1 else f"{begin + 1}–{end}"


def ranges(numbers: list[tuple[int, int]]) -> str:
    """Return 0-based half-open ranges as people write them: ``lines 1, 27–37``."""
    said = [run(a, b) for a, b in numbers]
    lone = len(numbers) == 1 and numbers[0][1] - numbers[0][0] == 1
    return ("line " if lone else "lines ") + ", ".join(said)
