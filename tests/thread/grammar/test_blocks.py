"""The forms of block: each ends where it says, and keeps what is inside."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.thread.threads import texts
from treadle.thread.grammar.blocks import (
    Block,
    DocumentError,
    Fields,
    attributes,
    decode,
    encode,
    escape,
    fence,
    heading,
    is_plain,
    one_line,
    plain_up_to,
    quote,
    scan,
    unescape,
)


def only(text: str) -> Block:
    """The one block of a text that lacks its last LF."""
    (block,) = scan(text + "\n")
    return block


def refused(text: str) -> DocumentError:
    """The error that scanning this raises."""
    with pytest.raises(DocumentError) as raised:
        list(scan(text))
    return raised.value


@given(texts.filter(bool))
def test_a_quote_is_read_as_it_was_written(text: str) -> None:
    block = only(quote(text))
    assert (block.kind, block.text) == (">", text)


@given(texts)
def test_a_fence_is_read_as_it_was_written(text: str) -> None:
    block = only(fence("text", text + "\n", '{"a": 1}'))
    assert block == Block("text", 1, 0, text + "\n", '{"a": 1}')


def test_an_empty_fence_has_no_lines() -> None:
    assert fence("files", "") == "```files\n```"
    assert only("```files\n```").text == ""


def test_a_fence_is_one_longer_than_the_backticks_inside() -> None:
    assert fence("sh", "a ````` b\n").startswith("``````sh\n")
    assert fence("sh", "a `` b\n").startswith("```sh\n")


def test_attributes_stand_in_a_code_span() -> None:
    assert attributes({"a": "`"}) == '`{"a": "\\u0060"}`'
    assert only('`{"a": 1}`') == Block("`", 1, 0, '{"a": 1}')


def test_blocks_know_their_lines() -> None:
    text = "\n\n".join([heading(1, "a"), quote("b\nc"), fence("sh", "d\n\ne\n"), heading(3, "")])
    assert [(block.kind, block.line) for block in scan(text + "\n")] == [
        ("#", 1),
        (">", 3),
        ("sh", 6),
        ("###", 12),
    ]
    assert [block.start for block in scan(text + "\n")] == [0, 5, 14, 30]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("text\n", 1),
        ("\n", 1),
        ("# a\n# b\n", 2),
        ("# a\n\n\n# b\n", 3),
        ("# a\n\n", 2),
        ("#### a\n", 1),
        ("#a\n", 1),
        ("> a\nb\n", 2),
        ("> a\n>b\n", 2),
        ("```sh\na\n", 1),
        ("```sh\na\n```\nb\n", 4),
        ("```\na\n```\n", 1),
        ("```sh x\na\n```\n", 1),
        ("```sh\n````\n```\n", 1),
        ("```quote escaped\n```\n", 1),
        ("```sh escaped\na\n\\q\n```\n", 3),
        ("```sh escaped\n\\x41\n```\n", 2),
        ("```sh escaped\n\\u{110000}\n```\n", 2),
        ("`{}\n", 1),
        ("`a`\n", 1),
        ("`\n", 1),
        ("``\n", 1),
        ("---\na: 1\n", 1),
        ("--\n", 1),
        ("- a\n", 1),
    ],
)
def test_a_line_without_a_form_is_refused(text: str, line: int) -> None:
    assert refused(text).line == line


# -- characters ---------------------------------------------------------------------


@given(texts)
def test_what_is_escaped_is_plain_and_comes_back(text: str) -> None:
    assert is_plain(escape(text))
    assert unescape(escape(text), 1) == text
    assert escape(text).count("\n") == text.count("\n")


def test_escapes_are_readable() -> None:
    assert escape("a\\\r\x00\udce9\u202e\t\n") == "a\\\\\\r\\u{0}\\xE9\\u{202E}\t\n"


def test_the_first_character_to_escape_is_found() -> None:
    assert plain_up_to("ab\x7f") == 2
    assert plain_up_to("é😀\n\t") == 4


@given(texts)
def test_json_stands_in_one_plain_line(text: str) -> None:
    line = encode({"k": [text]})
    assert "`" not in line
    assert "\n" not in line
    assert is_plain(line)
    assert decode(line, 1) == {"k": [text]}
    assert json.loads(line) == {"k": [text]}


@pytest.mark.parametrize(
    "text", ["", "{", "1 1", " 1", "1 ", "NaN", '{"a": 1, "a": 1}', "[" * 10**5]
)
def test_bad_json_is_refused(text: str) -> None:
    with pytest.raises(DocumentError) as raised:
        decode(text, 7)
    assert raised.value.line == 7


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        (" \n\t\n  a  b\nc", "a b"),
        ("a\x00b\u202ec", "a b c"),
        ("snake_case _it_", "snake_case \\_it\\_"),
        ("# a ##", "\\# a \\#\\#"),
        ("<b> &amp; [x](y) `z` *", "\\<b\\> \\&amp; \\[x\\](y) \\`z\\` \\*"),
        ("x" * 72, "x" * 72),
        ("x" * 73, "x" * 71 + "…"),
        ("\n" * 10**6 + "a", ""),
    ],
)
def test_a_heading_shows_one_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


# -- keys ---------------------------------------------------------------------------


def test_keys_are_read_by_their_kind() -> None:
    fields = Fields({"a": "x", "b": 2, "c": False, "d": None, "e": ["y"]}, 1, "a test")
    assert (fields.text("a"), fields.count("b"), fields.flag("c", True)) == ("x", 2, False)
    assert (fields.maybe("d", True), fields.texts("e"), fields.text("f")) == (None, ("y",), "")
    fields.end()


@given(st.sampled_from(["text", "count", "texts", "flag", "maybe", "word"]))
def test_a_value_of_another_kind_is_refused(kind: str) -> None:
    fields = Fields({"key": {"an": "object"}}, 3, "a test")
    more = {"flag": (True,), "maybe": (True,), "word": (("a",),)}.get(kind, ())
    with pytest.raises(DocumentError) as raised:
        getattr(fields, kind)("key", *more)
    assert raised.value.message.startswith("line 3: a test: expected")


@pytest.mark.parametrize("value", [-1, True, 1.5, "1", 10**9 + 1])
def test_a_count_is_a_number_within_bounds(value: object) -> None:
    with pytest.raises(DocumentError):
        Fields({"key": value}, 1, "a test").count("key")


def test_a_key_that_nobody_reads_is_refused() -> None:
    with pytest.raises(DocumentError, match='a test has no key "later"'):
        Fields({"later": 1}, 1, "a test").end()
    with pytest.raises(DocumentError, match="expected a JSON object"):
        Fields([], 1, "a test")
