"""One commit and its diff as values, and the two forms in which git tells a commit.

``git log`` tells many commits at once, in a format of our own; the commit object tells one
without another process, where an object reader runs anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from treadle.thread.grammar.moment import utc

if TYPE_CHECKING:
    from treadle.thread.model import Entry

LOG = "%H%n%P%n%T%n%an%n%at%n%ct%n%B"
"""The format of ``git log`` that ``from_log`` reads."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, as ``git log`` tells it."""

    id: str
    parents: tuple[str, ...]
    tree: str
    author: str
    time: str
    """Author time, UTC, ISO 8601 with ``Z``."""
    committed: str
    """Committer time, likewise."""
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Delta:
    """One path of a commit's diff against its first parent."""

    path: str
    status: str
    """Git's letter: A, M, D, R or T (C is not asked for)."""
    before: Entry | None
    after: Entry | None
    source: str = ""
    """The path before, where it was renamed."""
    added: tuple[tuple[int, int], ...] = ()
    """Half-open, 0-based ranges of lines in the new file that the diff adds."""
    removed: tuple[tuple[int, int], ...] = ()
    """The same, of lines in the old file that it removes."""
    binary: bool = False
    parent: int = 0
    """Of a merge: the parent, from 2, that has the path just so."""


def from_log(record: bytes) -> Commit:
    """A commit out of one record of ``git log --format=LOG --encoding=UTF-8``."""
    text = decode(record).lstrip("\n")
    id_, parents, tree, author, authored, committed, message = text.split("\n", 6)
    return Commit(
        id=id_,
        parents=tuple(parents.split()),
        tree=tree,
        author=author,
        time=utc(int(authored or 0)),
        committed=utc(int(committed or 0)),
        subject=message.lstrip("\n").split("\n", 1)[0],
        message=message,
    )


def from_object(id_: str, raw: bytes) -> Commit:
    """A commit out of the object itself."""
    head, _, body = raw.partition(b"\n\n")
    rows = [row.partition(b" ") for row in head.split(b"\n") if not row.startswith(b" ")]
    said = {name: value for name, _, value in rows}
    parents = tuple(decode(value) for name, _, value in rows if name == b"parent")
    codec = decode(said.get(b"encoding", b"utf-8"))
    author, authored = _signature(said.get(b"author", b""), codec)
    _, committed = _signature(said.get(b"committer", b""), codec)
    message = _recoded(body, codec)
    subject = message.lstrip("\n").split("\n", 1)[0]
    return Commit(
        id_, parents, decode(said.get(b"tree", b"")), author, authored, committed, subject, message
    )


def _signature(raw: bytes, codec: str) -> tuple[str, str]:
    """Name and UTC time of a line ``NAME <MAIL> SECONDS ZONE``."""
    name, _, rest = raw.partition(b"<")
    seconds = rest.rpartition(b">")[2].split()[:1]
    try:
        return _recoded(name.strip(), codec), utc(int(seconds[0])) if seconds else ""
    except ValueError:
        return _recoded(name.strip(), codec), ""


def _recoded(raw: bytes, codec: str) -> str:
    """Text of a commit in its own encoding."""
    try:
        return raw.decode(codec)
    except (LookupError, UnicodeError):
        return decode(raw)


def decode(content: bytes) -> str:
    """A blob as text; bytes that are not UTF-8 become lone surrogates."""
    return content.decode("utf-8", "surrogateescape")
