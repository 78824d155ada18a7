"""Which sources, and which agents, belong together."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def groups(marks: Sequence[Collection[str]]) -> list[list[int]]:
    """The indices of those that share a mark, directly or through others, in their order."""
    leader = list(range(len(marks)))

    def find(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    owner: dict[str, int] = {}
    for at, own in enumerate(marks):
        for mark in own:
            one, other = find(at), find(owner.setdefault(mark, at))
            leader[max(one, other)] = min(one, other)
    found: dict[int, list[int]] = {}
    for at in range(len(marks)):
        found.setdefault(find(at), []).append(at)
    return list(found.values())


def lane(agent: str) -> str:
    """The label of a sub-agent's events, made of its id; ``""`` where that is empty."""
    kept = "".join(letter for letter in agent if letter.isalnum() or letter in "_.-")
    return f"agent-{kept[:40].removeprefix('agent-')}" if kept else ""
