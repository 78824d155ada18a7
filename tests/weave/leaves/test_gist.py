"""A thread in short is made of its own words, and each of them can be found where it says."""

from __future__ import annotations

import json

from tests.weave.maker import Maker, edited, part, ran, said, turn
from tests.weave.slackwater import slackwater
from treadle.thread.document import part_id
from treadle.thread.model import Thread
from treadle.weave.leaves.gist import Gist, gist_back, gist_of, gist_plain
from treadle.weave.pages.tale import tale
from treadle.weave.view import plan

NINE = "2026-03-05T09:00:00.000Z"


def third() -> tuple[Thread, Gist]:
    thread = slackwater().threads[2].thread
    return thread, gist_of(thread)


def test_the_prompt_that_led_to_lines_is_quoted_and_one_that_led_to_none_is_not() -> None:
    maker = Maker()
    steps = [
        turn(1, "/status", NINE, ran("true")),
        turn(2, "Add a cosine.\n\nAnd a sine.", NINE, edited(maker.edit("a.py", "cos\nsin\n"))),
        turn(3, "Thank you!", NINE, said("You are welcome.")),
    ]
    maker.commit("Add waves", "2026-03-05", part("s", *steps))
    gist = gist_of(maker.threads[0].thread)
    assert [(point.name, point.text) for point in gist.asked] == [
        ("2", "Add a cosine. And a sine.")
    ]


def test_where_no_line_was_written_the_first_prompt_with_words_is_quoted() -> None:
    maker = Maker()
    steps = [turn(1, "---", NINE), turn(2, "<note>\nPush it.\n</note>", NINE, ran("git push"))]
    maker.commit("Nothing", "2026-03-05", part("s", *steps))
    gist = gist_of(maker.threads[0].thread)
    assert [point.text for point in gist.asked] == ["Push it."]


def test_a_prompt_that_only_says_yes_is_quoted_only_where_there_is_no_other() -> None:
    maker = Maker()
    steps = [
        turn(1, "Add a cosine.", NINE, edited(maker.edit("a.py", "cos\n"))),
        turn(2, "yes", NINE, edited(maker.edit("a.py", "cos\nsin\n"))),
    ]
    maker.commit("Add waves", "2026-03-05", part("s", *steps))
    maker.edit("a.py", "tan\n")
    alone = turn(1, "go on", NINE, edited(maker.edit("b.py", "b\n")))
    maker.commit("Add b", "2026-03-06", part("t", alone))
    asked = [[point.text for point in gist_of(one.thread).asked] for one in maker.threads]
    assert asked == [["Add a cosine."], ["go on"]]


def test_an_answer_to_a_question_is_quoted_with_what_was_asked_before_it() -> None:
    maker = Maker()
    steps = [
        turn(1, "/status", NINE, ran("true")),
        turn(2, "Give me the height of the tide.", NINE, said("Sums. Nodal corrections? Or not.")),
        turn(3, "No. A month is enough.", NINE, edited(maker.edit("a.py", "cos\n"))),
    ]
    maker.commit("Add waves", "2026-03-05", part("s", *steps))
    told = turn(1, "Look around.", NINE, said("I did."))
    maker.commit(
        "Add b",
        "2026-03-06",
        part("t", told, turn(2, "Add b.", NINE, edited(maker.edit("b.py", "b\n")))),
    )
    asked = [[point.name for point in gist_of(one.thread).asked] for one in maker.threads]
    assert asked == [["2", "3"], ["2"]]


def test_reasons_are_those_of_steps_whose_lines_reached_the_commit() -> None:
    thread, gist = third()
    spoken = " ".join(point.text for point in gist.reasons)
    assert "changes of sign in the slope" in spoken
    names = [tuple(map(int, point.name.split("."))) for point in gist.reasons]
    assert names == sorted(names)
    ids = {part_id(one) for one in thread.parts}
    assert {point.part for point in gist.reasons} <= ids


def tried() -> Maker:
    maker = Maker()
    steps = turn(
        1,
        "Find the turns.",
        NINE,
        said("I step by the hour."),
        edited(maker.edit("a.py", "hour\nby hour\n")),
        ran("pytest"),
        said("The slope changes its sign exactly once, so I look for that and halve the interval."),
        edited(maker.edit("a.py", "slope\nhalves\n")),
        said("All tests pass, and the small dip near neaps is found as well."),
    )
    maker.commit("Find turns", "2026-03-05", part("s", steps))
    return maker


def test_an_attempt_of_which_nothing_is_left_is_told_as_given_up() -> None:
    gist = gist_of(tried().threads[0].thread)
    assert [(point.name, point.text) for point in gist.dropped] == [("1.2", "I step by the hour.")]
    assert [point.name for point in gist.reasons] == ["1.5"]
    assert not gist.reasons[0].later
    assert gist.more == 0


def test_a_step_that_was_replaced_in_part_names_the_one_that_did() -> None:
    maker = Maker()
    first = "".join(f"line {n}\n" for n in range(12))
    steps = turn(
        1,
        "Find the turns.",
        NINE,
        said("First the plain way."),
        edited(maker.edit("a.py", first)),
        said("No, by halving the interval where the slope changes its sign."),
        edited(maker.edit("a.py", first.replace("line 1", "halved 1"))),
    )
    maker.commit("Find turns", "2026-03-05", part("s", steps))
    (plain, halved) = gist_of(maker.threads[0].thread).reasons
    assert (plain.name, plain.later.rpartition(":")[2]) == ("1.2", "1.4")
    assert halved.later == ""
    (line, _) = tale(plan(maker.book()), maker.threads[0])[1:3]
    assert line.later
    assert line.later.text == "¶1.4"


def test_words_before_the_last_edit_are_no_end() -> None:
    maker = Maker()
    early = "It is all done now, as far as I can see from here."
    steps = [
        turn(1, "Look.", NINE, said(early)),
        turn(2, "No, write.", NINE, edited(maker.edit("a.py", "a\n"))),
    ]
    maker.commit("Add a", "2026-03-05", part("s", *steps))
    assert gist_of(maker.threads[0].thread).ended is None
    midway = turn(1, "Write.", NINE, said(early), edited(maker.edit("b.py", "b\n")))
    maker.commit("Midway", "2026-03-05", part("t", midway))
    assert gist_of(maker.threads[1].thread).ended is None
    late = [*steps, turn(3, "And?", NINE, said(early))]
    maker.commit("Again", "2026-03-06", part("s", *late))
    ended = gist_of(maker.threads[2].thread).ended
    assert ended is not None
    assert (ended.name, ended.text) == ("3.1", early)


def test_a_gist_comes_back_from_what_is_kept() -> None:
    for woven in slackwater().threads:
        gist = gist_of(woven.thread)
        assert gist_back(json.loads(json.dumps(gist_plain(gist)))) == gist


def test_each_line_of_a_tale_leads_to_its_place() -> None:
    whole = plan(tried().book())
    lines = tale(whole, whole.threads[0])
    assert [line.head for line in lines if line.head] == [
        "Asked",
        "Because",
        "Given up",
        "In the end",
    ]
    page = whole.places.sections[0].page
    assert all(line.link.href.startswith(f"{page}#") for line in lines)
    assert all(line.link.text.startswith("¶") for line in lines)


def test_a_prompt_that_says_what_the_subject_says_is_not_told_twice() -> None:
    whole = plan(slackwater())
    told = [line.text for line in tale(whole, whole.threads[1])]
    assert "Read a harbour" not in told
