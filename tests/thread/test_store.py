"""Documents in notes: nothing is lost, whoever else writes, dies or wrote before."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests.support.scratch import Scratch
from treadle.thread.document import DocumentError, parse, render
from treadle.thread.errors import UserError
from treadle.thread.model import Part, Placement, Step, Thread, Turn
from treadle.thread.redact import redact
from treadle.thread.repo import Commit, Repo
from treadle.thread.store import REF, Store


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "lamp")


def thread(text: str = "Do it", commit: Commit | None = None) -> Thread:
    """A small thread that says ``text``."""
    tree = commit.tree if commit else "a" * 40
    part = Part("claude-code", "s1", turns=(Turn(1, text, steps=(Step(1, "said", text=text),)),))
    return Thread((part,), Placement(tree, tree))


def put(scratch: Scratch, *commits: Commit, text: str = "Do it") -> int:
    store = Store(scratch.repo)
    return store.put({commit.id: redact(thread(text, commit)) for commit in commits})


def many(scratch: Scratch, count: int) -> list[Commit]:
    """Commits made in one go."""
    lines = []
    for number in range(count):
        told = f"commit refs/heads/main\ncommitter T <t@t> {1767600000 + number} +0000\n"
        lines.append(told + f"data <<END\ncommit {number}\nEND\n")
    scratch.run("fast-import", "--quiet", feed="\n".join(lines).encode())
    return scratch.repo.commits(["main"])


# -- writing and reading ------------------------------------------------------------


def test_a_document_comes_back_as_it_was_written(scratch: Scratch) -> None:
    commit = scratch.commit()
    assert put(scratch, commit) == 1
    store = Store(scratch.repo)
    assert store.get(commit.id) == render(thread("Do it", commit))
    assert store.notes().keys() == {commit.id}


def test_git_shows_the_note_with_its_blank_lines(scratch: Scratch) -> None:
    commit = scratch.commit()
    put(scratch, commit)
    shown = scratch.run("notes", "--ref", "treadle", "show", commit.id)
    assert shown == Store(scratch.repo).get(commit.id)
    assert b"\n\n" in shown


def test_a_repository_without_notes_has_no_documents(scratch: Scratch) -> None:
    commit = scratch.commit()
    store = Store(scratch.repo)
    assert (store.tip(), store.notes(), store.get(commit.id)) == ("", {}, None)
    assert list(store.get_all([commit.id])) == []


def test_writing_the_same_again_writes_nothing(scratch: Scratch) -> None:
    commit = scratch.commit()
    put(scratch, commit)
    tip = Store(scratch.repo).tip()
    assert put(scratch, commit) == 0
    assert put(scratch) == 0
    assert Store(scratch.repo).tip() == tip


def test_of_many_documents_only_the_changed_ones_are_written(scratch: Scratch) -> None:
    first, second = scratch.commit("one"), scratch.commit("two")
    put(scratch, first, second)
    store = Store(scratch.repo)
    changed = {c.id: redact(thread(t, c)) for c, t in ((first, "Do it"), (second, "Other"))}
    assert store.put(changed) == 1
    assert b"Other" in (store.get(second.id) or b"")


def test_the_notes_have_their_own_author_and_history(scratch: Scratch) -> None:
    put(scratch, scratch.commit("one"))
    put(scratch, scratch.commit("two"))
    told = scratch.git("log", "--format=%an <%ae>|%s", REF).split("\n")
    assert told == ["treadle <treadle@localhost>|1 document"] * 2


def test_nothing_but_the_notes_is_left_behind(scratch: Scratch) -> None:
    put(scratch, scratch.commit())
    refs = scratch.git("for-each-ref", "--format=%(refname)").split("\n")
    assert refs == ["refs/heads/main", REF]
    assert scratch.git("status", "--porcelain") == ""
    assert scratch.git("fsck", "--no-dangling") == ""


def test_a_commit_that_is_not_here_gets_no_document(scratch: Scratch) -> None:
    commit = scratch.commit()
    store = Store(scratch.repo)
    with pytest.raises(UserError, match="111111111111 is no commit of this repository"):
        store.put({commit.id: redact(thread()), "1" * 40: redact(thread())})
    assert store.notes() == {}


def test_documents_are_written_from_a_bare_repository_and_a_second_work_tree(
    scratch: Scratch, tmp_path: Path
) -> None:
    commit = scratch.commit()
    scratch.git("clone", "--quiet", "--bare", str(scratch.top), str(tmp_path / "bare"))
    with Repo.open(tmp_path / "bare") as bare:
        assert Store(bare).put({commit.id: redact(thread())}) == 1
    scratch.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "side"))
    with Repo.open(tmp_path / "side") as side:
        assert Store(side).put({commit.id: redact(thread())}) == 1
    assert Store(scratch.repo).get(commit.id) == render(thread())


def test_a_sha256_repository_keeps_documents(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "lamp", "--object-format=sha256")
    first, second = scratch.commit("one"), scratch.commit("two")
    assert len(first.id) == 64
    assert put(scratch, first) == put(scratch, second) == 1
    store = Store(scratch.repo)
    assert store.notes().keys() == {first.id, second.id}
    assert parse(store.get(first.id) or b"").placement.tree == first.tree


# -- what others wrote --------------------------------------------------------------


def test_a_note_that_is_no_document_is_read_as_it_is(scratch: Scratch) -> None:
    commit = scratch.commit()
    scratch.git("notes", "--ref", "treadle", "add", "-m", "my own note", commit.id)
    stored = Store(scratch.repo).get(commit.id)
    assert stored == b"my own note\n"
    with pytest.raises(DocumentError):
        parse(stored)


def test_files_in_the_notes_tree_that_are_no_notes_are_kept_and_passed_over(
    scratch: Scratch,
) -> None:
    first, second = scratch.commit("one"), scratch.commit("two")
    put(scratch, first)
    blob = scratch.git("hash-object", "-w", "--stdin", feed=b"read me\n")
    rows = scratch.run("ls-tree", REF) + f"100644 blob {blob}\tREADME\n".encode()
    tree = scratch.git("mktree", feed=rows)
    commit = scratch.git("commit-tree", "-p", REF, "-m", "a file", tree)
    scratch.git("update-ref", REF, commit)
    store = Store(scratch.repo)
    assert store.notes().keys() == {first.id}
    put(scratch, second)
    assert store.notes().keys() == {first.id, second.id}
    assert scratch.git("show", f"{REF}:README") == "read me"


@pytest.mark.parametrize("count", [3, 120, 400])
def test_notes_that_git_wrote_are_kept_whatever_its_fan_out(scratch: Scratch, count: int) -> None:
    commits = many(scratch, count + 2)
    theirs, ours = commits[:count], commits[count:]
    feed = "".join(f"{theirs[0].id} {commit.id}\n" for commit in theirs[1:])
    scratch.git("notes", "--ref", "treadle", "add", "-m", "a note of git", theirs[0].id)
    scratch.git("notes", "--ref", "treadle", "copy", "--stdin", feed=feed.encode())
    put(scratch, *ours, theirs[5 % count])
    store = Store(scratch.repo)
    notes = store.notes()
    assert notes.keys() == {commit.id for commit in commits}
    listed = scratch.git("notes", "--ref", "treadle", "list").split("\n")
    assert {row.split()[1]: row.split()[0] for row in listed} == notes
    assert len(scratch.git("ls-tree", "-r", "--name-only", REF).split("\n")) == count + 2
    told = scratch.run("notes", "--ref", "treadle", "show", theirs[5 % count].id)
    assert told == store.get(theirs[5 % count].id)
    assert store.get(theirs[0].id) == b"a note of git\n"


def test_many_documents_stand_in_a_tree_that_git_reads(scratch: Scratch) -> None:
    commits = many(scratch, 300)
    assert put(scratch, *commits) == 300
    assert put(scratch, *commits, text="Again") == 300
    listed = scratch.git("notes", "--ref", "treadle", "list").split("\n")
    assert {row.split()[1] for row in listed} == {commit.id for commit in commits}
    assert Store(scratch.repo).notes() == {row.split()[1]: row.split()[0] for row in listed}


def test_a_document_whose_blob_is_missing_is_an_error_that_says_what_to_fetch(
    scratch: Scratch,
) -> None:
    commit = scratch.commit()
    put(scratch, commit)
    store = Store(scratch.repo)
    blob = store.notes()[commit.id]
    (scratch.top / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(UserError, match="its blob is missing") as caught:
        list(store.get_all([commit.id]))
    assert "treadle sync" in caught.value.hint


# -- several writers ----------------------------------------------------------------

WRITER = """
    import sys
    from treadle.thread.model import Part, Placement, Step, Thread, Turn
    from treadle.thread.redact import redact
    from treadle.thread.repo import Repo
    from treadle.thread.store import Store

    folder, *commits = sys.argv[1:]
    with Repo.open(folder) as repo:
        for commit in commits:
            part = Part("claude-code", commit, turns=(Turn(1, "Do it"),))
            thread = Thread((part,), Placement("a" * 40, "a" * 40))
            Store(repo).put({commit: redact(thread)})
"""


def test_eight_writers_at_once_lose_nothing(scratch: Scratch, tmp_path: Path) -> None:
    commits = many(scratch, 80)
    program = textwrap.dedent(WRITER)
    folders = [scratch.top]
    for number in range(1, 8):
        folders.append(tmp_path / f"side{number}")
        scratch.git("worktree", "add", "--quiet", "--no-checkout", "--detach", str(folders[-1]))
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(folder), *(c.id for c in commits[number::8])],
            stderr=subprocess.PIPE,
        )
        for number, folder in enumerate(folders)
    ]
    said = [writer.communicate()[1] for writer in writers]
    assert [(writer.returncode, text) for writer, text in zip(writers, said, strict=True)] == [
        (0, b"")
    ] * 8
    store = Store(scratch.repo)
    assert store.notes().keys() == {commit.id for commit in commits}
    assert all(parse(text).parts[0].session == id_ for id_, text in store.get_all(store.notes()))
    refs = scratch.git("for-each-ref", "--format=%(refname)", "refs/treadle", "refs/notes")
    assert refs == REF
    assert scratch.git("rev-list", "--count", REF) == "80"


def test_a_writer_that_another_one_overtook_writes_on_top_of_it(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = scratch.commit("one"), scratch.commit("two")
    move = Store._swap

    def overtaken(self: Store, old: str, new: str) -> bool:
        monkeypatch.setattr(Store, "_swap", move)
        put(scratch, first)
        return move(self, old, new)

    monkeypatch.setattr(Store, "_swap", overtaken)
    assert put(scratch, second) == 1
    assert Store(scratch.repo).notes().keys() == {first.id, second.id}


def test_a_writer_that_dies_before_the_last_move_leaves_the_old_documents(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = scratch.commit("one"), scratch.commit("two")
    put(scratch, first)
    tip = Store(scratch.repo).tip()

    def dies(self: Store, old: str, new: str) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_swap", dies)
        with pytest.raises(KeyboardInterrupt):
            put(scratch, second)
    assert Store(scratch.repo).tip() == tip
    assert put(scratch, second) == 1
    assert Store(scratch.repo).notes().keys() == {first.id, second.id}


def test_a_writer_that_is_killed_at_any_moment_harms_nothing(scratch: Scratch) -> None:
    commits = many(scratch, 40)
    program, ids = textwrap.dedent(WRITER), [commit.id for commit in commits]
    store = Store(scratch.repo)
    for round_ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", program, str(scratch.top), *ids])
        enough = time.monotonic() + 30
        while len(store.notes()) < 3 * (round_ + 1) and time.monotonic() < enough:
            time.sleep(0.01)
        writer.kill()
        writer.wait()
        assert all(parse(text) for _, text in store.get_all(store.notes()))
        for lock in (scratch.top / ".git").rglob("*.lock"):
            lock.unlink()
    assert put(scratch, *commits) == 40
    assert store.notes().keys() == set(ids)


def test_a_lock_that_is_held_for_a_moment_is_waited_for(scratch: Scratch) -> None:
    commit = scratch.commit()
    lock = scratch.top / ".git" / "refs" / "notes" / "treadle.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    waiting = subprocess.Popen(["sh", "-c", 'sleep 0.6; rm "$0"', str(lock)])
    assert put(scratch, commit) == 1
    assert waiting.wait() == 0


def test_a_lock_that_a_dead_writer_left_is_named(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treadle.thread.git.notes.TRIES", 2)
    commit = scratch.commit()
    lock = scratch.top / ".git" / "refs" / "notes" / "treadle.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(UserError, match=r"treadle\.lock"):
        put(scratch, commit)
    assert Store(scratch.repo).tip() == ""
