"""Where Cursor's transcripts are found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.homes import Home
from treadle.thread import agents
from treadle.thread.agents.cursor.find import beside
from treadle.thread.agents.finding.seen import Seen

AGENT = "cursor"
ONE = "5eed0001-0000-4000-8000-000000000001"
TWO = "5eed0002-0000-4000-8000-000000000002"


def place(name: str) -> str:
    return f".cursor/projects/{name}/agent-transcripts"


def slug(folder: Path) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in str(folder)).strip("-")


def asked() -> dict[str, object]:
    return {"role": "user", "message": {"content": [{"type": "text", "text": "Go."}]}}


def called(**given: object) -> dict[str, object]:
    block = {"type": "tool_use", "name": "Write", "input": given}
    return {"role": "assistant", "message": {"content": [block]}}


def test_both_layouts_with_sub_agents(home: Home, top: Path) -> None:
    folder = place(slug(top))
    home.write(f"{folder}/{ONE}/{ONE}.jsonl", asked())
    home.write(f"{folder}/{ONE}/subagents/{TWO}.jsonl", asked())
    home.write(f"{folder}/flat.jsonl", asked())
    assert sorted(home.files(AGENT, top), key=len, reverse=True) == [
        [f"{folder}/{ONE}/{ONE}.jsonl", f"{folder}/{ONE}/subagents/{TWO}.jsonl"],
        [f"{folder}/flat.jsonl"],
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"path": "{top}/lamp.py"},
        {"command": "make", "working_directory": "{top}/sub"},
        {"path": "{top}/lamp.py", "old_string": "a", "new_string": "b"},
    ],
)
def test_the_files_in_calls_decide_whatever_the_window_shows(
    home: Home, top: Path, given: dict[str, str]
) -> None:
    here = {key: value.format(top=top) for key, value in given.items()}
    home.write(f"{place('1771234')}/s1.jsonl", asked(), called(**here))
    home.write(f"{place('1771234')}/s2.jsonl", asked(), called(path="/elsewhere/lamp.py"))
    home.write(f"{place('1771234')}/s3.jsonl", asked())
    home.write(f"{place(slug(top))}/s4.jsonl", asked(), called(path="/elsewhere/lamp.py"))
    assert home.sessions(AGENT, top) == ["s1"]


def test_a_patch_names_files_too(home: Home, top: Path) -> None:
    patch = f"*** Begin Patch\n*** Delete File: {top}/old.py\n*** End Patch"
    block = {"type": "tool_use", "name": "ApplyPatch", "input": patch}
    line = {"role": "assistant", "message": {"content": [block]}}
    home.write(f"{place('1')}/s1.jsonl", line)
    assert home.sessions(AGENT, top) == ["s1"]


def test_what_only_a_sub_agent_did_counts(home: Home, top: Path) -> None:
    home.write(f"{place('1')}/{ONE}/{ONE}.jsonl", asked())
    home.write(f"{place('1')}/{ONE}/subagents/{TWO}.jsonl", called(path=f"{top}/lamp.py"))
    assert home.sessions(AGENT, top) == [ONE]


def test_a_variable_moves_the_place_and_old_sessions_are_left_out(home: Home, top: Path) -> None:
    home.env["CURSOR_CONFIG_DIR"] = str(home.path / "moved")
    home.write(f"moved/projects/{slug(top)}/agent-transcripts/s1.jsonl", asked(), at=1000)
    assert home.sessions(AGENT, top) == ["s1"]
    assert home.sessions(AGENT, top, since=1500) == []


def test_a_transcript_that_did_not_change_is_not_opened_again(
    home: Home, top: Path, tmp_path: Path
) -> None:
    file = home.write(f"{place('1')}/s1.jsonl", called(path=f"{top}/lamp.py"), at=1000)
    for _ in range(2):
        with Seen.open(str(tmp_path / "memory")) as memory:
            found = home.found(AGENT, top, memory=memory)
        assert [one.session for one in found.transcripts] == ["s1"]
        file.write_bytes(b"x" * file.stat().st_size)
        os.utime(file, (1000, 1000))


def test_files_beside_a_session(home: Home, top: Path) -> None:
    folder = place(slug(top))
    main = home.write(f"{folder}/{ONE}/{ONE}.jsonl", asked())
    helper = home.write(f"{folder}/{ONE}/subagents/{TWO}.jsonl", asked())
    assert beside(str(main)) == [str(helper)]
    sources = [agents.Source.file(path) for path in (str(main), *beside(str(main)))]
    assert [one.id for one in agents.read(sources, AGENT).sessions] == [ONE]
