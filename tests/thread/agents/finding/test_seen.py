"""What finders remember: unchanged files stay closed, and of grown ones only the end is read."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from tests.support.homes import Home, claude_record
from treadle.thread.agents.finding import find as finding
from treadle.thread.agents.finding.seen import Fact, Seen

AGENT = "claude-code"


def found(home: Home, top: Path, memory: Path) -> list[str]:
    with Seen.open(str(memory)) as seen:
        return sorted(one.session for one in home.found(AGENT, top, memory=seen).transcripts)


def blank(file: Path, more: int = 0) -> None:
    """Make a file say nothing at all, in a way that nobody notices who does not open it."""
    known = file.stat()
    file.write_bytes(b" " * (known.st_size + more))
    os.utime(file, ns=(known.st_atime_ns, known.st_mtime_ns + more))


def test_unchanged_files_are_not_opened_again(home: Home, top: Path, tmp_path: Path) -> None:
    blanked = [home.claude(name, top) for name in ("one", "two")]
    assert found(home, top, tmp_path / "memory") == ["one", "two"]
    for file in blanked:
        blank(file)
    assert found(home, top, tmp_path / "memory") == ["one", "two"]
    assert found(home, top, tmp_path / "another") == []


def test_a_known_session_that_grew_is_not_opened_to_be_found(
    home: Home, top: Path, tmp_path: Path
) -> None:
    mine = home.claude("mine", top)
    assert found(home, top, tmp_path / "memory") == ["mine"]
    blank(mine, more=100)
    assert found(home, top, tmp_path / "memory") == ["mine"]


def test_a_session_that_moves_here_is_found_when_it_does(
    home: Home, top: Path, tmp_path: Path
) -> None:
    home.claude("moving", top.parent, top.parent)
    assert found(home, top, tmp_path / "memory") == []
    home.claude("moving", top.parent, top.parent, top)
    assert found(home, top, tmp_path / "memory") == ["moving"]


def test_a_line_that_was_being_written_is_read_again(home: Home, top: Path, tmp_path: Path) -> None:
    file = home.claude("moving", top.parent, top)
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])
    assert found(home, top, tmp_path / "memory") == []
    file.write_bytes(whole)
    assert found(home, top, tmp_path / "memory") == ["moving"]


def test_another_file_of_the_same_name_is_read_from_its_beginning(
    home: Home, top: Path, tmp_path: Path
) -> None:
    home.claude("s", top.parent, top.parent)
    assert found(home, top, tmp_path / "memory") == []
    rows = [claude_record("s", 1, top), *(claude_record("s", 2, top.parent, pad="x" * 200),) * 3]
    name = str(top.parent).replace("/", "-").replace("_", "-").replace(".", "-")
    home.write(f".claude/projects/{name}/s.jsonl", *rows)
    assert found(home, top, tmp_path / "memory") == ["s"]


def test_a_work_tree_that_was_added_later(home: Home, top: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    home.claude("linked", linked)
    assert found(home, top, tmp_path / "memory") == []
    with Seen.open(str(tmp_path / "memory")) as seen:
        known = finding.find(home.around(top, linked, memory=seen), [AGENT])
    assert [one.session for one in known.transcripts] == ["linked"]


def test_a_damaged_memory_is_made_anew(home: Home, top: Path, tmp_path: Path) -> None:
    home.claude("mine", top)
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "seen.db").write_bytes(b"by no means a database" * 999)
    assert found(home, top, tmp_path / "memory") == ["mine"]
    with Seen.open(str(tmp_path / "memory")) as seen:
        assert any(seen.of(AGENT, str(path)) for path in home.path.rglob("*.jsonl"))


def test_a_memory_of_another_version_is_made_anew(tmp_path: Path) -> None:
    with Seen.open(str(tmp_path)) as seen:
        seen.keep(AGENT, "/x", Fact(1, 2.0, "s"))
    base = sqlite3.connect(tmp_path / "seen.db")
    base.execute("pragma user_version = 99")
    base.close()
    with Seen.open(str(tmp_path)) as seen:
        assert seen.of(AGENT, "/x") is None


def test_facts_come_back_as_they_were(tmp_path: Path) -> None:
    fact = Fact(1, 2.5, "s", "p", "f", ("/ä", "/b\udcff"), 7, b"\x00\xff")
    with Seen.open(str(tmp_path)) as seen:
        seen.keep(AGENT, "/\udcff", fact)
        seen.keep(AGENT, "/x", fact)
    with Seen.open(str(tmp_path)) as seen:
        assert seen.of(AGENT, "/x") == fact


def test_a_memory_that_cannot_be_written_is_none(home: Home, top: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    home.claude("mine", top)
    assert found(home, top, tmp_path / "file") == ["mine"]


def test_the_memory_is_nobody_else_s(tmp_path: Path) -> None:
    with Seen.open(str(tmp_path / "treadle")) as seen:
        seen.keep(AGENT, "/x", Fact())
    assert (tmp_path / "treadle").stat().st_mode & 0o077 == 0
    assert (tmp_path / "treadle" / "seen.db").stat().st_mode & 0o077 == 0
