"""What holds for any rollout of Codex, whatever happened to its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.homes import packed
from treadle.thread import agents
from treadle.thread.agents import Source
from treadle.thread.agents.codex import zst as codex_zst
from treadle.thread.agents.events.bounds import LARGEST_EDIT
from treadle.thread.model import EVENT_KINDS, Event

CASES = Path(__file__).parents[3] / "cases" / "agents" / "codex"
ROLLOUTS = sorted(CASES.glob("*/*.jsonl"))
CWD = "/home/ada/lamp"
ADD = "*** Begin Patch\n*** Add File: {}\n+1\n*** End Patch"


def line(kind: str, **payload: Any) -> bytes:
    envelope = {"timestamp": "2026-05-04T10:00:01.000Z", "type": kind, "payload": payload}
    return json.dumps(envelope).encode() + b"\n"


META = line("session_meta", id="s", cwd=CWD, cli_version="0.125.0", source="cli")


def call(id_: str, name: str, **arguments: Any) -> bytes:
    asked = json.dumps(arguments)
    return line("response_item", type="function_call", call_id=id_, name=name, arguments=asked)


def custom(id_: str, name: str, text: str) -> bytes:
    return line("response_item", type="custom_tool_call", call_id=id_, name=name, input=text)


def answer(id_: str, output: Any) -> bytes:
    return line("response_item", type="function_call_output", call_id=id_, output=output)


def events(*lines: bytes) -> tuple[Event, ...]:
    (session,) = agents.read([Source.bytes("x", b"".join([META, *lines]))], "codex").sessions
    return session.events


def only(*lines: bytes) -> Event:
    (event,) = events(*lines)
    return event


def check(found: agents.Reading) -> None:
    """What every reading must hold to."""
    for session in found.sessions:
        keys = [event.key for event in session.events]
        assert len(keys) == len(set(keys))
        for event in session.events:
            assert event.kind in EVENT_KINDS
            texts = [event.text, event.output, event.cwd]
            texts += [text for edit in event.edits for text in (edit.path, edit.old, edit.new)]
            "".join(texts).encode()


mutation = st.one_of(
    st.tuples(st.just("cut"), st.floats(0, 1), st.integers(1, 200)),
    st.tuples(st.just("put"), st.floats(0, 1), st.binary(max_size=20)),
    st.tuples(st.just("repeat"), st.floats(0, 1), st.integers(1, 400)),
)


@settings(max_examples=300)
@given(st.sampled_from(ROLLOUTS), st.lists(mutation, min_size=1, max_size=4))
def test_damaged_file_is_read(path: Path, changes: list[tuple[str, float, Any]]) -> None:
    text = path.read_bytes()
    for kind, where, what in changes:
        at = int(where * len(text))
        if kind == "cut":
            text = text[:at] + text[at + what :]
        elif kind == "put":
            text = text[:at] + what + text[at:]
        else:
            text = text[:at] + text[at : at + what] + text[at:]
    check(agents.read([Source.bytes("x", text), Source.bytes("y", path.read_bytes())], "codex"))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("*** Begin Patch"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path] if path else []
    for key, one in inner:
        if isinstance(one, dict | list):
            found += places(one, (*path, key))
        else:
            found.append((*path, key))
    return found


@settings(max_examples=300)
@given(st.sampled_from(ROLLOUTS), st.data())
def test_values_of_any_type_are_read(path: Path, chance: st.DataObject) -> None:
    lines = [json.loads(raw) for raw in path.read_bytes().split(b"\n") if _is_json(raw)]
    for _ in range(3):
        record = chance.draw(st.sampled_from(lines))
        *way, last = chance.draw(st.sampled_from(places(record)))
        for key in way:
            record = record[key]
        record[last] = chance.draw(anything)
    text = "".join(json.dumps(one) + "\n" for one in lines)
    check(agents.read([Source.bytes("x", text.encode())], "codex"))


def _is_json(raw: bytes) -> bool:
    try:
        return isinstance(json.loads(raw), dict)
    except ValueError:
        return False


@settings(max_examples=200)
@given(st.sampled_from(ROLLOUTS), st.randoms(use_true_random=False))
def test_lines_in_any_order_are_read(path: Path, chance: Any) -> None:
    first, *rest = path.read_bytes().splitlines(keepends=True)
    chance.shuffle(rest)
    check(agents.read([Source.bytes("x", first + b"".join(rest))], "codex"))


@given(st.sampled_from(ROLLOUTS), st.integers(1, 40))
def test_a_prefix_adds_nothing(path: Path, count: int) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    whole = agents.read([Source.bytes(path.name, b"".join(lines))], "codex")
    begun = Source.bytes(path.name, b"".join(lines[:count]))
    both = agents.read([begun, Source.bytes(path.name, b"".join(lines))], "codex")
    assert [one.events for one in both.sessions] == [one.events for one in whole.sessions]


@pytest.mark.parametrize(
    ("workdir", "cwd"),
    [
        ({}, CWD),
        ({"workdir": "/elsewhere"}, "/elsewhere"),
        ({"workdir": "sub"}, f"{CWD}/sub"),
        ({"workdir": "../torch"}, "/home/ada/torch"),
        ({"workdir": "C:\\lamp"}, "C:\\lamp"),
    ],
)
def test_folder_of_a_command(workdir: dict[str, str], cwd: str) -> None:
    assert only(call("a", "exec_command", cmd="ls", **workdir)).cwd == cwd


def test_folder_of_a_turn_holds_until_the_next() -> None:
    turn = line("turn_context", turn_id="t", cwd="/r", model="m")
    found = events(call("a", "exec_command", cmd="ls"), turn, call("b", "exec_command", cmd="ls"))
    assert [(one.cwd, one.model) for one in found] == [(CWD, ""), ("/r", "m")]


def test_folder_that_a_command_goes_to_before_it_applies_a_patch() -> None:
    script = f"cd sub && apply_patch <<'EOF'\n{ADD.format('a.py')}\nEOF\n"
    event = only(call("a", "exec_command", cmd=script, workdir="/r"))
    assert (event.kind, event.cwd, event.edits[0].path) == ("edited", "/r/sub", "a.py")


def test_account_is_believed_before_the_answer() -> None:
    changes = {f"{CWD}/a.py": {"type": "add", "content": "1\n"}}
    told = {"call_id": "a", "success": True, "status": "completed", "changes": changes}
    event = only(
        custom("a", "apply_patch", ADD.format("a.py")),
        line("event_msg", type="patch_apply_end", stdout="", stderr="", **told),
        answer("a", "aborted by user after 2.0s"),
    )
    assert (event.ok, event.output, len(event.edits)) == (True, "", 1)


@pytest.mark.parametrize(
    ("output", "ok", "text"),
    [
        ("Exit code: 0\nWall time: 0.1 seconds\nOutput:\nhello\n", True, "hello"),
        ("Exit code: 2\nWall time: 0.1 seconds\nOutput:\nhello\n", False, "hello"),
        ("Exit code: 0\nWall time: 1 seconds\nTotal output lines: 9\nOutput:\nx\n", True, "x"),
        ('{"output":"hi\\n","metadata":{"exit_code":0,"duration_seconds":0.1}}', True, "hi"),
        ('{"output":"","metadata":{"exit_code":124}}', False, ""),
        ('{"output":"lone \\ud800"}', True, "lone �"),
        ({"content": "fine", "success": True}, True, "fine"),
        ({"content": [{"type": "input_text", "text": "no"}], "success": False}, False, "no"),
        ([{"type": "input_text", "text": "a"}, {"type": "input_image"}], True, "a\n[image]"),
        ("execution error: no such file", False, "execution error: no such file"),
        ("Output:\nnot a head", True, "Output:\nnot a head"),
        ("", True, ""),
        (None, True, ""),
        (7, True, ""),
    ],
)
def test_answers_of_all_forms(output: Any, ok: bool | None, text: str) -> None:
    event = only(call("a", "shell", command=["ls"]), answer("a", output))
    assert (event.ok, event.output) == (ok, text)


def test_edit_over_4_mb_is_left_out_and_named() -> None:
    patch = ADD.format("a.py").replace("+1", "+" + "x" * LARGEST_EDIT)
    (session,) = agents.read([Source.bytes("x", META + custom("a", "apply_patch", patch))]).sessions
    assert [(event.kind, event.edits) for event in session.events] == [("edited", ())]
    assert [problem.reason for problem in session.problems] == ["edit of a.py over 4 MB, left out"]


def test_id_in_the_name_where_the_first_line_is_missing() -> None:
    name = "sessions/rollout-2026-05-04T10-00-00-5eed0001-0000-7000-8000-00000000a0a0.jsonl"
    text = call("a", "exec_command", cmd="ls")
    (session,) = agents.read([Source.bytes(name, text)], "codex").sessions
    assert session.id == "5eed0001-0000-7000-8000-00000000a0a0"


def test_sub_agents_that_are_each_others_parents() -> None:
    def meta(own: str, parent: str) -> bytes:
        source = {"subagent": {"thread_spawn": {"parent_thread_id": parent}}}
        return line("session_meta", id=own, cwd=CWD, source=source)

    one = meta("a", "b") + call("x", "exec_command", cmd="ls")
    two = meta("b", "a") + call("y", "exec_command", cmd="pwd")
    found = agents.read([Source.bytes("1", one), Source.bytes("2", two)], "codex")
    check(found)
    assert sum(len(session.events) for session in found.sessions) == 2


def test_only_a_head_is_no_session() -> None:
    found = agents.read([Source.bytes("x", b'{"type":"token_count"}\n')], "codex")
    assert found.sessions == ()
    assert [problem.reason for problem in found.problems] == ["no records in it"]


@pytest.mark.parametrize(
    "head",
    [
        META,
        META[:-1],
        META.replace(b"0.125.0", b"x" * 90_000)[: 1 << 16],
        line("event_msg", type="user_message", message="Hello."),
        b'{"id":"s","timestamp":"2025-07-01T08:00:00.000Z","instructions":null}\n',
        b'{"type":"message","role":"user","content":[{"type":"input_text","text":"a"}]}\n',
        b'{"record_type":"state"}\n',
    ],
)
def test_recognised(head: bytes) -> None:
    assert agents.recognise(head) == "codex"


@pytest.mark.parametrize(
    "head",
    [
        b'{"session_id":"s","ts":1746352800,"text":"a prompt"}\n',
        b'{"type":"session_meta"}\n',
        b'{"type":"message","id":"1","message":{"role":"user","content":"a"}}\n',
        b'{"type":"function_call"}\n',
    ],
)
def test_not_recognised(head: bytes) -> None:
    assert agents.recognise(head) != "codex"


class TestPacked:
    @pytest.fixture
    def pack(self) -> Any:
        return packed

    def test_reads_as_if_it_were_not(self, pack: Any) -> None:
        plain = (CASES / "plain-turn" / "rollout.jsonl").read_bytes()
        half = len(plain) // 2
        for made in (pack(plain), pack(plain[:half]) + pack(plain[half:])):
            found = agents.read([Source.bytes("x.zst", made)])
            assert found.sessions == agents.read([Source.bytes("x", plain)]).sessions

    def test_recognised_by_what_is_in_it(self, pack: Any) -> None:
        made = pack(b"".join([META, *(call(f"{at}", "ls") for at in range(40_000))]))
        assert agents.recognise(made[: 1 << 16]) == "codex"
        assert agents.recognise(made[:100]) == "codex"
        assert agents.recognise(pack(b"a book")) == ""

    def test_torn_in_the_middle(self, pack: Any) -> None:
        lines = [META] + [call(f"{at}", "exec_command", cmd=f"echo {at}") for at in range(9000)]
        made = pack(b"".join(lines))
        (session,) = agents.read([Source.bytes("x", made[: len(made) // 2])], "codex").sessions
        assert len(session.events) > 10

    def test_damaged(self, pack: Any) -> None:
        made = bytearray(pack(META + call("a", "exec_command", cmd="ls") * 50))
        made[8:30] = b"\xff" * 22
        found = agents.read([Source.bytes("x", bytes(made))], "codex")
        assert any("zstd" in problem.reason for problem in found.problems)

    def test_bomb_is_unpacked_up_to_its_bound(
        self, pack: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(codex_zst, "MOST", 1 << 20)
        made = pack(META + call("a", "exec_command", cmd="ls") + b" " * (64 << 20))
        (session,) = agents.read([Source.bytes("x", made)], "codex").sessions
        assert len(session.events) == 1
        assert "256 MB" in session.problems[0].reason
