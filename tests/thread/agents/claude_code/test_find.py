"""Where Claude Code's sessions are found, and whose they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.homes import Home, claude_record, encoded

AGENT = "claude-code"


def test_no_home_and_no_folder(tmp_path: Path, top: Path) -> None:
    home = Home(tmp_path)
    assert home.sessions(AGENT, top) == []
    home.path.rmdir()
    assert home.sessions(AGENT, top) == []


def test_sessions_of_the_work_tree_and_of_folders_in_it(home: Home, top: Path) -> None:
    home.claude("s1", top)
    home.claude("s2", top / "wick" / "oil")
    home.claude("other", top.parent / "elsewhere")
    assert home.sessions(AGENT, top) == ["s1", "s2"]


def test_a_folder_with_the_same_encoded_name_is_another(home: Home, top: Path) -> None:
    twin = top.parent / "lamp-house-1"
    assert encoded(twin) == encoded(top)
    home.claude("twin", twin)
    home.claude("neighbour", top.parent / "lamp.house_1-old")
    home.claude("mine", top)
    assert home.sessions(AGENT, top) == ["mine"]


def test_all_work_trees_count(home: Home, top: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    home.claude("main", top)
    home.claude("linked", linked)
    assert home.sessions(AGENT, top, linked) == ["linked", "main"]


def test_a_session_that_moved_here_later(home: Home, top: Path) -> None:
    away = top.parent / "harbour"
    home.claude("moved", *([away] * 3000), top, away)
    home.claude("stayed", *([away] * 3000))
    assert home.sessions(AGENT, top) == ["moved"]


def test_a_folder_in_a_tool_s_input_moves_nobody(home: Home, top: Path) -> None:
    away = top.parent / "harbour"
    call = {"type": "tool_use", "input": {"cwd": str(top)}}
    record = {"type": "assistant", "sessionId": "s", "message": {"content": [call]}}
    home.write(f".claude/projects/{encoded(away)}/s.jsonl", claude_record("s", 1, away), record)
    assert home.sessions(AGENT, top) == []


def test_a_name_that_says_nothing(home: Home, top: Path) -> None:
    home.claude("named", top, folder="my-lamp")
    assert home.sessions(AGENT, top) == ["named"]


def test_a_path_too_long_for_a_name(home: Home, top: Path) -> None:
    deep = top / "/".join(["a-long-corridor"] * 16)
    home.claude("deep", deep, folder=encoded(deep)[:200] + "-1x2y3z")
    assert home.sessions(AGENT, top) == ["deep"]
    assert home.sessions(AGENT, deep) == ["deep"]


def test_a_link_to_the_work_tree_is_the_work_tree(home: Home, top: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(top)
    home.claude("through", link / "wick")
    home.claude("direct", top)
    assert home.sessions(AGENT, top) == ["direct", "through"]
    assert home.sessions(AGENT, link) == ["direct", "through"]


def test_a_repository_inside_has_sessions_of_its_own(home: Home, top: Path) -> None:
    inner = top / "vendor" / "wick"
    inner.mkdir(parents=True)
    (inner / ".git").write_text("gitdir: ../../.git/modules/wick\n")
    home.claude("inner", inner / "src")
    home.claude("outer", top)
    assert home.sessions(AGENT, top) == ["outer"]
    assert home.sessions(AGENT, inner) == ["inner"]


def test_a_folder_that_is_gone_still_counts(home: Home, top: Path) -> None:
    home.claude("gone", top / ".claude" / "worktrees" / "left")
    assert home.sessions(AGENT, top) == ["gone"]


def test_sub_agents_of_all_ages_belong_to_their_session(home: Home, top: Path) -> None:
    folder = f".claude/projects/{encoded(top)}"
    home.claude("s1", top)
    home.claude("s2", top)
    for name in ("s1/subagents/agent-a", "s1/subagents/workflows/r1/agent-b", "agent-c"):
        home.write(f"{folder}/{name}.jsonl", claude_record("s1", 7, top, isSidechain=True))
    home.write(f"{folder}/s1/tool-results/x.txt")
    expected = ["s1.jsonl", "s1/subagents/agent-a.jsonl", "s1/subagents/workflows/r1/agent-b.jsonl"]
    assert sorted(home.files(AGENT, top)) == [
        [f"{folder}/{name}" for name in (*expected, "agent-c.jsonl")],
        [f"{folder}/s2.jsonl"],
    ]


def test_a_sub_agent_s_file_makes_its_session_new(home: Home, top: Path) -> None:
    home.claude("s1", top, at=1000)
    home.claude("old", top, at=1000)
    side = f".claude/projects/{encoded(top)}/s1/subagents/agent-a.jsonl"
    home.write(side, claude_record("s1", 7, top), at=5000)
    assert home.sessions(AGENT, top, since=4000) == ["s1"]
    found = home.found(AGENT, top, since=4000)
    assert found.transcripts[0].changed == 5000


def test_the_newest_comes_first(home: Home, top: Path) -> None:
    home.claude("older", top, at=1000)
    home.claude("newer", top, at=2000)
    assert [one.session for one in home.found(AGENT, top).transcripts] == ["newer", "older"]


@pytest.mark.parametrize(
    ("variable", "place"), [("CLAUDE_CONFIG_DIR", ""), ("XDG_CONFIG_HOME", "claude")]
)
def test_variables_move_its_folder(home: Home, top: Path, variable: str, place: str) -> None:
    home.env[variable] = str(home.path / "moved")
    file = f"moved/{place}/projects/{encoded(top)}/s1.jsonl"
    home.write(file, claude_record("s1", 1, top))
    assert home.sessions(AGENT, top) == ["s1"]


def test_a_folder_that_the_person_named(home: Home, top: Path) -> None:
    home.claude("usual", top)
    home.folders[AGENT] = ["~/mine"]
    home.write(f"mine/projects/{encoded(top)}/s1.jsonl", claude_record("s1", 1, top))
    assert home.sessions(AGENT, top) == ["s1"]


def test_what_cannot_be_opened_is_passed_over_or_told(home: Home, top: Path) -> None:
    folder = home.claude("s1", top).parent
    os.mkfifo(folder / "pipe.jsonl")
    (folder / "loop.jsonl").symlink_to(folder / "loop.jsonl")
    (folder / "s1").symlink_to(folder)
    (folder.parent / "circle").symlink_to(folder.parent)
    (folder / "torn.jsonl").write_bytes(b'{"cwd":"' + os.fsencode(top))
    (folder / "empty.jsonl").write_bytes(b"")
    found = home.found(AGENT, top)
    assert [one.session for one in found.transcripts] == ["s1"]
    assert [problem.file for problem in found.problems] == [str(folder / "loop.jsonl")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(home: Home, top: Path) -> None:
    folder = home.claude("s1", top).parent
    folder.chmod(0)
    found = home.found(AGENT, top)
    folder.chmod(0o700)
    assert found.transcripts == ()
    assert "cannot be read: Permission denied" in found.problems[0].reason


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_of_somebody_else_is_told_and_not_read(home: Home, top: Path) -> None:
    folder = home.claude("s1", top).parent
    os.chown(folder, 12345, -1)
    found = home.found(AGENT, top)
    assert found.transcripts == ()
    assert [str(problem) for problem in found.problems] == [
        f"{folder}:+0: belongs to another user, not read"
    ]
    home.folders[AGENT] = ["~/.claude"]
    assert home.sessions(AGENT, top) == ["s1"]
