"""Text as a terminal shows it: harmless, and measured in columns.

Transcripts are hostile: an escape sequence out of one could rewrite the screen. So all
that comes from content passes ``visible`` on its way out. And a column is not a character:
wide ones take two, combining ones none, a tab as many as are left to the next stop.
"""

from __future__ import annotations

import re

TAB = 4
"""Columns from one tab stop to the next, where tabs are expanded."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """``text`` with control and direction characters shown instead of obeyed; LF and tab stay."""
    return _UNSEEN.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if 0xD800 <= code < 0xE000:
        return "\ufffd"
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"


def one_line(text: str) -> str:
    """``text`` as it can stand within a line: its white space made single, its ends bare."""
    return " ".join(visible(text).split())


def width(text: str) -> int:
    """How many columns ``text`` takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def clip(text: str, columns: int) -> str:
    """``text`` in at most so many columns, with an ellipsis where it was cut."""
    if width(text) <= columns:
        return text
    return text[: _reach(text, columns - 1)] + "\u2026" if columns > 0 else ""


def pad(text: str, columns: int) -> str:
    """``text`` in exactly so many columns."""
    text = clip(text, columns)
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """One line of prose as lines of at most so many columns, indented as it is itself."""
    text = text.expandtabs(TAB).rstrip()
    indent = " " * min(len(text) - len(text.lstrip(" ")), columns // 2)
    lines: list[str] = []
    line = indent
    for word in text.split():
        joined = f"{line} {word}" if line.strip() else line + word
        if width(joined) <= columns:
            line = joined
            continue
        if line.strip():
            lines.append(line)
        line = indent + word
        while width(line) > columns:
            cut = _reach(line, columns)
            lines.append(line[:cut])
            line = indent + line[cut:]
    return [*lines, line.rstrip()]


def _reach(text: str, columns: int) -> int:
    """How many characters of ``text`` fit into so many columns; at least one."""
    if text.isascii():
        return max(1, columns)
    used = 0
    for count, letter in enumerate(text):
        used += _columns(letter)
        if used > columns:
            return max(1, count)
    return len(text)


def _columns(letter: str) -> int:
    if letter < "\u0300":
        return 1
    from unicodedata import category, east_asian_width

    if category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1
