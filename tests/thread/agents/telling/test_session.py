"""What holds from one line on, and what a read saw."""

from __future__ import annotations

from treadle.thread.agents.telling.record import Answer, Item, Linked, Now, Record, Said, Used
from treadle.thread.agents.telling.session import events
from treadle.thread.model import Event, Snapshot


def told(*items: Item, lane: str = "") -> list[Event]:
    records = [Record(f"r{number}", "", (item,), lane) for number, item in enumerate(items)]
    found, _, complaints = events(records, ["x"], "any")
    assert complaints.problems() == ()
    return found


def test_folder_model_and_version_hold_until_they_change() -> None:
    found = told(
        Now("/a", "opal-4", "1.0"), Said("said", "One."), Now(model="opal-5"), Said("said", "Two."),
        Now("/b", version="1.1"), Said("said", "Three."), Said("prompt", "Four."),
    )  # fmt: skip
    assert [(one.cwd, one.model, one.version) for one in found] == [
        ("/a", "opal-4", "1.0"),
        ("/a", "opal-5", "1.0"),
        ("/b", "opal-5", "1.1"),
        ("/b", "", "1.1"),
    ]


def test_a_read_of_the_whole_file_keeps_it_and_one_of_a_part_does_not() -> None:
    whole, part = (
        Used("c1", "Read", {"path": "a.py"}),
        Used("c2", "Read", {"path": "a.py", "limit": 1}),
    )
    failed = Used("c3", "Read", {"path": "a.py"})
    answers = [Answer("c1", "x", "success", "x"), Answer("c2", "x", "success", "x")]
    found = told(whole, part, failed, *answers, Answer("c3", "gone", "error", "gone"))
    assert [one.reads for one in found] == [(Snapshot("a.py", "x"),), (), ()]
    assert [one.ok for one in found] == [True, True, False]


def test_of_several_answers_the_one_that_says_most_counts() -> None:
    used = Used("c1", "Bash", {"command": "make"})
    found = told(Answer("c1", "", ""), used, Answer("c1", "made", "success"), Answer("c1", "", ""))
    assert [(one.output, one.ok) for one in found] == [("made", True)]


def test_the_program_s_echo_of_a_call_is_the_call_only_where_nothing_else_tells_it() -> None:
    first, second = (
        Used("c1", "Bash", {"command": "ls"}),
        Used("c2", "Bash", {"command": "pwd"}, echo=True),
    )
    found = told(Used("c1", "Bash", {"command": "ls"}, echo=True), first, second, second)
    assert [(one.key, one.text) for one in found] == [("c1", "ls"), ("c2", "pwd")]


def test_what_a_sub_agent_is_asked_stands_in_the_call_alone() -> None:
    records = [
        Record("r0", "", (Used("c1", "Task", {"prompt": "Dim it."}), Linked("c1", "agent-1"))),
        Record("r1", "", (Said("prompt", "Dim it."),), "agent-1"),
        Record("r2", "", (Said("prompt", "More."),), "agent-1"),
    ]
    found, _, _ = events(records, ["x"], "any")
    assert [(one.kind, one.lane, one.text) for one in found] == [
        ("asked", "", "agent-1: Dim it."),
        ("marked", "agent-1", "More."),
    ]
