"""Edits find their place in the text they were made on, or say why they have none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.agents import edit, written
from tests.support.scratch import lines, numbered
from treadle.tangle.replay import Outcome, Seen, replay
from treadle.tangle.solving.place import spliced
from treadle.thread.model import Edit
from treadle.thread.origin import split_lines


def replayed(base: str | None, *edits: Edit, eager: bool = False) -> list[Outcome]:
    """The outcomes of edits of one file."""
    return replay(base, [Seen(one, key=key) for key, one in enumerate(edits)], eager)


def one(base: str | None, edit_: Edit, *, eager: bool = False) -> Outcome:
    return replayed(base, edit_, eager=eager)[0]


def carried(base: str | None, outcomes: Sequence[Outcome]) -> str | None:
    """The base through all splices, which must say the same as ``Outcome.after``."""
    text = base
    for outcome in outcomes:
        there = spliced(split_lines(text or ""), outcome.drift)
        there = spliced(there, outcome.cuts)
        assert "".join(there) == (outcome.after or "")
        text = outcome.after
    return text


def test_an_edit_changes_the_text_that_is_there_once() -> None:
    outcome = one("a\nb\nc\n", edit("f", "b\n", "x\ny\n"))
    assert outcome.after == "a\nx\ny\nc\n"
    assert [(cut.start, cut.removed, cut.added) for cut in outcome.cuts] == [
        (1, ("b\n",), ("x\n", "y\n"))
    ]


def test_an_edit_within_a_line_replaces_the_whole_line() -> None:
    outcome = one("total = 1\nrest\n", edit("f", "1", "2"))
    assert [(cut.removed, cut.added) for cut in outcome.cuts] == [
        (("total = 1\n",), ("total = 2\n",))
    ]


def test_text_that_is_not_there_has_no_place() -> None:
    outcome = one("a\n", edit("f", "b", "c"))
    assert (outcome.reason, outcome.after, outcome.cuts) == ("text not found", "a\n", ())


def test_text_that_is_there_twice_has_no_place() -> None:
    outcome = one("a\nb\na\n", edit("f", "a", "c"))
    assert outcome.reason == "text found more than once"
    assert outcome.after == "a\nb\na\n"


def test_a_line_chooses_among_equal_texts() -> None:
    text = "a\n" * 3
    assert one(text, edit("f", "a", "b", line=1)).after == "a\nb\na\n"
    assert one(text, edit("f", "a", "b", line=7)).after == "a\na\nb\n"


def test_a_line_between_two_equal_texts_chooses_neither() -> None:
    assert one("a\nx\na\n", edit("f", "a", "b", line=1)).reason == "text found more than once"


def test_the_recorded_text_of_a_file_shows_that_the_tool_took_the_first() -> None:
    text = "a\nb\na\n"
    assert one(text, edit("f", "a", "c", before=text)).after == "c\nb\na\n"


def test_replacing_all_replaces_all() -> None:
    outcome = one("a b a\nc\na\n", edit("f", "a", "x", every=True))
    assert outcome.after == "x b x\nc\nx\n"
    assert carried("a b a\nc\na\n", [outcome]) == outcome.after


def test_replacing_all_of_a_text_that_is_not_there_has_no_place() -> None:
    assert one("b\n", edit("f", "a", "x", every=True)).reason == "text not found"


def test_an_edit_in_a_file_that_is_not_there_has_no_place() -> None:
    outcome = one(None, edit("f", "a", "b"))
    assert (outcome.reason, outcome.after) == ("the file is not there", None)


def test_deleting_removes_every_line() -> None:
    outcome = one("a\nb", Edit("f", "delete"))
    assert outcome.after is None
    assert [cut.removed for cut in outcome.cuts] == [("a\n", "b")]


def test_deleting_a_file_that_is_not_there_has_no_place() -> None:
    assert one(None, Edit("f", "delete")).reason == "the file is not there"


def test_writing_creates_and_writing_again_keeps_what_stays() -> None:
    first, second = replayed(None, written("f", "a\nb\n"), written("f", "a\nc\n"))
    assert (first.created, second.created) == (True, False)
    assert [(cut.removed, cut.added) for cut in second.cuts] == [(("b\n",), ("c\n",))]


def test_writing_a_file_that_was_deleted_creates_it_again() -> None:
    gone, back = replayed("a\n", Edit("f", "delete"), written("f", "b\n"))
    assert gone.after is None
    assert back.created
    assert carried("a\n", [gone, back]) == "b\n"


def test_an_empty_file_can_be_made_and_filled() -> None:
    made, filled = replayed(None, written("f", ""), edit("f", "", "a\n"))
    assert (made.created, made.after) == (True, "")
    assert filled.after == "a\n"


def test_replacing_nothing_in_a_file_with_text_has_no_place() -> None:
    assert one("a\n", edit("f", "", "b")).reason == "it replaces nothing in a file with text"


@pytest.mark.parametrize(
    ("text", "old", "new", "after"),
    [
        ("a\r\nb\r\n", "b", "c", "a\r\nc\r\n"),
        ("a\r\nb\r\n", "a\r\nb", "x\r\ny", "x\r\ny\r\n"),
        ("a\nb", "b", "c", "a\nc"),
        ("a\nb", "b", "b\nc", "a\nb\nc"),
        ("a\nb\n", "b\n", "b", "a\nb"),
        ("a\nb\nc\n", "a\nb", "a b", "a b\nc\n"),
        ("a b\nc\n", "b\n", "", "a c\n"),
        ("one\ntwo\n", "e\nt", "et", "onetwo\n"),
        ("a\nb\nc\n", "\nb", "", "a\nc\n"),
        ("a\nb\n", "a\nb\n", "", ""),
        ("a\n\udc80b\n", "\udc80b", "c", "a\nc\n"),
        ("a\u2028b\x0cc\n", "b", "x", "a\u2028x\x0cc\n"),
        ("x\nx\ny\n", "x\ny", "x\nz", "x\nx\nz\n"),
    ],
)
def test_line_ends_are_text_like_any_other(text: str, old: str, new: str, after: str) -> None:
    outcome = one(text, edit("f", old, new))
    assert outcome.after == after
    assert carried(text, [outcome]) == after


# -- what nobody recorded -----------------------------------------------------------


def test_a_persons_change_shows_in_the_recorded_text_and_is_a_drift() -> None:
    base = lines("a", "b", "c")
    seen = lines("a", "person", "c")
    outcome = one(base, edit("f", "person", "agent", before=seen))
    assert [(cut.removed, cut.added) for cut in outcome.drift] == [(("b\n",), ("person\n",))]
    assert carried(base, [outcome]) == lines("a", "agent", "c")


def test_the_lazy_reading_does_not_ask_while_edits_fit() -> None:
    seen = lines("a", "person", "c")
    change = edit("f", "a", "x", before=seen)
    assert one(lines("a", "b", "c"), change).drift == ()
    assert one(lines("a", "b", "c"), change, eager=True).drift != ()


def test_a_full_read_shows_a_persons_change() -> None:
    seen = [Seen(text=lines("a", "person")), Seen(edit("f", "person", "agent"), key=1)]
    (outcome,) = replay(lines("a", "b"), seen, False)
    assert (outcome.key, outcome.after) == (1, lines("a", "agent"))
    assert outcome.drift


def test_a_read_is_believed_until_an_edit_had_its_place() -> None:
    seen = [
        Seen(text=lines("a", "person", "other")),
        Seen(edit("f", "nowhere", "x"), key=1),
        Seen(edit("f", "person", "agent"), key=2),
        Seen(edit("f", "other", "agent"), key=3),
    ]
    lost, placed, last = replay(lines("a", "b"), seen, False)
    assert lost.reason == "text not found"
    assert placed.after == lines("a", "agent", "other")
    assert (last.drift, last.after) == ((), lines("a", "agent", "agent"))


def test_a_file_that_only_the_recorded_text_knows_is_created_by_the_drift() -> None:
    outcome = one(None, edit("f", "b", "c", before="a\nb\n"))
    assert outcome.created
    assert carried(None, [outcome]) == "a\nc\n"


# -- any story ----------------------------------------------------------------------

words = st.text(st.sampled_from("ab\n\r}"), max_size=6)
edits = st.one_of(
    st.builds(
        lambda old, new, every: edit("f", old, new, every=every), words, words, st.booleans()
    ),
    st.builds(
        lambda old, new, line, before: edit("f", old, new, line=line, before=before),
        words,
        words,
        st.one_of(st.none(), st.integers(0, 9)),
        st.one_of(st.none(), words),
    ),
    words.map(lambda text: written("f", text)),
    st.just(Edit("f", "delete")),
)


@given(st.one_of(st.none(), words), st.lists(edits, max_size=6), st.booleans())
def test_splices_and_texts_always_say_the_same(
    base: str | None, told: list[Edit], eager: bool
) -> None:
    outcomes = replayed(base, *told, eager=eager)
    assert [outcome.key for outcome in outcomes] == list(range(len(told)))
    carried(base, outcomes)
    for outcome in outcomes:
        assert not (outcome.reason and (outcome.cuts or outcome.drift))


@given(st.data())
def test_edits_made_one_after_the_other_all_find_their_place(data: st.DataObject) -> None:
    text = base = numbered(data.draw(st.integers(1, 8)))
    told = []
    for number in range(data.draw(st.integers(1, 6))):
        there = split_lines(text)
        begin = data.draw(st.integers(0, len(there) - 1)) if there else 0
        end = data.draw(st.integers(begin, len(there)))
        old = "".join(there[begin:end])
        if text.count(old) != 1:
            continue
        new = data.draw(st.sampled_from(["", f"new {number}\n", f"new {number}a\nnew {number}b\n"]))
        told.append(edit("f", old, new))
        text = text.replace(old, new)
    outcomes = replayed(base, *told)
    assert [outcome.reason for outcome in outcomes if outcome.reason] == []
    assert carried(base, outcomes) == text
