"""Where Aider's histories are found."""

from __future__ import annotations

from pathlib import Path

from tests.support.homes import Home

AGENT = "aider"
NAME = ".aider.chat.history.md"


def files(home: Home, *tops: Path) -> list[str]:
    found = home.found(AGENT, *tops)
    assert found.problems == ()
    return sorted(file for one in found.transcripts for file in one.files)


def test_each_work_tree_has_its_own(home: Home, top: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    linked.mkdir()
    for folder in (top, linked, top.parent):
        (folder / NAME).write_text("# aider chat started at 2026-05-04 10:11:12\n")
    assert files(home, top, linked) == sorted([f"{top}/{NAME}", f"{linked}/{NAME}"])
    (one, _) = home.found(AGENT, top, linked).transcripts
    assert (one.session, one.size) == ("", 44)


def test_the_variable_and_the_person_s_settings_may_name_any_file(home: Home, top: Path) -> None:
    home.env["AIDER_CHAT_HISTORY_FILE"] = "notes/chat.md"
    (home.path / ".aider.conf.yml").write_text("model: x\nchat-history-file: '~/all.md' # mine\n")
    (home.path / "all.md").write_text("all")
    (top / "notes").mkdir()
    (top / "notes" / "chat.md").write_text("chat")
    assert files(home, top) == sorted([f"{home.path}/all.md", f"{top}/notes/chat.md"])


def test_the_repository_s_settings_may_only_name_its_own(home: Home, top: Path) -> None:
    (home.path / "all.md").write_text("all")
    (top / "here.md").write_text("here")
    for name, expected in (("here.md", [f"{top}/here.md"]), (f"{home.path}/all.md", [])):
        (top / ".aider.conf.yml").write_text(f"chat-history-file: {name}\n")
        assert files(home, top) == expected
    (top / "link.md").symlink_to(home.path / "all.md")
    (top / ".aider.conf.yml").write_text("chat-history-file: link.md\n")
    assert files(home, top) == []
