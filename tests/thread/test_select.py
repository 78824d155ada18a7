"""A session has a share in a commit if its edits are in the commit's diff, and only then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.agents import ROOT, edit, reel, session, written
from treadle.thread.model import Edit, Event, Made, Session
from treadle.thread.recognise import Diff
from treadle.thread.select import Ref, Slice, Strand, When, last_before, own_call, select

ID = "1234567" + "8" * 33
LATE = "2026-01-05T10:00:00.000Z"
LAMP = edit("lamp.py", "lit = False\n", "lit = True\n")
OIL = edit("oil.py", "oil = 1\n", "oil = 2\n")


def when(time: str = LATE, subject: str = "Light the lamp", committed: str = "") -> When:
    return When(ID, subject, time, committed or time)


def diff(added: str = "", removed: str = "", **whole: bool) -> Diff:
    """What a commit does to a path, a line each."""
    return Diff(frozenset(added.splitlines()), frozenset(removed.splitlines()), **whole)


LIT = {"lamp.py": diff("lit = True\n", "lit = False\n")}


def commits(subject: str = "Light the lamp", id_: str = ID[:7], time: str = "") -> Event:
    """The agent's own commit."""
    return Event("c", "ran", time, "git commit", cwd=ROOT, made=(Made(id_, subject),))


def strand(told: Session, *known: str, begin: int = 0, taken: tuple[Ref, ...] = ()) -> Strand:
    return Strand(reel(told, *known), held=((0, begin),), taken=frozenset(taken))


def chosen(
    told: Session,
    commit: When | None = None,
    changed: dict[str, Diff] | None = None,
    begin: int = 0,
) -> list[tuple[int, int, list[int]]]:
    """Begin and end of each slice, and the events of the early edits."""
    found = select([strand(told, begin=begin)], commit or when(), changed or LIT)
    return [bounds(one) for one in found]


def bounds(one: Slice) -> tuple[int, int, list[int]]:
    return one.begin, one.end, [ref.event for ref in one.early]


def test_the_rest_of_an_edit_that_a_commit_took_in_part_joins_whatever_names_the_session() -> None:
    both = edit("lamp.py", "lit = False\n", "lit = True\noil = 1\nwick = 1\nflame = 1\n")
    told, rest = session("Light it", both), {Ref(1, 0): frozenset({"oil = 1"})}
    for named in (True, False):
        own = replace(strand(told, begin=2, taken=(Ref(1, 0),)), named=named, rest=rest)
        (found,) = select([own], when(), {"lamp.py": diff("oil = 1\n")})
        assert bounds(found) == (2, 2, [1])
        assert select([own], when(), {"lamp.py": diff("wick = 1\n")}) == []


# -- who joins ----------------------------------------------------------------------


def test_a_session_whose_edit_is_in_the_diff_joins_up_to_that_edit() -> None:
    assert chosen(session("Light it", LAMP, OIL, "Thanks")) == [(0, 2, [])]


def test_a_session_that_was_only_open_does_not_join() -> None:
    assert chosen(session("Look around", "And again")) == []
    assert chosen(session("Light it", OIL)) == []


def test_an_edit_of_the_same_file_that_the_diff_does_not_show_does_not_join() -> None:
    other = edit("lamp.py", "wick = 1\n", "wick = 2\n")
    assert chosen(session("Light it", other)) == []


def test_an_edit_that_failed_does_not_join() -> None:
    failed = Event("f", "edited", "2026-01-05T09:00:10.000Z", cwd=ROOT, ok=False, edits=(LAMP,))
    assert chosen(session("Light it", failed)) == []


def test_an_edit_whose_success_nobody_tells_joins() -> None:
    maybe = Event("f", "edited", "2026-01-05T09:00:10.000Z", cwd=ROOT, ok=None, edits=(LAMP,))
    assert chosen(session("Light it", maybe)) == [(0, 2, [])]


def test_braces_and_blank_lines_are_no_sign() -> None:
    brace = edit("lamp.py", "x\n", "x\n}\n\n")
    assert chosen(session(brace), changed={"lamp.py": diff("}\n\n")}) == []


def test_an_edit_that_only_removes_joins_where_the_lines_are_gone() -> None:
    gone = edit("lamp.py", "old wick\nnew wick\n", "new wick\n")
    assert chosen(session(gone), changed={"lamp.py": diff(removed="old wick\n")}) == [(0, 1, [])]
    assert chosen(session(gone), changed={"lamp.py": diff("other\n")}) == []


def test_an_edit_whose_new_text_was_replaced_before_the_commit_does_not_join_by_the_old() -> None:
    first = edit("lamp.py", "lit = False\n", "lit = dusk()\n")
    assert chosen(session(first)) == []


def test_a_file_that_was_deleted_joins_where_the_commit_deletes_it() -> None:
    gone = session(Edit(f"{ROOT}/lamp.py", "delete"))
    assert chosen(gone, changed={"lamp.py": diff(removed="x\n", deleted=True)}) == [(0, 1, [])]
    assert chosen(gone, changed={"lamp.py": diff(removed="x\n")}) == []


def test_an_empty_file_that_was_written_joins_where_the_commit_creates_it() -> None:
    empty = session(written("src/__init__.py", ""))
    changed = {"src/__init__.py": diff(created=True)}
    assert chosen(empty, changed=changed) == [(0, 1, [])]


def test_each_session_is_asked_for_itself() -> None:
    one, other = session(LAMP), session(OIL, name="s2")
    found = select([strand(one), strand(other)], when(), LIT)
    assert [one.session.id for one in found] == ["s1"]


# -- the cut ------------------------------------------------------------------------


def test_the_agents_own_commit_ends_the_slice() -> None:
    told = session("Light it", LAMP, "Commit", commits(time="2026-01-05T09:00:30.000Z"), OIL)
    assert chosen(told) == [(0, 4, [])]


def test_edits_behind_the_agents_own_commit_are_not_its() -> None:
    told = session("Light it", commits(time="2026-01-05T09:00:10.000Z"), LAMP)
    assert chosen(told) == []


def test_edits_behind_the_commits_time_are_not_its() -> None:
    told = session("Light it", LAMP)
    assert chosen(told, when("2026-01-05T09:00:09.000Z")) == []
    assert chosen(told, when("2026-01-05T09:00:10.000Z")) == [(0, 2, [])]


def test_a_commit_that_was_amended_later_counts_by_its_committers_time() -> None:
    told = session("Light it", LAMP)
    early = when("2026-01-05T09:00:01.000Z", committed=LATE)
    assert chosen(told, early) == [(0, 2, [])]


def test_a_session_without_times_joins_only_by_its_own_commit() -> None:
    events = [replace(event, time="") for event in session("Light it", LAMP).events]
    told = Session("claude-code", "s1", events=tuple(events))
    assert chosen(told) == []
    with_commit = replace(told, events=(*events, commits()))
    assert chosen(with_commit) == [(0, 3, [])]


NOON = "2026-01-05T12:00:00.000Z"


@pytest.mark.parametrize(
    ("id_", "subject", "time", "found"),
    [
        (ID[:7], "Another subject", NOON, True),
        (ID, "Another subject", NOON, True),
        ("7654321", "Light the lamp", LATE, True),
        ("7654321", "Light the lamp", "2026-01-05T10:02:00.000Z", True),
        ("7654321", "Light the lamp", NOON, False),
        ("7654321", "Light the lamp", "", False),
        ("7654321", "Another subject", LATE, False),
    ],
)
def test_the_own_call_is_known_by_its_id_or_by_subject_and_time(
    id_: str, subject: str, time: str, found: bool
) -> None:
    told = session("Light it", commits(subject, id_, time))
    assert (own_call(told.events, when()) == 1) == found


def test_of_two_calls_the_one_with_the_id_is_the_own_one() -> None:
    told = session(
        commits(id_="7654321", time=LATE), commits(time=LATE), commits(id_="7654321", time=LATE)
    )
    assert own_call(told.events, when()) == 1


def test_the_last_event_before_a_time_is_found_to_the_second() -> None:
    told = session("a", "b", "c").events
    assert last_before(told, "2026-01-05T09:00:10.000Z") == 2
    assert last_before(told, "2026-01-05T08:59:59.000Z") == 0
    assert last_before(told, LATE) == 3
    assert last_before((), LATE) == 0


# -- what went before ---------------------------------------------------------------


def test_a_slice_begins_behind_the_previous_cut() -> None:
    assert chosen(session("One", OIL, "Two", LAMP), begin=2) == [(2, 4, [])]


def test_an_edit_before_the_previous_cut_that_only_this_commit_takes_is_early() -> None:
    assert chosen(session("One", LAMP, "Two"), begin=2) == [(2, 2, [1])]
    both = {**LIT, "oil.py": diff("oil = 2\n", "oil = 1\n")}
    assert chosen(session("One", LAMP, "Two", OIL), changed=both, begin=2) == [(2, 4, [1])]


@pytest.mark.parametrize(
    ("command", "time", "found"),
    [
        ("git commit -qm 'Light the lamp'", LATE, True),
        ("git commit -m 'Light the lamp' | tail -1", "2026-01-05T09:52:00.000Z", True),
        ("git commit -qm 'Light the lamp'", "2026-01-05T09:40:00.000Z", False),
        ("git commit -qm 'Light the lamp'", "2026-01-05T10:01:00.000Z", False),
        ("git commit -qm 'Another subject'", LATE, False),
        ("echo Light the lamp", LATE, False),
    ],
)
def test_a_call_whose_output_is_not_known_is_known_by_the_subject_in_it(
    command: str, time: str, found: bool
) -> None:
    call = Event("c", "ran", time, command, tool="Bash")
    assert (own_call([call], when()) == 0) == found
    assert own_call([replace(call, ok=False)], when()) is None


def test_a_commit_that_is_there_itself_is_not_another_one_with_its_subject() -> None:
    told = session(commits(id_="7654321", time=LATE)).events
    assert own_call(told, when()) == 0
    assert own_call(told, replace(when(), others=frozenset(["7654321"]))) is None
