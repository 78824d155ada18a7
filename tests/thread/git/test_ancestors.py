"""Which of some commits a commit stands on."""

from __future__ import annotations

from pathlib import Path

from tests.support.scratch import Scratch
from treadle.thread.git.ancestors import behind


def test_ancestors_the_commit_itself_and_what_stands_beside_it(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "lamp")
    first, second = scratch.commit("one").id, scratch.commit("two").id
    scratch.git("checkout", "-q", "-b", "beside", first)
    beside = scratch.commit("beside").id
    unknown = "0123456789" * 4
    asked = [first, second, beside, unknown]
    assert behind(scratch.repo, [second], asked) == {first, second}
    assert behind(scratch.repo, [beside], asked) == {first, beside}
    assert behind(scratch.repo, [second], [unknown]) == frozenset()
    assert behind(scratch.repo, [second, beside], asked) == {first, second, beside}
    scratch.close()
