"""Where Gemini CLI's chats are found: under a short name, under a hash, in both layouts."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.homes import Home

AGENT = "gemini-cli"


def digest(folder: Path) -> str:
    return sha256(str(folder).encode()).hexdigest()


def chat(home: Home, project: str, session: str, name: str = "", **more: object) -> Path:
    head = {"sessionId": session, "projectHash": "0" * 64, "startTime": "t", **more}
    return home.write(f".gemini/tmp/{project}/chats/{name or f'session-{session}.jsonl'}", head)


def listed(home: Home, projects: dict[Path, str]) -> None:
    told = {"projects": {str(folder): name for folder, name in projects.items()}}
    home.write(".gemini/projects.json").write_text(json.dumps(told))


def test_projects_under_the_hash_of_their_root(home: Home, top: Path) -> None:
    chat(home, digest(top), "s1")
    chat(home, digest(top), "s2", "session-s2.json")
    chat(home, digest(top.parent), "other")
    assert home.sessions(AGENT, top) == ["s1", "s2"]


def test_projects_under_a_short_name(home: Home, top: Path) -> None:
    listed(home, {top: "lamp", top / "wick": "wick", top.parent: "src"})
    for project in ("lamp", "wick", "src", "unknown"):
        chat(home, project, f"s-{project}")
    chat(home, digest(top / "wick"), "s-hash")
    assert home.sessions(AGENT, top) == ["s-hash", "s-lamp", "s-wick"]


def test_a_marker_tells_the_root(home: Home, top: Path) -> None:
    chat(home, "lamp", "s1")
    home.write(".gemini/tmp/lamp/.project_root").write_text(f"{top}\n")
    assert home.sessions(AGENT, top) == ["s1"]


def test_a_hash_that_only_the_paths_in_the_chat_explain(home: Home, top: Path) -> None:
    for folder in (top / "wick", top.parent / "elsewhere"):
        said = {"id": "1", "type": "user", "content": f'read {folder}/src/oil.py, "please"'}
        chat(home, digest(folder), folder.name, messages=[said])
    assert home.sessions(AGENT, top) == ["wick"]


def test_sub_agents_lie_in_a_folder_named_after_their_session(home: Home, top: Path) -> None:
    chat(home, digest(top), "s1")
    chat(home, digest(top), "s1", "session-older.json")
    chat(home, digest(top), "a1", "s1/a1.jsonl", kind="subagent")
    folder = f".gemini/tmp/{digest(top)}/chats"
    names = ["session-older.json", "session-s1.jsonl", "s1/a1.jsonl"]
    assert home.files(AGENT, top) == [[f"{folder}/{name}" for name in names]]


def test_a_variable_moves_its_home(home: Home, top: Path) -> None:
    home.env["GEMINI_CLI_HOME"] = str(home.path / "moved")
    home.write(f"moved/.gemini/tmp/{digest(top)}/chats/session-1.json", {"sessionId": "s1"})
    assert home.sessions(AGENT, top) == ["s1"]


@pytest.mark.parametrize("told", ["[]", "{", '{"projects": 7}', '{"projects": {"/x": 7}}'])
def test_a_list_of_projects_that_tells_nothing(home: Home, top: Path, told: str) -> None:
    chat(home, digest(top), "s1")
    home.write(".gemini/projects.json").write_text(told)
    assert [one.session for one in home.found(AGENT, top).transcripts] == ["s1"]


def test_old_sessions_are_left_out(home: Home, top: Path) -> None:
    chat(home, digest(top), "s1")
    assert home.sessions(AGENT, top, since=1e11) == []
