"""The copies of transcripts that a checkpoint holds, one session's in each numbered folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from treadle.thread.entire.tree import Held

FULL, NORMAL, TASK = "full", "normal", "task"
"""The forms of a copy: the agent's own transcript; the same, normalised; a sub-agent's."""

MOST_CHUNKS = 400
"""Of one transcript; at 50 MB each this is more than anybody reads."""

_OWN = re.compile(r"(\d{1,6}/)?(metadata\.json|transcript\.jsonl|full\.(?:log|jsonl(?:\.(\d+))?))")


@dataclass(frozen=True, slots=True)
class Copy:
    """One transcript as one checkpoint holds it."""

    session: str
    """The session's id, the same in all its copies."""
    name: str
    """Its path, as a person is told of it."""
    blobs: tuple[str, ...]
    """Its chunks, in order; empty where it is not here."""
    form: str = FULL
    """``FULL``, ``NORMAL`` or ``TASK``."""
    proof: str = ""
    """The blob with the hash of the whole text, where it is in chunks."""
    flaw: str = ""
    """What is wrong with it, or why it is not here."""


def copies(one: Held, sessions: Mapping[str, str], refused: Callable[[str], str]) -> list[Copy]:
    """A copy of each session in full, and one in the normal form where there is one.

    ``sessions`` gives the id of a session by the blob with its facts; a session without goes by
    its path. ``refused`` says why a blob cannot be taken, ``""`` if it can.
    """
    found = []
    for head, chunks in sorted(_folders(one.files).items(), key=lambda row: int(row[0] or 0)):
        where = f"{one.id[:2]}/{one.id[2:]}/{head}/full.jsonl".replace("//", "/")
        facts = one.files.get(_within(head, "metadata.json"), "")
        session = sessions.get(facts, "") or where
        proof = one.files.get(_within(head, "content_hash.txt"), "")
        name = one.label + _within(head, "full.jsonl")
        blobs = tuple(chunks[number] for number in sorted(chunks))
        flaw = _gap(chunks)
        reason = next(filter(None, map(refused, blobs)), "")
        if reason or len(blobs) > MOST_CHUNKS:
            blobs, flaw = (), reason or f"more than {MOST_CHUNKS} chunks, skipped"
        found.append(Copy(session, name, blobs, FULL, proof if len(blobs) > 1 else "", flaw))
        normal = one.files.get(_within(head, "transcript.jsonl"), "")
        if normal:
            name = one.label + _within(head, "transcript.jsonl")
            reason = refused(normal)
            found.append(Copy(session, name, () if reason else (normal,), NORMAL, "", reason))
    return found


def _within(head: str, name: str) -> str:
    return f"{head}/{name}" if head else name


def _folders(files: Mapping[str, str]) -> dict[str, dict[int, str]]:
    """For each folder of a session the blobs of its transcript by their number.

    In the first layout the newest session's files stand in no folder, and the facts that stand
    there are its own; in all others they are those of the checkpoint.
    """
    found: dict[str, dict[int, str]] = {}
    told = set()
    for path, blob in files.items():
        own = _OWN.fullmatch(path)
        if not own:
            continue
        head = (own[1] or "").rstrip("/")
        chunks = found.setdefault(head, {})
        if own[2] != "metadata.json":
            told.add(head)
        if own[2] == "full.log":
            chunks.setdefault(0, blob)
        elif own[2].startswith("full.jsonl"):
            chunks[int(own[3] or 0)] = blob
    if "" not in told:
        found.pop("", None)
    return found


def _gap(chunks: Collection[int]) -> str:
    """Which chunks are missing between others, in words."""
    missing = max(chunks, default=-1) + 1 - len(chunks)
    if not missing:
        return ""
    first = next(number for number in range(len(chunks) + 1) if number not in chunks)
    return f"chunk {first} is missing" + (f", and {missing - 1} more" if missing > 1 else "")
