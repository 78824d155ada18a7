"""The index of the site's own search: small pieces that hold all there is to find."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.weave.maker import edited, part, said, turn
from tests.weave.slackwater import slackwater
from treadle.thread.model import Change, Hunk
from treadle.weave.search import (
    CODE,
    DIGITS,
    LARGEST_BLOCK,
    SMALLEST,
    Entry,
    block_files,
    block_names,
    blocks,
    index_file,
    packed,
    searched,
    text_name,
)
from treadle.weave.site import weave_book


def unpacked(text: str) -> list[int]:
    """What the script does to read numbers."""
    numbers, at, step, shift = [], -1, 0, 0
    for digit in text:
        value = DIGITS.index(digit)
        step |= (value & 31) << shift
        shift += 5
        if value < 32:
            at += step + 1
            step = shift = 0
            numbers.append(at)
    return numbers


def told(script: str) -> list[object]:
    """The arguments of a script's only call."""
    found = re.fullmatch(r"treadleSearch\.put\((.*)\);\n", script)
    assert found
    row = json.loads(f"[{found[1]}]")
    assert isinstance(row, list)
    return row


def entry(number: int, *texts: str) -> Entry:
    steps = turn(1, f"prompt{number}", "2026-03-02T09:00:00.000Z", *map(said, texts))
    return Entry(f"key{number}", f"Subject {number}", "2026-03-02", (("p" * 40, part("s", steps)),))


def files(entries: list[Entry]) -> dict[str, str]:
    (block,) = blocks([one.key for one in entries])
    return dict(block_files(block, entries))


@given(st.sets(st.integers(0, 5000), max_size=60))
def test_numbers_are_read_as_they_were_packed(numbers: set[int]) -> None:
    assert unpacked(packed(sorted(numbers))) == sorted(numbers)


@given(st.integers(0, 3000))
def test_blocks_cover_all_threads_in_order(count: int) -> None:
    found = blocks([str(n) for n in range(count)])
    assert [n for block in found for n in range(block.begin, block.end)] == list(range(count))
    assert all(block.end - block.begin <= LARGEST_BLOCK for block in found)
    assert len(found) <= count // LARGEST_BLOCK + 10


@pytest.mark.parametrize("count", [1, SMALLEST - 1, SMALLEST, 70, 300, 1100])
def test_one_more_thread_keeps_the_large_blocks(count: int) -> None:
    keys = [str(n) for n in range(count + 1)]
    before, after = blocks(keys[:-1]), blocks(keys)
    kept = {block.name for block in before} & {block.name for block in after}
    touched = [block for block in before if block.name not in kept]
    assert sum(block.end - block.begin for block in touched) < 4 * SMALLEST or count in (64, 256)


def test_every_word_leads_to_its_passages() -> None:
    entries = [entry(n, f"word{n} shared", "tideTable shared") for n in range(20)]
    (first, second) = blocks([one.key for one in entries])
    words: dict[str, list[int]] = {}
    for block in (first, second):
        own = entries[block.begin : block.end]
        for name, text in block_files(block, own):
            kind, _, *rest = told(text)
            if kind == "words":
                lines = str(rest[1]).split("\n")
                assert lines == sorted(lines)
                for line in lines:
                    word, _, postings = line.partition(" ")
                    found = unpacked(postings)
                    words.setdefault(word, []).extend(at + 4 * block.begin for at in found)
            assert name in {*block_names(block), *(text_name(one.key) for one in own)}
    assert words["word7"] == [4 * 7 + 2]
    assert len(words["shared"]) == 40
    assert words["table"] == [4 * n + 3 for n in range(20)]
    assert words["prompt19"] == [4 * 19 + 1]


def test_a_block_tells_how_many_passages_each_thread_has() -> None:
    written = files([entry(0, "a b"), entry(1, "c d", "e f")])
    (head,) = [row for row in map(told, written.values()) if row[0] == "block"]
    assert head[2] == [3, 4]
    assert len(str(head[3])) == 7


def test_of_code_the_new_lines_are_searched_and_it_is_bounded() -> None:
    change = Change("a.py", "edit", hunks=(Hunk(0, 0, ("-old\n", "+new\n", *["+x\n"] * 9000)),))
    steps = turn(1, "do", "2026-03-02T09:00:00.000Z", edited(change))
    one = Entry("k", "s", "2026-03-02", (("p" * 40, part("s", steps)),))
    code = searched(one)[-1][1].text
    assert code.startswith("@a.py\n+new\n+x\n")
    assert len(code) <= CODE


@given(st.text(max_size=200))
def test_any_text_is_a_script_that_calls_once(text: str) -> None:
    for script in files([entry(0, text)]).values():
        told(script)
        assert "\u2028" not in script
        assert script.encode()


def test_hostile_names_stay_texts() -> None:
    evil = "</script><script>alert(1)//\udcff\u202e"
    written = files([replace(entry(0, evil), subject=evil)])
    assert all("\u202e" not in script for script in written.values())


def test_the_first_script_names_what_there_is() -> None:
    found = blocks(["a", "b"])
    row = told(index_file(["thread/1.html", "thread/2.html"], ["a", "b"], found))
    assert row[2] == [["thread/1.html", text_name("a")], ["thread/2.html", text_name("b")]]
    assert row[3] == [[found[0].name, 0]]


def test_a_site_holds_all_that_its_index_names(tmp_path: Path) -> None:
    weave_book(slackwater(), tmp_path, jobs=1)
    _, _, threads, heads = told((tmp_path / "search" / "index.js").read_text())
    assert isinstance(threads, list)
    assert isinstance(heads, list)
    for page, texts in threads:
        assert (tmp_path / page).is_file()
        assert (tmp_path / "search" / f"{texts}.js").is_file()
    for name, _ in heads:
        assert (tmp_path / "search" / f"{name}.js").is_file()


def test_scripts_of_threads_long_gone_are_taken_away(tmp_path: Path) -> None:
    weave_book(slackwater(), tmp_path, jobs=1)
    before = {path.name for path in (tmp_path / "search").iterdir()}
    book = slackwater()
    weave_book(replace(book, threads=book.threads[:2]), tmp_path, jobs=1)
    after = {path.name for path in (tmp_path / "search").iterdir()}
    assert len(after) < len(before)
    assert {name for name in after if name.startswith("t-")} < before
