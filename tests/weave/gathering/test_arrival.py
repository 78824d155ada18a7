"""Sections keep their numbers while a history only grows, whatever is merged into it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.repo import Commit
from treadle.weave.gathering.arrival import arrivals


def commit(name: str, *parents: str, day: int = 1) -> Commit:
    stamp = f"2026-03-{day:02}T00:00:00.000Z"
    return Commit(name, parents, "", "", stamp, stamp, name, name)


def test_what_a_merge_brings_stands_just_before_it() -> None:
    history = [
        commit("A", day=2),
        commit("x", "A", day=3),
        commit("B", "A", day=5),
        commit("y", "x", day=4),
        commit("M", "B", "y", day=6),
        commit("N", "M", day=7),
    ]
    found = arrivals(history, "N")
    assert list(found) == ["A", "B", "x", "y", "M", "N"]
    assert found["x"] == found["M"] == "2026-03-06T00:00:00.000Z"
    assert found["B"] == "2026-03-05T00:00:00.000Z"


def test_a_branch_of_many_parents_and_an_unknown_parent() -> None:
    history = [commit("A", "gone"), commit("x", "A"), commit("y", "A"), commit("M", "A", "x", "y")]
    assert list(arrivals(history, "M")) == ["A", "x", "y", "M"]
    assert arrivals([], "none") == {}


@given(st.lists(st.tuples(st.integers(1, 28), st.lists(st.integers(0, 30), max_size=2))))
def test_every_commit_arrives_once_and_growth_only_appends(
    steps: list[tuple[int, list[int]]],
) -> None:
    """Each step commits on the head, or on an older commit beside it, or merges some."""
    history = [commit("c0")]
    head = "c0"
    for number, (day, others) in enumerate(steps, 1):
        name = f"c{number}"
        picked = [f"c{other % number}" for other in others]
        if len(picked) == 1 and picked[0] != head:
            history.append(commit(name, picked[0], day=day))
            continue
        parents = list(dict.fromkeys([head, *picked]))
        before = list(arrivals(history, head))
        history.append(commit(name, *parents, day=day))
        head = name
        after = list(arrivals(history, head))
        assert after[: len(before)] == before
        assert len(set(after)) == len(after)
