"""What holds for any chat history of Aider, whatever happened to it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.thread.agents import damage
from treadle.thread import agents
from treadle.thread.agents import Source
from treadle.thread.model import Event

CASES = Path(__file__).parents[3] / "cases" / "agents" / "aider"
TRANSCRIPTS = [file.read_bytes() for file in sorted(CASES.rglob("*.md"))]
LINES = sorted({line for transcript in TRANSCRIPTS for line in transcript.split(b"\n")})
HEADER = "# aider chat started at 2026-05-04 10:00:00\n\n"


def events(text: str) -> list[Event]:
    (session,) = agents.read([Source.bytes("h", (HEADER + text).encode())], "aider").sessions
    return list(session.events)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (HEADER.encode(), "aider"),
        (b"\n\n" + HEADER.replace("\n", "\r\n").encode(), "aider"),
        (b"# A book\n\naider chat started at 2026-05-04 10:00:00\n", ""),
        (b"# aider chat started at noon\n", ""),
    ],
)
def test_recognises_by_the_first_bytes(head: bytes, name: str) -> None:
    assert agents.recognise(head) == name


@settings(max_examples=150)
@given(st.sampled_from(TRANSCRIPTS), damage.WOUNDS)
def test_damaged_bytes_never_raise(text: bytes, wounds: list[tuple[int, int, bytes]]) -> None:
    broken = damage.wounded(text, wounds)
    damage.assert_sound(agents.read([Source.bytes("x", broken)], "aider"))
    agents.recognise(broken)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_lines_in_any_order_never_raise(lines: list[bytes]) -> None:
    text = HEADER.encode() + b"\n".join(lines) + b"\n"
    damage.assert_sound(agents.read([Source.bytes("x", text)], "aider"))


@settings(max_examples=80)
@given(st.sampled_from(TRANSCRIPTS), st.data())
def test_a_copy_cut_anywhere_adds_nothing_to_the_whole(
    transcript: bytes, data: st.DataObject
) -> None:
    cut = transcript[: data.draw(st.integers(0, len(transcript)))]
    whole = agents.read([Source.bytes("whole", transcript)], "aider")
    both = agents.read([Source.bytes("w", transcript), Source.bytes("c", cut)], "aider")
    assert [one.events for one in whole.sessions] == [one.events for one in both.sessions]


@settings(max_examples=80)
@given(st.lists(st.sampled_from(["one", "two", "  three", "", "#### four", "> five", "..."])))
def test_block_gives_back_the_lines_it_holds(lines: list[str]) -> None:
    body = "".join(f"{line}\n" for line in lines)
    text = (
        f"lamp.py\n```\n<<<<<<< SEARCH\nfirst\n{body}=======\nother\n{body}>>>>>>> REPLACE\n```\n"
    )
    found = events(f"#### Do.  \n\n{text}\n> Applied edit to lamp.py  \n")
    (edit,) = [edit for event in found for edit in event.edits][:1]
    assert "first\n" in edit.old
    if "..." not in lines:
        assert (edit.old, edit.new) == (f"first\n{body}", f"other\n{body}")


@pytest.mark.parametrize(
    "marks", ["<<<<< SEARCH|=====|>>>>> REPLACE", "<<<<<<<<< SEARCH|=========|>>>>>>>>> REPLACE"]
)
def test_marks_of_5_to_9_letters(marks: str) -> None:
    head, divider, end = marks.split("|")
    found = events(
        f"#### Do.  \n\nlamp.py\n{head}\na\n{divider}\nb\n{end}\n\n> Applied edit to lamp.py  \n"
    )
    assert [(edit.old, edit.new) for event in found for edit in event.edits] == [("a\n", "b\n")]


def test_all_events_have_the_time_of_the_beginning() -> None:
    found = events("#### One.  \n\nOne.\n\n#### Two.  \n")
    assert {event.time for event in found} == {"2026-05-04T10:00:00.000Z"}


def test_paths_are_as_aider_has_them_and_no_folder_is_named() -> None:
    (event,) = events("#### Do.  \n\n\n> Creating empty file src/a.py  \n")[1:]
    assert (event.cwd, event.edits[0].path) == ("", "src/a.py")


@pytest.mark.parametrize(
    "line",
    [
        "<<<<<<< SEARCH",
        "=======",
        "```diff",
        "<source>",
        "*** Begin Patch",
        "> ## SearchReplaceNoExactMatch: This SEARCH block failed to exactly match lines in a  ",
        "# aider chat started at 2026-05-04 10:00:00",
        "#### /undo  ",
    ],
)
def test_same_line_again_and_again_ends(line: str) -> None:
    text = f"{HEADER}#### Do.  \n\nlamp.py\n" + f"{line}\n> <<<<<<< SEARCH  \n" * 20_000
    began = time.monotonic()
    damage.assert_sound(agents.read([Source.bytes("x", text.encode())], "aider"))
    assert time.monotonic() - began < 20


def test_two_sessions_of_one_second_stay_two() -> None:
    text = f"{HEADER}#### One.  \n\n{HEADER}#### Two.  \n\n{HEADER}#### Two.  \n\nIt is two.\n"
    reading = agents.read([Source.bytes("x", text.encode())], "aider")
    assert len({session.id for session in reading.sessions}) == len(reading.sessions) == 2
