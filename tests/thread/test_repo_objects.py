"""Objects out of a repository, by their ids and by nothing else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.scratch import Scratch
from treadle.thread.errors import UserError
from treadle.thread.repo import Repo, decode, encode, is_binary


def test_objects_come_in_the_order_asked_and_missing_ones_are_none(scratch: Scratch) -> None:
    contents = [f"blob {number}\n".encode() * number for number in range(150)]
    ids = [scratch.git("hash-object", "-w", "--stdin", feed=content) for content in contents]
    nowhere = "0" * 39 + "1"
    found = list(scratch.repo.read_all([*ids, nowhere, ids[0]]))
    assert found == [*contents, None, contents[0]]


def test_other_objects_can_be_asked_for_in_between(scratch: Scratch) -> None:
    ids = [scratch.git("hash-object", "-w", "--stdin", feed=b"%d" % n) for n in range(100)]
    for number, content in enumerate(scratch.repo.read_all(ids)):
        assert content == b"%d" % number
        assert scratch.repo.read(ids[0]) == b"0"


def test_large_objects_do_not_block_the_conversation(scratch: Scratch) -> None:
    large = scratch.git("hash-object", "-w", "--stdin", feed=b"x" * 1_000_000)
    assert [len(blob or b"") for blob in scratch.repo.read_all([large] * 70)] == [1_000_000] * 70


@pytest.mark.parametrize("name", ["HEAD:a", "a\nb", "", "--batch", "HEAD^{tree}"])
def test_only_ids_are_asked_for(scratch: Scratch, name: str) -> None:
    with pytest.raises(ValueError, match="not an object id"):
        scratch.repo.read(name)


def test_a_damaged_object_is_an_error_that_names_it(scratch: Scratch) -> None:
    blob = scratch.git("hash-object", "-w", "--stdin", feed=b"content\n" * 100)
    good = scratch.git("hash-object", "-w", "--stdin", feed=b"good")
    path = scratch.top / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(UserError, match=f"git cannot read object {blob}"):
        list(scratch.repo.read_all([blob, good]))
    assert scratch.repo.read(good) == b"good"


def test_the_id_of_a_blob_is_gits(scratch: Scratch) -> None:
    for content in (b"", b"a\n", b"\0\xff"):
        asked = scratch.git("hash-object", "--stdin", feed=content)
        assert scratch.repo.blob_id(content) == asked


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_the_empty_tree_is_known_in_both_formats(tmp_path: Path, form: str) -> None:
    scratch = Scratch(tmp_path / form, f"--object-format={form}")
    assert scratch.git("mktree", feed=b"") == scratch.repo.empty_tree
    assert scratch.git("hash-object", "--stdin", feed=b"a") == scratch.repo.blob_id(b"a")


def test_foreign_bytes_go_out_as_they_came_in() -> None:
    content = bytes(range(256)) + "é漢".encode()
    assert encode(decode(content)) == content


def test_binary_is_what_git_calls_binary() -> None:
    assert is_binary(b"a" * 7999 + b"\0")
    assert not is_binary(b"a" * 8000 + b"\0")
    assert not is_binary(b"")


def test_a_git_command_that_fails_says_gits_own_words(scratch: Scratch) -> None:
    with pytest.raises(UserError, match=r"git cat-file failed: fatal: Not a valid object name"):
        scratch.repo.run("cat-file", "-p", "nowhere")
    assert scratch.repo.text("rev-parse", "--verify", "--quiet", "nowhere") == ""


def test_closing_ends_the_reader_and_reading_again_starts_another(scratch: Scratch) -> None:
    blob = scratch.git("hash-object", "-w", "--stdin", feed=b"a")
    with Repo.open(scratch.top) as repo:
        assert repo.read(blob) == b"a"
        repo.close()
        assert repo.read(blob) == b"a"
    children = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True
    )
    assert f"--git-dir {repo.git_dir}" not in children.stdout
