"""The pages' views, read without a letter of HTML."""

from dataclasses import replace

import pytest

from tests.weave.maker import Maker, edited, part, said, turn
from tests.weave.slackwater import slackwater
from treadle.thread.document import part_id
from treadle.weave.pages.file import EXCERPT, FilePage, SpanView, file_page
from treadle.weave.pages.index import files_pages, gaps_page, index_page
from treadle.weave.pages.steps import Looks, StepView
from treadle.weave.pages.thread import ThreadPage, thread_page
from treadle.weave.view import LEAN, Book, Cloth, Plan, frame, plan


@pytest.fixture(scope="module")
def shared() -> Plan:
    return plan(slackwater())


@pytest.fixture(scope="module")
def third(shared: Plan) -> ThreadPage:
    return thread_page(shared, 2)


@pytest.fixture(scope="module")
def table(shared: Plan) -> FilePage:
    return file_page(shared, next(f for f in shared.book.files if f.path == "tide/table.py"))


def step(page: ThreadPage, label: str) -> StepView:
    for strand in page.strands:
        for one in strand.turns:
            for block in one.blocks:
                for item in block.items:
                    found = item.steps if isinstance(item, Looks) else (item,)
                    for view in found:
                        if view.label == label:
                            return view
    raise AssertionError(label)


def span_at(page: FilePage, line: int) -> SpanView:
    return next(span for span in page.spans if span.start < line <= span.start + span.count)


# -- a thread -----------------------------------------------------------------------


def test_sections_are_numbered_in_the_order_of_time(shared: Plan) -> None:
    labels = [section.label for section in shared.places.sections]
    assert labels == ["§1", "§2", "§3", "§4"]
    days = [woven.commit.committed for woven in shared.threads]
    assert days == sorted(days)


def test_a_run_of_reads_is_told_as_one_line(third: ThreadPage) -> None:
    looks = third.strands[0].turns[0].blocks[0].items[1]
    assert isinstance(looks, Looks)
    assert looks.label == "1.2–4"
    told = [(view.tool, view.line) for view in looks.steps]
    assert told == [
        ("Read", "tide/harmonic.py"),
        ("Read", "tide/station.py"),
        ("Grep", '"speed" in tide'),
    ]


def test_the_steps_of_a_sub_agent_stand_together(third: ThreadPage) -> None:
    assert [block.lane for block in third.strands[0].turns[0].blocks] == ["", "Explore", ""]


def test_an_attempt_that_failed_says_why(third: ThreadPage) -> None:
    failed = step(third, "1.17")
    assert failed.failed
    assert failed.changes[0].flag == "Failed: text not found"
    assert step(third, "1.19").changes[0].flag == "Not in this commit"


def test_a_step_says_which_of_its_lines_were_replaced_and_which_live(third: ThreadPage) -> None:
    first = step(third, "1.12")
    assert (first.alive, first.added) == (22, 30)
    assert [(note.words, note.link.text) for note in first.notes] == [
        ("7 lines of it replaced by", "¶1.18"),
        ("writes", "lines 1–7, 9–10, 15–27"),
    ]
    assert first.notes[1].link.href == "file/tide~table.py.html#L1"


def test_an_attempt_wholly_replaced_is_flagged() -> None:
    maker = Maker()
    steps = turn(
        1,
        "Try.",
        "2026-03-02T09:00:00.000Z",
        edited(maker.edit("a.py", "one = 1\n")),
        edited(maker.edit("a.py", "two = 2\n")),
    )
    maker.commit("Try", "2026-03-02", part("s", steps))
    page = thread_page(plan(maker.book()), 0)
    assert [(words, to.text) for words, to in step(page, "1.1").flags] == [("Replaced by", "¶1.2")]


def test_a_command_is_summed_up_by_its_last_line(third: ThreadPage) -> None:
    assert step(third, "1.20").result == "5 passed in 0.29s"
    assert step(third, "2.2").result == "40 lines: line 39 of the log"


def test_strands_have_letters_only_where_there_are_several(shared: Plan, third: ThreadPage) -> None:
    fifth = thread_page(shared, 3)
    assert [strand.letter for strand in fifth.strands] == ["A", "B"]
    assert not fifth.strands[1].named
    assert [strand.letter for strand in third.strands] == [""]


def test_what_a_commit_took_up_leads_to_the_step_that_wrote_it() -> None:
    maker = Maker()
    change = maker.edit("a.py", "one = 1\ntwo = 2\n")
    first = part("s", turn(1, "Try.", "2026-03-02T09:00:00.000Z", edited(change)))
    maker.commit("Try", "2026-03-02", first)
    taken = replace(edited(change), kind="took", origin=f"{part_id(first)}:1.1")
    second = part("t", turn(1, "Take.", "2026-03-03T09:00:00.000Z", taken))
    maker.commit("Take", "2026-03-03", second)
    view = step(thread_page(plan(maker.book()), 1), "1.1")
    assert [(note.words, note.link.text) for note in view.notes] == [
        ("first written by", "§1 ¶1.1"),
        ("writes", "lines 1–2"),
    ]
    assert view.alive == 2


def test_what_no_step_explains_is_listed(shared: Plan) -> None:
    page = thread_page(shared, 1)
    assert [view.path for view in page.residue] == ["tools/card.py"]
    assert page.residue[0].known == (("unrecorded", "7 lines", None),)
    assert ("unrecorded", 7) in [(name, number) for name, number, _ in page.evidence]


def test_neighbours_in_time_are_linked(shared: Plan, third: ThreadPage) -> None:
    assert third.before
    assert third.before.text == "§2 Read a harbour from a file"
    assert thread_page(shared, 0).before is None
    assert thread_page(shared, 3).after is None


def test_the_summary_counts_what_happened(third: ThreadPage) -> None:
    assert third.summary == "23 steps in 2 turns, 34 minutes; 70 lines added in 3 files."


def test_very_long_diffs_share_the_room_of_their_page() -> None:
    maker = Maker()
    edits = [
        edited(maker.edit(f"f{n}.txt", "".join(f"{n} {k}\n" for k in range(400))))
        for n in range(40)
    ]
    maker.commit("Much", "2026-03-02", part("s", turn(1, "", "2026-03-02T09:00:00.000Z", *edits)))
    page = thread_page(plan(maker.book()), 0)
    assert {change.most for change in step(page, "1.7").changes} == {80}


# -- a file -------------------------------------------------------------------------


def test_spans_cover_every_line_once(table: FilePage) -> None:
    at = 0
    for span in table.spans:
        assert span.start == at
        at += span.count
    assert at == table.lines


def test_a_reason_stands_once_and_is_pointed_to(table: FilePage) -> None:
    first, other = span_at(table, 1), span_at(table, 9)
    assert first.link.text == other.link.text == "§3 ¶1.12"
    assert first.say.startswith("The plain way: take the height each hour")
    assert other.say == ""
    assert other.see
    assert other.see.text == "line 1"


def test_a_longer_span_carries_the_reason_before_an_earlier_short_one(table: FilePage) -> None:
    assert span_at(table, 8).see
    assert span_at(table, 28).say.startswith("The sampling is wrong in kind")


def test_a_line_whose_commit_has_no_thread_says_so(table: FilePage) -> None:
    span = span_at(table, 14)
    assert span.evidence == "unrecorded"
    assert span.link.href == ""
    assert span.say.startswith(f"No thread was recorded for commit {span.link.text}, “Name the")
    assert span.say.endswith("by Ines Aldous, 9 March 2026.")


def test_a_line_a_thread_cannot_explain_says_so(shared: Plan) -> None:
    card = next(file for file in shared.book.files if file.path == "tools/card.py")
    span = file_page(shared, card).spans[0]
    assert span.say.startswith("Unrecorded: a person, a formatter or a lost session.")
    assert span.link.text == "§2"


def test_a_run_of_blank_lines_goes_with_what_stands_above() -> None:
    maker = Maker()
    for day, text in ((2, "a\nb\n"), (3, "a\n\n\nb\n")):
        steps = turn(1, "", f"2026-03-0{day}T09:00:00.000Z", edited(maker.edit("a.txt", text)))
        maker.commit(f"Day {day}", f"2026-03-0{day}", part(f"s{day}", steps))
    book = maker.book()
    assert len(book.files[0].runs) == 3
    (span,) = file_page(plan(book), book.files[0]).spans
    assert (span.start, span.count) == (0, 4)


def test_the_answer_shows_prompt_reason_and_edit(table: FilePage) -> None:
    answer = span_at(table, 40).answer
    assert answer.asked.startswith("Print the day’s high and low waters")
    assert answer.because.startswith("The sampling is wrong in kind")
    assert answer.edit
    assert any("bisect_slope" in line for line in answer.edit.lines)
    assert answer.at


def test_the_spans_of_a_step_have_one_answer(table: FilePage) -> None:
    assert span_at(table, 8).answer is span_at(table, 40).answer
    assert span_at(table, 8).answer.at == span_at(table, 8).see


def test_commits_rank_by_their_lines(table: FilePage) -> None:
    assert [writer.link.text for writer in table.writers[:2]] == ["§3", "§4"]
    assert [writer.by for writer in table.writers][-1] == "Ines Aldous"
    assert table.explained == table.lines - 1


def test_many_steps_make_lean_answers() -> None:
    maker = Maker()
    lines = ["a line\n"] * (2 * LEAN)
    steps = turn(
        1, "Write.", "2026-03-02T09:00:00.000Z", edited(maker.edit("a.txt", "".join(lines)))
    )
    maker.commit("Write", "2026-03-02", part("s", steps))
    edits = []
    for n in range(1, 2 * LEAN, 2):
        lines[n] = f"new {n}\n"
        edits.append(edited(maker.edit("a.txt", "".join(lines))))
    again = turn(1, "Again.", "2026-03-03T09:00:00.000Z", said("Every other line."), *edits)
    maker.commit("Again", "2026-03-03", part("t", again))
    book = maker.book()
    page = file_page(plan(book), book.files[0])
    assert len({span.origin for span in page.spans}) > LEAN
    assert {span.answer.asked for span in page.spans} == {""}
    assert page.spans[1].answer.because == "Every other line."


def test_the_edit_of_a_long_answer_begins_with_its_first_line_and_what_that_replaced() -> None:
    maker = Maker()
    first = turn(
        1, "W", "2026-03-02T09:00:00.000Z", edited(maker.edit("a.txt", "head\nold\nfoot\n"))
    )
    maker.commit("W", "2026-03-02", part("s", first))
    new = [f"line {n} of {EXCERPT * 2}\n" for n in range(EXCERPT * 2)]
    text = "".join(["head\n", *new, "foot\n"])
    again = turn(1, "V", "2026-03-03T09:00:00.000Z", edited(maker.edit("a.txt", text)))
    maker.commit("V", "2026-03-03", part("t", again))
    book = maker.book()
    edit = span_at(file_page(plan(book), book.files[0]), EXCERPT * 2).answer.edit
    assert edit
    assert edit.lines == ("-old\n", *(f"+{line}" for line in new[: EXCERPT - 1]))


def test_an_empty_file_has_no_spans(shared: Plan) -> None:
    empty = next(file for file in shared.book.files if file.path == "tide/__init__.py")
    assert file_page(shared, empty).spans == ()


def test_a_step_of_a_part_that_is_not_kept_is_named_without_a_link() -> None:
    maker = Maker()
    steps = turn(1, "W", "2026-03-02T09:00:00.000Z", edited(maker.edit("a.txt", "a\n")))
    maker.commit("W", "2026-03-02", part("s", steps))
    book = maker.book()
    lonely = Book("t", "", (), book.files)
    span = file_page(plan(lonely), lonely.files[0]).spans[0]
    assert span.say == "Step 1.1 of a part that is not kept here."
    assert span.link.href == ""


# -- the ways in --------------------------------------------------------------------


def test_the_index_tells_threads_with_their_explained_share(shared: Plan) -> None:
    page = index_page(shared)
    assert page.when == "2 to 16 March 2026"
    (told,) = page.chapters
    assert told.chapter.title == "March 2026"
    second = told.entries[1]
    assert (second.explained, second.added, second.alive) == (30, 37, 37)
    assert told.entries[2].tale[0].text.startswith("Print the day’s high and low waters")


def test_files_stand_by_folder(shared: Plan) -> None:
    (page,) = files_pages(shared)
    folders = [folder.path for folder in page.folders]
    assert folders == ["", "data", "docs", "tests", "tide", "tools"]
    chart = page.folders[2].rows[0]
    assert (chart.reference, chart.link.href) == ("binary", "")


def test_gaps_are_counted_by_commit_and_listed_by_file(shared: Plan) -> None:
    page = gaps_page(shared)
    assert [lines for _, lines, _ in page.reasons] == [7, 4]
    assert page.files[0].path == "tools/card.py"
    assert page.unlisted == 0


def test_a_book_without_threads_or_files_is_still_a_book() -> None:
    empty = plan(Book("Nothing", "", (), ()))
    assert index_page(empty).chapters == ()
    assert [page.folders for page in files_pages(empty)] == [()]
    assert gaps_page(empty).files == ()
    assert frame(empty.book).threads == "0 threads"


def test_files_without_text_are_not_counted_as_lines() -> None:
    book = Book("t", "", (), (Cloth("a.bin", None, (), "binary"),))
    assert frame(book).lines == 0
