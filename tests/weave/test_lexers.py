"""Names of files get the lexer that Pygments itself would choose."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import find_lexer_class_for_filename, get_all_lexers

from treadle.weave.lexers import lexer_of

PATTERNS = sorted({pattern for _, _, patterns, _ in get_all_lexers() for pattern in patterns})


def ours(name: str) -> str:
    lexer = lexer_of(name, "")
    return type(lexer).__name__ if lexer else ""


def theirs(name: str) -> str:
    found = find_lexer_class_for_filename(name)
    return found.__name__ if found else ""


@pytest.mark.parametrize("filling", ["", "x", "a.b", ".", "Makefile", "*", "\udcff\n"])
def test_every_pattern_leads_to_the_same_lexer(filling: str) -> None:
    names = [re.sub(r"\[(.).*?\]", r"\1", one).replace("*", filling) for one in PATTERNS]
    assert [ours(name) for name in names] == [theirs(name) for name in names]


@given(st.lists(st.sampled_from([*PATTERNS, "a", ".", "[1]"]), max_size=3))
def test_names_of_several_endings_too(pieces: list[str]) -> None:
    name = "".join(pieces).replace("/", "")
    assert ours(name) == theirs(name)


def test_a_language_is_found_by_its_name_and_nothing_by_none() -> None:
    assert type(lexer_of("a.py", "go")).__name__ == "GoLexer"
    assert lexer_of("a.py", "") is lexer_of("a.py", "")
    assert lexer_of("", "") is lexer_of("a.unknown", "") is lexer_of("a.py", "no such") is None
