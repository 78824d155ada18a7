"""A reading as text that a person can check: what the expected files of the cases hold."""

from __future__ import annotations

from treadle.thread.agents import Reading
from treadle.thread.model import Edit, Event


def dump(reading: Reading) -> str:
    """Every event in a few lines, then the problems."""
    lines: list[str] = []
    for session in reading.sessions:
        lines.append(f"session {session.id} by {session.agent} {session.version}".rstrip())
        lines += [f"also known as {one}" for one in _others(reading, session.id)]
        for event in session.events:
            lines += ["", *_event(event)]
        lines += ["", *(f"problem {problem}" for problem in session.problems), ""]
    lines += [f"problem {problem}" for problem in reading.problems]
    return "\n".join(lines).rstrip("\n") + "\n"


def _others(reading: Reading, own: str) -> list[str]:
    return sorted(one for one, known in reading.ids.items() if known == own and one != own)


def _event(event: Event) -> list[str]:
    ok = {True: "", False: "failed", None: "ok unknown"}[event.ok]
    facts = [event.lane, event.tool, event.model, ok, f"{event.cut} cut" if event.cut else ""]
    head = f"{event.kind} {event.key} {event.time or 'no time'}"
    lines = [head + "".join(f" | {fact}" for fact in facts if fact)]
    lines += _block("text", event.text) + _block("output", event.output)
    lines += [f"  made {made.id} {made.subject}" for made in event.made]
    for edit in event.edits:
        lines += _edit(edit)
    for read in event.reads:
        lines += [f"  saw {read.path}", *_block("whole", read.text)]
    return lines


def _edit(edit: Edit) -> list[str]:
    every = " everywhere" if edit.every else ""
    line = "" if edit.line is None else f" at line {edit.line}"
    before = "before unknown" if edit.before is None else "before known"
    to, loose = f" to {edit.to}" if edit.to else "", " loosely" if edit.loose else ""
    lines = [f"  {edit.op} {edit.path}{to}{every}{loose}{line}, {before}"]
    lines += _block("behind", edit.anchor)
    lines += _block("old", edit.old) + _block("new", edit.new)
    return lines + (_block("before", edit.before) if edit.before else [])


def _block(name: str, text: str) -> list[str]:
    """A text with its line ends shown, so that a missing last one is seen, and a CR."""
    if not text:
        return []
    lines = text.replace("\r", "␍").split("\n")
    shown = [line + "⏎" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    if len(shown) == 1 and shown[0] == text:
        return [f"    {name}: {text}"]
    return [f"    {name}:", *(f"      {line}" for line in shown)]
