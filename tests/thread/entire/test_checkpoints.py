"""Checkpoints as the Entire CLI keeps them on its branch, in the layouts of its versions."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.checkpoints import Branch, facts, put, trailer
from tests.support.scratch import Scratch
from treadle.thread.agents.entire_compact.reader import LACKING
from treadle.thread.entire import checkpoints as entire
from treadle.thread.entire import tree as entire_tree
from treadle.thread.entire.checkpoints import BRANCH, Checkpoints, Tie, sessions_of
from treadle.thread.errors import UserError

ONE, TWO, ULID = "00c9e2351016", "a1b2c3d4e5f6", "01KVBJCWYA4YW6J5M9GP655HZN"
FOLDER = "00/c9e2351016"
LINES = (
    b'{"type":"user","uuid":"u","parentUuid":null,"sessionId":"s1","isSidechain":false,'
    b'"message":{"role":"user","content":"Light the lamp."}}'
)
"""A transcript of Claude Code, of session s1."""
NORMAL = (
    b'{"v":1,"agent":"cursor","cli_version":"0.6.0","type":"user",'
    b'"content":[{"text":"Light the lamp."}]}\n'
)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "lamp")


def told(scratch: Scratch, session: str) -> list[bytes]:
    """The copies of a session."""
    found = []
    for source in Checkpoints(scratch.repo).sources(session):
        with source.open() as stream:
            found.append(stream.read())
    return found


def reasons(scratch: Scratch, session: str) -> list[str]:
    """What is said of a session's copies when it is read."""
    return [problem.reason for problem in Checkpoints(scratch.repo).reading(session).problems]


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


# -- chunks ---------------------------------------------------------------------------


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


# -- the normal form ------------------------------------------------------------------


def test_the_normal_form_is_read_where_there_is_no_other(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", None))
    branch.files[f"{FOLDER}/0/transcript.jsonl"] = NORMAL
    branch.save()
    points = Checkpoints(scratch.repo)
    assert (points.sessions(), points.known[ONE].missing) == (["s1"], 1)
    (session,) = points.reading("s1").sessions
    assert (session.agent, session.id) == ("cursor", "s1")
    assert [event.text for event in session.events] == ["Light the lamp."]


def test_the_normal_form_is_not_read_beside_the_agents_own(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", LINES)).add(TWO, ("s1", None))
    branch.files[f"{FOLDER}/0/transcript.jsonl"] = NORMAL
    branch.files["a1/b2c3d4e5f6/0/transcript.jsonl"] = NORMAL
    branch.save()
    points = Checkpoints(scratch.repo)
    assert told(scratch, "s1") == [LINES]
    assert [session.agent for session in points.reading("s1").sessions] == ["claude-code"]
    assert (points.known[ONE].missing, points.known[TWO].missing) == (0, 1)


def test_the_normal_form_is_read_where_no_reader_knows_the_agents_own(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", b'{"role":"user","message":{"content":"Light."}}\n'))
    branch.files[f"{FOLDER}/0/transcript.jsonl"] = NORMAL
    branch.save()
    reading = Checkpoints(scratch.repo).reading("s1")
    assert [session.agent for session in reading.sessions] == ["cursor"]
    assert [problem.reason for problem in reading.problems] == [
        "no reader knows this format",
        LACKING,
    ]


def test_a_normal_form_that_is_damaged_is_named(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", None))
    branch.files[f"{FOLDER}/0/transcript.jsonl"] = b"{}\n"
    branch.save()
    assert reasons(scratch, "s1") == ["version None of the format, skipped"]


# -- sub-agents -----------------------------------------------------------------------


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


# -- older and later layouts ----------------------------------------------------------


def test_in_the_first_layout_the_newest_session_stands_in_no_folder(scratch: Scratch) -> None:
    files = {
        "metadata.json": facts("2025-12-01-s2"),
        "full.log": b"two\n",
        "1/metadata.json": facts("2025-12-01-s1"),
        "1/full.jsonl": b"one\n",
        "tasks/toolu_1/checkpoint.json": b'{"session_id": "2025-12-01-s2"}',
        "tasks/toolu_1/agent-a1.jsonl": b"sub\n",
    }
    tree = {f"{FOLDER}/{path}": content for path, content in files.items()}
    put(scratch, "refs/heads/entire/sessions", tree)
    assert Checkpoints(scratch.repo).sessions() == ["s2", "s1"]
    assert told(scratch, "s2") == [b"two\n", b"sub\n"]
    assert told(scratch, "s1") == [b"one\n"]


def test_each_checkpoint_may_have_a_ref_of_its_own(scratch: Scratch) -> None:
    files = {"metadata.json": b"{}", "0/metadata.json": facts("s1"), "0/full.jsonl": b"one\n"}
    put(scratch, f"refs/entire/checkpoints/ZN/{ULID}", files)
    put(scratch, f"refs/entire/checkpoints/16/{ONE}", {**files, "0/full.jsonl": b"more\n"})
    point = Checkpoints(scratch.repo).known[ULID]
    assert [(copy.session, copy.name) for copy in point.copies] == [
        ("s1", f"refs/entire/checkpoints/ZN/{ULID}:0/full.jsonl")
    ]
    assert Checkpoints(scratch.repo).known.keys() == {ONE, ULID}
    assert told(scratch, "s1") == [b"more\n", b"one\n"]


def test_refs_and_the_branch_are_read_together(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", None), ("s2", b"two\n")).save()
    files = {"0/metadata.json": facts("s1"), "0/full.jsonl": b"one\n"}
    put(scratch, f"refs/entire/checkpoints/16/{ONE}", files)
    point = Checkpoints(scratch.repo).known[ONE]
    assert sorted(copy.session for copy in point.copies) == ["s1", "s2"]
    assert point.missing == 0


def test_transcripts_apart_from_the_facts_are_found_by_their_places(scratch: Scratch) -> None:
    base = "refs/entire/checkpoints/v2"
    main = {
        f"{FOLDER}/metadata.json": b"{}",
        f"{FOLDER}/0/metadata.json": facts("s1"),
        f"{FOLDER}/0/transcript.jsonl": NORMAL,
        f"{FOLDER}/1/metadata.json": facts("s2"),
        f"{FOLDER}/1/transcript.jsonl": NORMAL,
    }
    put(scratch, f"{base}/main", main)
    put(scratch, f"{base}/full/current", {f"{FOLDER}/0/raw_transcript": b"one"})
    put(
        scratch,
        f"{base}/full/0000000000001",
        {f"{FOLDER}/0/raw_transcript": b"old", f"{FOLDER}/0/raw_transcript.001": b"er\n"},
    )
    point = Checkpoints(scratch.repo).known[ONE]
    assert [(copy.session, copy.form) for copy in point.copies] == [
        ("s1", "full"),
        ("s1", "full"),
        ("s2", "normal"),
    ]
    assert point.missing == 1
    assert sorted(told(scratch, "s1")) == [b"old\ner\n", b"one"]


def test_what_only_a_remote_has_is_read_beside_the_own_branch(
    scratch: Scratch, tmp_path: Path
) -> None:
    scratch.commit()
    Branch(scratch).add(ONE, ("s1", b"one\n")).save()
    scratch.git("clone", "--quiet", str(scratch.top), str(tmp_path / "clone"))
    clone = Scratch(tmp_path / "clone", init=False)
    Branch(clone).add(TWO, ("s2", b"two\n")).save()
    points = Checkpoints(clone.repo)
    assert points.known.keys() == {ONE, TWO}
    assert points.known[ONE].copies[0].name == f"origin/{BRANCH}:{FOLDER}/0/full.jsonl"


@pytest.mark.parametrize(
    "name", [f"XX/{ULID}", "ZN/nothing", f"ZN/{ULID}/more", "v3/main", "v2/full/newest"]
)
def test_a_ref_of_an_unknown_form_is_named(scratch: Scratch, name: str) -> None:
    Branch(scratch).add(ONE, ("s1", b"one\n")).save()
    put(scratch, f"refs/entire/checkpoints/{name}", {"0/full.jsonl": b""})
    points = Checkpoints(scratch.repo)
    assert points.known.keys() == {ONE}
    (problem,) = points.problems
    assert problem.reason == f"refs/entire/checkpoints/{name}: ref of an unknown form, not read"


def test_other_refs_of_entire_are_passed_over(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", b"one\n")).save()
    for ref in ("refs/entire/policies/checkpoint", "refs/heads/entire/1a2b3c4-d5e6f7"):
        put(scratch, ref, {"policy.json": b"{}"})
    assert Checkpoints(scratch.repo).problems == ()


def test_a_repository_with_ulids_says_which_refs_to_fetch(scratch: Scratch) -> None:
    scratch.commit(f"Light\n\n{trailer(ULID)}")
    with pytest.raises(UserError) as caught:
        Checkpoints(scratch.repo)
    assert "git fetch origin 'refs/entire/checkpoints/*:" in caught.value.hint


# -- what ties a commit to sessions ---------------------------------------------------


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


# -- branches that were made to do harm -----------------------------------------------


def tree(scratch: Scratch, *entries: tuple[str, str, str]) -> str:
    """A tree of modes, names and ids."""
    kinds = {"040000": "tree", "100644": "blob", "120000": "blob", "160000": "commit"}
    rows = "".join(f"{mode} {kinds[mode]} {id_}\t{name}\n" for mode, name, id_ in entries)
    return scratch.git("mktree", "--missing", feed=rows.encode())


def branch_of(scratch: Scratch, top: str) -> None:
    commit = scratch.git("commit-tree", "-m", "Checkpoints", top)
    scratch.git("update-ref", f"refs/heads/{BRANCH}", commit)


def test_a_tree_that_holds_itself_many_times_is_read_so_far(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entire_tree, "MOST_FILES", 3000)
    blob = scratch.git("hash-object", "-w", "--stdin", feed=LINES)
    inner = tree(scratch, *(("100644", f"full.jsonl.{n:03}", blob) for n in range(1000)))
    point = tree(scratch, *(("040000", str(n), inner) for n in range(1000)))
    shard = tree(scratch, *(("040000", f"{n:010x}", point) for n in range(1000)))
    branch_of(scratch, tree(scratch, *(("040000", f"{n:02x}", shard) for n in range(256))))
    points = Checkpoints(scratch.repo)
    assert [problem.reason for problem in points.problems] == [
        f"refs/heads/{BRANCH}: more than 3,000 files, the rest is not read"
    ]


def test_links_and_submodules_are_no_transcripts(scratch: Scratch) -> None:
    blob = scratch.git("hash-object", "-w", "--stdin", feed=b"/etc/passwd")
    none = "1" * 40
    folder = tree(scratch, ("120000", "full.jsonl", blob), ("160000", "transcript.jsonl", none))
    branch_of(scratch, tree(scratch, ("040000", "00", tree(scratch, ("040000", ONE[2:], folder)))))
    assert Checkpoints(scratch.repo).known == {}


def test_objects_that_are_not_here_are_named(scratch: Scratch) -> None:
    none = "1" * 40
    facts_ = scratch.git("hash-object", "-w", "--stdin", feed=facts("s1"))
    folder = tree(scratch, ("100644", "full.jsonl", none), ("100644", "metadata.json", facts_))
    point = tree(scratch, ("040000", "0", folder), ("040000", "1", none))
    branch_of(scratch, tree(scratch, ("040000", "00", tree(scratch, ("040000", ONE[2:], point)))))
    points = Checkpoints(scratch.repo)
    assert (points.known[ONE].copies, points.known[ONE].missing) == ((), 1)
    assert [problem.reason for problem in points.problems] == [
        f"refs/heads/{BRANCH}:{FOLDER}/1: tree that is not here"
    ]
    assert reasons(scratch, "s1") == ["its object is not here"]


def test_a_ref_that_is_no_commit_is_named(scratch: Scratch) -> None:
    Branch(scratch).add(ONE, ("s1", LINES)).save()
    blob = scratch.git("hash-object", "-w", "--stdin", feed=b"tree of life\n")
    scratch.git("update-ref", f"refs/entire/checkpoints/ZN/{ULID}", blob)
    points = Checkpoints(scratch.repo)
    assert points.known.keys() == {ONE}
    assert "no commit" in points.problems[0].reason


def test_names_that_lead_elsewhere_are_passed_over(scratch: Scratch) -> None:
    branch = Branch(scratch).add(ONE, ("s1", LINES))
    for path in ("0/tasks/a/b/agent-x.jsonl", "0/assets/full.jsonl", "1234567/full.jsonl"):
        branch.files[f"{FOLDER}/{path}"] = b"elsewhere\n"
    branch.save()
    assert Checkpoints(scratch.repo).sessions() == ["s1"]
    assert told(scratch, "s1") == [LINES]
