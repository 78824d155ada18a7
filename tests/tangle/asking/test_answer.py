"""Why a line is there: prompt, reasoning and edit, or a plain word on why nobody knows."""

from __future__ import annotations

import pytest

from tests.support.agents import Agent
from tests.support.archive import Archive, forget, store
from tests.support.record import ids, record
from tests.support.scratch import Scratch
from treadle.tangle.asking.answer import Answer, why
from treadle.tangle.learnt.index import Index
from treadle.thread.errors import UserError
from treadle.thread.store import REF


def asked(scratch: Scratch, path: str, line: int, rev: str = "") -> Answer:
    index = Index(scratch.repo)
    try:
        return why(index, path, line, rev)
    finally:
        index.close()


def line_of(scratch: Scratch, path: str, text: str) -> int:
    """The 1-based line that says ``text``."""
    return scratch.read(path).split("\n").index(text) + 1


def test_a_line_names_its_prompt_its_reason_and_its_edit(archive: Archive) -> None:
    answer = asked(archive.scratch, "lamp.py", 4)
    assert answer.text == "the third lamp"
    assert answer.commit == archive.lit
    assert answer.turn is not None
    assert answer.turn.prompt == "Light the lamp"
    assert answer.step is not None
    assert (answer.step.kind, answer.run.origin.step) == ("edited", "1.2")
    assert answer.because == "The third lamp is out, so I light it."
    assert answer.replaced == ("lamp number 3\n",)
    assert (answer.part_id, answer.silence) == (archive.part(archive.lit), "")


def test_a_line_in_a_renamed_file_is_answered_by_its_new_name(archive: Archive) -> None:
    path = "dir/new name é.txt"
    answer = asked(archive.scratch, path, line_of(archive.scratch, path, "the fifth oil"))
    assert answer.commit == archive.minded
    assert answer.hunk is not None
    assert "+the fifth oil\n" in answer.hunk.lines


def test_a_line_that_another_commit_took_is_answered_where_it_was_told(archive: Archive) -> None:
    scratch, agent = archive.scratch, Agent(archive.scratch, "s2")
    agent.prompt("Half of it")
    agent.said("The sixth one flickers.")
    agent.edit("lamp.py", "lamp number 6\n", "the sixth lamp of all\n")
    agent.edit("lamp.py", "lamp number 9\n", "the ninth lamp of all\n")
    both = scratch.read("lamp.py")
    scratch.write("lamp.py", both.replace("the sixth lamp of all\n", "lamp number 6\n"))
    first = scratch.commit("half")
    scratch.write("lamp.py", both)
    rest = scratch.commit("rest")
    threads = record(scratch, [first, rest], agent)
    answer = asked(scratch, "lamp.py", line_of(scratch, "lamp.py", "the sixth lamp of all"))
    assert answer.commit == rest
    assert answer.part_id == ids(threads[first.id])[0]
    assert answer.because == "The sixth one flickers."
    assert answer.step is not None
    assert answer.step.kind == "edited"


def test_a_line_that_is_not_committed_says_so(archive: Archive) -> None:
    archive.scratch.write("lamp.py", "new\n" + archive.scratch.read("lamp.py"))
    answer = asked(archive.scratch, "lamp.py", 1)
    assert (answer.commit, answer.silence) == (None, "this line is not committed yet")


def test_a_line_of_a_person_says_what_may_have_written_it(archive: Archive) -> None:
    scratch = archive.scratch
    answer = asked(scratch, "lamp.py", line_of(scratch, "lamp.py", "a person's lamp"))
    assert answer.commit == archive.minded
    assert "none of its recorded steps wrote this line" in answer.silence


def test_a_line_of_a_commit_without_a_document_says_so(archive: Archive) -> None:
    answer = asked(archive.scratch, "lamp.py", 1)
    assert (answer.commit, answer.silence) == (
        archive.begin,
        "no thread was recorded for this commit",
    )
    forget(archive.scratch)
    assert asked(archive.scratch, "lamp.py", 4).silence == "no thread was recorded for this commit"


def test_a_line_by_reference_says_so(archive: Archive) -> None:
    scratch, agent = archive.scratch, archive.agent
    agent.edit("lamp.py", "lamp number 1\n", "the first lamp\n")
    scratch.write("vendored.js", "".join(f"a line of a library {n}\n" for n in range(4000)))
    record(scratch, [scratch.commit("Vendor")], agent)
    assert "by reference only (large)" in asked(scratch, "vendored.js", 7).silence


def test_a_damaged_document_says_what_is_wrong_with_it(archive: Archive) -> None:
    store(archive.scratch, archive.lit, b"no document\n")
    silence = asked(archive.scratch, "lamp.py", 4).silence
    assert "the document of this commit cannot be read" in silence
    assert "not a treadle document" in silence


def test_a_step_that_is_in_no_document_here_says_what_to_fetch(archive: Archive) -> None:
    scratch, agent = archive.scratch, Agent(archive.scratch, "s2")
    agent.prompt()
    agent.edit("lamp.py", "lamp number 6\n", "the sixth lamp of all\n")
    agent.edit("lamp.py", "lamp number 9\n", "the ninth lamp of all\n")
    both = scratch.read("lamp.py")
    scratch.write("lamp.py", both.replace("the sixth lamp of all\n", "lamp number 6\n"))
    first = scratch.commit("half")
    scratch.write("lamp.py", both)
    rest = scratch.commit("rest")
    record(scratch, [first, rest], agent)
    scratch.git("notes", "--ref", REF, "remove", first.id)
    with pytest.raises(UserError, match="is in no document here"):
        asked(scratch, "lamp.py", line_of(scratch, "lamp.py", "the sixth lamp of all"))


def test_an_older_state_is_answered_as_it_was(archive: Archive) -> None:
    answer = asked(archive.scratch, "lamp.py", 5, archive.lit.id)
    assert (answer.text, answer.run.origin.step) == ("its wick", "1.2")


@pytest.mark.parametrize("line", [0, 99])
def test_a_line_that_is_not_there_is_refused(archive: Archive, line: int) -> None:
    with pytest.raises(UserError):
        asked(archive.scratch, "lamp.py", line)


def test_of_two_sessions_the_step_is_named_with_its_part(archive: Archive) -> None:
    scratch, other = archive.scratch, Agent(archive.scratch, "s2")
    other.prompt("Both of us")
    archive.agent.edit("lamp.py", "lamp number 6\n", "the sixth lamp of all\n")
    other.edit("lamp.py", "lamp number 9\n", "the ninth lamp of all\n")
    commit = scratch.commit("Both")
    record(scratch, [commit], archive.agent, other)
    answer = asked(scratch, "lamp.py", line_of(scratch, "lamp.py", "the ninth lamp of all"))
    assert answer.several
    assert answer.part is not None
    assert answer.part.session == "s2"
