"""The line grammar of a document: headings, attributes, quotes and fences.

A document must hold whatever a person, an agent or a tool has said, and none of it may
be taken for the document's own structure. So there are five forms of block, a blank line
between any two, and each says by its first characters where it ends:

    ---            front matter, up to the next line that is ``---``
    # text         a heading, one line
    `{...}`        attributes, one line: an inline code span that holds a JSON object
    > text         a quote: every line begins with ``> ``, an empty one is ``>``
    ```word        a fence, up to a line of exactly as many backticks as it began with

Foreign text stands only in quotes, where every line is marked, and in fences, which are
longer than any run of backticks inside. A Markdown reader sees the same blocks, but one
is not used here: it turns CR into LF, drops NUL, and is slower by a factor of fifty.

Characters that cannot be seen, or that make a line look like another (controls, bidi
controls, bytes that are not UTF-8), would survive neither an editor nor a reviewer. A
block with one of them stands *escaped*: its fence says so, and backslashes spell them out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from treadle.thread.errors import UserError

_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 controls, but for tab and LF
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"  # bidi controls; line separators
    "\ud800-\udfff"  # bytes that are not UTF-8, as surrogateescape keeps them
)
_SHOWN = re.compile(f"[^{_HIDDEN}]*")
_DROPPED = re.compile(f"[{_HIDDEN}]+")
_UNSAFE_IN_JSON = re.compile(f"[`{_HIDDEN}]")
_ESCAPED = re.compile(rf"[\\{_HIDDEN}]")
_ESCAPE = re.compile(r"\\(\\|r|x[89A-F][0-9A-F]|u\{[0-9A-F]{1,6}\}|)")
_MARKUP = re.compile(r"[\\`*\[\]<>&#~$]|(?<![^\W_])_|_(?![^\W_])")
_TICKS = re.compile("`{3,}")
_OPENING = re.compile(r"(`{3,})([a-z]+)( escaped)?(?: (\{.*\}))?")

LINE = 72
"""How many characters of a text a heading shows."""
_NEAR = 4096

EDITED = "The document was edited or damaged; fetch its note again, or record the commit again."


class DocumentError(UserError):
    """A document that cannot be read: where (``line``, 1-based), and what was expected."""

    def __init__(self, line: int, message: str, hint: str = EDITED) -> None:
        super().__init__(f"line {line}: {message}", hint)
        self.line = line


class Block(NamedTuple):
    """One block of a document, its foreign text as it was before it was written.

    A tuple and no dataclass, because a large document has tens of thousands.
    """

    kind: str
    """``---``, ``#``, ``##``, ``###``, a backtick for attributes, ``>``; else the fence's word."""
    line: int
    """1-based line on which it begins."""
    start: int
    """Index in the document's text at which it begins."""
    text: str
    """A heading without its mark, the attributes' JSON, a quote's text, a fence's lines with their
    LF, front matter's lines without the last LF."""
    info: str = ""
    """The JSON object after a fence's word, or ``""``."""


# -- writing ------------------------------------------------------------------------


def heading(level: int, text: str) -> str:
    """A heading, ``text`` being already one line of Markdown."""
    return f"{'#' * level} {text}".rstrip(" ")


def attributes(values: dict[str, Any]) -> str:
    """A line of attributes."""
    return f"`{encode(values)}`"


def quote(text: str) -> str:
    """Prose of a person or an agent, every line marked. ``text`` must not be empty."""
    if not is_plain(text):
        return fence("quote", text + "\n")
    return "\n".join([f"> {line}" if line else ">" for line in text.split("\n")])


def fence(word: str, body: str, info: str = "") -> str:
    """A fence around ``body``, which is whole lines: empty, or with a LF at its end."""
    if not is_plain(body):
        body = escape(body)
        word += " escaped"
    ticks = "```"
    if ticks in body:
        ticks = "`" * (1 + max(map(len, _TICKS.findall(body))))
    return f"{ticks}{word} {info}\n{body}{ticks}" if info else f"{ticks}{word}\n{body}{ticks}"


def encode(value: Any) -> str:
    """One line of JSON without a backtick or a character that cannot be seen."""
    return _UNSAFE_IN_JSON.sub(_json_escape, _JSON.encode(value))


def one_line(text: str, width: int = LINE) -> str:
    """The first line of ``text`` that is not blank, as inline Markdown that means itself.

    White space is folded, what cannot be seen is dropped, and what is longer than ``width``
    characters ends in an ellipsis. ``""`` if there is no such line near the text's beginning.
    """
    for line in text[:_NEAR].split("\n"):
        shown = " ".join(_DROPPED.sub(" ", line).split())
        if shown:
            return escape_markup(
                shown if len(shown) <= width else shown[: width - 1].rstrip() + "…"
            )
    return ""


def escape_markup(text: str) -> str:
    """``text`` (one line) as inline Markdown, a backslash before what would be markup."""
    return _MARKUP.sub(r"\\\g<0>", text)


def is_plain(text: str) -> bool:
    """Whether text can stand as it is: no control but LF and tab, no bidi control, all UTF-8."""
    return _SHOWN.fullmatch(text) is not None


def plain_up_to(text: str) -> int:
    """The index of the first character that must be escaped; the text's length if none."""
    match = _SHOWN.match(text)
    return match.end() if match else 0


def escape(text: str) -> str:
    """Spell out what cannot be seen: ``\\\\``, ``\\r``, ``\\xNN`` for a byte, ``\\u{N}``."""
    return _ESCAPED.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char == "\\":
        return "\\\\"
    if char == "\r":
        return "\\r"
    code = ord(char)
    return f"\\x{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else f"\\u{{{code:X}}}"


def _json_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


# -- reading ------------------------------------------------------------------------


def unescape(text: str, line: int) -> str:
    """Undo ``escape``. ``line``: 1-based, that of the text's beginning, for errors."""

    def char(match: re.Match[str]) -> str:
        name = match[1]
        if name == "\\" or name == "r":
            return "\\" if name == "\\" else "\r"
        code = int(name[1:].strip("{}"), 16) if name else -1
        if 0 <= code <= 0x10FFFF:
            return chr(code + 0xDC00 if name[0] == "x" else code)
        at = line + text.count("\n", 0, match.start())
        raise DocumentError(at, r"a backslash that is none of \\, \r, \xNN and \u{N}")

    return _ESCAPE.sub(char, text)


def decode(text: str, line: int) -> Any:
    """One line of JSON; objects must not name a key twice. ``line``: 1-based, for errors."""
    try:
        value, end = _READER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        why = getattr(error, "msg", "") or error
        raise DocumentError(line, f"not one line of JSON: {why}") from None
    if end < len(text):
        raise DocumentError(line, "more than one JSON value in one line")
    return value


def scan(text: str) -> Iterator[Block]:
    """Cut a document, or several in a row, into blocks. ``text`` must end with a LF.

    Raises ``DocumentError`` where a line has none of the forms, where a block does not end,
    and where blocks are not one blank line apart.
    """
    start, line = 0, 1
    while True:
        read = _READERS.get(text[start : start + 1], _read_other)
        block, end = read(text, start, line)
        yield block
        line += text.count("\n", start, end)
        if end == len(text):
            return
        if text[end] != "\n":
            raise DocumentError(line, "expected a blank line here")
        if end + 1 == len(text):
            raise DocumentError(line, "expected no blank line at the end")
        start, line = end + 1, line + 1


def _read_front(text: str, start: int, line: int) -> tuple[Block, int]:
    end = text.find("\n---\n", start)
    if not text.startswith("---\n", start) or end < 0:
        raise DocumentError(line, "expected front matter between two lines `---`")
    return Block("---", line, start, text[start + 4 : end]), end + 5


def _read_heading(text: str, start: int, line: int) -> tuple[Block, int]:
    end = text.index("\n", start)
    mark, _, title = text[start:end].partition(" ")
    if mark not in ("#", "##", "###"):
        raise DocumentError(line, "expected `#`, `##` or `###` and a blank")
    return Block(mark, line, start, title), end + 1


def _read_quote(text: str, start: int, line: int) -> tuple[Block, int]:
    end = text.find("\n\n", start)
    end = len(text) - 1 if end < 0 else end
    lines = text[start:end].split("\n")
    for number, marked in enumerate(lines):
        if marked[:2] not in ("> ", ">"):
            raise DocumentError(line + number, "expected `> ` before every line of the quote")
    return Block(">", line, start, "\n".join([marked[2:] for marked in lines])), end + 1


def _read_ticks(text: str, start: int, line: int) -> tuple[Block, int]:
    end = text.index("\n", start)
    if not text.startswith("```", start):
        if text[start + 1] != "{" or text[end - 2 : end] != "}`":
            raise DocumentError(line, "expected attributes, a JSON object between two backticks")
        return Block("`", line, start, text[start + 1 : end - 1]), end + 1
    opening = _OPENING.fullmatch(text, start, end)
    if opening is None:
        raise DocumentError(line, "expected backticks, a word, `escaped` or not, a JSON object")
    ticks, word, escaped, info = opening.groups("")
    close = text.find(f"\n{ticks}\n", end)
    if close < 0:
        raise DocumentError(line, f"the fence `{word}` that begins here does not end")
    body = text[end + 1 : close + 1]
    if ticks in body:
        raise DocumentError(line, "a fence must be longer than any run of backticks inside")
    if escaped:
        body = unescape(body, line + 1)
    if word != "quote":
        return Block(word, line, start, body, info), close + len(ticks) + 2
    if not body or info:
        raise DocumentError(line, "expected the quoted text in this fence, and nothing beside it")
    return Block(">", line, start, body[:-1]), close + len(ticks) + 2


def _read_other(text: str, start: int, line: int) -> tuple[Block, int]:
    raise DocumentError(line, "expected a heading, attributes, a quote or a fence here")


_READERS = {"-": _read_front, "#": _read_heading, ">": _read_quote, "`": _read_ticks}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return values


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "))
_READER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


# -- keys and their values ----------------------------------------------------------


class Fields:
    """A JSON object that is read key by key; what is left over at the end is an error."""

    __slots__ = ("_values", "line", "what")

    def __init__(self, values: Any, line: int, what: str) -> None:
        if not isinstance(values, dict):
            raise DocumentError(line, f"expected a JSON object for {what}")
        self._values = values
        self.line = line
        self.what = what

    def text(self, key: str, default: str | None = "") -> str:
        """A string. It must be there if ``default`` is None."""
        value = self._values.pop(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, "a string")
        return value

    def word(self, key: str, words: tuple[str, ...]) -> str:
        """One of ``words``; a missing key is ``""``."""
        value = self.text(key)
        if value not in words:
            raise self.wrong(key, "one of " + ", ".join(word for word in words if word))
        return value

    def count(self, key: str) -> int:
        """A number from 0 to a milliard; a missing key is 0."""
        value = self._values.pop(key, 0)
        if type(value) is not int or not 0 <= value <= 10**9:
            raise self.wrong(key, "a number, not negative")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._values.pop(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def maybe(self, key: str, default: bool) -> bool | None:
        """True, false or null."""
        value = self._values.pop(key, default)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, "true, false or null")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; a missing key is an empty one."""
        value = self._values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "a list of strings")
        return tuple(value)

    def runs(self, key: str) -> list[tuple[int, int, *tuple[str, ...]]]:
        """A list of runs of lines: the first, how many (both from 1 to a milliard), and strings;
        a missing key is an empty one."""
        value = self._values.pop(key, [])
        if not isinstance(value, list) or not all(map(_is_run, value)):
            raise self.wrong(key, "a list of runs")
        return [tuple(run) for run in value]

    def end(self) -> None:
        """Raise if a key is left that nobody asked for."""
        for key in self._values:
            raise DocumentError(self.line, f"{self.what} has no key {encode(key)}")

    def wrong(self, key: str, expected: str) -> DocumentError:
        """The error to raise when the value of ``key`` is not as expected."""
        return DocumentError(self.line, f"{self.what}: expected {expected} for {encode(key)}")


def _is_run(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 2
        and all(type(number) is int and 1 <= number <= 10**9 for number in value[:2])
        and all(isinstance(word, str) for word in value[2:])
    )
