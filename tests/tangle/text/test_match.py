"""Lines are recognised by runs of text that is their own, never by braces alone."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from treadle.tangle.text.match import Written, matched


def wrote(step: str, lines: Sequence[str]) -> Written:
    """A step that added all of its lines."""
    return Written.of(step, [], lines)


BODY = ("def the_lamp_is_lit(hour):\n", "    return hour > 18 or hour < 6\n")


def test_a_run_that_a_step_wrote_is_its() -> None:
    assert matched(BODY, [wrote("1.1", BODY)]) == ["1.1", "1.1"]


def test_lines_that_nobody_wrote_stay_unknown() -> None:
    assert matched(("something else entirely here\n",), [wrote("1.1", BODY)]) == [""]


def test_braces_and_blank_lines_alone_are_nobodys() -> None:
    lines = ("}\n", "\n", "    }\n", ");\n", "end\n")
    assert matched(lines, [wrote("1.1", lines)]) == [""] * 5


def test_a_brace_comes_along_inside_a_run() -> None:
    lines = (*BODY, "}\n")
    assert matched(lines, [wrote("1.1", (*lines, "more\n"))]) == ["1.1"] * 3


def test_one_short_line_is_not_enough() -> None:
    assert matched(("return None\n",), [wrote("1.1", ("return None\n",))]) == [""]


def test_of_two_steps_with_the_same_run_the_later_is_taken() -> None:
    assert matched(BODY, [wrote("1.1", BODY), wrote("2.1", BODY)]) == ["2.1", "2.1"]


def test_of_two_steps_the_one_with_more_of_the_text_is_taken() -> None:
    longer = (*BODY, "# and a word about the evening\n")
    found = matched(longer, [wrote("1.1", longer), wrote("2.1", BODY)])
    assert found == ["1.1"] * 3


def test_lines_in_another_order_are_no_run() -> None:
    lines = ("first short a\n", "second short\n")
    told = [wrote("1.1", (lines[1], lines[0]))]
    assert "" in matched(lines, told)


def test_a_short_line_is_known_by_the_lines_around_it() -> None:
    told = [wrote("1.1", (*BODY, "    return None\n"))]
    assert matched(("    return None\n",), told, before=BODY) == ["1.1"]


def test_lines_that_an_edit_only_carried_along_are_not_its() -> None:
    told = [Written.of("1.1", BODY, (*BODY, "lamp = the_lamp_is_lit(19)\n"))]
    assert matched((*BODY, "lamp = the_lamp_is_lit(19)\n"), told) == ["", "", "1.1"]


def test_a_line_that_the_step_only_carried_along_is_not_its() -> None:
    longer = (*BODY, "# and a word about the evening\n")
    assert matched(longer, [Written.of("1.1", BODY, longer)]) == ["", "", "1.1"]
    assert matched(BODY, [Written.of("1.1", BODY, longer)]) == ["", ""]


def test_the_lines_around_help_to_recognise_a_short_one() -> None:
    step = Written.of("1.1", BODY, (BODY[0], "x = 1\n", BODY[1]))
    assert matched(("x = 1\n",), [step]) == [""]
    assert matched(("x = 1\n",), [step], BODY[:1], BODY[1:]) == ["1.1"]
    assert matched(("x = 2\n",), [step], BODY[:1], BODY[1:]) == [""]


lines_of = st.lists(st.sampled_from([*BODY, "}\n", "\n", "word\n"]), max_size=8).map(tuple)


@given(lines_of, st.lists(lines_of, max_size=4))
def test_each_line_is_given_to_a_step_that_wrote_it_or_to_nobody(
    lines: tuple[str, ...], texts: list[tuple[str, ...]]
) -> None:
    written = [wrote(f"1.{number}", text) for number, text in enumerate(texts, 1)]
    found = matched(lines, written)
    assert len(found) == len(lines)
    by_name = {one.step: one.lines for one in written}
    bare = [line.removesuffix("\n") for line in lines]
    assert all(not step or line in by_name[step] for line, step in zip(bare, found, strict=True))


def test_the_last_piece_of_an_edit_is_a_line_though_it_has_no_end() -> None:
    piece = "lamp = the_lamp_is_lit(19)"
    told = [Written.of("1.1", BODY, (*BODY, piece))]
    assert matched((f"{piece}\n",), told, before=BODY) == ["1.1"]
    assert matched((piece,), [Written.of("1.1", [piece], [f"{piece}\n"])]) == [""]
