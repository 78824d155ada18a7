"""What was scrubbed stays away, though the agents' transcripts still hold it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_scrub import SECRET, everything, scrubbed
from tests.support.desk import Claude, Desk
from tests.support.record import document, makes_its_commit
from treadle.thread.store import Store


def test_what_was_scrubbed_is_hidden_in_what_is_recorded_later(desk: Desk, claude: Claude) -> None:
    claude.prompt(f"Use {SECRET} for the door")
    claude.edit("lamp.py", "lamp number 3\n", "lamp number three\n")
    first = claude.commits("Three")[0]
    desk.queue(first)
    desk.work()
    assert SECRET.encode() in everything(desk.scratch)
    scrubbed(desk.scratch)
    claude.edit("lamp.py", "lamp number 9\n", f"word = '{SECRET}'\n")
    amended = desk.scratch.commit("Three and nine", "--amend")
    desk.queue(amended)
    desk.work()
    assert SECRET.encode() not in everything(desk.scratch)
    text = (Store(desk.scratch.repo).get(amended.id) or b"").decode()
    assert "Use [redacted:scrubbed] for the door" in text
    assert makes_its_commit(desk.scratch, document(desk.scratch, amended))
    kept = Path(desk.folder) / "hidden"
    assert kept.stat().st_mode & 0o077 == 0
    scrubbed(desk.scratch)
    assert len(kept.read_text().splitlines()) == 1


def test_nothing_is_recorded_where_it_cannot_be_told_what_was_scrubbed(
    desk: Desk, claude: Claude
) -> None:
    scrubbed(desk.scratch)
    kept = Path(desk.folder) / "hidden"
    good = kept.read_text()
    kept.write_text('{"pattern": 3}\n')
    claude.edit("lamp.py", "lamp number 3\n", "lamp number three\n")
    commit = claude.commits("Three")[0]
    desk.queue(commit)
    desk.work()
    assert not Store(desk.scratch.repo).notes()
    assert "hidden:1" in "\n".join(desk.log())
    kept.write_text(good)
    desk.queue(commit)
    desk.work()
    assert commit.id in Store(desk.scratch.repo).notes()
