"""Searching finds what is in the documents that there are, and nothing else."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.agents import Agent
from tests.support.archive import Archive, forget, store
from tests.support.record import record
from tests.support.scratch import lines
from treadle.tangle.learnt.index import Index
from treadle.tangle.searching import wordbook
from treadle.tangle.searching.search import MOST_WORDS, Answer, Hit, asked, best_line, search
from treadle.tangle.searching.wordbook import Limits, Wordbook
from treadle.thread.errors import UserError


@pytest.fixture
def index(archive: Archive) -> Iterator[Index]:
    with closing(Index(archive.scratch.repo)) as made:
        yield made


def answer(index: Index, *typed: str, limits: Limits | None = None, most: int = 20) -> Answer:
    with closing(Wordbook(index)) as book:
        book.learn()
        return search(book, asked(typed), limits or Limits(), most)


def found(index: Index, *typed: str, limits: Limits | None = None) -> list[Hit]:
    return list(answer(index, *typed, limits=limits).hits)


def kinds(hits: list[Hit]) -> list[str]:
    return [hit.found.kind for hit in hits]


def texts(archive: Archive) -> bytes:
    """All that the file of the texts holds."""
    return (archive.scratch.top / ".git" / "treadle" / "search.db").read_bytes()


# -- what is found ----------------------------------------------------------------------


def test_a_word_of_a_prompt_finds_the_thread(archive: Archive, index: Index) -> None:
    (hit,) = [hit for hit in found(index, "mind") if hit.found.kind == "prompt"]
    assert hit.commit == archive.minded.id
    assert hit.line == "Mind the oil"
    assert hit.marks == ((0, 4),)


def test_reasoning_is_found_with_what_was_asked(archive: Archive, index: Index) -> None:
    (hit,) = found(index, "third", "out")
    assert (hit.found.kind, hit.prompt) == ("said", "Light the lamp")
    assert hit.address == f"{archive.lit.id[:8]}:{archive.part(archive.lit)[:8]}:1.1"


def test_a_subject_goes_before_a_prompt_and_a_prompt_before_reasoning(index: Index) -> None:
    ranks = {hit.found.kind: hit.found.rank for hit in found(index, "light")}
    assert ranks["title"] < ranks["prompt"] < ranks["said"]


def test_code_tells_the_line_of_the_commits_file(archive: Archive, index: Index) -> None:
    (hit,) = found(index, "fifth", "oil")
    assert (hit.found.kind, hit.path, hit.line) == (
        "edited",
        "dir/new name é.txt",
        "+the fifth oil",
    )
    assert hit.at == archive.scratch.read("dir/new name é.txt").split("\n").index("the fifth oil")


def test_code_that_did_not_stay_has_no_line(archive: Archive, index: Index) -> None:
    agent = Agent(archive.scratch, "s2")
    agent.prompt("Try a torch")
    agent.edit("lamp.py", "lamp number 7\n", "a torch of pitch\n")
    agent.edit("lamp.py", "a torch of pitch\n", "a candle\n")
    commit = archive.scratch.commit("Candle")
    record(archive.scratch, [commit], agent)
    index.refresh()
    hits = [hit for hit in found(index, "pitch") if hit.line[:1] == "+"]
    assert [(hit.path, hit.at) for hit in hits] == [("lamp.py", None)]


def test_the_beginning_of_a_word_finds_it_and_whole_words_go_first(index: Index) -> None:
    assert kinds(found(index, "remind")) == []
    assert {hit.line for hit in found(index, "min")} >= {"Mind it", "Mind the oil"}
    assert found(index, "oi") == []


def test_case_accents_and_signs_do_not_matter(index: Index) -> None:
    assert kinds(found(index, "NAME", "É"))
    assert found(index, "number_5")[0].line == "-oil number 5"


def test_a_phrase_must_stand_as_it_is(index: Index) -> None:
    assert {hit.line for hit in found(index, "the oil")} == {"Mind the oil"}
    assert answer(index, "the oil").way == "whole"


def test_what_says_the_same_is_listed_once(archive: Archive, index: Index) -> None:
    agent = Agent(archive.scratch, "s3")
    agent.prompt("Mind the oil")
    agent.edit("lamp.py", "lamp number 9\n", "lamp number nine\n")
    record(archive.scratch, [archive.scratch.commit("Nine")], agent)
    index.refresh()
    (hit,) = [hit for hit in found(index, "mind the oil") if hit.found.kind == "prompt"]
    assert hit.also == 1


def test_one_thread_does_not_fill_the_answer(archive: Archive, index: Index) -> None:
    agent = Agent(archive.scratch, "s4")
    agent.prompt("Count")
    for number in range(9):
        agent.said(f"Now the wick of lamp {number}.")
    agent.edit("lamp.py", "lamp number 9\n", "lamp number nine\n")
    commit = archive.scratch.commit("Count them")
    record(archive.scratch, [commit], agent)
    index.refresh()
    of_it = [hit for hit in found(index, "wick") if hit.commit == commit.id]
    assert len(of_it) == 3
    assert sum(hit.also for hit in of_it) == 6


def test_subjects_leave_room_for_threads(archive: Archive, index: Index) -> None:
    for number in range(6):
        archive.scratch.write("count", str(number))
        commit = archive.scratch.commit(f"Oil again, {number}")
        store(archive.scratch, commit, archive.threads[archive.lit.id])
    index.refresh()
    told = kinds(list(answer(index, "oil", most=5).hits))
    others = [kind for kind in told if kind != "title"]
    assert len(others) > 1
    assert sorted(told[: 2 + len(others)]) == sorted(["title", "title", *others])
    assert kinds(list(answer(index, "again", most=5).hits)) == ["title"] * 5


# -- less than was asked ------------------------------------------------------------------


def test_where_a_phrase_is_nowhere_its_words_are_looked_for(index: Index) -> None:
    told = answer(index, "oil mind")
    assert (told.way, told.hits[0].line) == ("words", "Mind the oil")


def test_where_no_step_holds_all_words_some_will_do(index: Index) -> None:
    assert answer(index, "mind", "zeppelin").way == "some"


def test_where_nothing_is_found_nothing_is_told(index: Index) -> None:
    assert answer(index, "zeppelin") == Answer((), "")


# -- where it looks -------------------------------------------------------------------------


def test_a_path_keeps_what_led_to_its_changes(index: Index) -> None:
    assert kinds(found(index, "lamp", limits=Limits(path="lamp.py")))
    hits = found(index, "the", limits=Limits(path="dir"))
    assert {hit.line for hit in hits} == {"Mind the oil", "+the fifth oil"}
    assert not found(index, "lamp", limits=Limits(path="lamp"))


def test_an_agent_and_a_time_keep_what_is_theirs(archive: Archive, index: Index) -> None:
    assert kinds(found(index, "light", limits=Limits(agent="claude-code")))
    assert not found(index, "light", limits=Limits(agent="codex"))
    later = Limits(since=archive.minded.time)
    assert [hit.found.kind for hit in found(index, "mind", limits=later)] == ["title"]


# -- what was typed ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ['"', '""', "***", "a OR", "NEAR(a b)", "title:x", "-oil", "^a", "a AND", "{}", "(", "'"],
)
def test_a_query_has_no_language(index: Index, typed: str) -> None:
    query = asked([typed])
    if query.terms:
        answer(index, typed)


@given(st.lists(st.text(max_size=30), max_size=6))
def test_whatever_is_typed_gives_words_that_can_be_quoted(typed: list[str]) -> None:
    query = asked(typed)
    assert len(query.terms) <= MOST_WORDS
    assert all(word and not set(word) & set('" *') for term in query.terms for word in term)


def test_quotes_and_spaces_make_a_phrase() -> None:
    assert asked(['say "the oil" again']).terms == (("say",), ("the", "oil"), ("again",))
    assert asked(["the oil", "again"]).terms == (("the", "oil"), ("again",))
    assert asked(['"the oi']).exact == {0}


def test_many_words_are_bounded() -> None:
    assert len(asked(["x" * n for n in range(1, 500)]).terms) == MOST_WORDS


def test_the_line_with_most_of_the_words_is_told() -> None:
    text = "one\none two\n-one two three\n+one two three\n"
    assert best_line(text, ["one", "two", "three"])[:2] == (3, "+one two three")
    assert best_line("nothing", ["one"]) == (0, "nothing", ())
    assert best_line("a\nÉté", ["ete"]) == (1, "Été", ((0, 3),))


# -- keeping and forgetting ----------------------------------------------------------------


def test_only_new_documents_are_read(archive: Archive, index: Index) -> None:
    assert found(index, "mind")
    store(archive.scratch, archive.begin, archive.threads[archive.lit.id])
    index.refresh()
    done: list[tuple[int, int]] = []
    with closing(Wordbook(index)) as book:
        book.learn(lambda at, whole: done.append((at, whole)))
    assert done == [(0, 1)]


def test_a_document_that_is_gone_leaves_no_word_in_the_file(archive: Archive, index: Index) -> None:
    thread = archive.threads[archive.minded.id]
    part = thread.parts[0]
    turn = replace(part.turns[0], prompt="Mind the xyzzyplugh secret")
    spoken = replace(thread, parts=(replace(part, turns=(turn, *part.turns[1:])),))
    store(archive.scratch, archive.minded, spoken)
    index.refresh()
    assert found(index, "xyzzyplugh")
    packed = zlib.compress(turn.prompt.encode())
    assert b"xyzzyplugh" in texts(archive)
    assert packed in texts(archive)
    store(archive.scratch, archive.minded, thread)
    index.refresh()
    assert not found(index, "xyzzyplugh")
    assert b"xyzzyplugh" not in texts(archive)
    assert packed not in texts(archive)
    assert found(index, "mind the oil")


def test_without_documents_nothing_is_left(archive: Archive, index: Index) -> None:
    assert found(index, "oil")
    forget(archive.scratch)
    index.refresh()
    assert not found(index, "oil")
    assert b"fifth" not in texts(archive)


def test_a_damaged_document_is_counted_and_the_others_are_found(
    archive: Archive, index: Index
) -> None:
    store(archive.scratch, archive.begin, b"---\ntreadle: 1\nnonsense\n")
    with closing(Wordbook(index)) as book:
        book.learn()
        assert book.damaged() == 1
    assert found(index, "mind")


def test_a_damaged_file_is_made_anew(archive: Archive, index: Index) -> None:
    assert found(index, "mind")
    path = archive.scratch.top / ".git" / "treadle" / "search.db"
    path.write_bytes(b"not a database, but long enough to be one" * 100)
    assert found(index, "mind")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_searched_all_the_same(
    archive: Archive, index: Index
) -> None:
    folder = archive.scratch.top / ".git" / "treadle"
    folder.chmod(0o500)
    try:
        assert found(index, "mind")
    finally:
        folder.chmod(0o700)


def test_texts_that_are_no_utf_8_are_searched(archive: Archive, index: Index) -> None:
    agent = Agent(archive.scratch, "s5")
    agent.prompt("Name it")
    agent.write("caf\udce9.txt", lines("un caf\udce9 noir"))
    commit = archive.scratch.commit("Coffee")
    record(archive.scratch, [commit], agent)
    index.refresh()
    hits = [hit for hit in found(index, "noir") if hit.found.kind == "edited"]
    assert [hit.commit for hit in hits] == [commit.id]
    assert [hit.at for hit in hits] == [0]


def test_a_sqlite_without_full_text_search_is_told_of(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that no SQLite has stands for the one that this SQLite may lack."""
    lacking = wordbook._TABLES.replace("using fts5", "using fts5_of_another_build")
    monkeypatch.setattr(wordbook, "_TABLES", lacking)
    with pytest.raises(UserError, match="without FTS5") as told:
        Wordbook(index)
    assert "another Python" in told.value.hint
