"""Each folder of ``tests/cases/agents/AGENT`` holds transcripts and what is read from them.

``TREADLE_REWRITE=1`` writes the expected files anew; read the difference before you keep it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.thread.agents.dump import dump
from treadle.thread import agents
from treadle.thread.agents import Source
from treadle.thread.agents.source import HEAD

CASES = Path(__file__).parents[2] / "cases" / "agents"
FOLDERS = sorted(folder for folder in CASES.glob("*/*") if folder.is_dir())


def sources(folder: Path) -> list[Source]:
    kinds = (".jsonl", ".json", ".md", ".sql")
    files = sorted(file for file in folder.rglob("*") if file.suffix in kinds)
    return [Source.bytes(str(file.relative_to(folder)), content(file)) for file in files]


def content(file: Path) -> bytes:
    """What a file holds; of statements of SQL the database that they make."""
    if file.suffix != ".sql":
        return file.read_bytes()
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(file.read_text(encoding="utf-8"))
        return database.serialize()


@pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}"
)
def test_case_reads_as_expected(folder: Path) -> None:
    expected = folder / "expected.txt"
    found = dump(agents.read(sources(folder)))
    if os.environ.get("TREADLE_REWRITE"):
        expected.write_text(found, encoding="utf-8", newline="")
    assert found == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}"
)
def test_order_of_sources_does_not_matter(folder: Path) -> None:
    found = sources(folder)
    forwards, backwards = agents.read(found), agents.read(found[::-1])
    assert {one.id: one.events for one in forwards.sessions} == {
        one.id: one.events for one in backwards.sessions
    }
    assert forwards.ids == backwards.ids


@pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}"
)
def test_reading_copies_twice_changes_nothing(folder: Path) -> None:
    found = sources(folder)
    once, twice = agents.read(found), agents.read([*found, *found])
    assert [one.events for one in once.sessions] == [one.events for one in twice.sessions]
    keys = [event.key for one in once.sessions for event in one.events]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}"
)
def test_no_reader_takes_the_files_of_another_agent(folder: Path) -> None:
    for source in sources(folder):
        with source.open() as stream:
            head = stream.read(HEAD)
        takers = {reader.name for reader in agents.readers() if reader.recognises(head)}
        assert takers <= {folder.parent.name}, source.name
