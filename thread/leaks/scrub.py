"""A leaked secret leaves the store: documents, their history, what waits, and what was remembered.

Everything new is written beside the old; then one transaction moves the notes ref and drops all
refs that still hold what was taken out. Killed before it, nothing has happened; killed after it,
doing it again finishes the rest. At last every object that our refs reach is searched, so that the
answer is a proof and not a hope.

What was taken out is still at remotes, in other clones and in the agents' transcripts. So that the
next fetch does not bring it back, the ids of the old commits are kept, and a history that holds one
is not taken in; and what is recorded later hides it (``hidden``).
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from treadle.thread.errors import UserError
from treadle.thread.git.notes import REF, TRIES, pause
from treadle.thread.leaks import hidden
from treadle.thread.leaks.cleaning import Cleaned, clean, cleaned_json
from treadle.thread.leaks.history import Rewritten, blobs_of, drop_log, reaches, rewrite
from treadle.thread.leaks.needle import Needle
from treadle.thread.redaction.rules import Rules
from treadle.thread.repo import Repo

OURS = "refs/treadle/"
"""Below it all refs are ours, but the notes ref."""
SCRUBBED = "scrubbed"
"""In treadle's folder, the ids of notes commits that hold what was taken out, a line each."""
_LARGEST = 64 << 20
"""A larger file of treadle's folder is a cache and is deleted unread."""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What a scrub came to."""

    documents: int = 0
    """Notes that were written anew, old versions in the history included."""
    hits: int = 0
    """Places at which it stood in them."""
    commits: int = 0
    """Notes commits that others stand for now."""
    dropped: tuple[str, ...] = ()
    """Refs that held it and are gone: tracking refs, backups."""
    files: tuple[str, ...] = ()
    """Files of treadle's folder that were cleaned or deleted."""
    remains: tuple[str, ...] = ()
    """Where it still stands, in words. Empty: it is proved to be gone."""
    searched: int = 0
    """Objects that were searched for the proof."""

    def and_then(self, other: Scrubbed) -> Scrubbed:
        """This scrub and the next one, as one."""
        return Scrubbed(
            self.documents + other.documents,
            self.hits + other.hits,
            self.commits + other.commits,
            tuple(dict.fromkeys((*self.dropped, *other.dropped))),
            tuple(dict.fromkeys((*self.files, *other.files))),
            other.remains,
            other.searched,
        )


def scrub(repo: Repo, needle: Needle, *, dry: bool = False) -> Scrubbed:
    """Take ``needle`` out of everything that is stored; with ``dry`` only count."""
    if not dry:
        hidden.hide(repo, needle)
    for attempt in range(TRIES):
        tip = repo.ref(REF)
        blobs = blobs_of(repo, tip)
        cleaned = clean(blobs, repo.read_all, needle)
        if dry:
            return Scrubbed(len(cleaned.texts), cleaned.hits, remains=_stuck(cleaned))
        known = {*blobs} - cleaned.texts.keys() - {*cleaned.stuck}
        done = _moved(repo, tip, cleaned, needle, known)
        if done is not None:
            drop_log(repo, REF)
            files = tuple(_clean_files(os.path.join(repo.common_dir, "treadle"), needle))
            remains, searched = prove(repo, needle, known)
            return replace(done, files=files, remains=remains, searched=searched)
        pause(attempt)
    raise UserError(f"{REF} is being written by others all the time", "try again")


def _moved(
    repo: Repo, tip: str, cleaned: Cleaned, needle: Needle, known: set[str]
) -> Scrubbed | None:
    """Move the notes ref to a clean history and drop the refs that hold the old one; None where
    somebody else moved it meanwhile. ``known`` are blobs that are clean."""
    new = rewrite(repo, tip, cleaned.texts, needle) if tip else Rewritten("")
    bad = {*new.old, *cleaned.texts, *cleaned.stuck}
    refs = dict(_others(repo, needle, bad, known))
    refs.pop(new.scratch, None)
    _remember(repo, new.old)
    rows = [f"delete {ref} {id_}" for ref, id_ in refs.items()]
    if new.scratch:
        made = repo.ref(new.scratch)
        rows += [f"update {REF} {made} {tip}", f"delete {new.scratch} {made}"]
    try:
        repo.run("update-ref", "--stdin", feed="".join(f"{row}\n" for row in rows).encode())
    except UserError:
        if repo.ref(REF) == tip and all(repo.ref(ref) == id_ for ref, id_ in refs.items()):
            raise
        return None
    dropped = tuple(ref for ref in refs if not ref.startswith(f"{OURS}write/"))
    return Scrubbed(len(cleaned.texts), cleaned.hits, len(new.old), dropped)


def _others(
    repo: Repo, needle: Needle, bad: set[str], known: set[str]
) -> Iterator[tuple[str, str]]:
    """Our other refs whose history holds what is taken out: they are fetched again, or were a
    copy of what is replaced now."""
    listed = repo.text("for-each-ref", "--format=%(refname) %(objectname)", OURS)
    for row in listed.split("\n"):
        ref, _, tip = row.partition(" ")
        if not tip:
            continue
        if ref.startswith(f"{OURS}write/") or reaches(repo, tip, bad):
            yield ref, tip
            continue
        more = [blob for blob in blobs_of(repo, tip) if blob not in known]
        if clean(more, repo.read_all, needle) != Cleaned():
            yield ref, tip


# -- what was remembered ----------------------------------------------------------------


def _remember(repo: Repo, commits: tuple[str, ...]) -> None:
    """Note the old commits, so that no fetch brings them back unseen."""
    if not commits:
        return
    folder = os.path.join(repo.common_dir, "treadle")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with open(os.path.join(folder, SCRUBBED), "a", encoding="ascii") as file:
        file.write("".join(f"{commit}\n" for commit in commits))
        file.flush()
        os.fsync(file.fileno())


def brings_back(repo: Repo, tip: str, ours: str) -> bool:
    """Whether the notes commit ``tip`` has in its history what was scrubbed here."""
    try:
        path = os.path.join(repo.common_dir, "treadle", SCRUBBED)
        with open(path, encoding="ascii", errors="replace") as file:
            old = set(file.read().split())
    except OSError:
        return False

    def holds(commit: str) -> bool:
        listed = repo.text("rev-list", commit).split("\n") if commit else []
        return not old.isdisjoint(listed)

    # A scrub that was stopped has noted commits that are still ours.
    return holds(tip) and not holds(ours)


def _clean_files(folder: str, needle: Needle) -> Iterator[str]:
    """Clean what waits and what was said; delete what can be made anew."""
    rules = Rules(more=needle.find, secrets=False)
    for top, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(top, name)
            with suppress(FileNotFoundError):  # a worker has just done with it
                if _clean_file(path, needle, rules):
                    yield os.path.relpath(path, folder)


def _clean_file(path: str, needle: Needle, rules: Rules) -> bool:
    told = os.lstat(path)
    if not stat.S_ISREG(told.st_mode):
        return False
    name = os.path.basename(path)
    if name == hidden.FILE:
        return False
    if ".db" in name or told.st_size > _LARGEST:
        os.unlink(path)
        return True
    with open(path, "rb") as file:
        raw = file.read()
    lines = [_clean_line(line, needle, rules) for line in raw.split(b"\n")]
    cleaned = needle.taken_out(b"\n".join(lines))
    if cleaned == raw:
        return False
    beside = f"{path}.{os.getpid()}.new"
    with open(beside, "wb", opener=_private) as file:
        file.write(cleaned)
    os.replace(beside, path)
    return True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _clean_line(line: bytes, needle: Needle, rules: Rules) -> bytes:
    """A line, cleaned also where JSON writes what it holds in another way."""
    if line[:1] not in (b"{", b"["):
        return line
    try:
        told = json.loads(line)
    except ValueError:  # not JSON: it is searched as it is
        return line
    cleaned = cleaned_json(told, rules)
    return line if cleaned == told else json.dumps(cleaned, ensure_ascii=False).encode()


# -- the proof --------------------------------------------------------------------------


def prove(repo: Repo, needle: Needle, known: set[str]) -> tuple[tuple[str, ...], int]:
    """Search every object that any notes ref or ref of ours reaches: where it still stands, and
    how many objects were searched. ``known`` are documents that were read and found clean; the
    others are read, too, since a text may stand in a document in other bytes."""
    listed = repo.text("for-each-ref", "--format=%(refname) %(objectname)", OURS, "refs/notes/")
    tips = dict(row.split(" ") for row in listed.split("\n") if row)
    feed = "".join(f"{tip}\n" for tip in tips.values()).encode()
    rows = repo.run("rev-list", "--objects", "--stdin", feed=feed).split(b"\n") if feed else []
    paths = {name.decode(): path for name, _, path in (row.partition(b" ") for row in rows) if name}
    bad = {
        id_
        for (id_, path), raw in zip(paths.items(), repo.read_all(paths), strict=True)
        if needle.inside(raw or b"") or needle.inside(path)
    }
    left = clean(paths.keys() - bad - known, repo.read_all, needle)
    bad |= {*left.texts, *left.stuck}
    return tuple(_where(repo, tips, bad)) if bad else (), len(paths)


def _where(repo: Repo, tips: dict[str, str], bad: set[str]) -> Iterator[str]:
    for ref, tip in sorted(tips.items()):
        rows = repo.run("rev-list", "--objects", tip).split(b"\n")
        held = [
            row for row in rows if row[:64].partition(b" ")[0].decode("ascii", "replace") in bad
        ]
        for row in held[:5]:
            name, _, path = row.partition(b" ")
            note = path.replace(b"/", b"").decode("utf-8", "replace")
            yield f"{ref}: the note of {note[:12]}" if note else f"{ref}: object {name.decode()}"
        if len(held) > 5:
            yield f"{ref}: {len(held) - 5} objects more"


def _stuck(cleaned: Cleaned) -> tuple[str, ...]:
    return tuple(f"a document of a newer treadle, blob {blob[:12]}" for blob in cleaned.stuck)
