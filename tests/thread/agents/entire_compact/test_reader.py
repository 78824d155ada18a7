"""Entire's normal form: what it is recognised by, and what no case can show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.thread import agents
from treadle.thread.agents import Source
from treadle.thread.agents.entire_compact.reader import LACKING, reading
from treadle.thread.model import Event, Session

CASES = Path(__file__).parents[3] / "cases" / "agents" / "entire-compact"
SAMPLES = sorted(file.read_bytes() for file in CASES.rglob("*.jsonl"))
FRAME = {"v": 1, "agent": "codex", "cli_version": "0.6.0"}


def line(kind: str, content: object, **more: object) -> bytes:
    return json.dumps({**FRAME, "type": kind, **more, "content": content}).encode() + b"\n"


def call(name: str, asked: object, **more: object) -> dict[str, object]:
    return {"type": "tool_use", "id": f"call-{name}", "name": name, "input": asked, **more}


def told(*lines: bytes, agent: str = "codex") -> Session:
    text = b"".join(lines).replace(b'"codex"', json.dumps(agent).encode())
    (session,) = reading([Source.bytes("transcript.jsonl", text)], "s1").sessions
    return session


def used(name: str, asked: object, agent: str = "claude-code", **more: object) -> Event:
    return told(line("assistant", [call(name, asked, **more)]), agent=agent).events[0]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (line("user", [{"text": "Light."}]), "entire-compact"),
        (b"\n\n" + line("user", "Light."), "entire-compact"),
        (line("assistant", None), "entire-compact"),
        (line("assistant", [{"text": "x" * 90_000}])[: 1 << 16], "entire-compact"),
        (b'{"v":2,"type":"user","content":[]}\n', "entire-compact"),
        (b'{"v":1,"type":"user_tool_result","tool_use_id":"t","result":{}}\n', "entire-compact"),
        (b'{"v":"1","type":"user","content":[]}\n', ""),
        (b'{"v":1,"agent":"cursor","event":"stop","ts":"t"}\n', ""),
        (b'{"v":1,"type":"system","content":[]}\n', ""),
        (b"not json\n" + line("user", "Light."), ""),
    ],
)
def test_is_recognised_by_its_first_line(head: bytes, name: str) -> None:
    assert agents.recognise(head) == name


def test_a_session_is_told_its_id() -> None:
    session = told(line("user", "Light."))
    assert (session.id, session.agent) == ("s1", "codex")
    assert [problem.reason for problem in session.problems] == [LACKING]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Claude Code", "claude-code"),
        ("gemini", "gemini-cli"),
        ("Gemini CLI", "gemini-cli"),
        ("", "entire-compact"),
        ("\x1b[31m" + "x" * 90, "31m" + "x" * 55),
    ],
)
def test_agents_have_the_names_they_have_elsewhere(agent: str, name: str) -> None:
    assert told(line("user", "Light."), agent=agent).agent == name


def test_nothing_to_read() -> None:
    found = reading([Source.bytes("transcript.jsonl", b"\n")], "s1")
    assert [str(problem) for problem in found.problems] == [
        "transcript.jsonl:+0: no messages in it"
    ]


def test_copies_without_a_word_in_common_are_one_session_where_the_caller_says_so() -> None:
    early = Source.bytes("1", line("user", "Light.", ts="2026-05-04T10:00:01Z"))
    late = Source.bytes("2", line("user", "Oil.", ts="2026-05-04T10:00:02Z"))
    for sources in ([early, late], [late, early]):
        (session,) = reading(sources, "s1").sessions
        assert [event.text for event in session.events] == ["Light.", "Oil."]
    assert len(agents.read([early, late]).sessions) == 2


def test_the_same_words_without_a_time_do_not_make_one_session_of_two() -> None:
    sources = [Source.bytes(name, line("user", "Go on.")) for name in "12"]
    assert len(agents.read(sources).sessions) == 2


# -- folders --------------------------------------------------------------------------


def test_the_folder_of_most_commands_is_that_of_the_session() -> None:
    folders = ["/home/ada/lamp", "/home/ada/lamp", "/tmp"]
    calls = [call(f"exec_command{n}", {"workdir": one}) for n, one in enumerate(folders)]
    session = told(line("assistant", [*calls, call("apply_patch", {"input": "x"})]))
    assert session.events[-1].cwd == "/home/ada/lamp"


def test_without_it_the_folder_that_most_files_share() -> None:
    paths = [*(f"/home/ada/lamp/{name}/a.py" for name in "abc"), "/tmp/x"]
    edits = [call(f"Edit{n}", {"file_path": path}) for n, path in enumerate(paths)]
    session = told(line("assistant", [*edits, call("Bash", {"command": "rm a.py"})]))
    assert session.events[0].cwd == "/home/ada/lamp"
    assert session.events[-1].cwd == ""


def test_folders_on_windows_are_folders_too() -> None:
    event = used("Edit", {"file_path": "C:\\work\\lamp\\a.py", "old_string": "0"})
    assert event.cwd == "C:/work/lamp"


def test_paths_that_are_all_relative_are_relative_to_one_folder() -> None:
    assert used("Edit", {"file_path": "a.py"}).cwd == "/start"
    assert used("Bash", {"command": "rm a.py"}).cwd == ""


# -- success --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "ok"),
    [
        ({}, None),
        ({"output": "", "status": "success"}, True),
        ({"output": "no", "status": "error"}, False),
        ({"output": "", "status": "cancelled"}, False),
    ],
)
def test_a_result_tells_whether_it_worked(result: object, ok: bool | None) -> None:
    assert used("Edit", {"file_path": "a.py"}, result=result).ok is ok


def test_of_codex_only_the_output_tells_it() -> None:
    answer = {"output": '{"output":"","metadata":{"exit_code":1}}', "status": "success"}
    assert used("shell", {"command": ["false"]}, "codex", result=answer).ok is False
    assert used("shell", {"command": ["false"]}, "claude-code", result=answer).ok is True


# -- damage ---------------------------------------------------------------------------


def test_an_edit_that_is_too_large_is_left_out() -> None:
    asked = {"file_path": "a.py", "content": "x" * (4 << 20) + "y"}
    session = told(line("assistant", [call("Write", asked)]))
    assert session.events[0].edits == ()
    assert session.problems[1].reason == "edit of a.py over 4 MB, left out"


def test_what_is_nested_too_deep_does_not_stop_the_reading() -> None:
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    text = line("assistant", [{"type": "tool_use", "name": "Edit", "input": 0}])
    session = told(text.replace(b'"input": 0', b'"input": ' + deep), line("user", "Light."))
    assert session.events[-1].text == "Light."


@given(st.data())
def test_no_damage_stops_the_reading(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SAMPLES))
    cuts = st.integers(0, len(text))
    one, two = sorted((data.draw(cuts), data.draw(cuts)))
    put = data.draw(st.sampled_from([b"", b"\n", b"\xff", b'"', b"{", b"null", b"[", text[:90]]))
    damaged = Source.bytes("damaged", text[:one] + put + text[two:])
    agents.read([damaged, Source.bytes("whole", text)])
    agents.read([damaged], "entire-compact")
    for session in reading([damaged], "s1").sessions:
        keys = [event.key for event in session.events]
        assert len(keys) == len(set(keys))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "id", "name", "input", "result", "path", "edits"]),
            inner,
        )
    ),
    max_leaves=8,
)


@given(VALUES, VALUES, st.sampled_from(["user", "assistant", "user_tool_result"]))
def test_no_content_stops_the_reading(content: object, more: object, kind: str) -> None:
    text = line(kind, content, tool_use_id=more, ts=more, id=more)
    reading([Source.bytes("transcript.jsonl", text)], "s1")


@given(
    st.sampled_from(["Edit", "Write", "apply_patch", "Bash", "Task", "exec", "parallel"]), VALUES
)
def test_no_input_stops_the_reading(name: str, asked: object) -> None:
    for agent in ("codex", "claude-code"):
        used(name, asked, agent, result={"output": "", "status": "success"})
