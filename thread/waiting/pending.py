"""What no commit took yet of a session, kept because agents delete their transcripts.

One file a session, JSON lines: a head, then events. The first ``held`` of them stand in
documents already and are only there for what follows: edits of theirs that no commit took,
the prompts that govern them and the rest, and the event that the rest continues. Texts are
redacted before they come here. The folder is for the person alone (0700, files 0600), bounded,
and can be deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from treadle.thread.model import Edit, Event, Made, Session, Snapshot
from treadle.thread.select import Ref

VERSION = 1
"""1: the first."""
SESSION_LIMIT = 8 << 20
"""Bytes of one session's file."""
LIMIT = 64 << 20
"""Bytes of all."""
_FILES = 2000
_QUARTERS = 100
_LOOKED = 1 << 16
"""Environments that are remembered, and bytes of the file that does."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kept:
    """The end of a session."""

    session: Session
    held: int
    """So many of its first events stand in documents."""
    files: tuple[str, ...]
    """Its transcript, as long as there is one."""
    taken: frozenset[Ref] = frozenset()
    """Edits of the held events that commits took."""
    stored: Mapping[Ref, str] = field(default_factory=dict)
    """Where the held events' edits stand: ``PART:T.S``."""
    edits: int = 0
    """Edits that no commit took."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What is told of a file without reading it all."""

    agent: str
    session: str
    events: int
    edits: int
    size: int
    """Bytes."""
    last: str
    """Time of the last edit that no commit took."""
    files: tuple[str, ...]
    path: str

    @property
    def gone(self) -> bool:
        """Whether the transcript is not there any more."""
        return bool(self.files) and not os.path.exists(self.files[0])


class Shelf:
    """The folder of what is pending in one repository."""

    def __init__(self, folder: str) -> None:
        """``folder`` is treadle's own, in git's common directory."""
        self.folder = os.path.join(folder, "pending")

    def keep(self, kept: Kept) -> bool:
        """Write a session's end, or anew; False where it is too large or cannot be written."""
        rows = [_head(kept), *(_row(event) for event in kept.session.events)]
        text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
        path = self._path(kept.session.agent, kept.session.id)
        if len(text) > SESSION_LIMIT:
            self.drop(kept.session.agent, kept.session.id)
            return False
        content = text.encode("ascii")
        try:
            if _contents(path) == content:
                return True
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            fresh = f"{path}.{os.getpid()}"
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(fresh, path)
        except OSError:
            return False
        return True

    def drop(self, agent: str, session: str) -> None:
        """Forget a session: commits took it all."""
        with suppress(OSError):
            os.unlink(self._path(agent, session))

    def trim(self) -> list[Tail]:
        """Drop the oldest files beyond what may be kept; what was dropped."""
        tails = sorted(self.tails(), key=lambda tail: (tail.last, tail.path), reverse=True)
        total, dropped = 0, []
        for tail in tails:
            total += tail.size
            if total > LIMIT:
                with suppress(OSError):
                    os.unlink(tail.path)
                dropped.append(tail)
        return dropped

    def tails(self) -> Iterator[Tail]:
        """What is there, told by the heads."""
        for path in self._files():
            head = _first(path)
            with suppress(KeyError, TypeError, ValueError, OSError):
                yield Tail(
                    str(head["agent"]),
                    str(head["session"]),
                    int(str(head["events"])),
                    int(str(head["edits"])),
                    os.stat(path).st_size,
                    str(head["last"]),
                    tuple(map(str, _list(head["files"]))),
                    path,
                )

    def read(self, tail: Tail) -> Kept | None:
        """A session's end; None where the file is damaged or of another version."""
        rows = (_contents(tail.path) or b"").split(b"\n")
        try:
            return _kept([json.loads(row) for row in rows if row])
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            return None

    def _files(self) -> list[str]:
        try:
            names = sorted(os.listdir(self.folder))[:_FILES]
        except OSError:
            return []
        return [os.path.join(self.folder, name) for name in names if name.endswith(".jsonl")]

    def _path(self, agent: str, session: str) -> str:
        name = hashlib.sha256(f"{agent}:{session}".encode("utf-8", "surrogateescape")).hexdigest()
        return os.path.join(self.folder, f"{name[:24]}.jsonl")


def looked(folder: str) -> dict[str, float]:
    """When all transcripts of some quarters were last looked at, in seconds since 1970, by the
    quarters' name: of what did not change since nothing is left but what is kept."""
    try:
        with open(os.path.join(folder, "looked"), "rb") as file:
            told = json.loads(file.read(_LOOKED))
    except (OSError, ValueError):
        return {}
    rows = told.items() if isinstance(told, dict) else ()
    return {name: max(0.0, float(at)) for name, at in rows if isinstance(at, int | float)}


def look(folder: str, names: Iterable[str], moment: float) -> None:
    """Note that the transcripts of these quarters were looked at."""
    told = {**looked(folder), **dict.fromkeys(names, moment)}
    newest = sorted(told.items(), key=lambda row: -row[1])[:_QUARTERS]
    fresh = os.path.join(folder, f"looked.{os.getpid()}")
    with suppress(OSError):
        with open(fresh, "w", encoding="ascii") as file:
            file.write(json.dumps(dict(newest)))
        os.replace(fresh, os.path.join(folder, "looked"))


def _head(kept: Kept) -> dict[str, object]:
    events = kept.session.events
    times = [event.time for event in events if event.edits]
    return {
        "version": VERSION,
        "agent": kept.session.agent,
        "session": kept.session.id,
        "agent_version": kept.session.version,
        "files": kept.files,
        "held": kept.held,
        "events": len(events) - kept.held,
        "edits": kept.edits,
        "last": max(times, default=""),
        "taken": sorted([ref.event, ref.item] for ref in kept.taken),
        "stored": [[ref.event, ref.item, at] for ref, at in kept.stored.items()],
    }


def _row(event: Event) -> dict[str, object]:
    """An event without what is as it is by default."""
    return {key: value for key, value in asdict(event).items() if value != _DEFAULT.get(key)}


_DEFAULT = {one.name: one.default for one in fields(Event)}


def _kept(rows: Sequence[Mapping[str, object]]) -> Kept:
    head = rows[0]
    if head["version"] != VERSION:
        raise ValueError("another version")
    events = tuple(_event(row) for row in rows[1:])
    agent, id_, version = (str(head[name]) for name in ("agent", "session", "agent_version"))
    held = int(str(head["held"]))
    if not 0 <= held <= len(events) or len(events) - held != head["events"]:
        raise ValueError("events are missing")
    taken = frozenset(Ref(int(event), int(item)) for event, item in _list(head["taken"]))
    stored = {Ref(int(event), int(item)): str(at) for event, item, at in _list(head["stored"])}
    files = tuple(map(str, _list(head["files"])))
    session = Session(agent, id_, version, events)
    return Kept(session, held, files, taken, stored, int(str(head["edits"])))


def _event(row: Mapping[str, object]) -> Event:
    told = dict(row)
    edits = tuple(_made(Edit, one) for one in _list(told.pop("edits", [])))
    reads = tuple(_made(Snapshot, one) for one in _list(told.pop("reads", [])))
    made = tuple(_made(Made, one) for one in _list(told.pop("made", [])))
    return _made(Event, {**told, "edits": edits, "reads": reads, "made": made})


def _made(kind: Callable[..., T], row: Mapping[str, object]) -> T:
    return kind(**row)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _first(path: str) -> Mapping[str, object]:
    try:
        with open(path, "rb") as file:
            head = json.loads(file.readline(1 << 20))
    except (OSError, ValueError, RecursionError):
        return {}
    return head if isinstance(head, dict) else {}


def _contents(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read(SESSION_LIMIT + 1)
    except OSError:
        return None
