"""What holds for any chat of Gemini CLI, whatever happened to its file."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.thread.agents import damage
from treadle.thread import agents
from treadle.thread.agents import Source
from treadle.thread.agents.events.bounds import LARGEST_EDIT
from treadle.thread.agents.gemini_cli.root import root
from treadle.thread.model import Event

CASES = Path(__file__).parents[3] / "cases" / "agents" / "gemini-cli"
TRANSCRIPTS = [file.read_bytes() for file in sorted(CASES.rglob("*.json*"))]
LINES = [
    line
    for file in sorted(CASES.rglob("*.jsonl"))
    for line in file.read_bytes().split(b"\n")
    if line
]
ROOT = "/home/ada/lamp"
PROJECT = sha256(ROOT.encode()).hexdigest()


def message(kind: str, id_: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"id": id_, "timestamp": damage.HOUR, "type": kind, "content": content, **more}


def call(id_: str, name: str, **asked: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "args": asked, "status": "success"}


def read(*records: Any, **more: Any) -> agents.Reading:
    opening = {"sessionId": "s", "projectHash": PROJECT, **more}
    text = "\n".join(json.dumps(one) for one in (opening, *records)) + "\n"
    return agents.read([Source.bytes("chat.jsonl", text.encode())], "gemini-cli")


def only(*calls: Any) -> Event:
    (session,) = read(message("gemini", "a", "", toolCalls=list(calls))).sessions
    (event,) = session.events
    return event


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'{\n  "sessionId": "s",\n  "projectHash": "p",\n  "messages": [', "gemini-cli"),
        (b'{"sessionId":"s","projectHash":"p","startTime":"t"}\n', "gemini-cli"),
        (b'{"id":"m","timestamp":"t","type":"user","content":"Hello."}\n', "gemini-cli"),
        (b'{"sessionId":"s","projectHash":"p","x":"' + b"y" * (1 << 16), "gemini-cli"),
        (b'{"id":"m","timestamp":"t","type":"other","content":"Hello."}\n', ""),
        (b'{"id":"m","sessionId":"s","timestamp":"t","type":"user"}\n', ""),
    ],
)
def test_recognises_by_the_first_bytes(head: bytes, name: str) -> None:
    assert agents.recognise(head) == name


@settings(max_examples=150)
@given(st.sampled_from(TRANSCRIPTS), damage.WOUNDS)
def test_damaged_bytes_never_raise(text: bytes, wounds: list[tuple[int, int, bytes]]) -> None:
    broken = damage.wounded(text, wounds)
    damage.assert_sound(agents.read([Source.bytes("x", broken)], "gemini-cli"))
    agents.recognise(broken)


@settings(max_examples=150)
@given(st.data())
def test_wrong_types_never_raise(data: st.DataObject) -> None:
    usable = st.sampled_from([line for line in LINES if damage.is_object(line)])
    records = [json.loads(line) for line in data.draw(st.lists(usable, min_size=1, max_size=5))]
    for one in records:
        for _ in range(data.draw(st.integers(1, 3))):
            damage.replace_somewhere(data, one)
    lines = "\n".join(json.dumps(one) for one in records)
    damage.assert_sound(agents.read([Source.bytes("x", lines.encode())], "gemini-cli"))
    whole = json.dumps({"sessionId": "s", "projectHash": "p", "messages": records}, indent=1)
    damage.assert_sound(agents.read([Source.bytes("x", whole.encode())], "gemini-cli"))


@settings(max_examples=60)
@given(st.data())
def test_document_torn_anywhere_keeps_whole_messages(data: st.DataObject) -> None:
    messages = [message("user", f"u{at}", f"prompt {at}") for at in range(4)]
    whole = json.dumps({"sessionId": "s", "projectHash": "p", "messages": messages}, indent=2)
    cut = data.draw(st.integers(1, len(whole) - 1))
    reading = agents.read([Source.bytes("x", whole[:cut].encode())], "gemini-cli")
    texts = [event.text for session in reading.sessions for event in session.events]
    assert texts == [f"prompt {at}" for at in range(len(texts))]
    ends = [whole.index(f'"prompt {at}"') + 15 for at in range(4)]
    assert len(texts) >= sum(end + 5 < cut for end in ends)
    assert reading.problems or reading.sessions[0].problems


def test_root_is_proved_by_a_path_in_any_text() -> None:
    assert root(PROJECT, ["nothing", {"a": [f"written to {ROOT}/src/a b.py."]}]) == ROOT
    assert root(PROJECT, [f"[current working directory {ROOT}]"]) == ROOT
    assert root(PROJECT, [f"{ROOT} is the folder"]) == ROOT


def test_root_of_a_home_with_spaces_and_of_windows() -> None:
    for folder in ("/Users/Ada L/my lamp", "C:\\Users\\Ada L\\lamp"):
        project = sha256(folder.encode()).hexdigest()
        separator = "\\" if "\\" in folder else "/"
        assert root(project, [f"file: {folder}{separator}a.py"]) == folder


def test_folder_that_no_hash_proves_is_not_taken() -> None:
    assert root(PROJECT, ["/home/bob/lamp/a.py"]) == ""
    assert root("slug", [f"{ROOT}/a.py"]) == ""


def test_root_search_ends() -> None:
    assert root("0" * 64, ["/" + "/".join(f"{at}" for at in range(9000))] * 5000) == ""


def test_folder_of_a_command_counts_from_the_root() -> None:
    asked = {"command": "ls", "dir_path": "src"}
    told = {**call("c", "run_shell_command", **asked), "description": f"ls [in {ROOT}]"}
    assert only(told).cwd == f"{ROOT}/src"
    assert only(call("c", "run_shell_command", command="ls", dir_path="src")).cwd == ""
    assert only(call("c", "run_shell_command", command="ls", dir_path="/srv/")).cwd == "/srv"


def test_edit_over_4_mb_is_left_out_and_named() -> None:
    big = call("c", "write_file", file_path="/r/a", content="c" * (LARGEST_EDIT + 1))
    (session,) = read(message("gemini", "a", "", toolCalls=[big])).sessions
    assert [event.edits for event in session.events] == [()]
    assert [problem.reason for problem in session.problems] == ["edit of /r/a over 4 MB, left out"]


def test_id_used_by_two_calls_makes_two_events() -> None:
    again = [call("c", "glob", pattern="a"), call("c", "glob", pattern="b")]
    (session,) = read(
        message("gemini", "a", "", toolCalls=[again[0]]),
        message("gemini", "b", "", toolCalls=[again[1]]),
    ).sessions
    assert [event.key for event in session.events] == ["c", "b/call/0"]


def test_million_rewinds_end() -> None:
    messages = [message("user", f"u{at}", "x") for at in range(5000)]
    rewinds = [{"$rewindTo": f"u{at}"} for at in reversed(range(5000))]
    (session,) = read(*messages, *rewinds).sessions
    assert len(session.events) == 10_000


def test_snapshots_do_not_double_what_is_known() -> None:
    messages = [message("user", f"u{at}", f"prompt {at}") for at in range(50)]
    renamed = [{**one, "id": f"n{at}"} for at, one in enumerate(messages)]
    snapshots = [{"$set": {"messages": renamed[at:]}} for at in range(50)]
    (session,) = read(*messages, *snapshots).sessions
    assert [event.text for event in session.events] == [f"prompt {at}" for at in range(50)]


def test_sub_agent_that_calls_its_caller_ends() -> None:
    def chat(own: str, other: str) -> Source:
        asked = {**call("c" + own, "task", prompt="x"), "agentId": other}
        lines = [
            {"sessionId": own, "projectHash": "p"},
            message("gemini", own, "", toolCalls=[asked]),
        ]
        return Source.bytes(own, "\n".join(map(json.dumps, lines)).encode())

    reading = agents.read([chat("a", "b"), chat("b", "a")], "gemini-cli")
    assert sum(len(session.events) for session in reading.sessions) == 2
