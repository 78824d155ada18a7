"""Git's blame of many files, asked ahead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scratch import Scratch, numbered
from treadle.tangle.blaming import asked
from treadle.tangle.blaming.asked import Asked, entries_of_all
from treadle.thread.errors import UserError


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "lamp")
    for number in range(30):
        made.write(f"{number}.txt", numbered(1 + 50 * (number % 3), f"file {number}"))
    made.commit()
    return made


PATHS = [f"{number}.txt" for number in range(30)]


def test_answers_come_in_the_order_of_the_paths(scratch: Scratch) -> None:
    found = list(entries_of_all(scratch.repo, PATHS, "HEAD"))
    assert [path for path, _ in found] == PATHS
    sizes = [sum(entry.size for entry in entries) for _, entries in found]
    assert sizes == [1 + 50 * (number % 3) for number in range(30)]


def test_with_room_for_no_answer_each_is_still_asked_for(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "_AHEAD", 1)
    found = [path for path, _ in entries_of_all(scratch.repo, PATHS, "HEAD")]
    assert found == PATHS


def test_who_stops_in_the_middle_leaves_nothing_running(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "_AHEAD", 1)
    with Asked(scratch.repo, PATHS, "HEAD") as ahead:
        assert next(iter(ahead))[0] == PATHS[0]


def test_a_path_that_is_not_there_is_told_of(scratch: Scratch) -> None:
    with pytest.raises(UserError, match=r"no gone\.txt"):
        list(entries_of_all(scratch.repo, [*PATHS, "gone.txt"], "HEAD"))
