"""Which paths a commit lacks."""

from __future__ import annotations

from pathlib import Path

from tests.support.scratch import Scratch
from treadle.thread.git.absent import absent


def test_paths_at_which_a_commit_has_nothing(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "lamp")
    there = ["lamp", "dir/a*", "dir/\N{GREEK SMALL LETTER LAMDA}\udcff", ":(top)x"]
    for name in there:
        scratch.write(name, "light\n")
    id_ = scratch.commit().id
    gone = ["dir/ab", "a*", "lamp/x", "x"]
    assert absent(scratch.repo, id_, [*there, *gone]) == set(gone)
    assert absent(scratch.repo, id_, []) == frozenset()
    scratch.close()
