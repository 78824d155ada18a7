"""Plays histories: a seed is a history, and a failure is told with the shortest one that has it."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.operations import OPERATIONS
from tests.fuzz.world import World, WrongError

Move = tuple[str, int]
"""An operation's name, and the seed of what it does."""
Tally = Counter[tuple[str, str]]
"""What was done and seen how often, by kind and name."""


def moves(seed: int, count: int) -> list[Move]:
    """The operations of a seed."""
    chance = random.Random(seed)
    weights = [weight for weight, _ in OPERATIONS]
    names = [operation.__name__ for _, operation in OPERATIONS]
    return [(name, chance.randrange(1 << 30)) for name in chance.choices(names, weights, k=count)]


def play(folder: Path, todo: Sequence[Move], tally: Tally | None = None) -> str:
    """Do the moves; what went wrong, ``""`` where nothing did. Each has its own chance, so that
    leaving one out changes the others as little as can be."""
    shutil.rmtree(folder, ignore_errors=True)
    by_name = {operation.__name__: operation for _, operation in OPERATIONS}
    world = World(folder, 0)
    try:
        for number, (name, seed) in enumerate(todo):
            world.random.seed(seed)
            before = world.state()
            try:
                by_name[name](world)
                world.tally["done" if world.state() != before else "nothing to do", name] += 1
                world.work()
                world.check()
            except WrongError as wrong:
                return f"move {number} ({name}): {wrong}"
            except Exception as fault:  # what stops git or treadle is a finding like any other
                return f"move {number} ({name}): {type(fault).__name__}: {fault}"
    finally:
        world.close()
        if tally is not None:
            tally.update(world.tally)
    return ""


def shrink(folder: Path, todo: Sequence[Move], tries: int = 60) -> list[Move]:
    """Fewer moves that still fail."""
    left = list(todo)
    size = max(1, len(left) // 2)
    while size and tries:
        at = 0
        while at < len(left) and tries:
            fewer = left[:at] + left[at + size :]
            tries -= 1
            if play(folder, fewer):
                left = fewer
            else:
                at += size
        size //= 2
    return left
