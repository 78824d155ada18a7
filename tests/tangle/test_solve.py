"""From what an agent did in a real repository to a document that makes the commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.record import (
    added_by,
    changes,
    claims,
    makes_its_commit,
    reasons,
    record,
    solve_all,
    steps,
    tangled,
)
from tests.support.scratch import Scratch, lines, numbered
from tests.tangle.solved import classes, solved
from treadle.thread.model import Edit, Thread
from treadle.thread.repo import Commit

LIT = lines("def the_lamp_is_lit(hour):", "    return hour > 18 or hour < 6")


def wrote(scratch: Scratch, commit: Commit, thread: Thread) -> dict[str, str]:
    """The step that wrote each added line, by its text."""
    return {text: origin.step for _, text, origin in claims(scratch, commit, thread)}


# -- an agent alone ---------------------------------------------------------------


def test_edits_of_several_files_are_proved(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    agent.said("And now the oil.")
    agent.edit("oil.py", "oil number 5\n", "the fifth oil\nand more\n")
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert wrote(scratch, commit, thread) == {
        "the third lamp\n": "1.1",
        "the fifth oil\n": "1.3",
        "and more\n": "1.3",
    }
    assert set(classes(scratch, commit, thread).values()) == {"proved"}
    assert thread.placement.residue == ()


def test_a_line_belongs_to_the_last_step_that_wrote_it(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "first try\nit stays\n")
    agent.edit("lamp.py", "first try\n", "second try\n")
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert wrote(scratch, commit, thread) == {"second try\n": "1.2", "it stays\n": "1.1"}


def test_a_new_file_and_a_deleted_one(scratch: Scratch, agent: Agent) -> None:
    agent.write("new/dusk.py", LIT)
    agent.delete("oil.py")
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert tangled(scratch, thread) == {"new/dusk.py": LIT.encode(), "oil.py": None}
    assert [change.op for change in changes(thread, "edit")] == ["create", "delete"]


def test_a_root_commit_has_the_empty_tree_as_base(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "new")
    agent = Agent(scratch)
    agent.prompt()
    agent.write("dusk.py", LIT)
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert thread.placement.base == scratch.repo.empty_tree
    assert set(classes(scratch, commit, thread).values()) == {"proved"}


def test_a_renamed_file_is_followed_when_the_agent_edits_it_before(
    scratch: Scratch, agent: Agent
) -> None:
    agent.edit("oil.py", "oil number 5\n", "the fifth oil\n")
    scratch.git("mv", "oil.py", "fuel.py")
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    (row,) = thread.placement.rows
    assert (row.path, row.source) == ("fuel.py", "oil.py")
    assert classes(scratch, commit, thread) == {"the fifth oil\n": "proved"}


def test_a_renamed_file_is_followed_when_the_agent_edits_it_behind(
    scratch: Scratch, agent: Agent
) -> None:
    scratch.git("mv", "oil.py", "fuel.py")
    agent.edit("fuel.py", "oil number 5\n", "the fifth oil\n")
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert classes(scratch, commit, thread) == {"the fifth oil\n": "proved"}


@pytest.mark.parametrize(
    "text",
    [
        "one line more\r\ntwo lines more\r\n",
        "no newline at the end of it",
        "foreign \udc80\udcff bytes in it\n",
        "a lone CR \r and \u2028 in it\n",
        "\ufeffa mark of order\n",
        "an escape \x1b[31m and a bell \x07\n",
        "a bidi \u202e mark\n",
    ],
)
def test_texts_of_every_kind_go_out_as_they_came_in(
    scratch: Scratch, agent: Agent, text: str
) -> None:
    agent.write("odd.txt", "a first line\n" + text)
    scratch.commit("made")
    agent.edit("odd.txt", "a first line\n", "another first line\n")
    scratch.commit("changed")
    made, changed = scratch.repo.commits(["HEAD~2..HEAD"])
    solved(scratch, made, agent)
    thread = solved(scratch, changed, agent)
    assert classes(scratch, changed, thread) == {"another first line\n": "proved"}


def test_an_empty_file_is_made_by_its_step(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    agent.write("empty", "")
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert tangled(scratch, thread)["empty"] == b""
    assert thread.placement.residue == ()


# -- a person in between ----------------------------------------------------------


def test_what_a_person_wrote_is_nobodys(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    scratch.write("lamp.py", scratch.read("lamp.py").replace("lamp number 9", "a person's lamp"))
    scratch.write("notes.md", "a person's notes\n")
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert classes(scratch, commit, thread) == {
        "the third lamp\n": "replayed",
        "a person's lamp\n": "unrecorded",
        "a person's notes\n": "unrecorded",
    }


def test_what_a_person_wrote_over_the_agents_lines_is_nobodys(
    scratch: Scratch, agent: Agent
) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "agent one\nagent two\nagent three\n")
    scratch.write("lamp.py", scratch.read("lamp.py").replace("agent two", "person two"))
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert classes(scratch, commit, thread) == {
        "agent one\n": "replayed",
        "person two\n": "unrecorded",
        "agent three\n": "replayed",
    }


def test_a_change_that_the_agent_built_on_is_drift_before_its_step(
    scratch: Scratch, agent: Agent
) -> None:
    text = scratch.read("lamp.py").replace("lamp number 3", "a person's third lamp")
    scratch.write("lamp.py", text)
    agent.edit("lamp.py", "third lamp\nlamp number 4\n", "third\nthe fourth lamp\n", shown=True)
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert [change.kind for change in changes(thread, "drift", "edit")] == ["drift", "edit"]
    assert classes(scratch, commit, thread)["the fourth lamp\n"] == "proved"
    assert thread.placement.residue == ()


def test_a_full_read_shows_what_a_person_changed(scratch: Scratch, agent: Agent) -> None:
    text = scratch.read("lamp.py").replace("lamp number 3", "a person's third lamp")
    scratch.write("lamp.py", text)
    agent.read("lamp.py")
    agent.edit("lamp.py", "a person's third lamp\n", "the agent's third lamp\n")
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert classes(scratch, commit, thread) == {"the agent's third lamp\n": "proved"}


def test_text_of_an_edit_that_lost_its_place_is_recognised(scratch: Scratch, agent: Agent) -> None:
    agent.tells(Edit(agent.path("lamp.py"), "replace", "nowhere to be found\n", LIT))
    scratch.write("lamp.py", scratch.read("lamp.py") + "a person's line\n" + LIT)
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert reasons(thread) == ["text not found"]
    found = classes(scratch, commit, thread)
    assert found["a person's line\n"] == "unrecorded"
    assert {found[line] for line in LIT.splitlines(True)} == {"matched"}
    assert set(wrote(scratch, commit, thread).values()) == {"", "1.1"}


# -- edits without a place --------------------------------------------------------


def test_an_edit_that_the_tool_refused_says_why(scratch: Scratch, agent: Agent) -> None:
    agent.fails("lamp.py", "not there", "the third lamp", "String not found in file.\nTrace")
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    thread = solved(scratch, scratch.commit(), agent)
    assert reasons(thread) == ["failed: String not found in file."]
    assert added_by(thread, "1.2") == ["the third lamp\n"]


def test_an_edit_that_was_taken_back_is_kept_with_its_reason(
    scratch: Scratch, agent: Agent
) -> None:
    agent.edit("oil.py", "oil number 5\n", "a bad idea\n")
    scratch.git("checkout", "--quiet", "oil.py")
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    thread = solved(scratch, scratch.commit(), agent)
    assert reasons(thread) == ["not in this commit"]
    (change,) = changes(thread, "unplaced")
    assert (change.path, change.hunks[0].lines) == ("oil.py", ("-oil number 5\n", "+a bad idea\n"))


def test_every_edit_has_a_change_or_a_reason(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    agent.edit("lamp.py", "the third lamp\n", "the third lamp, again\n")
    agent.fails("lamp.py", "x", "y")
    agent.write("lamp.py", scratch.read("lamp.py"))
    agent.edit("oil.py", "oil number 5\n", "not committed\n")
    scratch.git("add", "lamp.py")
    thread = solved(scratch, scratch.commit(stage=False), agent)
    edited = [step for _, _, step in steps(thread) if step.kind == "edited"]
    assert all(step.changes for step in edited)
    assert all(bool(c.reason) == (c.kind == "unplaced") for step in edited for c in step.changes)


# -- who takes part ---------------------------------------------------------------


def test_two_agents_at_work_on_one_file_each_have_their_lines(
    scratch: Scratch, agent: Agent
) -> None:
    other = Agent(scratch, "s2")
    other.prompt("Mind the wick")
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    other.edit("lamp.py", "the third lamp\n", "the third lamp\nits wick\n")
    agent.edit("lamp.py", "its wick\n", "its wick\nits glass\n")
    commit = scratch.commit()
    thread = solved(scratch, commit, agent, other)
    assert [part.session for part in thread.parts] == ["s1", "s2"]
    by_text = {text: origin for _, text, origin in claims(scratch, commit, thread)}
    assert {origin.evidence for origin in by_text.values()} == {"proved"}
    assert by_text["its wick\n"].part != by_text["its glass\n"].part


def test_a_session_that_did_not_write_has_no_part(scratch: Scratch, agent: Agent) -> None:
    other = Agent(scratch, "s2")
    other.prompt("Only talk")
    other.said("Yes, only talk.")
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    thread = solved(scratch, scratch.commit(), agent, other)
    assert [part.session for part in thread.parts] == ["s1"]


def test_a_commit_that_no_session_wrote_has_no_document(scratch: Scratch, agent: Agent) -> None:
    agent.said("I do nothing.")
    scratch.write("lamp.py", "a person's\n")
    assert solve_all(scratch, [scratch.commit()], agent) == {}


# -- paths by reference -----------------------------------------------------------


def test_a_binary_file_stands_by_reference(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    scratch.write("lamp.bin", b"\0\1\2")
    thread = solved(scratch, scratch.commit(), agent)
    assert {row.path: row.reference for row in thread.placement.rows} == {
        "lamp.bin": "binary",
        "lamp.py": "",
    }


def test_a_submodule_stands_by_reference(scratch: Scratch, agent: Agent, tmp_path: Path) -> None:
    inner = Scratch(tmp_path / "inner")
    inner.commit()
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    allow = ["-c", "protocol.file.allow=always"]
    scratch.git(*allow, "submodule", "--quiet", "add", str(inner.top), "sub")
    commit = scratch.commit()
    thread = record(scratch, [commit], agent)[commit.id]
    references = {row.path: row.reference for row in thread.placement.rows}
    assert references == {".gitmodules": "", "lamp.py": "", "sub": "submodule"}
    assert makes_its_commit(scratch, thread)


def test_too_much_that_nobody_recorded_stands_by_reference(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    scratch.write("vendored.js", numbered(4000, "a line of somebody else's library"))
    scratch.write("small.js", numbered(40))
    thread = solved(scratch, scratch.commit(), agent)
    rows = {row.path: (row.reference, row.lines) for row in thread.placement.rows}
    assert rows["vendored.js"] == ("large", 4000)
    assert rows["small.js"] == rows["lamp.py"] == ("", 0)


def test_of_many_files_the_largest_stand_by_reference(scratch: Scratch, agent: Agent) -> None:
    agent.edit("lamp.py", "lamp number 3\n", "the third lamp\n")
    for number in range(10):
        text = numbered(1000 + number, "a line of somebody else's book, rather long")
        scratch.write(f"book{number}.txt", text)
    thread = solved(scratch, scratch.commit(), agent)
    large = [row.path for row in thread.placement.rows if row.reference == "large"]
    assert large == [f"book{number}.txt" for number in range(10 - len(large), 10)]
    assert 0 < len(large) < 5


def test_a_file_that_an_agent_wrote_is_kept_whatever_its_size(
    scratch: Scratch, agent: Agent
) -> None:
    agent.write("long.py", numbered(6000, "a line that the agent wrote"))
    commit = scratch.commit()
    thread = solved(scratch, commit, agent)
    assert [row.reference for row in thread.placement.rows] == [""]
    assert set(classes(scratch, commit, thread).values()) == {"proved"}
