"""What is not a document, or is one no more, is refused with its line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.thread.documents import TREE, edited, refusal, small
from tests.thread.threads import FORGERIES
from treadle.thread.document import (
    MAX_BYTES,
    DocumentError,
    head,
    parse,
    render,
)

MANY = settings(max_examples=300)


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"hello", b"---\ntitle: x\n---\n", b"\xff\xfe", b"---"]
)
def test_another_note_is_no_document(text: bytes) -> None:
    assert refusal(text).message == "line 1: not a treadle document"
    with pytest.raises(DocumentError):
        head(text)


def test_a_newer_major_version_is_said_to_be_newer() -> None:
    error = refusal(b"---\ntreadle: 2\nall: is different\n")
    assert "newer treadle" in error.message
    assert "upgrade" in error.hint


@pytest.mark.parametrize("version", ["1.0", "true", "0", '"1"', "[1]", "1e0"])
def test_a_version_is_a_whole_number(version: str) -> None:
    assert refusal(edited("treadle: 1", f"treadle: {version}")).line in (1, 2)


def test_a_document_cut_off_names_the_line() -> None:
    text = render(small())
    assert refusal(text[:-1]).line == text.count(b"\n")
    assert "cut off" in refusal(text[:-1]).message
    for end in range(len(text)):
        assert isinstance(refusal(text[:end]), DocumentError)


def test_converted_line_ends_are_recognised() -> None:
    error = refusal(render(small()).replace(b"\n", b"\r\n"))
    assert (error.line, "line ends were converted" in error.message) == (1, True)


@pytest.mark.parametrize("byte", [b"\x00", b"\x1b", b"\xff", b"\xc2\x85", b"\xe2\x80\xae"])
def test_a_bare_unseen_character_is_refused_with_its_line(byte: bytes) -> None:
    text = render(small())
    at = text.index(b"First this")
    assert refusal(text[:at] + byte + text[at:]).line == text.count(b"\n", 0, at) + 1


def test_a_document_too_large_is_refused_unread() -> None:
    assert "64 MB" in refusal(render(small()) + b" " * MAX_BYTES).message


def test_a_changed_prompt_is_told_by_the_part() -> None:
    error = refusal(edited("> Fix it", "> Break it"))
    assert "was changed after it was written" in error.message
    assert error.line == render(small()).split(b"\n").index(b"# claude-code, session 0b3c1f2a") + 1


def test_a_changed_heading_is_told_by_its_line() -> None:
    error = refusal(edited("### 1.2 ran", "### 1.2 ran away"))
    assert error.message.endswith("it was: ### 1.2 ran")
    assert error.line == render(small()).split(b"\n").index(b"### 1.2 ran") + 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("# Placement", "# Placemat", "expected `# Placement`"),
        ("# Placement\n\n```files", "# Placement\n\n```sh", "expected the fence `files`"),
        ('counts: {"turns": 1', 'counts: {"turns": 2', "`counts`"),
        ('"name": "claude-code"', '"name": "codex"', "`agents`"),
        ('"session": "0b3c1f2a"}', '"session": "x"}', "`strands`"),
        ('transcripts: "complete"', 'transcripts: "whole"', "one of complete, partial"),
        ("transcripts: ", "transcript: ", "lacks the key `transcripts`"),
        (f'tree: "{TREE}"', 'tree: "x"', "an object id"),
        ("patch-id: ", "tree: ", "a new key"),
        ('{"path": "src/a.py", "before"', '{"path": "../a.py", "before"', "is refused"),
        ('{"path": "src/a.py", "before"', '{"path": ".GIT/a.py", "before"', "is refused"),
        ('{"path": "src/a.py", "before"', '{"later": 1, "path": "a", "before"', 'no key "later"'),
        ('{"path": "src/a.py", "before"', '{"path": 1, "before"', "a string"),
        *(
            ('{"path": "src/a.py", "before"', f'{{"path": "a", "doubts": {wrong}, "before"', said)
            for wrong, said in (
                ("[[1, 2]]", "a list of runs"),
                ('[[0, 1, ""]]', "a list of runs"),
                ('[[true, 1, ""]]', "a list of runs"),
                ('[[1, 1, ["+2"]]]', "a list of runs"),
                ('[{"1": 1}]', "a list of runs"),
                ('[[3, 2, ""], [4, 1, ""]]', "runs of lines in order"),
                ('[[3, 2, "+0"]]', "runs of lines in order"),
                ('[[3, 2, "2.1"]]', "runs of lines in order"),
                ('[[1, 1000000000, ""]]', "runs of lines in order"),
                ('[[1, 2, "-999999999"]]', "runs of lines in order"),
                ("[[1, 1" + ', "-1"' * 33 + "]]", "runs of lines in order"),
            )
        ),
        ('["100644"', '["644"', "a mode of six octal digits"),
        ("### 1.2 ran", "### 1.1 ran", "expected `### 1.N kind`, N above 1"),
        ("### 1.2 ran", "### 2.2 ran", "expected `### 1.N kind`"),
        ("### 1.2 ran", "### 1.2 baked", "expected `### 1.N kind`"),
        ("## 1. Fix", "## one. Fix", "expected `## N. prompt`"),
        ("```text\nok", "```test\nok", "no block `test`"),
        ("> First this.", "First this.", "expected a heading"),
        ("> First this.", "> First this.\n\n", "expected a heading"),
        ("> First this.", "> First this.\nlazy", "before every line of the quote"),
        ("@@ -2,0 +3,1 @@", "@@ -2,0 +3,2 @@", "not 0 old and 2 new"),
        ("@@ -2,0 +3,1 @@", "@@ -2 +3 @@", "expected `@@"),
        ("@@ -2,0 +3,1 @@ command 1.2", "@@ -2,0 +3,1 @@ hidden 2", "up to 1"),
        ('"kind": "residue"', '"kind": "edit"', "one of residue"),
        ("```\n\n# Placement", "````\n\n# Placement", "longer than any run"),
        ("+x\n```", "+x\n``", "does not end"),
        ("+x\n```", "+x\n```\n", "no blank line at the end"),
        ("+x\n```", "+x\n```\n# More", "expected a blank line"),
    ],
)
def test_a_damaged_document_says_what_was_expected(old: str, new: str, expected: str) -> None:
    error = refusal(edited(old, new))
    assert expected in error.message
    assert error.message.startswith(f"line {error.line}: ")
    assert error.hint


snippets = st.sampled_from([piece.encode("utf-8", "surrogateescape") for piece in FORGERIES])


@MANY
@given(st.data())
def test_a_mutated_document_is_read_or_refused(data: st.DataObject) -> None:
    text = render(small())
    for _ in range(data.draw(st.integers(1, 3))):
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        end = min(end, start + data.draw(st.sampled_from((0, 1, 30, 10**6))))
        new = data.draw(st.one_of(st.binary(max_size=3), snippets, st.just(text[start:end] * 2)))
        text = text[:start] + new + text[end:]
    with suppress(DocumentError):
        parse(text)


@MANY
@given(st.lists(snippets), st.sampled_from((b"", b"---\ntreadle: 1\n---\n", b"---\ntreadle: 1\n")))
def test_arbitrary_bytes_are_refused(pieces: list[bytes], start: bytes) -> None:
    refusal(start + b"\n".join(pieces))


def test_json_nested_too_deep_or_too_large_is_refused() -> None:
    assert "JSON" in refusal(edited("counts: {", "deep: " + "[" * 100_000 + "\ncounts: {")).message
    assert "JSON" in refusal(edited("counts: {", "big: " + "9" * 10_000 + "\ncounts: {")).message
    assert "JSON" in refusal(edited("counts: {", "nan: NaN\ncounts: {")).message
    assert "twice" in refusal(edited("counts: {", 'counts: {"files": 1, ')).message
