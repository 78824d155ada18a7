"""What all finders have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from treadle.thread.agents import readers
from treadle.thread.agents.finding.disk import File
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript, together
from treadle.thread.agents.finding.quarters import HOME, Quarters, names
from treadle.thread.agents.source import Reader
from treadle.thread.model import Problem

FINDERS = [reader for reader in readers() if reader.find]


class Asked(Mapping[str, str]):
    """An environment that notes which of its variables are asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("a finder looks at all variables")

    def __len__(self) -> int:
        return 0


@pytest.mark.parametrize("reader", FINDERS, ids=lambda reader: reader.name)
def test_a_finder_asks_for_those_variables_that_hooks_note(reader: Reader, tmp_path: Path) -> None:
    assert reader.find is not None
    env = Asked()
    reader.find(Surroundings(str(tmp_path), env, (str(tmp_path),)))
    assert env.names <= set(reader.moved)
    assert set(reader.moved) <= env.names | {"OPENCODE_DB"}


def test_quarters_are_what_a_hook_noted_and_nothing_of_this_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(HOME, "/own")
    monkeypatch.setenv("CODEX_HOME", "/own/codex")
    noted = Quarters.noted({HOME: "/home/ines", "CLAUDE_CODE_SESSION_ID": "s1"})
    assert (noted.home, noted.env) == ("/home/ines", {HOME: "/home/ines"})
    older = Quarters.noted({"CLAUDE_CODE_SESSION_ID": "s1"})
    assert older == Quarters.own()
    assert older.env.items() >= {"CODEX_HOME": "/own/codex", HOME: "/own"}.items()
    assert older.name != noted.name


def test_a_home_that_is_no_folder_s_name_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME, "lamp")
    assert Quarters.own().home == ""
    assert set(names()) >= {HOME, "CLAUDE_CONFIG_DIR", "XDG_DATA_HOME"}


def test_what_lies_in_two_quarters_is_found_once() -> None:
    old, new = (
        Transcript.of("codex", name, [File(f"/{name}", 3, at)])
        for name, at in (("old", 1.0), ("new", 2.0))
    )
    problem = Problem("/x", 0, "cannot be read")
    found = together([Found((old,), (problem,)), Found((new, old), (problem,))])
    assert found == Found((new, old), (problem,))


def test_folders_of_a_repository_inside_are_known_by_the_names_they_were_given(
    tmp_path: Path,
) -> None:
    top, link = tmp_path / "lamp", tmp_path / "link"
    tree = top / "tree"
    for folder in (top / ".git", top / "inner" / ".git", top / "inner" / "src", tree / ".git"):
        folder.mkdir(parents=True)
    link.symlink_to(top)
    (top / "short").symlink_to(top / "inner" / "src")
    inside = [f"{top}/inner", f"{link}/inner/src/gone", f"{top}/short"]
    grounds = Grounds((str(top), str(tree)))
    assert grounds.nested(
        [*inside, str(top), f"{top}/src", f"{tree}/src", "/elsewhere", "src"]
    ) == {
        f"{top}/inner": f"{top}/inner",
        f"{link}/inner/src/gone": f"{link}/inner",
        f"{top}/short": f"{top}/short",
    }
    assert not any(map(grounds.hold, inside))
    assert grounds.hold(f"{link}/src")
