"""Git's diffs are read by their counts, so that no content is ever taken for structure."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.scratch import Scratch
from treadle.thread.origin import split_lines
from treadle.thread.plumbing.difftree import read_difftree
from treadle.thread.repo import Delta, decode, encode

ID = b"a" * 40
BLOB = b"b" * 40
HOSTILE = [
    "diff --git a/x b/x\n",
    "@@ -1,3 +1,9 @@\n",
    "@@ -0,0 +1 @@ def f():\n",
    "--- a/x\n",
    "+++ b/x\n",
    "\\ No newline at end of file\n",
    "Binary files a/x and b/x differ\n",
    "a" * 40 + "\n",
    ":100644 100644 " + "b" * 40 + "\n",
    "\n",
    "\r\n",
    "\r",
    "- minus\n",
    "+ plus\n",
    "\udc80\udcff\n",
    "\u2028\x85\x0c\n",
    "same\n",
    "same\n",
]
contents = st.one_of(
    st.none(),
    st.builds(
        lambda lines, end: "".join(lines) + end,
        st.lists(st.sampled_from(HOSTILE), max_size=10),
        st.sampled_from(["", "end", "\\ No newline at end of file"]),
    ),
)
FILES = ("a", "b c", "d\ne", "é\udc80")


def history(scratch: Scratch, states: list[dict[str, str]]) -> Iterator[bytes]:
    """A commit for each state of the files, as fast-import reads them."""
    blobs: dict[str, str] = {}
    for state in states:
        for text in state.values():
            if text not in blobs:
                blobs[text] = scratch.git("hash-object", "-w", "--stdin", feed=encode(text))
        yield b"commit refs/heads/main\ncommitter T <t@t> 1767600000 +0000\ndata 0\ndeleteall\n"
        for name, text in state.items():
            quoted = name.replace("\n", "\\n")
            yield b'M 100644 %s "%s"\n' % (blobs[text].encode(), encode(quoted))


def without(text: str, ranges: tuple[tuple[int, int], ...]) -> list[str]:
    """A text's lines but those in the ranges."""
    gone = {i for begin, end in ranges for i in range(begin, end)}
    return [line for i, line in enumerate(split_lines(text)) if i not in gone]


@settings(max_examples=15)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(FILES, contents)), min_size=2, max_size=6))
def test_what_no_range_names_is_the_same_on_both_sides(
    drawn: list[dict[str, str | None]],
) -> None:
    states = [{k: v for k, v in state.items() if v is not None} for state in drawn]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Scratch(Path(folder))
        scratch.run("fast-import", "--quiet", feed=b"".join(history(scratch, states)))
        commits = scratch.repo.commits(["main"])
        told = dict(scratch.repo.deltas([commit.id for commit in commits]))
        counted = scratch.git("log", "--no-renames", "--format=", "--numstat", "-z", "main")
        blobs: dict[str, str] = {}
        for commit, state in zip(commits, states, strict=True):
            tree = scratch.repo.tree(commit.tree)
            assert tree.keys() == state.keys()
            blobs |= {entry.blob: state[path] for path, entry in tree.items()}
            for delta in told[commit.id]:
                before = blobs[delta.before.blob] if delta.before else ""
                after = blobs[delta.after.blob] if delta.after else ""
                assert without(before, delta.removed) == without(after, delta.added)
        scratch.close()
    if not any(delta.source for deltas in told.values() for delta in deltas):
        added = sum(e - b for deltas in told.values() for d in deltas for b, e in d.added)
        assert added == sum(int(row.split("\t")[0]) for row in counted.split("\0") if row)


def read(out: bytes) -> list[tuple[str, tuple[Delta, ...]]]:
    return list(read_difftree(BytesIO(out)))


def row(status: bytes, *paths: bytes) -> bytes:
    modes = b":100644 100644 " + BLOB + b" " + BLOB + b" " + status + b"\0"
    return modes + b"".join(path + b"\0" for path in paths)


def test_rows_and_blocks_belong_together_in_order() -> None:
    patch = (
        b"diff --git a/x b/x\n@@ -1 +1,2 @@\n-a\n+b\n+c\ndiff --git a/y b/y\n@@ -3,0 +4 @@\n+d\n"
    )
    out = ID + b"\0" + row(b"M", b"x") + row(b"M", b"y") + b"\0" + patch
    ((commit, (x, y)),) = read(out)
    assert commit == ID.decode()
    assert (x.path, x.removed, x.added) == ("x", ((0, 1),), ((0, 2),))
    assert (y.path, y.removed, y.added) == ("y", (), ((3, 4),))


def test_a_remark_on_a_missing_newline_is_no_line() -> None:
    remark = b"\\ No newline at end of file\n"
    patch = b"diff --git a/x b/x\n@@ -1 +1 @@\n-a\n" + remark + b"+b\n" + remark
    ((_, (x,)), (second, none)) = read(
        ID + b"\0" + row(b"M", b"x") + b"\0" + patch + b"c" * 40 + b"\0"
    )
    assert x.added == ((0, 1),)
    assert (second, none) == ("c" * 40, ())


def test_a_longer_id_is_one_of_sha256() -> None:
    long = b"d" * 64
    ((commit, deltas),) = read(long + b"\0" + row(b"R100", b"old", b"new") + b"\0")
    assert commit == long.decode()
    assert [(delta.source, delta.path) for delta in deltas] == [("old", "new")]


def test_output_that_is_none_of_this_is_an_error_with_its_place() -> None:
    assert read(b"") == []
    with pytest.raises(ValueError, match="no commit id before b'fatal"):
        read(b"fatal: no\n")


def test_output_that_ends_within_a_row_is_an_error() -> None:
    with pytest.raises(ValueError, match="ends within a row"):
        read(ID + b"\0" + row(b"A", b"x")[:-2])


def test_no_more_than_a_line_of_a_large_diff_is_in_memory() -> None:
    lines = b"".join(b"+%070d\n" % n for n in range(100_000))
    patch = b"diff --git a/x b/x\n@@ -0,0 +1,100000 @@\n" + lines
    out = BytesIO(ID + b"\0" + row(b"A", b"x") + b"\0" + patch)
    tracemalloc.start()
    ((_, (delta,)),) = read_difftree(out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert delta.added == ((0, 100_000),)
    assert peak < len(lines) / 20


def test_names_are_kept_byte_for_byte() -> None:
    ((_, (delta,)),) = read(ID + b"\0" + row(b"A", b"\xff\n\xc3\xa9") + b"\0")
    assert delta.path == decode(b"\xff\n\xc3\xa9")
