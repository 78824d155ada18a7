"""Rectangles in proportion: a squarified treemap.

After Bruls, Huizing and van Wijk, *Squarified Treemaps* (2000): rectangles are laid in rows
along the shorter side of what room is left, and a row takes another rectangle as long as
that brings the worst of them nearer to a square.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle; the origin is at the top left."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, margin: float) -> Box:
        """The rectangle less a margin, never less than nothing."""
        return Box(
            self.x + min(margin, self.width / 2),
            self.y + min(margin, self.height / 2),
            max(0.0, self.width - 2 * margin),
            max(0.0, self.height - 2 * margin),
        )


def squarified(sizes: Sequence[float], room: Box) -> list[Box]:
    """Return a rectangle for each size, in their order; they fill ``room`` without overlap.

    ``sizes`` are positive and fall, for the best shapes.
    """
    whole = sum(sizes)
    if not whole or not room.width or not room.height:
        return [Box(room.x, room.y, 0.0, 0.0) for _ in sizes]
    areas = [size * room.width * room.height / whole for size in sizes]
    found: list[Box] = []
    at = 0
    while at < len(areas):
        side = min(room.width, room.height)
        end = at + 1
        while end < len(areas) and _worst(areas[at : end + 1], side) <= _worst(areas[at:end], side):
            end += 1
        row = areas[at:end]
        found += _laid(row, room)
        room = _left(sum(row), room)
        at = end
    return found


def _worst(row: Sequence[float], side: float) -> float:
    """How far the worst rectangle of a row is from a square, 1 or more."""
    thick = sum(row) / side
    return max(max(thick * thick / area, area / (thick * thick)) for area in row)


def _laid(row: Sequence[float], room: Box) -> list[Box]:
    found = []
    upright = room.width >= room.height
    thick = sum(row) / (room.height if upright else room.width)
    at = room.y if upright else room.x
    for area in row:
        length = area / thick
        found.append(Box(room.x, at, thick, length) if upright else Box(at, room.y, length, thick))
        at += length
    return found


def _left(area: float, room: Box) -> Box:
    """What is left of the room beside a row of this area."""
    if room.width >= room.height:
        thick = area / room.height
        return Box(room.x + thick, room.y, max(1e-9, room.width - thick), room.height)
    thick = area / room.width
    return Box(room.x, room.y + thick, room.width, max(1e-9, room.height - thick))
