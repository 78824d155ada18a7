"""A database beside the repository: fit for use in whatever state the last one is found."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from treadle.tangle.learnt import cache

NAME = "some.db"


def prepare(db: sqlite3.Connection, schema: int = 1) -> None:
    """A table of words."""
    cache.renew(db, schema, _create)


def _create(db: sqlite3.Connection) -> None:
    db.execute("create table words (word text)")


def words(db: sqlite3.Connection) -> list[str]:
    return [row[0] for row in db.execute("select word from words")]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder whose database holds a word."""
    with closing(cache.opened(str(tmp_path), NAME, prepare)) as db, db:
        db.execute("insert into words values ('tide')")
    return tmp_path


def test_what_was_kept_is_there_next_time(kept: Path) -> None:
    with closing(cache.opened(str(kept), NAME, prepare)) as db:
        assert words(db) == ["tide"]


def test_tables_of_another_version_are_made_anew(kept: Path) -> None:
    with closing(cache.opened(str(kept), NAME, lambda db: prepare(db, 2))) as db:
        assert words(db) == []


def test_a_damaged_file_is_made_anew(kept: Path) -> None:
    (kept / NAME).write_bytes(b"no database" * 1000)
    with closing(cache.opened(str(kept), NAME, prepare)) as db:
        assert words(db) == []
    assert (kept / NAME).read_bytes().startswith(b"SQLite format 3")


def test_where_no_folder_can_be_the_database_is_in_memory_or_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = str(tmp_path / "file" / "below")
    assert cache.on_disk(folder, NAME, prepare) is None
    with closing(cache.opened(folder, NAME, prepare)) as db:
        assert words(db) == []


def test_a_file_that_another_process_locks_is_left_as_it_is(kept: Path) -> None:
    def locked(db: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("database is locked")

    assert cache.on_disk(str(kept), NAME, locked) is None
    with closing(cache.opened(str(kept), NAME, prepare)) as db:
        assert words(db) == ["tide"]
