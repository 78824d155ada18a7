"""Transcripts in chunks, and what a reader gets of them."""

from __future__ import annotations

import json
from functools import partial
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.entire.chunks import Chunk, intact, sources

LINE = b'{"type":"user"}'


def chunks(*texts: bytes) -> list[Chunk]:
    return [partial(bytes, text) for text in texts]


def told(*texts: bytes) -> list[tuple[str, bytes]]:
    found = []
    for source in sources("0/full.jsonl", "s1", chunks(*texts)):
        with source.open() as stream:
            found.append((source.name, stream.read()))
    return found


def cut(text: bytes, most: int) -> list[bytes]:
    """As Entire cuts JSON lines: between two of them, without the LF that stood there."""
    found: list[list[bytes]] = [[]]
    for line in text.split(b"\n"):
        if found[-1] and sum(map(len, found[-1])) + len(line) > most:
            found.append([])
        found[-1].append(line)
    return [b"\n".join(part) for part in found]


def digest(text: bytes) -> str:
    return f"sha256:{sha256(text).hexdigest()}"


def test_one_chunk_is_the_transcript() -> None:
    assert told(LINE) == [("0/full.jsonl", LINE)]
    assert told(b'{"messages": []}') == [("0/full.jsonl", b'{"messages": []}')]


def test_lines_are_joined_with_the_lf_that_stood_between_them() -> None:
    assert told(LINE, LINE, LINE + b"\n") == [("0/full.jsonl", b"\n".join([LINE] * 3) + b"\n")]


def test_a_stream_of_chunks_can_be_opened_twice_and_read_by_lines() -> None:
    (source,) = sources("0/full.jsonl", "s1", chunks(LINE, LINE))
    for _ in range(2):
        with source.open() as stream:
            assert stream.readline(4) == LINE[:4]
            assert list(stream) == [LINE[4:] + b"\n", LINE]


def test_documents_stay_apart_and_get_what_only_the_first_one_has() -> None:
    first = b'{"info": {"id": "ses_1"}, "messages": [1]}'
    (one, two) = told(first, b'{"messages": [2]}')
    assert one == ("0/full.jsonl", first)
    assert two[0] == "0/full.jsonl.001"
    assert json.loads(two[1]) == {"info": {"id": "ses_1"}, "messages": [2]}


def test_documents_that_name_no_session_get_its_id() -> None:
    for _, text in told(b'{"messages": [1]}', b'{"messages": [2]}'):
        assert json.loads(text)["sessionId"] == "s1"


def test_a_damaged_chunk_of_a_document_is_given_as_it_is() -> None:
    assert told(b'{"sessionId": "g", "messages": []}', b'{"messages": [') == [
        ("0/full.jsonl", b'{"sessionId": "g", "projectHash": "unknown", "messages": []}'),
        ("0/full.jsonl.001", b'{"messages": ['),
    ]


def test_a_missing_chunk_shows_in_the_hash() -> None:
    whole = b"\n".join([LINE] * 3)
    assert intact(chunks(LINE, LINE, LINE), digest(whole))
    assert not intact(chunks(LINE, LINE), digest(whole))
    assert not intact(chunks(LINE, LINE), "")
    assert intact(chunks(b'{"messages": []}', b'{"messages": []}'), digest(whole))


@given(st.lists(st.binary(max_size=8), max_size=12), st.integers(1, 20))
def test_what_was_cut_is_put_together_again(pieces: list[bytes], most: int) -> None:
    text = b"x\n" + b"\n".join(pieces)
    parts = cut(text, most)
    assert [content for _, content in told(*parts)] == [text]
    assert intact(chunks(*parts), digest(text))


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4))
def test_no_chunks_stop_the_reading(parts: list[bytes]) -> None:
    told(*parts)
    intact(chunks(*parts), "")
