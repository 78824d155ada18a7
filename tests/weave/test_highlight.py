import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.origin import split_lines
from treadle.weave import highlight
from treadle.weave.highlight import tokens

NAMES = ["a.py", "a.go", "a.md", "a.json", "a.c", "a.sh", "a.html", "Makefile", "a.unknown", ""]


def joined(text: str, path: str) -> list[str]:
    return ["".join(piece for _, piece in line) for line in tokens(text, path)]


@given(st.text(st.characters(exclude_characters="\r")), st.sampled_from(NAMES))
def test_the_tokens_of_a_line_are_the_line(text: str, path: str) -> None:
    assert joined(text, path) == [line.removesuffix("\n") for line in split_lines(text)]


def test_a_string_over_lines_is_one_string() -> None:
    lines = tokens('x = """one\ntwo"""\n', "a.py")
    assert lines[0][-1] == ("s", '"""one')
    assert lines[1] == [("s", 'two"""')]


def test_keywords_comments_and_definitions_are_told_apart() -> None:
    (line,) = tokens("def height(x): return 1  # high\n", "a.py")
    assert ("k", "def ") in line
    assert ("f", "height") in line
    assert ("c", "# high") in line


def test_what_a_lexer_does_not_say_is_defined_is_seen_by_its_keyword() -> None:
    lines = tokens(
        "func Plain(a int) {}\nfunc (r *T) Method() {}\ntype T struct {}\nx := func(a int) {}\n",
        "a.go",
    )
    defined = [text.strip() for line in lines for name, text in line if name == "f"]
    assert defined == ["Plain", "Method", "T"]


@pytest.mark.parametrize(
    ("text", "path"),
    [("x" * 3_000 + "\n", "a.py"), ("x = 1\n" * 200_000, "a.py"), ("x = 1\n", "a.unknown")],
    ids=["wide", "long", "unknown"],
)
def test_what_is_too_much_is_plain(text: str, path: str) -> None:
    assert {name for line in tokens(text, path) for name, _ in line} == {""}


def test_a_lexer_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highlight, "PATIENCE", 0.1)
    monkeypatch.setattr(highlight, "_cut", lambda lexer, text: time.sleep(30))
    began = time.monotonic()
    assert tokens("x = 1\n", "a.py") == [[("", "x = 1")]]
    assert time.monotonic() - began < 5


def test_a_language_can_be_named() -> None:
    assert tokens("fn main() {}\n", language="rust")[0][0][0] == "k"
    assert tokens("fn main() {}\n", language="no-such-language")[0][0][0] == ""
