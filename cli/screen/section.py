"""Sections that share one screen.

An answer is read at a glance or not at all. So its sections divide the lines that are
left fairly: one that needs less than its share leaves the rest to the others, and one that
needs more is cut where it matters least, saying how much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from treadle.cli.screen.paper import Paper

_LEAST = 2
"""Lines that a section has at least, its own note of a cut among them."""


@dataclass(slots=True)
class Section:
    """A title and lines below it."""

    title: str
    lines: list[str]
    keep: str = "start"
    """What stays where it is cut: the ``start``, the ``end``, or what is ``around`` a line."""
    at: int = 0
    """The line that is kept in any case, 0-based."""
    room: int = 0
    """How many lines it may take; 0: as many as it has."""

    def shown(self, out: Paper) -> Sequence[str]:
        """Its lines, cut to its room, with a note of each cut."""
        if not self.room or len(self.lines) <= self.room:
            return self.lines
        begin, end = self._kept()
        below = len(self.lines) - end
        before = [_note(out, begin, "above")] if begin else []
        after = [_note(out, below, "more" if self.keep == "start" else "below")] if below else []
        return [*before, *self.lines[begin:end], *after]

    def _kept(self) -> tuple[int, int]:
        """The half-open range of lines that stay, room left for the notes."""
        whole, room = len(self.lines), max(self.room, _LEAST)
        if self.keep == "start":
            return 0, room - 1
        if self.keep == "end":
            return whole - room + 1, whole
        begin = max(0, min(self.at - (room - 1) // 2, whole - room + 1))
        end = min(whole, begin + room - 1)
        if begin and end < whole and end - begin > 1:
            if self.at == begin:
                end -= 1
            else:
                begin += 1
        return begin, end


def _note(out: Paper, count: int, where: str) -> str:
    return out.style(f"  … {count} line{'' if count == 1 else 's'} {where}", "dim")


def cut_to(sections: Sequence[Section], room: int) -> None:
    """Give each section its share of ``room`` lines (0: all they need), the smallest first."""
    if room == 0:
        return
    left = sorted(sections, key=lambda section: len(section.lines))
    for count, section in enumerate(left):
        share = max(_LEAST, room // (len(left) - count))
        section.room = min(len(section.lines), share)
        room -= section.room
