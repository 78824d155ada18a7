"""What was written is found by what somebody types, whatever its case, accents and signs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.tangle.searching.words import (
    LONGEST,
    fold,
    matches,
    pieces,
    spelled,
    vocabulary,
    words,
)


def found(text: str) -> list[str]:
    return [word for word, _, _ in words(text)]


def test_signs_part_words() -> None:
    assert found("tide_table.py: f(x, -1) != 'é'") == ["tide", "table", "py", "f", "x", "1", "e"]


def test_scripts_without_spaces_give_a_word_a_character() -> None:
    assert found("潮汐table表") == ["潮", "汐", "table", "表"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tideTable", ("tide", "table")),
        ("HTTPServer", ("http", "server")),
        ("parseHTTP2Header", ("parse", "http", "2", "header")),
        ("Table", ()),
        ("TABLE", ()),
        ("table2", ()),
    ],
)
def test_a_name_has_pieces(name: str, told: tuple[str, ...]) -> None:
    assert pieces(name) == told


def test_pieces_are_indexed_behind_the_words_so_that_phrases_stay_whole() -> None:
    assert spelled("the tideTable of Brest, tideTable") == (
        "the tidetable of brest tidetable tide table"
    )


def test_a_word_is_found_at_its_beginning_and_at_that_of_its_pieces() -> None:
    text = "Turn tideTable, a Été"
    assert [(text[a:b], word) for a, b, word in matches(text, ["tab", "ete", "urn"])] == [
        ("tideTable", "tab"),
        ("Été", "ete"),
    ]


@given(st.text())
def test_every_word_can_be_asked_for_as_it_stands(text: str) -> None:
    for word, begin, end in words(text):
        assert fold(text[begin:end]) == word
        assert next(matches(text[begin:end], [word]))[:2] == (0, end - begin)


@given(st.text())
def test_what_is_indexed_can_be_cut_at_spaces(text: str) -> None:
    for word in spelled(text).split(" "):
        assert "_" not in word or not word.isascii()
        assert not set(word) & set('"*()')


def test_a_word_of_any_length_is_bounded() -> None:
    assert len(fold("x" * 1_000_000)) == LONGEST


@given(st.text())
def test_the_vocabulary_of_a_text_is_what_it_spells(text: str) -> None:
    assert vocabulary(text) == set(spelled(text).split(" ")) - {""}
