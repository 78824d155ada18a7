"""The line map: one origin a line, where git says it was added."""

from __future__ import annotations

import tempfile
import time
from itertools import accumulate, pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.agents import Agent
from tests.support.record import claims, record
from tests.support.scratch import Scratch, lines
from treadle.tangle.apply import File, Mark
from treadle.tangle.linemap import UNRECORDED, origins, slid, spans
from treadle.thread.origin import Origin, Span, split_lines

STEP = Mark(0, "1.1")
IDS, NAMED = ("a" * 40,), (True,)


def file(text: str, marked: str) -> File:
    """A file; ``x`` marks a line of the step, ``?`` one that nobody recorded, ``.`` the base's."""
    marks = {"x": STEP, "?": Mark(-1, "", "unrecorded"), ".": None}
    return File(split_lines(text), [marks[sign] for sign in marked], True)


def classes(found: File, *added: tuple[int, int], named: bool = True) -> str:
    """For each line ``.`` (not added), ``?`` (unrecorded) or the first letter of its class."""
    told = origins(found, added, IDS, (named,))
    return "".join(
        "." if one is None else "?" if one == UNRECORDED else one.evidence[0] for one in told
    )


# -- classes ------------------------------------------------------------------------


def test_a_steps_line_is_proved_in_a_file_that_the_steps_alone_make() -> None:
    assert classes(file("a\nb\n", ".x"), (1, 2)) == ".p"


def test_in_a_file_with_drift_or_residue_it_is_replayed() -> None:
    found = file("a\nb\nc\n", ".x?")
    found.unsettled = True
    assert classes(found, (1, 3)) == ".r?"


def test_of_a_strand_that_was_only_found_it_is_neighbour_unless_proved() -> None:
    found = file("a\nb\n", ".x")
    assert classes(found, (1, 2), named=False) == ".p"
    found.unsettled = True
    assert classes(found, (1, 2), named=False) == ".n"


def test_a_residue_line_with_a_cause_has_the_residues_class() -> None:
    found = File(["a\n"], [Mark(-1, f"{IDS[0]}:2.3", "matched")], True, unsettled=True)
    assert origins(found, [(0, 1)], IDS, NAMED) == [Origin(IDS[0], "2.3", "matched")]
    assert origins(found, [(0, 1)], IDS, (False,)) == [Origin(IDS[0], "2.3", "neighbour")]


def test_a_line_of_an_earlier_part_keeps_that_parts_name() -> None:
    found = File(["a\n"], [Mark(0, f"{'e' * 40}:2.3")], True)
    assert origins(found, [(0, 1)], IDS, NAMED) == [Origin("e" * 40, "2.3", "proved")]


def test_a_line_that_git_calls_added_and_no_step_wrote_is_unrecorded() -> None:
    assert classes(file("a\nb\n", ".."), (1, 2)) == ".?"


def test_a_line_that_a_step_wrote_and_git_does_not_call_added_has_no_origin() -> None:
    assert classes(file("a\nb\n", "xx"), (1, 2)) == ".p"


# -- sliding ------------------------------------------------------------------------


def test_git_says_the_second_brace_and_the_step_wrote_the_first() -> None:
    assert classes(file("a\n}\n}\n", ".x."), (2, 3)) == "..p"


def test_git_says_the_first_brace_and_the_step_wrote_the_second() -> None:
    assert classes(file("a\n}\n}\n", "..x"), (1, 2)) == ".p."


def test_a_group_of_lines_slides_as_a_whole() -> None:
    text = lines("}", "def b():", "    pass", "}", "end")
    assert classes(file(text, ".xxx."), (0, 3)) == "ppp.."
    assert classes(file(text, "xxx.."), (1, 4)) == ".ppp."


def test_a_group_that_is_marked_where_git_says_stays() -> None:
    assert slid(file("}\n}\n}\n", "xx."), 0, 2) == [STEP, STEP]


def test_nothing_slides_over_a_different_line() -> None:
    assert classes(file("}\na\n}\n", "x.."), (2, 3)) == "..?"


def test_the_nearest_of_equally_good_places_is_taken() -> None:
    other = Mark(0, "2.2")
    found = File(["}\n"] * 5, [STEP, None, None, other, None], True)
    assert slid(found, 2, 3) == [other]


def test_a_long_run_of_equal_lines_slides_in_no_time() -> None:
    size = 60_000
    found = File(["0\n"] * (2 * size), [STEP] * size + [None] * size, True)
    begun = time.monotonic()
    assert slid(found, size, 2 * size) == [STEP] * size
    assert time.monotonic() - begun < 5


# -- spans --------------------------------------------------------------------------

some_origins = st.sampled_from([None, UNRECORDED, Origin("a" * 40, "1.1", "proved")])


@given(st.lists(some_origins, max_size=30))
def test_spans_are_sorted_merged_and_without_gaps(found: list[Origin | None]) -> None:
    told = spans(found)
    assert [span.origin for span in told for _ in range(span.count)] == found
    ends = list(accumulate(span.count for span in told))
    assert [span.start for span in told] == [0, *ends][: len(told)]
    assert all(one.origin != other.origin for one, other in pairwise(told))
    assert all(span.count for span in told)


def test_a_file_without_lines_has_no_spans() -> None:
    assert spans([]) == ()
    assert spans([None]) == (Span(0, 1, None),)


# -- against git's own diff ---------------------------------------------------------


def test_a_block_put_between_equal_braces_is_the_steps_in_gits_place(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    scratch.write("a.c", lines("void a() {", "  one();", "}", "", "void c() {", "}"))
    scratch.commit()
    agent = Agent(scratch)
    agent.prompt()
    agent.edit("a.c", "}\n\nvoid c", "}\n\nvoid b() {\n  two();\n}\n\nvoid c")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert [origin.evidence for _, _, origin in claims(scratch, commit, thread)] == ["proved"] * 4


code = st.lists(st.sampled_from(["}\n", "\n", "next\n", "{\n"]), min_size=1, max_size=8)


@settings(max_examples=15)
@given(st.data())
def test_equal_lines_inserted_anywhere_are_all_the_steps(data: st.DataObject) -> None:
    base = data.draw(code)
    at = data.draw(st.integers(0, len(base)))
    new = [*data.draw(code), "next\n"]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Scratch(Path(folder))
        scratch.write("a", "".join(base))
        scratch.commit()
        agent = Agent(scratch)
        agent.prompt()
        agent.write("a", "".join([*base[:at], *new, *base[at:]]))
        commit = scratch.commit()
        told = dict(scratch.repo.deltas([commit.id]))[commit.id]
        thread = record(scratch, [commit], agent)[commit.id]
        found = claims(scratch, commit, thread)
        scratch.close()
    assert len(found) == sum(end - begin for begin, end in told[0].added) == len(new)
    assert {origin.evidence for _, _, origin in found} == {"proved"}
