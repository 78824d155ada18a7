"""Notes that somebody else wrote: no documents, edited documents, documents that mean harm."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.lamp import Lamp, refused, run
from treadle.thread.document import parse, render
from treadle.thread.model import Change, Entry, Hunk, Placement, Row, Thread
from treadle.thread.repo import EMPTY_TREE

FILE = "src/lamp.py"


def document(lamp: Lamp) -> bytes:
    return lamp.run("cat-file", "blob", lamp.git("notes", "--ref", "treadle", "list", "HEAD~1"))


def put(lamp: Lamp, text: bytes, commit: str = "HEAD~1") -> None:
    """Store a note as anybody may: through git itself, byte for byte."""
    blob = lamp.git("hash-object", "-w", "--stdin", feed=text)
    lamp.git("notes", "--ref", "treadle", "add", "-f", "-C", blob, commit)


def snapshot(folder: Path) -> Sequence[str]:
    return sorted(str(path) for path in folder.rglob("*") if ".git/" not in str(path))


# -- damage -------------------------------------------------------------------------

DAMAGE = {
    "nothing of ours": b"Reviewed-by: Tess\n",
    "empty": b"",
    "binary": bytes(range(256)) * 8,
    "a newer major version": b'---\ntreadle: 9\nwhat: "ever"\n---\n\n# New\n',
    "front matter only": b"---\ntreadle: 1\n---\n",
}


@pytest.mark.parametrize("text", DAMAGE.values(), ids=DAMAGE)
def test_a_note_that_is_no_document_is_told_of_everywhere(text: bytes, lamp: Lamp) -> None:
    blob = lamp.git("hash-object", "-w", "--stdin", feed=text)
    tree = lamp.git(
        "mktree", feed=f"100644 blob {blob}\t{lamp.git('rev-parse', 'HEAD~1')}\n".encode()
    )
    lamp.git("update-ref", "refs/notes/treadle", lamp.git("commit-tree", tree, "-m", "notes"))
    short = lamp.git("rev-parse", "--short=8", "HEAD~1")

    checked = run("check", at=lamp.top)
    assert checked.code == 1
    assert f"failed {short}" in checked.out
    listed = run("log", at=lamp.top)
    assert listed.code == 0
    assert f"{short} 2026-01-05 failed" in listed.out
    assert "cannot be read" in run("why", f"{FILE}:1", at=lamp.top).out
    assert run("blame", FILE, at=lamp.top).code == 0
    assert short in refused("tangle", "HEAD~1", at=lamp.top)
    assert short in refused("show", "HEAD~1:1.1", at=lamp.top)
    assert run("show", "HEAD~1", at=lamp.top).code == 0
    assert lamp.git("notes", "--ref", "treadle", "list", "HEAD~1") == blob


def test_a_document_edited_by_hand_is_an_error_with_its_line(lamp: Lamp) -> None:
    text = document(lamp).replace(b"so that every lamp", b"so that no lamp")
    put(lamp, text)
    said = refused("tangle", "HEAD~1", at=lamp.top)
    assert "line 14: this part was changed after it was written" in said
    assert "fetch its note again" in said
    assert "line 14" in run("check", at=lamp.top).out
    assert run("check", at=lamp.top).code == 1


def test_a_document_cut_short_is_an_error_with_its_line(lamp: Lamp) -> None:
    put(lamp, document(lamp)[:-30])
    assert "line " in refused("tangle", "HEAD~1", at=lamp.top)


def test_a_damaged_document_is_not_overwritten_by_recording(lamp: Lamp) -> None:
    put(lamp, b"Reviewed-by: Tess\n")
    args = ("record", "HEAD~1", "--from", lamp.transcript)
    refused(*args, at=lamp.top)
    assert document(lamp) == b"Reviewed-by: Tess\n"
    assert run(*args, "--replace", at=lamp.top).code == 0
    assert document(lamp).startswith(b"---\ntreadle: 1\n")


def test_two_equal_documents_in_one_note_are_one(lamp: Lamp) -> None:
    told = run("why", f"{FILE}:1", at=lamp.top)
    put(lamp, document(lamp) + b"\n" + document(lamp))
    assert run("why", f"{FILE}:1", at=lamp.top) == told
    assert run("check", at=lamp.top).code == 0
    assert run("tangle", "HEAD~1", at=lamp.top).code == 0


def test_documents_of_two_commits_in_one_note_are_an_error(lamp: Lamp) -> None:
    other = parse(document(lamp))
    other = replace(other, placement=replace(other.placement, tree="1" * 40))
    put(lamp, render(other) + b"\n" + document(lamp))
    assert "second document" in refused("tangle", "HEAD~1", at=lamp.top)
    assert run("check", at=lamp.top).code == 1


def test_a_document_on_the_wrong_commit_fails_the_check(lamp: Lamp) -> None:
    put(lamp, document(lamp), "HEAD")
    done = run("check", at=lamp.top)
    assert done.code == 1
    assert "the document is of tree" in done.out


def test_the_notes_ref_may_be_nothing_of_the_kind(lamp: Lamp) -> None:
    lamp.git("update-ref", "refs/notes/treadle", lamp.git("rev-parse", f"HEAD:{FILE}"))
    assert "which should be a commit of notes, is a blob" in run("log", at=lamp.top).err


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ("1" * 40, "which should be a commit of notes, is not in this clone"),
        ("", "refs/notes/treadle is damaged"),
        ("abc", "refs/notes/treadle is damaged"),
    ],
    ids=["an object that is not here", "nothing, as after a power cut", "half an id"],
)
def test_the_file_of_the_notes_ref_may_be_damaged(lamp: Lamp, held: str, told: str) -> None:
    (lamp.top / ".git" / "refs" / "notes" / "treadle").write_text(held)
    for command in (("log",), ("blame", FILE), ("status",), ("check",), ("record", "HEAD")):
        failed = run(*command, at=lamp.top)
        assert failed.code == 1
        assert told in failed.err
        assert "for-each-ref refs/treadle" in failed.err
    looked = run("doctor", at=lamp.top)
    assert told in looked.out
    assert "pending" in looked.out


# -- harm ---------------------------------------------------------------------------


def created(path: str, text: str, mode: str = "100644") -> Thread:
    """A document of a root commit that creates one file, by residue alone."""
    content = text.encode()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    lines = tuple("+" + line for line in text.splitlines(keepends=True))
    residue = Change(path, "residue", "create", (Hunk(0, 0, lines, "unrecorded"),))
    row = Row(path, None, Entry(mode, blob))
    return Thread((), Placement(EMPTY_TREE["sha1"], "2" * 40, "", (row,), (residue,)))


ESCAPES = [
    "../x",
    "a/../../x",
    "/tmp/treadle-was-here",
    ".git/hooks/post-checkout",
    ".GIT/hooks/post-checkout",
    "sub/.git/config",
    "git~1/hooks/x",
    ".git\u200c/hooks/x",
    ".git./hooks/x",
    "a\\..\\..\\x",
    "C:/x",
    "a//b",
    "./x",
    "a/.",
    "",
]


@pytest.fixture
def outs(lamp: Lamp) -> Iterator[Path]:
    """A folder to tangle into, with nothing else around it that may change."""
    room = lamp.top.parent / "room"
    room.mkdir()
    before = snapshot(lamp.top.parent), snapshot(lamp.top)
    yield room / "out"
    assert (snapshot(lamp.top.parent), snapshot(lamp.top)) == before
    assert not Path("/tmp/treadle-was-here").exists()


@pytest.mark.parametrize("path", ESCAPES)
def test_a_path_that_leaves_or_enters_git_is_refused_by_name(
    path: str, lamp: Lamp, outs: Path
) -> None:
    try:
        text = render(created(path, "echo gotcha\n", "100755"))
    except ValueError:
        return
    put(lamp, text)
    said = refused("tangle", "HEAD~1", "-o", outs, at=lamp.top)
    assert path in said or repr(path) in said or "path" in said
    assert run("check", at=lamp.top).code == 1
    assert run("blame", FILE, at=lamp.top).code == 0


def test_a_link_is_no_way_out(lamp: Lamp) -> None:
    away = lamp.top.parent / "away"
    away.mkdir()
    link, below = created("a", str(away), "120000"), created("a/x", "gotcha\n")
    rows = link.placement.rows + below.placement.rows
    residue = link.placement.residue + below.placement.residue
    placement = Placement(link.placement.base, "2" * 40, "", rows, residue)
    put(lamp, render(Thread((), placement)))
    refused("tangle", "HEAD~1", "-o", lamp.top.parent / "out", at=lamp.top)
    assert list(away.iterdir()) == []
    assert not (lamp.top.parent / "out").exists()


@pytest.mark.parametrize("what", ["a file", "a full folder", "a link to a folder"])
def test_tangle_writes_only_into_a_folder_of_its_own(what: str, lamp: Lamp) -> None:
    out = lamp.top.parent / "out"
    if what == "a file":
        out.write_text("mine\n")
    elif what == "a full folder":
        out.mkdir()
        (out / "mine").write_text("mine\n")
    else:
        (lamp.top.parent / "elsewhere").mkdir()
        out.symlink_to("elsewhere")
    before = snapshot(lamp.top.parent)
    assert str(out) in refused("tangle", "HEAD~1", "-o", out, at=lamp.top)
    assert snapshot(lamp.top.parent) == before


def test_tangle_writes_what_the_commit_has(lamp: Lamp) -> None:
    for args in (("HEAD~1",), ("HEAD~1", "--all"), ("HEAD~1", "--step", "1.2"), ("HEAD~1:1.2",)):
        done = run("tangle", *args, "-o", "../out", at=lamp.top)
        assert done.code == 0, done
        assert "written to ../out" in done.out
        out = lamp.top.parent / "out"
        assert (out / FILE).read_bytes() == lamp.run("show", f"HEAD~1:{FILE}")
        assert (out / "notes").exists() == ("--all" in args)
        subprocess.run(["rm", "-r", str(out)], check=True)
    run("tangle", "HEAD~1", "--step", "1.1", "-o", "../out", at=lamp.top)
    assert (lamp.top.parent / "out" / FILE).read_bytes() == lamp.run("show", f"HEAD~2:{FILE}")


def test_tangle_needs_neither_the_commit_nor_its_blobs(lamp: Lamp) -> None:
    commit = lamp.git("rev-parse", "HEAD~1")
    lamp.git("branch", "old", "HEAD~2")
    cut = lamp.top.parent / "cut"
    subprocess.run(["git", "init", "--quiet", str(cut)], check=True)
    refs = [f"refs/{name}:refs/{name}" for name in ("heads/old", "notes/treadle")]
    subprocess.run(["git", "fetch", "--quiet", str(lamp.top), *refs], cwd=cut, check=True)
    assert run("tangle", commit[:10], "-o", "../out", at=cut).code == 0
    assert (lamp.top.parent / "out" / FILE).read_bytes() == lamp.run("show", f"{commit}:{FILE}")


def test_nothing_in_a_thread_reaches_the_terminal_as_a_command(lamp: Lamp) -> None:
    rows = lamp.transcript.read_text().replace(
        "so that every lamp", "\\u001b]0;owned\\u0007 \\u202e"
    )
    lamp.transcript.write_text(rows)
    args = ("record", "HEAD~1", "--replace", "--from", lamp.transcript)
    assert run(*args, at=lamp.top).code == 0
    for asked in (("why", f"{FILE}:1"), ("blame", FILE), ("show", "HEAD~1"), ("log",)):
        for more in ((), ("--json",)):
            out = run(*asked, *more, at=lamp.top).out
            assert not {"\x1b", "\x07", "\u202e"} & set(out)
