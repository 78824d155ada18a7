"""Checkpoints as the Entire CLI keeps them on its branch, in the layouts of its versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.checkpoints import Branch, trailer
from tests.support.scratch import Scratch
from treadle.thread.entire import BRANCH, Checkpoints, sessions_of
from treadle.thread.errors import UserError

ONE, TWO = "00c9e2351016", "a1b2c3d4e5f6"


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
    "facts", [b"", b"no json", b"[1]", b'{"session_id": 7}', b"{}", b"\xff\xfe", b"[" * 100_000]
)
def test_a_session_whose_facts_are_damaged_goes_by_its_place(
    scratch: Scratch, facts: bytes
) -> None:
    branch = Branch(scratch).add(ONE, ("s1", b"one\n"))
    branch.files["00/c9e2351016/0/metadata.json"] = facts
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
