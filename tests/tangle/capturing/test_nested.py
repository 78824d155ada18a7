"""A repository in another's work tree: neither's texts go into the other's documents."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.desk import Claude, Desk
from tests.support.record import makes_its_commit
from tests.support.scratch import Scratch, numbered
from tests.tangle.capturing.lamps import again, light
from treadle.tangle.capturing.backfill import backfill, plan
from treadle.tangle.capturing.gather import gather, seek
from treadle.thread.document import render
from treadle.thread.waiting.pending import Shelf

WICK = "a wick that nobody else may see"


@pytest.fixture(params=["repository", "submodule"])
def inner(request: pytest.FixtureRequest, desk: Desk, tmp_path: Path) -> Scratch:
    """A repository in the folder ``inner`` of the desk's."""
    top = desk.scratch.top / "inner"
    origin = Scratch(tmp_path / "origin" if request.param == "submodule" else top)
    origin.clock = desk.scratch.clock
    origin.write("wick.py", numbered(9, "wick"))
    origin.commit("Begin")
    if request.param == "repository":
        (desk.scratch.top / ".gitignore").write_text("inner/\n")
    else:
        allow = ["-c", "protocol.file.allow=always"]
        desk.scratch.git(*allow, "submodule", "--quiet", "add", str(origin.top), "inner")
    desk.scratch.commit("Hold another")
    found = Scratch(top, init=False)
    found.clock = desk.scratch.clock
    return found


def trim(claude: Claude, number: int = 3) -> None:
    """The agent edits a file of the inner repository."""
    claude.edit("inner/wick.py", f"wick number {number}\n", f"{WICK} {number}\n")


def seen_from(inner: Scratch, desk: Desk) -> Desk:
    """The inner repository, on the same machine."""
    found = Desk(inner, desk.home)
    found.folder = f"{inner.repo.common_dir}/treadle"
    return found


def waiting(desk: Desk) -> int:
    """Edits of the desk's repository that no commit took."""
    return sum(tail.edits for tail in Shelf(desk.folder).tails())


def test_the_outer_document_has_no_text_of_the_inner_file(
    desk: Desk, inner: Scratch, claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    light(claude, 3)
    trim(claude)
    light(claude, 5)
    commit = desk.scratch.commit("Light")
    desk.queue(commit)
    desk.work()
    assert makes_its_commit(desk.scratch, desk.document(commit))
    assert WICK.encode() not in desk.documents()[commit.id]
    assert b"wick number 3" not in desk.documents()[commit.id]
    assert waiting(desk) == 0
    again(desk, monkeypatch)


def test_an_edit_of_the_inner_file_does_not_wait_for_an_outer_commit(
    desk: Desk, inner: Scratch, claude: Claude
) -> None:
    trim(claude)
    desk.queue(desk.scratch.commit("Nothing of it"))
    desk.work()
    assert (desk.documents(), waiting(desk)) == ({}, 0)
    light(claude, 3)
    desk.queue(desk.scratch.commit("Nothing of it", stage=False))
    desk.work()
    assert waiting(desk) == 1


def test_a_file_that_a_command_wrote_into_the_inner_repository(
    desk: Desk, inner: Scratch, claude: Claude
) -> None:
    inner.write("wick.py", f"{WICK}\n")
    key = claude.calls("Bash", {"command": f"echo '{WICK}' > inner/wick.py"})
    claude.printed(key, "")
    desk.queue(desk.scratch.commit("Nothing of it", stage=False))
    desk.work()
    assert waiting(desk) == 0


def test_where_the_inner_repository_is_gone_its_folder_is_the_outer_s(
    desk: Desk, claude: Claude
) -> None:
    inner = Scratch(desk.scratch.top / "inner")
    inner.write("wick.py", numbered(9, "wick"))
    desk.scratch.git("-C", str(inner.top), "add", "--all")
    trim(claude)
    shutil.rmtree(inner.top / ".git")
    commit = desk.scratch.commit("Take it in")
    desk.queue(commit)
    desk.work()
    assert WICK.encode() in desk.documents()[commit.id]
    assert makes_its_commit(desk.scratch, desk.document(commit))


def test_a_session_in_the_inner_repository_is_found_before_a_hook_told_of_it(
    desk: Desk, inner: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(desk.home))
    own = Claude(seen_from(inner, desk), "s2")
    own.prompt()
    own.edit("wick.py", "wick number 3\n", f"{WICK}\n")
    commit = inner.commit("Trim")
    (found, _), *_ = backfill(inner.repo, plan(inner.repo, ["HEAD"]))
    assert found.commit.id == commit.id
    assert found.solution is not None
    assert WICK in render(found.solution.redacted.thread).decode()
    assert gather(seek(desk.scratch.repo, desk.folder, [str(desk.scratch.top)])).sessions == ()
