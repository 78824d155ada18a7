"""Edits at the edges: within lines, of empty files, of other places, of files with CRLF."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.agents import Agent, edit
from tests.support.record import claims, makes_its_commit, reasons, record, solve_all
from tests.support.scratch import Scratch, numbered
from tests.tangle.solved import KEY_FILE, LINES, leaks
from treadle.tangle.replay import Seen, replay
from treadle.thread.document import render
from treadle.thread.model import Edit, Problem, Thread
from treadle.thread.repo import Commit


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "lamp")
    made.write("lamp.py", numbered(12, "lamp"))
    made.write("oil.py", numbered(12, "oil"))
    made.write("empty", "")
    made.commit("Begin")
    return made


def classes(scratch: Scratch, commit: Commit, thread: Thread) -> dict[str, str]:
    """The class of evidence of each added line."""
    assert makes_its_commit(scratch, thread)
    return {text: origin.evidence for _, text, origin in claims(scratch, commit, thread)}


@pytest.mark.parametrize(
    ("old", "new"),
    [("lamp number 3", "the third lamp"), ("number 3", "3, the third lamp of the house")],
)
def test_an_edit_within_a_line_joins(scratch: Scratch, agent: Agent, old: str, new: str) -> None:
    agent.edit("lamp.py", old, new)
    commit = scratch.commit()
    assert commit.id in solve_all(scratch, [commit], agent)


def test_a_last_edit_within_a_line_is_in_the_slice(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    agent.edit("lamp.py", "lamp number 5", "the fifth lamp")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert classes(scratch, commit, thread) == {
        "the third lamp\n": "proved",
        "the fifth lamp\n": "proved",
    }


def test_deleting_an_empty_file_is_the_steps_own(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    agent.delete("empty")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert makes_its_commit(scratch, thread)
    assert reasons(thread) == []
    assert thread.placement.residue == ()


def test_emptying_a_file_is_the_steps_own(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    agent.write("oil.py", "")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert thread.placement.residue == ()


def test_text_that_overlaps_itself_is_there_once() -> None:
    (outcome,) = replay("}\n}\n}\n", [Seen(edit("f", "}\n}\n", "}\nx\n}\n"))], False)
    assert outcome.after == "}\nx\n}\n}\n"


def test_nothing_is_kept_of_files_outside(scratch: Scratch, agent: Agent, tmp_path: Path) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    diary = str(tmp_path / "other" / "private.txt")
    agent.tells(Edit(diary, "write", new="my private diary\n"))
    agent.edit("lamp.py", "lamp number 5\n", "the fifth lamp\n")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert b"my private diary" not in render(thread)


def test_an_edit_within_a_key_leaks_no_line_of_it(scratch: Scratch, agent: Agent) -> None:
    agent.write("keys.txt", KEY_FILE)
    agent.edit("keys.txt", LINES[6] + "\n", LINES[6].replace("bq06", "bq66") + "\n")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert leaks(thread) == []
    assert b"bq66" not in render(thread)


def test_an_edit_told_in_lf_fits_a_file_of_crlf(scratch: Scratch, agent: Agent) -> None:
    scratch.write("crlf.txt", "one\r\ntwo\r\nthree\r\n")
    scratch.commit("crlf")
    scratch.write("crlf.txt", "one\r\nTWO of them\r\nTHREE of them\r\n")
    change = Edit(agent.path("crlf.txt"), "replace", "two\nthree\n", "TWO of them\nTHREE of them\n")
    agent.tells(change)
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert set(classes(scratch, commit, thread).values()) == {"proved"}


def test_what_could_not_be_read_is_told_in_the_first_part(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    told = replace(agent.session(), problems=(Problem("t.jsonl", 7, "a torn line"),))
    commit = scratch.commit()
    thread = record(scratch, [commit], told)[commit.id]
    assert thread.parts[0].problems == ("t.jsonl:+7: a torn line",)


def test_what_could_not_be_read_is_told_in_the_part_of_its_stretch(
    scratch: Scratch, agent: Agent
) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    first = scratch.commit()
    after = agent.events[-1].key
    agent.said("On we go.")
    agent.edit("lamp.py", "lamp number 5\n", "the fifth lamp\n")
    second = scratch.commit()
    problems = (
        Problem("t.jsonl", 1, "before all"),
        Problem("t.jsonl", 70, "between the two", after),
        Problem("t.jsonl", 90, "behind both", agent.events[-1].key),
        Problem("t.jsonl", 99, "nobody knows where", "no such event"),
    )
    threads = record(scratch, [first, second], replace(agent.session(), problems=problems))
    assert [threads[commit.id].parts[0].problems for commit in (first, second)] == [
        ("t.jsonl:+1: before all", "t.jsonl:+99: nobody knows where"),
        ("t.jsonl:+70: between the two",),
    ]
