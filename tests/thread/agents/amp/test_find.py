"""Where Amp's threads are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.homes import Home
from treadle.thread.agents.reading.uri import path

AGENT = "amp"
PLACE = ".local/share/amp/threads"


def thread(*trees: Path) -> dict[str, object]:
    return {"env": {"initial": {"trees": [{"uri": tree.as_uri()} for tree in trees]}}}


def test_threads_that_were_begun_here(home: Home, top: Path) -> None:
    home.write(f"{PLACE}/T-1.json", thread(top.parent / "other", top))
    home.write(f"{PLACE}/T-2.json", thread(top / "sub folder"), at=1000)
    home.write(f"{PLACE}/T-3.json", thread(top.parent))
    home.write(f"{PLACE}/T-4.json", {"env": 7})
    home.write(f"{PLACE}/notes.json", thread(top))
    (home.path / PLACE / "T-5.json").write_bytes(b'{"env": {"ini')
    assert home.sessions(AGENT, top) == ["T-1", "T-2"]
    assert home.sessions(AGENT, top, since=1500) == ["T-1"]


def test_a_variable_moves_the_place(home: Home, top: Path) -> None:
    home.env["XDG_DATA_HOME"] = str(home.path / "moved")
    home.write("moved/amp/threads/T-1.json", thread(top))
    assert home.sessions(AGENT, top) == ["T-1"]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("file:///home/ada/my%20lamp", "/home/ada/my lamp"),
        ("file:///C:/lamp", "C:/lamp"),
        ("file://host/lamp", ""),
        ("https://example.org/lamp", ""),
        ("file:///" + "a" * 20_000, ""),
        ("", ""),
    ],
)
def test_uris_of_files(uri: str, expected: str) -> None:
    assert path(uri) == expected
