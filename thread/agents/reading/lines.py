"""JSON lines of doubtful quality, as agents leave them on disk.

Transcripts are appended to by programs that crash, so a line may be torn, or glued to the
next one; it may hold a pasted video, or text that is not UTF-8. Reading goes on after each
of these, with a problem that says where. Nothing longer than one line is ever held.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

LONGEST_LINE = 64 << 20
"""Bytes. A longer line is skipped without being held."""

SWITCH = 6 << 20
"""Bytes that a process decodes by ``json`` before ``orjson`` is imported: it decodes two to three
times as fast, but its import alone costs what ``json`` loses on some 6 MB."""

NOT_JSON = "not JSON, skipped"

_RESCUE = 1 << 20
"""Characters. In longer torn lines no second record is searched for."""
_TRIES = 64

_SPACE = re.compile(r"[ \t\r\n\0]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


def lines(stream: BinaryIO, complain: Callable[[int, str], None]) -> Iterator[tuple[int, bytes]]:
    """Each line with its byte offset, its LF still on it; the last line may lack one.

    Of a line over ``LONGEST_LINE`` and of an error of the stream it complains, with the offset.
    """
    offset = 0
    while True:
        try:
            raw = stream.readline(LONGEST_LINE + 1)
            start, offset = offset, offset + len(raw)
            if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
                offset += _pass_line(stream)
                complain(start, "line over 64 MB, skipped")
                continue
        except OSError as error:
            complain(offset, f"cannot be read on: {error.strerror or error}")
            return
        if not raw:
            return
        yield start, raw


def _pass_line(stream: BinaryIO) -> int:
    """Read up to the end of the line, holding little; the number of bytes passed."""
    passed = 0
    while piece := stream.readline(1 << 20):
        passed += len(piece)
        if piece.endswith(b"\n"):
            break
    return passed


def holds(head: bytes, most: int, known: Callable[[object], bool], *, rest: bool = False) -> bool:
    """Whether one of the first ``most`` lines of a transcript's beginning holds a document that is
    ``known``. ``rest``: or what comes behind them, looked through as one torn line."""
    decoder = Decoder()
    return any(
        known(value)
        for raw in head.split(b"\n", most)[: most + rest]
        for value in decoder.documents(raw)[0]
    )


@dataclass(slots=True)
class Allowance:
    """What may still be decoded by ``json``, by all decoders that share it."""

    left: int = SWITCH
    """Bytes."""


_PROCESS = Allowance()


class Decoder:
    """Decodes lines: with ``json`` while they are few, with ``orjson`` when they are many."""

    def __init__(self, allowance: Allowance = _PROCESS) -> None:
        """Of the process, if no other is given: an import reads hundreds of short sessions."""
        self._allowance = allowance
        self._fast: Callable[[bytes], object] | None = None

    def documents(self, raw: bytes) -> tuple[list[object], list[tuple[int, str]]]:
        """The JSON documents of one line, and what of it could not be decoded.

        Usually one document and no complaint. A complaint is a byte offset within the line
        and a reason. No string of a document holds a lone surrogate.
        """
        try:
            return [self._decode(raw)], []
        except (ValueError, RecursionError):
            return _salvage(raw)

    def _decode(self, raw: bytes) -> object:
        if self._fast is None and len(raw) <= self._allowance.left:
            self._allowance.left -= len(raw)
            # Of bytes `json` guesses the encoding; lines are UTF-8, few of them or many.
            value: object = json.loads(raw.decode("utf-8"))
            return _without_surrogates(value) if _may_hold_surrogates(raw) else value
        if self._fast is None:
            import orjson

            self._allowance.left = 0
            self._fast = orjson.loads
        return self._fast(raw)


def document(
    stream: BinaryIO, decoder: Decoder, complain: Callable[[int, str], None]
) -> list[object]:
    """The JSON documents, mostly one, of a file that is no lines; of what cannot be read it
    complains, with the offset. Raises ``OSError`` where the stream does."""
    raw = stream.read(LONGEST_LINE + 1)
    if len(raw) > LONGEST_LINE:
        complain(0, "document over 64 MB, skipped")
        return []
    values, problems = decoder.documents(raw.removeprefix(b"\xef\xbb\xbf"))
    for offset, reason in problems:
        complain(offset, reason)
    if not values and not problems:
        complain(0, NOT_JSON)
    return values


def _may_hold_surrogates(raw: bytes) -> bool:
    return b"\\ud" in raw or b"\\uD" in raw


def _salvage(raw: bytes) -> tuple[list[object], list[tuple[int, str]]]:
    """Decode what there is: glued documents, a whole one after a torn one, broken UTF-8."""
    documents: list[object] = []
    complaints: list[tuple[int, str]] = []
    text, broken = _decoded(raw)
    if broken >= 0:
        complaints.append((broken, "not UTF-8, unreadable bytes replaced"))
    decoder = json.JSONDecoder(strict=False)
    at = _after_space(text, 0)
    while at < len(text):
        try:
            value, end = decoder.raw_decode(text, at)
            documents.append(_without_surrogates(value))
        except RecursionError:
            complaints.append((_bytes_before(text, at), "JSON nested too deep, skipped"))
            break
        except ValueError:
            complaints.append((_bytes_before(text, at), NOT_JSON))
            end = _next_whole(decoder, text, at + 1)
        at = _after_space(text, end)
    return documents, complaints


def _decoded(raw: bytes) -> tuple[str, int]:
    """The text, and the offset of the first byte that is not UTF-8, or -1."""
    try:
        return raw.decode("utf-8"), -1
    except UnicodeDecodeError as error:
        return raw.decode("utf-8", "replace"), error.start


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _bytes_before(text: str, at: int) -> int:
    return len(text[:at].encode("utf-8", "replace"))


def _next_whole(decoder: json.JSONDecoder, text: str, at: int) -> int:
    """Where, after a torn record, one begins that goes to the end of the line; else that end.

    Objects nested in the torn record end before the line does, and so are not taken for one.
    """
    end = len(text.rstrip())
    if end - at > _RESCUE:
        return len(text)
    for _ in range(_TRIES):
        at = text.find('{"', at)
        if at < 0:
            break
        try:
            if decoder.raw_decode(text, at)[1] == end:
                return at
        except (ValueError, RecursionError):
            pass
        at += 1
    return len(text)


def _without_surrogates(value: object) -> object:
    """Replace lone surrogates in every string, in place where there is a container."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    waiting = [value]
    while waiting:
        container = waiting.pop()
        if isinstance(container, dict):
            pairs = [(_SURROGATE.sub("\ufffd", key), inner) for key, inner in container.items()]
            container.clear()
            container.update((key, _clean(inner)) for key, inner in pairs)
            waiting += container.values()
        elif isinstance(container, list):
            container[:] = map(_clean, container)
            waiting += container
    return value


def _clean(value: object) -> object:
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value
