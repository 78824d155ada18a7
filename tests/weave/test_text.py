from hypothesis import given
from hypothesis import strategies as st

from treadle.weave import text as say
from treadle.weave.text import visible


def test_controls_become_their_pictures() -> None:
    assert visible("\x1b[31mred\x00\x7f\r") == "␛[31mred␀␡␍"


def test_a_change_of_direction_becomes_its_code_point() -> None:
    assert visible("if \u202ex\u2066:") == "if ‹U+202E›x‹U+2066›:"


def test_letters_nobody_sees_are_shown() -> None:
    assert visible("a\u200bb\U000e0041c") == "a‹U+200B›b‹U+E0041›c"


def test_bytes_that_are_no_text_are_shown_by_value() -> None:
    assert visible(b"\xffok".decode("utf-8", "surrogateescape")) == "\\xffok"


def test_plain_text_is_left_alone() -> None:
    assert visible("def f():\n\treturn 'Größe – ½ 🌊'\n") == "def f():\n\treturn 'Größe – ½ 🌊'\n"


@given(st.text(st.characters()))
def test_what_is_visible_can_be_written_and_stays_visible(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert visible(shown) == shown
    assert shown.count("\n") == text.count("\n")


@given(st.text(st.characters()))
def test_lone_surrogates_never_reach_a_page(text: str) -> None:
    visible(text + "\udcff\ud800").encode()


def test_a_share_is_never_rounded_to_all_or_nothing() -> None:
    assert say.percent(999_999, 1_000_000) == "99.9 %"
    assert say.percent(1, 1_000_000) == "0.1 %"
    assert say.percent(3, 3) == "100 %"
    assert say.percent(0, 3) == "0 %"
    assert say.percent(0, 0) == "–"


def test_days_say_nothing_twice() -> None:
    assert say.days("2026-03-02T", "2026-03-16T") == "2 to 16 March 2026"
    assert say.days("2026-03-02T", "2026-04-16T") == "2 March to 16 April 2026"
    assert say.days("2025-03-02T", "2026-04-16T") == "2 March 2025 to 16 April 2026"
    assert say.days("2026-03-02T", "2026-03-02T") == "2 March 2026"


def test_a_time_that_is_none_is_shown_as_it_is() -> None:
    assert say.day("") == ""
    assert say.day("soon\x1b") == "soon␛"
    assert say.clock("soon") == ""
    assert say.span_of_time("soon", "later") == "under a minute"


def test_how_long_something_took() -> None:
    assert say.span_of_time("2026-03-05T09:00:00.000Z", "2026-03-05T09:47:00.000Z") == "47 minutes"
    assert say.span_of_time("2026-03-05T09:00:00.000Z", "2026-03-08T09:47:00.000Z") == "3 days"
    assert say.span_of_time("", "2026-03-08T09:47:00.000Z") == ""


def test_ranges_are_one_based_and_inclusive() -> None:
    assert say.ranges([(0, 1)]) == "line 1"
    assert say.ranges([(0, 1), (26, 37)]) == "lines 1, 27–37"
