"""Stored documents as threads, with the base texts they apply to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from treadle.tangle.apply import by_reference
from treadle.thread.document import DocumentError, parse
from treadle.thread.errors import UserError
from treadle.thread.model import Thread
from treadle.thread.repo import Repo, decode
from treadle.thread.store import Store

NO_PARENT = "this clone ends at the commit, its parent is missing; git fetch --deepen=1 brings it"
"""Why nothing can be said of a commit at which a shallow clone ends."""

AT_ONCE = 25
"""Documents that are asked for one thing before they are asked for the next: none of them is read
twice for it."""

SMALL = 1 << 18
"""Bytes of a document that may be remembered."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A commit's document, read."""

    commit: str
    thread: Thread | None
    error: str = ""
    """Why it could not be read; then ``thread`` is None."""


def read_thread(store: Store, commit: str) -> Thread:
    """The thread of one commit; ``UserError`` where it has none or it is damaged."""
    text = store.get(commit)
    if text is None:
        raise no_document(store, commit)
    return parse_of(commit, text)


def parse_of(commit: str, text: bytes) -> Thread:
    """The thread of a commit's document; ``DocumentError`` that names the commit."""
    try:
        return parse(text)
    except DocumentError as error:
        error.message = f"the document of {commit[:12]} cannot be read: {error.message}"
        raise


def lately(text: bytes) -> Thread:
    """The thread of a note, as ``parse`` reads it; small ones that were read just before are
    remembered. Raises ``DocumentError``."""
    return _remembered(text) if len(text) <= SMALL else parse(text)


def forget() -> None:
    """Let go of what ``lately`` remembers."""
    _remembered.cache_clear()


@lru_cache(maxsize=AT_ONCE + 1)
def _remembered(text: bytes) -> Thread:
    return parse(text)


def no_document(store: Store, commit: str) -> UserError:
    """What to say of a commit without a document."""
    if not store.tip():
        return UserError(
            f"{commit[:12]} has no document: nothing was recorded in this repository yet",
            "record its threads (treadle import entire, treadle record --from FILE) or fetch "
            "them: treadle sync",
        )
    return UserError(
        f"{commit[:12]} has no document: no thread was recorded for it",
        "treadle record COMMIT --from TRANSCRIPT records one; treadle log lists those there are",
    )


def read_threads(store: Store, commits: Iterable[str]) -> Iterator[Stored]:
    """The threads of those commits that have one; damaged ones with the reason."""
    for commit, text in store.get_all(commits):
        try:
            yield Stored(commit, lately(text))
        except DocumentError as error:
            yield Stored(commit, None, error.message)


def base_texts(repo: Repo, thread: Thread) -> dict[str, str | None]:
    """The text of each path that the document changes, as the commit's parent has it."""
    rows = [row for row in thread.placement.rows if row.before and not by_reference(row)]
    blobs = repo.read_all(row.before.blob for row in rows if row.before)
    texts: dict[str, str | None] = {}
    for row, blob in zip(rows, blobs, strict=True):
        if blob is None:
            raise UserError(
                f"{row.source or row.path}: the parent's file is not in this clone",
                "fetch one commit more: git fetch --deepen=1",
            )
        texts[row.source or row.path] = decode(blob)
    return texts
