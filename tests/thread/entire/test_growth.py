"""Copies of one session that begin alike, and such as only seem to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scratch import Scratch
from treadle.thread.entire import growth as module
from treadle.thread.entire.growth import Growth
from treadle.thread.repo import Repo

LONG = b"one\ntwo\nthree\n"


def blob(scratch: Scratch, content: bytes, *options: str) -> str:
    """A blob's id; with ``-w`` among the options it is stored."""
    return scratch.git("hash-object", "--stdin", *options, feed=content)


def growth(repo: Repo, **blobs: int) -> Growth:
    return Growth(repo, blobs, blobs)


def test_a_copy_that_begins_the_longest_is_not_read(scratch: Scratch) -> None:
    long, short = blob(scratch, LONG, "-w"), blob(scratch, b"one\n")
    grown = growth(scratch.repo, **{short: 4, long: len(LONG)})
    assert (grown.read(short), grown.read(long), grown.read(short)) == (b"one\n", LONG, b"one\n")


def test_a_copy_that_is_another_text_is_read(scratch: Scratch) -> None:
    long, other = blob(scratch, LONG, "-w"), blob(scratch, b"uno\n", "-w")
    grown = growth(scratch.repo, **{other: 4, long: len(LONG)})
    assert (grown.read(other), grown.read(other)) == (b"uno\n", b"uno\n")


def test_a_copy_is_proved_in_a_repository_of_sha256(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "longer", "--object-format=sha256")
    long, short = blob(scratch, LONG, "-w"), blob(scratch, b"one\n")
    assert growth(scratch.repo, **{short: 4, long: len(LONG)}).read(short) == b"one\n"
    scratch.close()


def test_a_copy_that_is_not_here_holds_nothing(scratch: Scratch) -> None:
    gone = blob(scratch, b"gone\n")
    assert growth(scratch.repo, **{gone: 5}).read(gone) == b""


def test_a_copy_too_long_to_be_held_is_read(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST", 5)
    long, short = blob(scratch, LONG, "-w"), blob(scratch, b"one\n", "-w")
    grown = growth(scratch.repo, **{short: 4, long: len(LONG)})
    assert (grown.read(long), grown.read(short)) == (LONG, b"one\n")
