"""The document of a commit: a thread as Markdown, and back.

Two verbs, ``render`` and ``parse``, and a law: ``parse(render(t)) == t``. The document is
the only source of tangle, weave and blame, so reading is strict: what is not written the
way ``docs/FORMAT.md`` says is an error with a line number, never a guess. A document is

    front matter   each value one line of JSON (``front``)
    # title        derived; the reader passes over it
    # a part       any number of them (``parts``)
    # Placement    what ties them to the commit (``placement``)
    # ...          sections of newer minor versions, kept as they are

Versions of the format: 1, the first.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from treadle.thread.grammar.blocks import (
    Block,
    DocumentError,
    encode,
    escape_markup,
    heading,
    one_line,
    plain_up_to,
    scan,
)
from treadle.thread.grammar.front import VERSION, Front, front_of, newer, read_front, write_front
from treadle.thread.grammar.parts import Cursor, damage, part_id, read_part, render_part, text_id
from treadle.thread.grammar.placement import read_placement, render_placement
from treadle.thread.model import Part, Placement, Thread

__all__ = ["DocumentError", "documents", "head", "parse", "part_id", "render"]

MAX_BYTES = 64 << 20
"""A larger document is refused unread: a commit that needs one keeps files by reference."""

SECTION = "#"
"""In ``Thread.extra``, the key of a whole section of a newer minor version (its text as JSON)."""

DOCUMENT, NEWER, FOREIGN = "document", "newer", "foreign"
"""What a note may be: a document (maybe a damaged one), one of a newer version of the format, or
anything else."""

_OPENING = re.compile(rb"---\r?\ntreadle: ([0-9]{1,9})\r?\n")
_MARKED = re.compile(r"\\(.)")
_NO_PROMPT = "A thread without a prompt"


# -- writing ------------------------------------------------------------------------


def render(thread: Thread) -> bytes:
    """The thread's document. The same thread gives the same bytes, everywhere and always."""
    parts = [render_part(part) for part in thread.parts]
    front = front_of(thread, [text_id(text) for text in parts], SECTION)
    sections = [json.loads(value) for key, value in thread.extra if key == SECTION]
    title = heading(1, _title(thread)) + "\n"
    placement = render_placement(thread.placement)
    return "\n".join([write_front(front), title, *parts, placement, *sections]).encode()


def _title(thread: Thread) -> str:
    """The first line of the first prompt that is new here, else of the first prompt."""
    turns = [turn for part in thread.parts for turn in part.turns]
    for turn in [turn for turn in turns if not turn.continued] + turns:
        if title := one_line(turn.prompt):
            return title
    return escape_markup(_NO_PROMPT)


# -- reading ------------------------------------------------------------------------


def parse(text: bytes) -> Thread:
    """The thread of a note: of its document, or of several that git put one after the other.

    Several are one thread if they are of one commit (the same base and tree): the union of
    their parts by id, with the last one's placement. Where the last one lacks parts of the
    others, that placement does not fit the union, and strict application will say so.

    Raises ``DocumentError``.
    """
    read = _read_documents(text)
    last = read[-1]
    for other in read:
        if (other.front.base, other.front.tree) != (last.front.base, last.front.tree):
            raise DocumentError(
                last.line,
                "a second document begins here, and it is of another commit",
                "git joined the notes of two commits: record this commit again (treadle record).",
            )
    return _unite(read)


def documents(text: bytes) -> tuple[Thread, ...]:
    """The threads of all documents of a note, in their order. Raises ``DocumentError``."""
    return tuple(one.thread for one in _read_documents(text))


def kind(text: bytes) -> str:
    """What a note is, by its first lines: ``DOCUMENT``, ``NEWER`` or ``FOREIGN``."""
    opening = _OPENING.match(text)
    if opening is None or len(text) > MAX_BYTES:
        return FOREIGN
    return DOCUMENT if int(opening[1]) <= VERSION else NEWER


def head(text: bytes) -> tuple[Front, str]:
    """The front matter and the title of a note's first document, without reading the rest.

    Raises ``DocumentError``, but not for damage further down.
    """
    end = text.find(b"\n---\n\n# ") + 7
    end = text.find(b"\n", end) + 1 if end > 6 else len(text)
    front, title = [*scan(_decode(text[:end])), None, None][:2]
    if front is None or title is None:
        raise DocumentError(1, "expected front matter and a title")
    return read_front(front), _MARKED.sub(r"\1", title.text)


@dataclass(frozen=True, slots=True)
class _Document:
    """One document of a note."""

    line: int
    """1-based, its first."""
    front: Front
    thread: Thread
    ids: tuple[str, ...]
    """Of the thread's parts."""


def _unite(read: list[_Document]) -> Thread:
    last = read[-1].thread
    if len(read) == 1:
        return last
    by_id = {
        name: part for one in read for name, part in zip(one.ids, one.thread.parts, strict=True)
    }
    parts = last.parts
    if len(by_id) > len(parts):
        names = sorted(by_id, key=lambda name: (by_id[name].began, name))
        parts = tuple(by_id[name] for name in names)
    pairs = [pair for one in read for pair in one.thread.extra]
    keys = {key: value for key, value in pairs if key != SECTION}
    sections = dict.fromkeys(pair for pair in pairs if pair[0] == SECTION)
    complete = all(one.thread.complete for one in read)
    return Thread(parts, last.placement, complete, (*keys.items(), *sections))


def _read_documents(text: bytes) -> list[_Document]:
    shown = _decode(text)
    blocks = list(scan(shown))
    cursor = Cursor(blocks, Block("", shown.count("\n") + 1, len(shown), ""))
    read = [_read_document(cursor, shown)]
    while cursor.block.kind:
        read.append(_read_document(cursor, shown))
    return read


def _decode(text: bytes) -> str:
    """The text of a note, if it can be a document at all."""
    opening = _OPENING.match(text)
    if opening is None:
        hint = "A document begins with a line `---` and a line `treadle: 1`."
        raise DocumentError(1, "not a treadle document", hint)
    if int(opening[1]) > VERSION:
        raise newer(2, opening[1].decode())
    if len(text) > MAX_BYTES:
        raise DocumentError(1, f"the document is larger than {MAX_BYTES >> 20} MB", "")
    try:
        shown = text.decode()
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise DocumentError(line, "a byte that is not UTF-8") from None
    end = plain_up_to(shown)
    if end < len(shown):
        line = shown.count("\n", 0, end) + 1
        if shown[end] == "\r":
            raise DocumentError(line, "a CR stands here: the line ends were converted")
        raise DocumentError(line, f"the character U+{ord(shown[end]):04X} must not stand here bare")
    if not text.endswith(b"\n"):
        raise DocumentError(shown.count("\n") + 1, "the document is cut off within this line")
    return shown


def _read_document(cursor: Cursor, text: str) -> _Document:
    block = cursor.need("---", "the front matter of a document")
    front = read_front(block)
    cursor.need("#", "the title")
    parts: dict[str, Part] = {}
    for strand in front.strands:
        part, section = read_part(cursor, text)
        if section.id != strand.part:
            raise damage(part, section, strand.part)
        if section.id in parts:
            raise DocumentError(section.line, "this part stands twice in the document")
        parts[section.id] = part
    rows, residue = read_placement(cursor)
    placement = Placement(front.base, front.tree, front.patch_id, rows, residue)
    extra = (*front.extra, *_read_sections(cursor, text))
    thread = Thread(tuple(parts.values()), placement, front.complete, extra)
    ids = tuple(parts)
    _check_derived(front, front_of(thread, ids, SECTION))
    return _Document(block.line, front, thread, ids)


def _read_sections(cursor: Cursor, text: str) -> list[tuple[str, str]]:
    """The sections below the placement, which this version does not know."""
    sections = []
    while cursor.block.kind not in ("", "---"):
        start = cursor.need("#", "a section of its own").start
        while cursor.block.kind not in ("", "---", "#"):
            cursor.take(cursor.block.kind)
        end = cursor.block
        sections.append((SECTION, encode(text[start : end.start - (end.kind != "")])))
    return sections


def _check_derived(front: Front, derived: Front) -> None:
    """Raise if the front matter does not say what the parts say."""
    for key in ("strands", "agents", "counts"):
        if getattr(front, key) != getattr(derived, key):
            message = f"the parts below are not as `{key}` says"
            raise DocumentError(front.lines[key], message)
