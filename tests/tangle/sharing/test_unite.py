"""Two documents of one commit become one: no part is lost, and it still makes the commit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.record import claims, document, makes_its_commit, solve_all
from tests.support.scratch import Scratch, numbered
from treadle.tangle.sharing.unite import United, keep, unite
from treadle.thread.document import parse, part_id, render
from treadle.thread.errors import UserError
from treadle.thread.model import Step, Thread
from treadle.thread.redact import redact
from treadle.thread.repo import Commit
from treadle.thread.store import Store


class Two:
    """A commit that two agents made, recorded by each on its own."""

    def __init__(self, top: Path) -> None:
        self.scratch = scratch = Scratch(top)
        scratch.write("lamp.py", numbered(40, "lamp"))
        scratch.write("oil.py", numbered(12, "oil"))
        scratch.commit("Begin")
        self.ann, self.ben = Agent(scratch, "ann"), Agent(scratch, "ben")
        self.ann.prompt("Light the lamp")
        self.ben.prompt("Fill in the oil")

    def edit(self, agent: Agent, path: str, number: int, more: str = "") -> None:
        stem = path.removesuffix(".py")
        new = f"{agent.name} wrote this into {stem} {number}\n{more}"
        agent.edit(path, f"{stem} number {number}\n", new)

    def commit(self) -> Commit:
        return self.scratch.commit("Both")

    def recorded(self, commit: Commit, *agents: Agent) -> Thread:
        return solve_all(self.scratch, [commit], *agents)[commit.id].redacted.thread

    def united(self, commit: Commit) -> tuple[Thread, United]:
        """What both come to, whoever unites."""
        one, other = (render(self.recorded(commit, agent)) for agent in (self.ann, self.ben))
        found = unite(self.scratch.repo, commit.id, one, other)
        assert unite(self.scratch.repo, commit.id, other, one) == found
        return parse(found.text), found


def explained(two: Two, commit: Commit, thread: Thread) -> list[tuple[str, str, str]]:
    """The text of each added line, its session and step, however they are known."""
    names = {part_id(part): part.session for part in thread.parts}
    return [
        (text, names.get(origin.part, ""), origin.step)
        for _, text, origin in claims(two.scratch, commit, thread)
    ]


@pytest.fixture
def two(tmp_path: Path) -> Two:
    return Two(tmp_path / "lamp")


def sessions(thread: Thread) -> list[str]:
    return [part.session for part in thread.parts]


def test_two_who_worked_on_different_files_explain_both(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3)
    two.edit(two.ben, "oil.py", 5)
    commit = two.commit()
    thread, found = two.united(commit)
    assert (sessions(thread), found.left_out) == (["ann", "ben"], "")
    assert makes_its_commit(two.scratch, thread)
    whole = two.recorded(commit, two.ann, two.ben)
    assert claims(two.scratch, commit, thread) == claims(two.scratch, commit, whole)
    assert thread == whole


def test_two_who_replaced_lines_of_one_file_explain_both(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3)
    two.edit(two.ben, "lamp.py", 30)
    commit = two.commit()
    thread, found = two.united(commit)
    assert (sessions(thread), found.left_out) == (["ann", "ben"], "")
    assert makes_its_commit(two.scratch, thread)
    whole = two.recorded(commit, two.ann, two.ben)
    assert claims(two.scratch, commit, thread) == claims(two.scratch, commit, whole)


def test_two_whose_hunks_are_in_each_others_way_explain_both(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3, "and this, too, is Ann's own line\n")
    two.edit(two.ben, "lamp.py", 30, "and this, too, is Ben's own line\n")
    commit = two.commit()
    thread, found = two.united(commit)
    assert (sessions(thread), found.left_out) == (["ann", "ben"], "")
    assert [row.moved for row in thread.placement.rows] == [True]
    assert makes_its_commit(two.scratch, thread)
    whole = two.recorded(commit, two.ann, two.ben)
    assert explained(two, commit, thread) == explained(two, commit, whole)
    again = unite(two.scratch.repo, commit.id, found.text, render(two.recorded(commit, two.ben)))
    assert again.text == found.text


def test_a_file_that_each_of_two_proves_alone_stays_proved(two: Two) -> None:
    """Both tell of one insertion: applied twice, it would have to be taken away once."""
    last = "lamp number 39\n"
    two.ann.edit("lamp.py", last, f"{last}and this is Ann's own line\n")
    two.ben.events += two.ann.events[-1:]
    commit = two.commit()
    for agent in (two.ann, two.ben):
        assert {
            o.evidence for _, _, o in claims(two.scratch, commit, two.recorded(commit, agent))
        } == {"proved"}
    thread, _ = two.united(commit)
    assert sessions(thread) == ["ann", "ben"]
    assert makes_its_commit(two.scratch, thread)
    assert {origin.evidence for _, _, origin in claims(two.scratch, commit, thread)} == {"proved"}


def test_a_strand_that_was_recorded_twice_stands_once(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3)
    commit = two.commit()
    one = two.recorded(commit, two.ann)
    part = one.parts[0]
    turn = part.turns[0]
    more = replace(turn, steps=(*turn.steps, Step(9, "said", text="And done.")))
    other = replace(one, parts=(replace(part, turns=(more,)),))
    found = unite(two.scratch.repo, commit.id, render(one), render(other))
    assert parse(found.text).parts == other.parts
    assert makes_its_commit(two.scratch, parse(found.text))


def test_of_a_strand_that_was_scrubbed_the_scrubbed_one_stays(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3)
    commit = two.commit()
    two.ann.said("hunter2 it is")
    one = two.recorded(commit, two.ann)
    text = render(one).replace(b"Light the lamp", b"Light the [redacted:scrubbed]")
    clean = replace(
        one,
        parts=(
            replace(
                one.parts[0],
                turns=tuple(
                    replace(turn, prompt="Light the [redacted:scrubbed]")
                    for turn in one.parts[0].turns
                ),
            ),
        ),
    )
    assert b"[redacted:scrubbed]" in text
    for pair in ((one, clean), (clean, one)):
        found = unite(two.scratch.repo, commit.id, *map(render, pair))
        assert parse(found.text) == clean


def test_a_document_that_holds_all_parts_of_the_other_is_the_result(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3)
    two.edit(two.ben, "lamp.py", 4, "one line more\n")
    commit = two.commit()
    whole, half = two.recorded(commit, two.ann, two.ben), two.recorded(commit, two.ben)
    found = unite(two.scratch.repo, commit.id, render(half), render(whole))
    assert found == United(render(whole))


def test_a_document_of_another_commit_is_left_out(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3)
    first = two.commit()
    two.edit(two.ben, "oil.py", 5)
    second = two.commit()
    one, other = two.recorded(first, two.ann), two.recorded(second, two.ben)
    found = unite(two.scratch.repo, second.id, render(one), render(other))
    assert found.text == render(other)
    assert "another commit" in found.left_out


@pytest.mark.parametrize("bad", [b"", b"my own note\n", b"---\ntreadle: 1\ndamaged\n", b"\x00\xff"])
def test_what_cannot_be_read_gives_way_to_what_can(two: Two, bad: bytes) -> None:
    two.edit(two.ann, "lamp.py", 3)
    commit = two.commit()
    text = render(two.recorded(commit, two.ann))
    for pair in ((text, bad), (bad, text)):
        found = unite(two.scratch.repo, commit.id, *pair)
        assert found.text == text
        assert "no document" in found.left_out


def test_where_the_files_are_missing_each_paths_own_document_tells_of_it(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3)
    two.edit(two.ben, "oil.py", 5)
    commit = two.commit()
    one, other = (render(two.recorded(commit, agent)) for agent in (two.ann, two.ben))
    elsewhere = Scratch(two.scratch.top.parent / "elsewhere")
    elsewhere.commit("Nothing of it")
    thread = parse(unite(elsewhere.repo, commit.id, one, other).text)
    assert makes_its_commit(two.scratch, thread)
    assert sessions(thread) == ["ann", "ben"]


def test_a_note_of_two_documents_that_git_joined_is_united_too(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3)
    two.edit(two.ben, "oil.py", 5)
    commit = two.commit()
    one, other = (render(two.recorded(commit, agent)) for agent in (two.ann, two.ben))
    found = unite(two.scratch.repo, commit.id, one + b"\n" + other, one)
    assert makes_its_commit(two.scratch, parse(found.text))
    assert sessions(parse(found.text)) == ["ann", "ben"]


# -- writing what somebody else wrote meanwhile --------------------------------------


def test_what_another_one_wrote_meanwhile_is_united_with_ours(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3)
    two.edit(two.ben, "oil.py", 5)
    commit = two.commit()
    store = Store(two.scratch.repo)
    since = store.tip()
    mine, theirs = (redact(two.recorded(commit, agent)) for agent in (two.ann, two.ben))
    store.put({commit.id: theirs})
    with pytest.raises(UserError, match="somebody else wrote"):
        store.put({commit.id: mine}, since)
    assert keep(store, {commit.id: mine}, since) == 1
    thread = document(two.scratch, commit)
    assert {part_id(part) for part in thread.parts} == {
        part_id(part) for one in (mine, theirs) for part in one.thread.parts
    }
    assert keep(store, {commit.id: mine}, store.tip()) == 1, "what one knew one may replace"
    assert document(two.scratch, commit) == mine.thread


def test_a_note_that_cannot_be_united_stops_the_writing(two: Two) -> None:
    two.edit(two.ann, "lamp.py", 3)
    commit = two.commit()
    store = Store(two.scratch.repo)
    since = store.tip()
    store.put_rendered({commit.id: b"---\ntreadle: 2\n---\n\nnewer\n"})
    with pytest.raises(UserError, match="newer treadle"):
        keep(store, {commit.id: redact(two.recorded(commit, two.ann))}, since)
    assert store.get(commit.id) == b"---\ntreadle: 2\n---\n\nnewer\n"
