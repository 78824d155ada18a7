"""Recording out of transcripts that somebody names: read what is there, lose nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.archive import Archive, forget, store
from tests.support.checkpoints import transcript
from tests.support.record import record
from treadle.tangle.capturing.manual import read_files, refuse_loss, solve_commit
from treadle.thread.errors import UserError


def saved(archive: Archive, agent: Agent, name: str) -> str:
    """The agent's transcript as a file outside of the work tree."""
    path = archive.scratch.top.parent / name
    path.write_bytes(transcript(agent.session()))
    return str(path)


def test_a_transcript_is_read_as_its_session(archive: Archive) -> None:
    told = read_files([saved(archive, archive.agent, "s1.jsonl")])
    assert [session.id for session in told.sessions] == ["s1"]
    prompts = [event.text for event in told.sessions[0].events if event.kind == "prompt"]
    assert prompts == ["Light the lamp", "Mind the oil"]


def test_a_file_that_is_missing_empty_or_of_nobody_is_named(archive: Archive) -> None:
    folder = archive.scratch.top.parent
    (folder / "empty").touch()
    (folder / "other").write_text("a shopping list\n")
    for name in ("missing", "empty", "other"):
        with pytest.raises(UserError, match=name):
            read_files([str(folder / name)])


def test_one_bad_file_among_good_ones_is_a_problem(archive: Archive) -> None:
    bad = archive.scratch.top.parent / "bad"
    bad.write_text("a shopping list\n")
    told = read_files([saved(archive, archive.agent, "s1.jsonl"), str(bad)])
    assert [session.id for session in told.sessions] == ["s1"]
    assert [problem.file for problem in told.problems] == [str(bad)]


def test_the_transcript_gives_the_document_that_the_session_gave(archive: Archive) -> None:
    told = read_files([saved(archive, archive.agent, "s1.jsonl")])
    forget(archive.scratch)
    threads = record(archive.scratch, [archive.lit, archive.minded], *told.sessions)
    thread = threads[archive.minded.id]
    assert thread.placement.rows == archive.threads[archive.minded.id].placement.rows
    assert [turn.prompt for part in thread.parts for turn in part.turns] == ["Mind the oil"]
    again = solve_commit(archive.scratch.repo, archive.minded, told.sessions)
    assert again.redacted.thread == thread


def test_parts_of_sessions_that_are_not_named_are_not_lost(archive: Archive) -> None:
    scratch, other = archive.scratch, Agent(archive.scratch, "s2")
    other.prompt("Both of us")
    archive.agent.edit("lamp.py", "lamp number 6\n", "the sixth lamp of all\n")
    other.edit("lamp.py", "lamp number 9\n", "the ninth lamp of all\n")
    commit = scratch.commit("Both")
    record(scratch, [commit], archive.agent, other)
    with pytest.raises(UserError, match="claude-code s2") as caught:
        refuse_loss(scratch.repo, commit, [archive.agent.session()])
    assert "--replace" in caught.value.hint
    refuse_loss(scratch.repo, commit, [archive.agent.session(), other.session()])
    refuse_loss(scratch.repo, archive.begin, [])


def test_a_note_that_is_no_document_is_not_overwritten(archive: Archive) -> None:
    store(archive.scratch, archive.lit, b"my own note\n")
    with pytest.raises(UserError, match="not a treadle document"):
        refuse_loss(archive.scratch.repo, archive.lit, [archive.agent.session()])


def test_an_earlier_document_of_the_session_that_is_damaged_is_named(archive: Archive) -> None:
    store(archive.scratch, archive.lit, b"my own note on s1\n")
    with pytest.raises(UserError) as caught:
        solve_commit(archive.scratch.repo, archive.minded, [archive.agent.session()])
    assert f"the document of {archive.lit.id[:12]} cannot be read" in caught.value.message
    store(archive.scratch, archive.lit, b"my own note\n")
    solution = solve_commit(archive.scratch.repo, archive.minded, [archive.agent.session()])
    assert solution.redacted.thread.parts


def test_what_lies_beside_a_transcript_is_read_with_it() -> None:
    case = Path(__file__).parents[2] / "cases" / "agents" / "opencode" / "sub-agent" / "storage"
    told = read_files([str(case / "session" / "p1" / "ses_lamp.json")])
    assert [session.id for session in told.sessions] == ["ses_lamp"]
    assert {event.lane for event in told.sessions[0].events} == {"", "agent-ses_dim"}
    assert told.problems == ()
