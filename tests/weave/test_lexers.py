"""Names of files get the lexer that Pygments itself would choose, and texts its tokens."""

from __future__ import annotations

import re
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import (
    find_lexer_class_by_name,
    find_lexer_class_for_filename,
    get_all_lexers,
)

from treadle.weave.lexers import lexer_of

ROOT = Path(__file__).parents[2]
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


# -- a state's patterns in one call ----------------------------------------------------------

LANGUAGES = [
    *("bash", "c", "c++", "c#", "clojure", "css", "diff", "docker", "go", "haskell", "html", "ini"),
    *("java", "javascript", "json", "kotlin", "lua", "make", "markdown", "perl", "php", "ruby"),
    *("powershell", "python", "rust", "scala", "sql", "swift", "toml", "typescript", "xml"),
    *("yaml", "zig"),
]
SIGNS = "ab_ Z9.,;:!?'\"`/\\|(){}[]<>#$%&*=+-@^~\n\t é"


def pure(language: str, text: str) -> list[object]:
    """Pygments' own tokens."""
    return [*find_lexer_class_by_name(language)().get_tokens_unprocessed(text)]


def found(language: str, text: str) -> list[object]:
    lexer = lexer_of("", language)
    assert lexer
    return [*lexer.get_tokens_unprocessed(text)]


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=40)
@given(text=st.text(SIGNS, max_size=120))
def test_any_text_has_the_tokens_that_pygments_finds(language: str, text: str) -> None:
    assert found(language, text) == pure(language, text)


@pytest.mark.parametrize("path", ["weave/lexers.py", "templates/site.js", "templates/style.css",
                                  "docs/guide.md", "pyproject.toml", "Makefile"])  # fmt: skip
def test_real_files_have_them_too(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    for language in LANGUAGES:
        assert found(language, text) == pure(language, text)


def test_two_texts_may_be_read_by_turns() -> None:
    """A lexer that is shared keeps nothing of a text between two tokens."""
    lexer = lexer_of("", "go")
    assert lexer
    texts = "func a() { return 1 }\n", "package b // c\nvar s = `d`\n"
    pairs = zip_longest(*(lexer.get_tokens_unprocessed(text) for text in texts))
    told = [[token for token in one if token] for one in zip(*pairs, strict=True)]
    assert told == [pure("go", text) for text in texts]
