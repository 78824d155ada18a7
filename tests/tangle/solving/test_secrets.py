"""Secrets in what an agent edited: hidden, and every edit around them still applies."""

from __future__ import annotations

from tests.support.agents import Agent
from tests.support.record import (
    record,
    tangled,
)
from tests.support.scratch import Scratch
from tests.tangle.solved import KEY_FILE, LINES, classes, leaks, solved
from treadle.thread.document import render

KEY = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"


def test_a_secret_in_a_file_hides_its_line_and_the_path_stands_by_reference(
    scratch: Scratch, agent: Agent
) -> None:
    agent.edit("lamp.py", "lamp number 3\n", f"token = '{KEY}'\n")
    agent.edit("lamp.py", "lamp number 4\n", "the fourth lamp\n")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert KEY.encode() not in render(thread)
    (row,) = thread.placement.rows
    assert (row.reference, row.lines) == ("redacted", 1)
    assert tangled(scratch, thread)["lamp.py"] == scratch.read("lamp.py").encode()
    assert "the fourth lamp\n" in classes(scratch, commit, thread)


def test_edits_around_a_private_key_still_apply(scratch: Scratch, agent: Agent) -> None:
    agent.write("keys.txt", KEY_FILE)
    agent.edit("keys.txt", "behind\n", "behind it\nmore\n")
    agent.edit("keys.txt", "before\n", "before it\n")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert leaks(thread) == []
    assert tangled(scratch, thread)["keys.txt"] == scratch.read("keys.txt").encode()


def test_edits_next_to_a_key_that_was_there_before_still_apply(scratch: Scratch) -> None:
    scratch.write("keys.txt", KEY_FILE)
    scratch.commit("with a key")
    agent = Agent(scratch)
    agent.prompt()
    agent.edit("keys.txt", "behind\n", "behind it\nmore\n")
    agent.edit("keys.txt", "before\n", "before it\n")
    thread = solved(scratch, scratch.commit(), agent)
    assert leaks(thread) == []


def test_an_edit_within_a_key_still_applies(scratch: Scratch, agent: Agent) -> None:
    agent.write("keys.txt", KEY_FILE)
    agent.edit("keys.txt", LINES[6] + "\n", LINES[6].replace("bq06", "bq66") + "\n")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    assert tangled(scratch, thread)["keys.txt"] == scratch.read("keys.txt").encode()
