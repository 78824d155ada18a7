"""How much of a text is kept.

Output is evidence and is cut; what a person or the agent wrote is the story and is kept
whole, unless somebody pasted a book into it.
"""

from __future__ import annotations

OUTPUT_LINES = 60
OUTPUT_CHARS = 8_000
LINE_CHARS = 2_000
PROSE_CHARS = 256 << 10
ONE_LINE_CHARS = 200


def output(text: str) -> tuple[str, int]:
    """Cut an output in its middle; the text that is kept, and how many lines were cut.

    At most ``OUTPUT_LINES`` lines and ``OUTPUT_CHARS`` characters stay, half of them from
    each end, around one line that counts what is missing; a longer line than ``LINE_CHARS``
    ends in an ellipsis. The text has no LF at its end.
    """
    lines = text.rstrip("\n").split("\n")
    if len(lines) <= OUTPUT_LINES and len(text) <= LINE_CHARS:
        return "\n".join(lines), 0
    short = [_short(line, LINE_CHARS) for line in lines]
    if len(short) <= OUTPUT_LINES and sum(map(len, short)) + len(short) <= OUTPUT_CHARS:
        return "\n".join(short), 0
    head = _fit(short)
    tail = _fit(short[head:][::-1])
    cut = len(short) - head - tail
    if not cut:
        return "\n".join(short), 0
    kept = [*short[:head], f"[{cut} lines cut]", *(short[-tail:] if tail else [])]
    return "\n".join(kept), cut


def _fit(lines: list[str]) -> int:
    """How many of the first lines go into half of the room."""
    room = OUTPUT_CHARS // 2
    for number, line in enumerate(lines[: OUTPUT_LINES // 2]):
        room -= len(line) + 1
        if room < 0:
            return number
    return min(len(lines), OUTPUT_LINES // 2)


def prose(text: str) -> str:
    """Keep a text whole up to ``PROSE_CHARS``; cut a longer one in the middle and say so."""
    if len(text) <= PROSE_CHARS:
        return text
    half = PROSE_CHARS // 2
    cut = len(text) - 2 * half
    return f"{text[:half]}\n[{cut} characters cut]\n{text[-half:]}"


def one_line(text: str) -> str:
    """The text in one line of at most ``ONE_LINE_CHARS`` characters."""
    return _short(" ".join(text[: 4 * ONE_LINE_CHARS].split()), ONE_LINE_CHARS)


def _short(line: str, limit: int) -> str:
    return line if len(line) <= limit else line[: limit - 1] + "…"
