"""How much of a text is kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.agents.events import clip


def test_short_output_stays_as_it_is() -> None:
    assert clip.output("a\n\nb\n") == ("a\n\nb", 0)
    assert clip.output("") == ("", 0)


def test_output_of_60_lines_is_whole_and_of_61_is_cut() -> None:
    assert clip.output("x\n" * 60)[1] == 0
    kept, cut = clip.output("".join(f"{at}\n" for at in range(61)))
    assert cut == 1
    assert kept.split("\n")[29:32] == ["29", "[1 lines cut]", "31"]


def test_long_line_ends_in_an_ellipsis() -> None:
    kept, cut = clip.output("a\n" + "x" * 5000)
    assert cut == 0
    assert len(kept) == 2 + clip.LINE_CHARS
    assert kept.endswith("x…")


def test_long_lines_are_cut_by_their_characters() -> None:
    kept, cut = clip.output("\n".join("x" * 1999 for _ in range(20)))
    assert len(kept) <= clip.OUTPUT_CHARS + 30
    assert cut == 16


@given(st.text(alphabet="ab\n", max_size=300), st.integers(1, 60))
def test_cut_counts_the_lines_that_are_missing(text: str, times: int) -> None:
    text = text * times
    kept, cut = clip.output(text)
    lines = text.rstrip("\n").split("\n")
    assert len(kept.split("\n")) == len(lines) - cut + bool(cut)
    assert len(kept) <= clip.OUTPUT_CHARS + 30
    assert len(kept.split("\n")) <= clip.OUTPUT_LINES + 1


def test_one_line() -> None:
    assert clip.one_line(" a\n\tb  c ") == "a b c"
    assert len(clip.one_line("x" * 999)) == clip.ONE_LINE_CHARS


def test_prose_is_whole_up_to_its_limit() -> None:
    text = "x" * clip.PROSE_CHARS
    assert clip.prose(text) == text
    assert "[1 characters cut]" in clip.prose(text + "x")
