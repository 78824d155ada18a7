"""Why a step was taken, and what a thread is about, each in one line.

Nobody writes these lines for us: they are found in what was said just before. An agent
that edits a file has, as a rule, told why in the sentence before the edit; where it has
not, the prompt is the reason. Everything here is a pure function of the thread, works on
a bounded stretch of text and scans it once, so that a transcript of any size or malice
costs the same.
"""

from __future__ import annotations

from treadle.thread.model import Step, Thread, Turn

REASON = 160
"""The longest reason, in characters."""

TITLE = 100
"""The longest title, in characters."""

REACH = 4000
"""How much of a text is looked at, in characters: its end for a reason, its start for a title."""

PROSE = ("said", "thought")

_GONE: dict[int, str | None] = dict.fromkeys((*range(32), *range(127, 160), 8232, 8233), " ")
_GONE |= dict.fromkeys((0x61C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF))
_GONE |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080)))
_GONE |= dict.fromkeys(range(0xD800, 0xE000), "�")


def reason(turn: Turn, step: Step) -> str:
    """Return in one line why ``step`` of ``turn`` was taken; ``""`` where nothing tells.

    It is the end of the nearest prose before the step (see ``prose``), else the first line
    of the prompt.
    """
    found = prose(turn, step)
    text = last_sentences(found.text) if found else ""
    return text or first_line(turn.prompt, REASON)


def prose(turn: Turn, step: Step) -> Step | None:
    """Return the step of ``turn`` whose prose tells why ``step`` was taken, or None.

    Prose itself is its own reason. For another step it is the nearest prose before it in its
    lane; what was said goes before what was thought, as long as nothing was done in between.
    A sub-agent that has said nothing yet does what the main agent had said.
    """
    if step.kind in PROSE and step.text.strip():
        return step
    before = [other for other in turn.steps if other.number < step.number]
    found = _nearest(before, step.lane)
    return found or (_nearest(before, "") if step.lane else None)


def _nearest(steps: list[Step], lane: str) -> Step | None:
    found: Step | None = None
    for step in reversed(steps):
        if step.lane != lane:
            continue
        if step.kind not in PROSE:
            if found:
                break
        elif step.text.strip():
            found = found or step
            if step.kind == "said":
                return step
    return found


def title(thread: Thread) -> str:
    """Return in one line what the thread is about: its first prompt that is not a repeated one.

    Where there is no prompt it is the first thing the agent said; else ``""``.
    """
    turns = [turn for part in thread.parts for turn in part.turns]
    for turn in sorted(turns, key=lambda turn: turn.continued):
        line = first_line(turn.prompt, TITLE)
        if line:
            return line
    said = (step for turn in turns for step in turn.steps if step.kind == "said")
    return next((line for step in said if (line := first_line(step.text, TITLE))), "")


def first_line(text: str, limit: int) -> str:
    """Return the first line of ``text`` that says something, at most ``limit`` characters long."""
    for line in text[:REACH].split("\n"):
        found = bare(line)
        if any(letter.isalnum() for letter in found) and not is_tag(found):
            return shorten(found, limit)
    return ""


def last_sentences(text: str, limit: int = REASON) -> str:
    """Return as many of the last sentences of ``text`` as fit into ``limit`` characters.

    Fenced code is passed over, and so are lists and tables while a paragraph is left.
    """
    paragraphs = _paragraphs(text[-REACH:])
    if not paragraphs:
        return ""
    sentences = _sentences(paragraphs[-1])
    found = sentences.pop()
    while sentences and len(sentences[-1]) + 1 + len(found) <= limit:
        found = f"{sentences.pop()} {found}"
    if found.endswith(":"):
        found = found[:-1].rstrip() + "."
    return shorten(found, limit)


def opening(text: str, limit: int) -> str:
    """Return as many of the first sentences of ``text`` as fit into ``limit`` characters.

    A paragraph that only leads on to a list is passed over while there is another.
    """
    paragraphs = _paragraphs(text[:REACH])
    told = [one for one in paragraphs if not one.endswith(":")] or paragraphs
    if not told:
        return ""
    first, *others = _sentences(told[0])
    for sentence in others:
        if len(first) + 1 + len(sentence) > limit:
            break
        first = f"{first} {sentence}"
    return shorten(first, limit)


def shorten(text: str, limit: int) -> str:
    """Cut ``text`` to ``limit`` characters, at a word's border where there is one near."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    space = kept.rfind(" ")
    if space > limit // 2:
        kept = kept[:space]
    return kept.rstrip(" ,;:.-") + "…"


def bare(line: str) -> str:
    """Return one line of Markdown without its marks and controls, its white space made single."""
    text = " ".join(line.translate(_GONE).split())
    text = text.lstrip("#>").lstrip()
    if text[:2] in ("- ", "* ", "+ "):
        text = text[2:]
    text = text.replace("**", "").replace("`", "")
    if len(text) > 2 and text[0] == text[-1] and text[0] in "*_":
        text = text[1:-1]
    return text.strip()


def is_tag(line: str) -> bool:
    """Whether a line is nothing but a tag, as programs put them around what they add."""
    return line.startswith("<") and line.endswith(">")


def _paragraphs(text: str) -> list[str]:
    """Cut Markdown into bare paragraphs; lists and tables only where there is nothing else."""
    plain: list[str] = []
    listed: list[str] = []
    lines: list[str] = []
    fenced = False
    for line in [*text.split("\n"), ""]:
        start = line.lstrip()
        fence = start.startswith(("```", "~~~"))
        if fenced or fence or not start:
            fenced ^= fence
            if lines:
                _file(lines, plain, listed)
            lines = []
        else:
            lines.append(start)
    return plain or listed


def _file(lines: list[str], plain: list[str], listed: list[str]) -> None:
    """Put one paragraph where it belongs; a heading alone is none."""
    if len(lines) == 1 and lines[0].startswith("#"):
        return
    is_list = lines[0].startswith(("- ", "* ", "+ ", "|")) or lines[0][:1].isdigit()
    text = bare(lines[-1] if is_list else " ".join(lines))
    if any(letter.isalnum() for letter in text):
        (listed if is_list else plain).append(text)


def _sentences(text: str) -> list[str]:
    """Cut one bare paragraph at full stops that a capital, a digit or a quote follows."""
    found: list[str] = []
    start = 0
    for at in range(len(text) - 2):
        ends = text[at] in ".!?:" and text[at + 1] == " "
        after = text[at + 2]
        if ends and (after.isupper() or after.isdigit() or after in "\"'“‘(["):
            found.append(text[start : at + 1])
            start = at + 2
    return [*found, text[start:]]
