"""The front matter: what can be known of a document without reading it.

Every value is one line of JSON, so that any YAML reader reads it and ours is ``json``. Half
of it is derived from the parts (``agents``, ``strands``, ``counts``), for those who list many
documents; ``document.parse`` refuses a document in which the two differ. There is no id of
the commit here, no time of recording, no host and no version of treadle: the same thread is
the same bytes wherever it is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from treadle.thread.grammar.blocks import Block, DocumentError, Fields, decode, encode
from treadle.thread.model import Part, Thread

VERSION = 1
"""The major version of the format that we write, and the newest that we read."""

_KEY = re.compile("([a-z][a-z0-9-]{0,63}): (.+)")
_KEYS = ("treadle", "tree", "base", "patch-id", "agents", "strands", "transcripts", "counts")
_COUNTS = ("turns", "steps", "edits", "unplaced", "files", "residue")
_OBJECT_ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent in one version, and all models it used in the document."""

    name: str
    version: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Strand:
    """A part, by its id, and when its session was at work on it."""

    part: str
    session: str
    began: str
    ended: str
    continues: str


@dataclass(frozen=True, slots=True)
class Front:
    """The front matter of one document."""

    tree: str
    base: str
    patch_id: str
    agents: tuple[Agent, ...]
    """Derived: in the order of the parts."""
    strands: tuple[Strand, ...]
    """Derived: one a part, in their order."""
    complete: bool
    """As in ``Thread``."""
    counts: tuple[tuple[str, int], ...]
    """Derived: ``turns``, ``steps``, ``edits`` and ``unplaced`` ones among the steps' changes,
    ``files`` of the commit, and those with a ``residue``."""
    extra: tuple[tuple[str, str], ...] = ()
    """As in ``Thread``, without whole sections."""
    lines: dict[str, int] = field(default_factory=dict, compare=False)
    """Where a document was read: the 1-based line of every key."""


def front_of(thread: Thread, ids: Sequence[str], section: str) -> Front:
    """The front matter of ``thread``, whose parts have these ids.

    ``section`` is the key that marks whole sections in ``Thread.extra``.
    """
    models: dict[tuple[str, str], dict[str, None]] = {}
    for part in thread.parts:
        models.setdefault((part.agent, part.version), {}).update(dict.fromkeys(part.models))
    return Front(
        thread.placement.tree,
        thread.placement.base,
        thread.placement.patch_id,
        tuple(Agent(*agent, tuple(used)) for agent, used in models.items()),
        tuple(_strand(part, name) for part, name in zip(thread.parts, ids, strict=True)),
        thread.complete,
        _counts(thread),
        tuple(pair for pair in thread.extra if pair[0] != section),
    )


def write_front(front: Front) -> str:
    """The lines of the front matter, with those around it."""
    values: dict[str, Any] = {
        "treadle": VERSION,
        "tree": front.tree,
        "base": front.base,
        "patch-id": front.patch_id,
        "agents": [
            {"name": agent.name, "version": agent.version, "models": list(agent.models)}
            for agent in front.agents
        ],
        "strands": [_strand_values(strand) for strand in front.strands],
        "transcripts": "complete" if front.complete else "partial",
        "counts": dict(front.counts),
    }
    lines = [f"{key}: {encode(value)}\n" for key, value in values.items()]
    lines += [f"{key}: {value}\n" for key, value in front.extra]
    return f"---\n{''.join(lines)}---\n"


def read_front(block: Block) -> Front:
    """Read a block of front matter. Raises ``DocumentError``."""
    values, extra, lines = _read_lines(block)
    for key in _KEYS:
        if key not in values:
            raise DocumentError(block.line, f"the front matter lacks the key `{key}`")
    fields = {key: Fields({key: value}, lines[key], key) for key, value in values.items()}
    version = fields["treadle"].count("treadle")
    if version > VERSION:
        raise newer(lines["treadle"], str(version))
    if version != VERSION:
        raise fields["treadle"].wrong("treadle", str(VERSION))
    complete = fields["transcripts"].word("transcripts", ("complete", "partial"))
    return Front(
        _object_id(fields["tree"], "tree"),
        _object_id(fields["base"], "base"),
        _object_id(fields["patch-id"], "patch-id") if values["patch-id"] else "",
        tuple(_read_agent(item) for item in _items(values, "agents", lines)),
        tuple(_read_strand(item) for item in _items(values, "strands", lines)),
        complete == "complete",
        _read_counts(Fields(values["counts"], lines["counts"], "counts")),
        extra,
        lines,
    )


def newer(line: int, version: str) -> DocumentError:
    """The error for a document in a version of the format that we do not know."""
    return DocumentError(
        line,
        f"this document was written by a newer treadle, in version {version} of the format",
        f"This treadle reads version {VERSION}: upgrade it, or read the note with `git notes`.",
    )


def _strand(part: Part, name: str) -> Strand:
    return Strand(name, part.session, part.began, part.ended, part.continues)


def _strand_values(strand: Strand) -> dict[str, str]:
    values = {"part": strand.part, "session": strand.session}
    for key in ("began", "ended", "continues"):
        if value := getattr(strand, key):
            values[key] = value
    return values


def _counts(thread: Thread) -> tuple[tuple[str, int], ...]:
    turns = [turn for part in thread.parts for turn in part.turns]
    steps = [step for turn in turns for step in turn.steps]
    kinds = [change.kind for step in steps for change in step.changes]
    numbers = (
        len(turns),
        len(steps),
        kinds.count("edit"),
        kinds.count("unplaced"),
        len(thread.placement.rows),
        len(thread.placement.residue),
    )
    return tuple(zip(_COUNTS, numbers, strict=True))


def _read_lines(block: Block) -> tuple[dict[str, Any], tuple[tuple[str, str], ...], dict[str, int]]:
    """Values of the keys we know, the JSON of the others, the 1-based line of each."""
    values: dict[str, Any] = {}
    extra: list[tuple[str, str]] = []
    lines: dict[str, int] = {}
    for line, text in enumerate(block.text.split("\n"), block.line + 1):
        match = _KEY.fullmatch(text)
        if match is None or match[1] in lines:
            raise DocumentError(line, "expected a new key, a colon and one line of JSON")
        lines[match[1]] = line
        value = decode(match[2], line)
        if match[1] in _KEYS:
            values[match[1]] = value
        else:
            extra.append((match[1], match[2]))
    return values, tuple(extra), lines


def _items(values: dict[str, Any], key: str, lines: dict[str, int]) -> list[Fields]:
    if not isinstance(values[key], list):
        raise DocumentError(lines[key], f"expected a list for `{key}`")
    return [Fields(value, lines[key], key) for value in values[key]]


def _read_agent(fields: Fields) -> Agent:
    agent = Agent(fields.text("name", None), fields.text("version"), fields.texts("models"))
    fields.end()
    return agent


def _read_strand(fields: Fields) -> Strand:
    strand = Strand(
        fields.text("part", None),
        fields.text("session", None),
        fields.text("began"),
        fields.text("ended"),
        fields.text("continues"),
    )
    fields.end()
    return strand


def _read_counts(fields: Fields) -> tuple[tuple[str, int], ...]:
    counts = tuple((name, fields.count(name)) for name in _COUNTS)
    fields.end()
    return counts


def _object_id(fields: Fields, key: str) -> str:
    value = fields.text(key, None)
    if not _OBJECT_ID.fullmatch(value):
        raise fields.wrong(key, "an object id of 40 or 64 hex digits")
    return value
