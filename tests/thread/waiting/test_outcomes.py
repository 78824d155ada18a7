"""The log and the news: short, whole, and never in anybody's way."""

from __future__ import annotations

from pathlib import Path

import pytest

from treadle.thread.waiting import outcomes
from treadle.thread.waiting.outcomes import Outcome, Outcomes, ago, called, size_of


def told(number: int, line: str = "recorded") -> Outcome:
    return Outcome("recorded", f"{line} {number}", f"{number:040x}")


def test_what_was_added_is_there_and_of_each_commit_the_latest(tmp_path: Path) -> None:
    log = Outcomes(str(tmp_path / "new"))
    log.add(told(1), 0.0)
    log.add(told(2), 0.0)
    log.add(told(1, "again"), 0.0)
    assert [one.line for one in log.last(9)] == ["recorded 2", "again 1"]
    assert [one.line for one in log.last(1)] == ["again 1"]
    assert log.take() == ["treadle: recorded 1", "treadle: recorded 2", "treadle: again 1"]
    assert log.take() == []


def test_half_a_line_costs_only_itself(tmp_path: Path) -> None:
    log = Outcomes(str(tmp_path))
    log.add(told(1), 0.0)
    with open(log.log, "a") as file:
        file.write('{"result": "recor')
    log.add(told(2), 0.0)
    assert [one.line for one in log.last(9)] == ["recorded 1", "recorded 2"]


@pytest.mark.parametrize("text", ["\0\xff\n", "[]\n{}\n1\n", "[" * 99_999, '{"result": 1}\n'])
def test_a_log_of_nonsense_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "log").write_text(text)
    assert Outcomes(str(tmp_path)).last(9) == []


def test_both_stay_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "LOG_LIMIT", 4000)
    log = Outcomes(str(tmp_path))
    for number in range(300):
        log.add(told(number), 0.0)
    assert (tmp_path / "log").stat().st_size <= 4000
    assert log.last(1)[0].line == "recorded 299"
    said = log.take()
    assert len(said) <= outcomes.NEWS_LIMIT + 1
    assert said[-1] == "treadle: recorded 299"


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    log = Outcomes(str(tmp_path / "file" / "folder"))
    log.add(told(1), 0.0)
    assert (log.last(9), log.take()) == ([], [])


def test_times_and_names_are_told_as_people_tell_them() -> None:
    assert [ago(s) for s in (0, 59, 60, 7200, 3 * 86400)] == [
        "just now",
        "just now",
        "1 minute ago",
        "2 hours ago",
        "3 days ago",
    ]
    assert [called(name) for name in ("claude-code", "gemini-cli", "opencode")] == [
        "Claude Code",
        "Gemini CLI",
        "OpenCode",
    ]
    assert [size_of(1, "step"), size_of(2, "step")] == ["1 step", "2 steps"]
