"""The copies of one session that begin alike, read as one.

A transcript grows, so most copies that checkpoints hold are the beginning of the longest one. Git's
own name of a blob proves it: it is a hash of the size and the text, and the longest copy's first
bytes either have that name or are another text. A copy that is proved need not be read: on a branch
with 662 MB of transcripts 363 MB are left. Next to none of them is inflated twice, though a source
is opened twice, once to recognise the agent and once to be read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from treadle.thread.repo import Repo

LARGEST = 32 << 20
"""Bytes. A longer copy is not held, and those that it may go on from are read by themselves."""


class Growth:
    """Some blobs of one repository, of which the longest is held as long as this is."""

    def __init__(self, repo: Repo, blobs: Collection[str], sizes: Mapping[str, int]) -> None:
        """``sizes``: how many bytes each blob has."""
        self._repo = repo
        self._sizes = {blob: sizes[blob] for blob in blobs if sizes[blob] <= LARGEST}
        self._longest = max(self._sizes, key=self._sizes.__getitem__, default="")
        self._held: bytes | None = None
        self._begins: dict[str, bool] = {}

    def read(self, blob: str) -> bytes:
        """What a blob holds; nothing where it is not here."""
        size = self._sizes.get(blob)
        if size is None:
            return self._repo.read(blob) or b""
        if self._held is None:
            self._held = self._repo.read(self._longest) or b""
        begin = self._held[:size]
        if blob not in self._begins:
            self._begins[blob] = self._repo.blob_id(begin) == blob
        return begin if self._begins[blob] else self._repo.read(blob) or b""
