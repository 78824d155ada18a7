"""Lines of JSON that are torn, glued, too long or no text."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.agents.reading import lines as lines_module
from treadle.thread.agents.reading.fields import text
from treadle.thread.agents.reading.lines import NOT_JSON, SWITCH, Allowance, Decoder, lines


def split(text: bytes) -> tuple[list[tuple[int, bytes]], list[tuple[int, str]]]:
    complaints: list[tuple[int, str]] = []
    found = list(lines(io.BytesIO(text), lambda at, reason: complaints.append((at, reason))))
    return found, complaints


def fast() -> Decoder:
    """A decoder that has decoded so much already that it uses orjson."""
    decoder = Decoder(Allowance())
    decoder.documents(b'"' + b"x" * SWITCH + b'"')
    return decoder


FAST = fast()


def test_offsets_are_in_bytes() -> None:
    assert split("ä\n\nb".encode()) == ([(0, "ä\n".encode()), (3, b"\n"), (4, b"b")], [])


def test_line_that_is_too_long_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "LONGEST_LINE", 10)
    found, complaints = split(b"short\n" + b"x" * 50 + b"\nafter\n" + b"y" * 11)
    assert found == [(0, b"short\n"), (57, b"after\n")]
    assert [at for at, _ in complaints] == [6, 63]


def test_line_as_long_as_allowed_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "LONGEST_LINE", 10)
    assert split(b"0123456789\n0123456789") == ([(0, b"0123456789\n"), (11, b"0123456789")], [])


@pytest.mark.parametrize("decoder", [Decoder(Allowance()), FAST], ids=["json", "orjson"])
class TestDecoding:
    def test_one_document(self, decoder: Decoder) -> None:
        assert decoder.documents(b'{"a": [1, "b"]}') == ([{"a": [1, "b"]}], [])

    def test_two_documents_glued(self, decoder: Decoder) -> None:
        assert decoder.documents(b'{"a":1} {"b":2}') == ([{"a": 1}, {"b": 2}], [])

    def test_whole_document_after_a_torn_one(self, decoder: Decoder) -> None:
        found = decoder.documents(b'{"a":{"c":1},"d{"b":{"x":2}}')
        assert found == ([{"b": {"x": 2}}], [(0, NOT_JSON)])

    def test_torn_document_after_a_whole_one(self, decoder: Decoder) -> None:
        assert decoder.documents('{"a":"ä"}{"b"'.encode()) == ([{"a": "ä"}], [(10, NOT_JSON)])

    def test_bytes_that_are_not_utf8(self, decoder: Decoder) -> None:
        documents, complaints = decoder.documents(b'{"a":"\xff"}')
        assert documents == [{"a": "\ufffd"}]
        assert [at for at, _ in complaints] == [6]

    def test_lone_surrogates_at_any_depth(self, decoder: Decoder) -> None:
        raw = rb'{"\ud800":["\udfff",{"a":"x\uD83Dy"},"\ud83d\udca1"]}'
        wanted = {"\ufffd": ["\ufffd", {"a": "x\ufffdy"}, "\U0001f4a1"]}
        assert decoder.documents(raw) == ([wanted], [])

    def test_lone_surrogate_alone(self, decoder: Decoder) -> None:
        assert decoder.documents(rb'"\ud800"') == (["\ufffd"], [])

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
    def test_other_encodings_are_not_guessed(self, decoder: Decoder, encoding: str) -> None:
        documents, complaints = decoder.documents(r'{"a": "x\ud83dy"}'.encode(encoding))
        assert (documents, bool(complaints)) == ([], True)

    def test_large_number(self, decoder: Decoder) -> None:
        documents, complaints = decoder.documents(b'{"a":1' + b"0" * 30 + b',"b":"c"}')
        assert (text(documents[0], "b"), complaints) == ("c", [])

    def test_number_of_5000_digits(self, decoder: Decoder) -> None:
        decoder.documents(b'{"a":' + b"1" * 5000 + b"}")

    def test_nested_10000_deep(self, decoder: Decoder) -> None:
        decoder.documents(b"[" * 10_000 + b"]" * 10_000)

    def test_control_characters_in_a_string(self, decoder: Decoder) -> None:
        assert decoder.documents(b'{"a":"b\x01\tc"}') == ([{"a": "b\x01\tc"}], [])

    def test_empty_line(self, decoder: Decoder) -> None:
        assert decoder.documents(b"  ") == ([], [])


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=5)), max_size=4))
def test_documents_survive_being_glued(values: list[dict[str, str]]) -> None:
    raw = "".join(json.dumps(value, ensure_ascii=False) for value in values)
    assert Decoder(Allowance()).documents(raw.encode()) == (values, [])


@given(st.binary(max_size=60))
def test_any_bytes_are_answered(raw: bytes) -> None:
    slow, quick = Decoder(Allowance()).documents(raw), FAST.documents(raw)
    assert repr(slow[0]) == repr(quick[0])


def test_decoders_of_one_process_share_what_json_decodes() -> None:
    allowance = Allowance(20)
    Decoder(allowance).documents(b'"short"')
    assert allowance.left == 13
    Decoder(allowance).documents(b'"this is a longer line"')
    assert allowance.left == 0
