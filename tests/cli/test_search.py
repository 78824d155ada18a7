"""``treadle search`` as people and programs call it."""

from __future__ import annotations

import json

import pytest

from tests.cli.lamp import LAST, PROMPT, REASON, Lamp, refused, run
from tests.cli.terminal import see


def rows(lamp: Lamp, *args: str) -> list[dict[str, object]]:
    done = run("search", "--json", *args, at=lamp.top)
    assert done.code == 0, done
    return [json.loads(line) for line in done.out.splitlines()]


def test_a_hit_tells_where_it_stands_what_matches_and_why(lamp: Lamp) -> None:
    (hit,) = run("search", "is lit", at=lamp.top).out.strip().split("\n\n")
    head, line, why = hit.split("\n")
    number = LAST.split("\n").index('    return f"{name} is lit"') + 1
    assert f" edited src/lamp.py:{number} " in head
    assert line == '  +return f"{name} is lit"'
    assert why == f"  because {REASON}"


def test_its_address_can_be_shown_and_its_line_asked(lamp: Lamp) -> None:
    (hit,) = [row for row in rows(lamp, "lit") if row["kind"] == "edited"]
    assert PROMPT in run("show", str(hit["address"]), at=lamp.top).out
    place = f"{hit['path']}:{hit['line']}"
    assert REASON in run("why", place, str(hit["commit"]), at=lamp.top).out


@pytest.mark.parametrize("words", [("every lamp",), ("let", "its", "name"), ("lamp",)])
def test_every_address_that_is_told_exists(lamp: Lamp, words: tuple[str, ...]) -> None:
    for row in rows(lamp, *words):
        assert run("show", str(row["address"]), at=lamp.top).code == 0


def test_programs_get_the_ranges_that_match(lamp: Lamp) -> None:
    for row in rows(lamp, "lamp"):
        marks = row["matches"]
        assert isinstance(marks, list)
        for begin, end in marks:
            assert "lamp" in str(row["text"])[begin:end].lower()


def test_what_is_less_than_was_asked_is_said(lamp: Lamp) -> None:
    done = run("search", "name its", at=lamp.top)
    assert "as it was quoted" in done.err
    assert done.out
    assert "some of it" in run("search", "lamp", "zeppelin", at=lamp.top).err
    none = run("search", "zeppelin", at=lamp.top)
    assert (none.code, none.out, none.err) == (0, "", "nothing found\n")


def test_a_word_with_a_slip_in_it_is_told_as_it_was_meant(lamp: Lamp) -> None:
    done = run("search", "lapm", at=lamp.top)
    assert (done.code, done.out, done.err) == (0, "", "nothing found; did you mean lamp?\n")
    done = run("search", "lamp", "lapm", at=lamp.top)
    assert done.out
    assert done.err.endswith("some of it; did you mean lamp?\n")


def test_only_so_many_hits_are_told(lamp: Lamp) -> None:
    assert len(rows(lamp, "-n", "1", "lamp")) == 1


def test_limits_keep_what_is_within(lamp: Lamp) -> None:
    assert {row["agent"] for row in rows(lamp, "--agent", "claude-code", "lamp")} == {"claude-code"}
    assert rows(lamp, "--path", "src", "lamp")
    assert rows(lamp, "--path", "src/lamp.py", "lamp")
    assert not rows(lamp, "--path", "notes", "lamp")
    assert not rows(lamp, "--since", "2 seconds ago", "lamp")
    assert rows(lamp, "--since", "1990-01-01", "lamp")


def test_a_path_is_seen_from_the_folder_we_are_in(lamp: Lamp) -> None:
    done = run("search", "--json", "--path", "lamp.py", "lamp", at=lamp.top / "src")
    assert done.out


def test_what_limits_nothing_is_refused(lamp: Lamp) -> None:
    assert "there are: claude-code" in refused("search", "--agent", "no", "x", at=lamp.top, code=2)
    assert "outside" in refused("search", "--path", "../x", "x", at=lamp.top, code=2)
    assert "no such date" in refused("search", "--since", "?", "x", at=lamp.top, code=2)


def test_a_query_without_a_word_is_wrong_usage(lamp: Lamp) -> None:
    assert "no word" in refused("search", "***", '""', at=lamp.top, code=2)


@pytest.mark.parametrize(
    "typed", ['"lamp', "lamp*", "AND", "(lamp", "text:lamp", "la'mp", "\x1b[1m"]
)
def test_signs_are_no_query_language(lamp: Lamp, typed: str) -> None:
    assert run("search", "--", typed, at=lamp.top).code == 0


def test_without_documents_it_says_how_to_get_some(bare_lamp: Lamp) -> None:
    assert "treadle import entire" in refused("search", "lamp", at=bare_lamp.top)


def test_on_a_terminal_matches_are_marked(lamp: Lamp) -> None:
    shown = see("-P", "search", "lamp", at=lamp.top).out
    assert "\x1b[1;31mlamp\x1b[0m" in shown
