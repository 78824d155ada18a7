"""Git's blame of many files, asked for before anybody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.scratch import Scratch, numbered
from treadle.tangle.blaming.rows import FEW, asked_early
from treadle.thread.errors import UserError

PATHS = [f"{number}.txt" for number in range(FEW + 6)]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scratch]:
    found = Scratch(tmp_path_factory.mktemp("lamp"))
    for number, path in enumerate(PATHS):
        found.write(path, numbered(number + 1, path))
    found.commit("Begin")
    yield found
    found.close()


def test_files_come_in_the_order_in_which_they_were_asked(scratch: Scratch) -> None:
    wanted = PATHS[::-1]
    with asked_early(scratch.repo, wanted, scratch.repo.resolve("HEAD")) as rows:
        found = list(rows)
    assert [path for path, _ in found] == wanted
    assert [entries[-1].size for _, entries in found] == list(range(len(PATHS), 0, -1))


def test_what_git_refuses_is_told_when_its_turn_comes(scratch: Scratch) -> None:
    with asked_early(scratch.repo, [PATHS[0], "gone.txt", PATHS[1]], "HEAD") as rows:
        assert next(rows)[0] == PATHS[0]
        with pytest.raises(UserError, match=r"there is no gone.txt in HEAD"):
            next(rows)


def test_what_nobody_waits_for_is_not_asked(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(said))
    wanted = PATHS * 50
    with asked_early(scratch.repo, wanted, "HEAD") as rows:
        assert next(rows)[0] == PATHS[0]
    assert 0 < said.read_text().count('"event":"start"') < len(wanted) // 2
