"""Checkpoints as the Entire CLI keeps them on its branch, in the layouts of its versions."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.checkpoints import Branch, trailer
from tests.support.scratch import Scratch
from tests.thread.entire.told import FOLDER, LINES, NORMAL, ONE, TWO, ULID, reasons, told
from treadle.thread.entire import checkpoints as entire
from treadle.thread.entire.checkpoints import BRANCH, Checkpoints, Tie, sessions_of
from treadle.thread.errors import UserError


def test_each_numbered_folder_is_a_session(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", b"one\n"), ("s2", b"two\n")).save()
    point = Checkpoints(scratch.repo).known[ONE]
    assert [(copy.session, copy.name) for copy in point.copies] == [
        ("s1", "00/c9e2351016/0/full.jsonl"),
        ("s2", "00/c9e2351016/1/full.jsonl"),
    ]
    assert (point.missing, told(scratch, "s2")) == (0, [b"two\n"])


def test_folders_are_in_the_order_of_their_numbers(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, *((f"s{n}", b"%d" % n) for n in range(12))).save()
    point = Checkpoints(scratch.repo).known[ONE]
    assert [copy.session for copy in point.copies] == [f"s{n}" for n in range(12)]


def test_the_day_before_a_sessions_id_is_no_part_of_it(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("2026-01-05-s1", b"early\n")).add(TWO, ("s1", b"late\n"))
    branch.save()
    points = Checkpoints(scratch.repo)
    assert sessions_of(points.known.values()) == ["s1"]
    assert sorted(told(scratch, "s1")) == [b"early\n", b"late\n"]


def test_a_copy_that_two_checkpoints_hold_is_read_once(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", b"same\n")).add(TWO, ("s1", b"same\n")).save()
    assert told(scratch, "s1") == [b"same\n"]


def test_one_text_in_two_sessions_is_a_copy_of_both(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", b"same\n")).add(TWO, ("s2", b"same\n")).save()
    assert told(scratch, "s1") == told(scratch, "s2") == [b"same\n"]


def test_a_session_without_a_transcript_is_counted(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", None), ("s2", b"two\n")).save()
    point = Checkpoints(scratch.repo).known[ONE]
    assert ([copy.session for copy in point.copies], point.missing) == (["s2"], 1)


@pytest.mark.parametrize(
    "damaged", [b"", b"no json", b"[1]", b'{"session_id": 7}', b"{}", b"\xff\xfe", b"[" * 100_000]
)
def test_a_session_whose_facts_are_damaged_goes_by_its_place(
    scratch: Scratch, damaged: bytes
) -> None:
    branch = Branch(scratch).add(ONE, ("s1", b"one\n"))
    branch.files["00/c9e2351016/0/metadata.json"] = damaged
    branch.save()
    point = Checkpoints(scratch.repo).known[ONE]
    assert [copy.session for copy in point.copies] == ["00/c9e2351016/0/full.jsonl"]


def test_other_files_of_the_branch_are_passed_over(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", b"one\n"))
    branch.files["README.md"] = b"read me\n"
    branch.files["00/c9e2351016/metadata.json"] = json.dumps({"sessions": []}).encode()
    branch.files["00/c9e2351016/0/prompt.txt"] = b"Do it\n"
    branch.files["zz/nothexatall/0/full.jsonl"] = b""
    branch.save()
    assert Checkpoints(scratch.repo).known.keys() == {ONE}


def test_a_commit_names_its_checkpoints_in_trailers(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", b"one\n")).save()
    points = Checkpoints(scratch.repo)
    commit = scratch.commit(f"Squash\n\n{trailer(ONE)}{trailer(TWO)}{trailer(ONE)}")
    assert points.named_by(commit) == [ONE, TWO]
    assert points.named_by(scratch.commit("Plain")) == []
    assert points.named_by(scratch.commit("Talk of Entire-Checkpoint: 00c9e2351016 here")) == []
    assert points.named_by(scratch.commit("Wrong\n\nEntire-Checkpoint: 00c9")) == []


def test_a_repository_without_the_branch_says_what_to_fetch(scratch: Scratch) -> None:
    scratch.commit()
    with pytest.raises(UserError, match=BRANCH) as caught:
        Checkpoints(scratch.repo)
    assert caught.value.hint == f"fetch it: git fetch origin {BRANCH}:{BRANCH}"
    with pytest.raises(UserError, match="elsewhere"):
        Checkpoints(scratch.repo, "elsewhere")


def test_the_branch_of_the_remote_will_do(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit()
    Branch(scratch).add(ONE, ("s1", b"one\n")).save()
    scratch.git("clone", "--quiet", str(scratch.top), str(tmp_path / "clone"))
    assert Checkpoints(Scratch(tmp_path / "clone", init=False).repo).known.keys() == {ONE}


def test_a_branch_of_another_name_can_be_named(scratch: Scratch) -> None:
    Branch(scratch, "kept/elsewhere").add(ONE, ("s1", b"one\n")).save()
    assert Checkpoints(scratch.repo, "kept/elsewhere").known.keys() == {ONE}


# -- chunks -----------------------------------------------------------------------


def test_a_transcript_in_chunks_is_one_copy(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", b"one"))
    branch.files[f"{FOLDER}/0/full.jsonl.002"] = b"three\n"
    branch.files[f"{FOLDER}/0/full.jsonl.001"] = b"two"
    branch.files[f"{FOLDER}/0/full.jsonl.bak"] = b"no chunk"
    branch.save()
    assert told(scratch, "s1") == [b"one\ntwo\nthree\n"]
    assert reasons(scratch, "s1") == ["no reader knows this format"]


def test_a_chat_that_is_one_document_is_put_together_again(scratch: Scratch) -> None:
    def chat(number: int) -> bytes:
        said = {"id": f"m{number}", "type": "user", "content": f"Say {number}."}
        time = f"2026-01-05T09:00:0{number}.000Z"
        return json.dumps({"messages": [{**said, "timestamp": time}]}).encode()

    branch = Branch(scratch).add(ONE, ("s1", chat(1)))
    branch.files[f"{FOLDER}/0/full.jsonl.001"] = chat(2)
    branch.files[f"{FOLDER}/0/full.jsonl.002"] = chat(3)
    branch.save()
    (session,) = Checkpoints(scratch.repo).reading("s1").sessions
    assert (session.agent, session.id) == ("gemini-cli", "s1")
    assert [event.text for event in session.events] == ["Say 1.", "Say 2.", "Say 3."]


def test_a_chunk_that_is_missing_is_named(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", LINES))
    branch.files[f"{FOLDER}/0/full.jsonl.003"] = LINES
    branch.save()
    assert reasons(scratch, "s1") == ["chunk 1 is missing, and 1 more"]


def test_chunks_that_do_not_give_what_was_stored_are_named(scratch: Scratch) -> None:
    whole = LINES + b"\n" + LINES
    branch = Branch(scratch).add(ONE, ("s1", LINES))
    branch.files[f"{FOLDER}/0/full.jsonl.001"] = LINES
    branch.files[f"{FOLDER}/0/content_hash.txt"] = b"sha256:" + sha256(whole).hexdigest().encode()
    branch.save()
    assert reasons(scratch, "s1") == []
    branch.files[f"{FOLDER}/0/content_hash.txt"] = b"sha256:0"
    branch.save()
    assert reasons(scratch, "s1") == [
        "its chunks do not give the text whose hash stands beside them"
    ]


def test_a_chunk_that_is_too_large_leaves_the_transcript_out(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entire, "LARGEST_BLOB", 1 << 20)
    branch = Branch(scratch).add(ONE, ("s1", b"x" * (1 << 20)), ("s2", LINES))
    branch.files[f"{FOLDER}/1/full.jsonl.001"] = b"x" * ((1 << 20) + 1)
    branch.save()
    points = Checkpoints(scratch.repo)
    assert points.known[ONE].missing == 1
    assert points.sessions() == ["s1"]
    assert reasons(scratch, "s2") == ["over 1 MB, skipped"]


# -- sub-agents -------------------------------------------------------------------


def sub_agent(session: str) -> bytes:
    frame = {"isSidechain": True, "agentId": "a1", "sessionId": session, "parentUuid": None}
    message = {"role": "assistant", "content": [{"type": "text", "text": "Found it."}]}
    return json.dumps({**frame, "type": "assistant", "uuid": "sub", "message": message}).encode()


@pytest.mark.parametrize("folder", ["tasks/toolu_1", "0/tasks/toolu_1"])
def test_a_sub_agents_file_belongs_to_its_session(scratch: Scratch, folder: str) -> None:
    branch = Branch(scratch).add(ONE, ("s1", LINES))
    branch.files[f"{FOLDER}/{folder}/agent-a1.jsonl"] = sub_agent("s1")
    branch.save()
    assert Checkpoints(scratch.repo).sessions() == ["s1"]
    (session,) = Checkpoints(scratch.repo).reading("s1").sessions
    assert [(event.lane, event.text) for event in session.events] == [
        ("", "Light the lamp."),
        ("agent-a1", "Found it."),
    ]


def test_of_several_sessions_the_sub_agent_itself_names_its_own(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", LINES), ("s2", LINES.replace(b'"s1"', b'"s2"')))
    branch.files[f"{FOLDER}/tasks/toolu_1/agent-a1.jsonl"] = sub_agent("s2")
    branch.save()
    points = Checkpoints(scratch.repo)
    assert [len(points.sources(key)) for key in ("s1", "s2")] == [1, 2]


def test_of_several_sessions_the_facts_of_a_task_name_its_own(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", LINES), ("s2", LINES.replace(b'"s1"', b'"s2"')))
    branch.files[f"{FOLDER}/tasks/toolu_1/agent-a1.jsonl"] = sub_agent("s1")
    branch.files[f"{FOLDER}/tasks/toolu_1/checkpoint.json"] = b'{"session_id": "2026-01-05-s2"}'
    branch.save()
    assert len(Checkpoints(scratch.repo).sources("s2")) == 2


def test_a_sub_agent_that_names_none_of_the_sessions_is_named(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", LINES), ("s2", LINES.replace(b'"s1"', b'"s2"')))
    branch.files[f"{FOLDER}/tasks/toolu_1/agent-a1.jsonl"] = sub_agent("elsewhere")
    branch.save()
    points = Checkpoints(scratch.repo)
    assert [len(points.sources(key)) for key in ("s1", "s2")] == [1, 1]
    assert [str(problem) for problem in points.problems] == [
        "Entire's checkpoints:+0: 00/c9e2351016/tasks/toolu_1/agent-a1.jsonl: "
        "sub-agent that names none of the sessions, skipped"
    ]


def test_a_sub_agent_without_a_transcript_is_named_with_the_reason(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", LINES))
    told = {"tool_use_id": "toolu_1", "transcript_unavailable_reason": "not found"}
    branch.files[f"{FOLDER}/tasks/toolu_1/task.json"] = json.dumps(told).encode()
    branch.save()
    assert reasons(scratch, "s1") == ["no transcript of the sub-agent: not found"]


# -- what ties a commit to sessions -----------------------------------------------


def test_a_commit_without_a_checkpoint_may_name_its_session(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", LINES)).save()
    points = Checkpoints(scratch.repo)
    commit = scratch.commit("Light\n\nEntire-Session: 2026-01-05-s1\nEntire-Session: gone\n")
    assert points.tie(commit) == Tie(("s1",), ("gone",), True)
    commit = scratch.commit("Light\n\nEntire-Metadata: .entire/metadata/2026-01-05-s1\n")
    assert points.tie(commit) == Tie(("s1",), (), False)


def test_a_session_that_is_here_only_in_the_normal_form_is_not_here_in_full(
    scratch: Scratch,
) -> None:
    branch = Branch(scratch).add(ONE, ("s1", None))
    branch.files[f"{FOLDER}/0/transcript.jsonl"] = NORMAL
    branch.save()
    commit = scratch.commit("Light\n\nEntire-Session: s1\n")
    assert Checkpoints(scratch.repo).tie(commit) == Tie(("s1",), (), True)


def test_a_commit_tells_what_of_it_is_not_here(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", LINES)).add(TWO, ("s2", None)).save()
    points = Checkpoints(scratch.repo)
    commit = scratch.commit(f"Squash\n\n{trailer(ONE)}{trailer(TWO)}{trailer(ULID)}")
    assert points.tie(commit) == Tie(("s1",), (ULID, TWO), True)
    commit = scratch.commit("Light\n\nEntire-Checkpoint: 00c9\n")
    assert points.tie(commit) == Tie((), ("00c9",), True)
    assert points.tie(scratch.commit("Plain")) == Tie((), (), False)
