"""Whatever happens to a transcript, a reader answers, soon, with no more than it may hold.

The transcripts are those of the cases, and those in the folder that ``TREADLE_SAMPLES`` names, if
it is set: real ones, of any agent. They are cut, glued, put in another order, told with wrong
types, blown up and written in other encodings. ``TREADLE_FUZZ`` is how often as usual.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import SAMPLES
from tests.thread.agents.damage import WOUNDS, assert_sound, replace_somewhere, wounded
from treadle.thread import agents
from treadle.thread.agents import Source
from treadle.thread.agents.events.bounds import LARGEST_EDIT
from treadle.thread.agents.source import HEAD, MOST_PROBLEMS

CASES = Path(__file__).parents[2] / "cases" / "agents"
_LARGEST = 2 << 20
_LONGEST_TEXT = 300_000
"""Letters of a prompt or an answer, the note on what was cut included."""
_LONGEST_OUTPUT = 20_000
_PATIENCE = 60
"""Seconds after which a reader is said to hang; none needs one of them."""


def transcripts() -> list[tuple[str, bytes]]:
    """The files that some reader knows, with the reader's name."""
    found = []
    for root in (CASES, *([Path(SAMPLES)] if SAMPLES else [])):
        for file in sorted(root.rglob("*")):
            if file.is_file() and file.name != "expected.txt" and file.stat().st_size < _LARGEST:
                content = file.read_bytes()
                name = agents.recognise(content[:HEAD])
                found += [(name, content)] if name else []
    return found


FILES = transcripts()
PIECES = [b"x", b"\\n", b'"', b"[", b'{"a":', b"line\\n", b"\xf0", b"\n"]
OFTEN = int(os.environ.get("TREADLE_FUZZ", "1"))
some_file = st.sampled_from(FILES)
few = settings(max_examples=150 * OFTEN)


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """Raise where what is inside hangs."""

    def hang(*_: object) -> None:
        raise TimeoutError("the reader hangs")

    before = signal.signal(signal.SIGALRM, hang)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def answers(name: str, *contents: bytes) -> None:
    """Read them, by the reader named and by whichever knows them, and look at what comes out."""
    sources = [Source.bytes(f"{number}.jsonl", content) for number, content in enumerate(contents)]
    for agent in dict.fromkeys((name, "")):
        with no_longer_than(_PATIENCE):
            reading = agents.read(sources, agent)
        assert_sound(reading)
        assert_bounded(reading, len(sources))


def assert_bounded(reading: agents.Reading, sources: int) -> None:
    for session in reading.sessions:
        assert len(session.problems) <= 2 * (MOST_PROBLEMS + 1) * sources + 1
        for event in session.events:
            assert len(event.text) <= _LONGEST_TEXT
            assert len(event.output) <= _LONGEST_OUTPUT
            for edit in event.edits:
                texts = (edit.old, edit.new, edit.before or "")
                assert max(map(len, texts)) <= LARGEST_EDIT
            assert all(len(read.text) <= LARGEST_EDIT for read in event.reads)


@few
@given(some_file, st.data())
def test_cut(file: tuple[str, bytes], data: st.DataObject) -> None:
    name, content = file
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, len(content)))
    answers(name, content[begin:end], content[:begin] + content[end:])


@few
@given(some_file, some_file, st.data())
def test_glued(one: tuple[str, bytes], other: tuple[str, bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(one[1])))
    joint = data.draw(st.sampled_from([b"", b"\n", b"\r\n", b"\0", b"}{", b",", b"\xef\xbb\xbf"]))
    answers(one[0], one[1][:at] + joint + other[1] + joint + one[1][at:])


@few
@given(some_file, st.randoms(use_true_random=False))
def test_in_another_order(file: tuple[str, bytes], random: Any) -> None:
    lines = file[1].split(b"\n")
    random.shuffle(lines)
    answers(file[0], b"\n".join(lines), b"\n".join(reversed(lines)))


@few
@given(some_file, st.data())
def test_told_with_wrong_types(file: tuple[str, bytes], data: st.DataObject) -> None:
    name, content = file
    lines = content.split(b"\n")
    whole = decoded(content)
    if isinstance(whole, dict | list):
        for _ in range(data.draw(st.integers(1, 6))):
            replace_somewhere(data, whole)
        answers(name, json.dumps(whole).encode())
        return
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        value = decoded(lines[at])
        if isinstance(value, dict | list):
            replace_somewhere(data, value)
            lines[at] = json.dumps(value).encode()
    answers(name, b"\n".join(lines))


@few
@given(some_file, WOUNDS)
def test_with_bytes_out_of_place(
    file: tuple[str, bytes], wounds: list[tuple[int, int, bytes]]
) -> None:
    answers(file[0], wounded(file[1], wounds))


@settings(few, max_examples=20 * OFTEN)
@given(some_file, st.data())
def test_blown_up(file: tuple[str, bytes], data: st.DataObject) -> None:
    name, content = file
    at = data.draw(st.integers(0, len(content)))
    piece = data.draw(st.sampled_from(PIECES))
    count = data.draw(st.sampled_from([3_000, 100_000, 2_000_000]))
    size = 200_000 if piece == b"\n" else 5 << 20
    answers(name, content[:at] + (piece * count)[:size] + content[at:])


@few
@given(some_file, st.sampled_from(["utf-16", "utf-32", "utf-7", "cp500", "latin-1"]))
def test_in_another_encoding(file: tuple[str, bytes], encoding: str) -> None:
    text = file[1].decode("utf-8", "replace")
    answers(file[0], text.encode(encoding, "replace"), b"\xef\xbb\xbf" + file[1])


def decoded(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
