"""Checkpoints in the layouts of other versions of the Entire CLI, and in its normal form."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.checkpoints import Branch, facts, put, trailer
from tests.support.scratch import Scratch
from tests.thread.entire.told import FOLDER, LINES, NORMAL, ONE, TWO, ULID, reasons, told
from treadle.thread.agents.entire_compact.reader import LACKING
from treadle.thread.entire.checkpoints import BRANCH, Checkpoints
from treadle.thread.errors import UserError

# -- the normal form --------------------------------------------------------------


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


# -- older and later layouts ------------------------------------------------------


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
