"""The files of checkpoints, found in git's trees.

A branch can be made to hold anything: a tree that contains itself a billion times over, a million
folders. So trees are opened one level at a time, only where a checkpoint can have files, and only
so many of them. Every id of a tree costs one line to git's long-lived object reader.

    aa/bbbbbbbbbb/metadata.json               of the checkpoint; in the first version of its session
    aa/bbbbbbbbbb/full.jsonl                  in the first version: the transcript of that session
    aa/bbbbbbbbbb/0/metadata.json             of a session
    aa/bbbbbbbbbb/0/full.jsonl, .001, .002    its transcript, in chunks of 50 MB
    aa/bbbbbbbbbb/0/transcript.jsonl          the same, normalised
    aa/bbbbbbbbbb/tasks/toolu_1/agent-a.jsonl a sub-agent's transcript; also below ``0/``
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from treadle.thread.entire.refs import Root
from treadle.thread.entire.trailers import is_id
from treadle.thread.repo import Repo

MOST_FILES = 1_000_000
"""Entries of trees that are looked at, in all."""

_FILE = re.compile(
    r"(?:\d{1,6}/)?(?:metadata\.json|full\.jsonl(?:\.\d{3,6})?|full\.log|transcript\.jsonl"
    r"|content_hash\.txt|tasks/[\w.-]{1,200}/(?:agent-[\w.-]{1,200}\.jsonl|(?:checkpoint|task)\.json))"
)
_FOLDER = re.compile(r"\d{1,6}|(?:\d{1,6}/)?tasks(?:/[\w.-]{1,200})?")
_RAW = re.compile(r"raw_transcript(?=$|\.)")
_RAW_HASH = "raw_transcript_hash.txt"
_TREE = b"40000"
_FILES = (b"100644", b"100755", b"100664")

_Place = tuple[int, str, str]
"""Index of a root, the path of a tree below it, the tree's id."""


@dataclass(slots=True)
class Held:
    """What one ref holds of one checkpoint."""

    id: str
    label: str
    """What stands before a file's path where a person is told of it."""
    files: dict[str, str] = field(default_factory=dict)
    """From a path within the checkpoint to a blob."""


def held(repo: Repo, roots: Sequence[Root], complain: Callable[[str, str], None]) -> list[Held]:
    """What every ref holds of every checkpoint, by id and then in the order of ``roots``.

    ``complain`` is told of a ref that cannot be read, or only in part, and why.
    """
    size = 20 if repo.algorithm == "sha1" else 32
    found: dict[tuple[str, int], Held] = {}
    level = list(_trees(repo, roots, complain))
    left = MOST_FILES
    while level and left > 0:
        below: list[_Place] = []
        for (index, folder, _), raw in zip(level, _read(repo, level), strict=True):
            root = roots[index]
            try:
                entries = list(_entries(raw or b"", size, left))
            except ValueError:
                complain(f"{root.ref}:{folder}", "tree that git cannot have written, skipped")
                continue
            if raw is None:
                complain(f"{root.ref}:{folder}", "tree that is not here")
            left -= len(entries)
            for mode, name, id_ in entries:
                path = f"{folder}/{name}" if folder else name
                if mode == _TREE and _leads_on(root, path):
                    below.append((index, path, id_))
                elif mode in _FILES:
                    _keep(found, root, index, path, id_)
        level = below
    if left <= 0:
        complain(roots[-1].ref, f"more than {MOST_FILES:,} files, the rest is not read")
    _lend(found, roots)
    return [found[key] for key in sorted(found)]


def _lend(found: Mapping[tuple[str, int], Held], roots: Sequence[Root]) -> None:
    """Give the transcripts that stand apart the facts of their sessions."""
    apart = {index for index, root in enumerate(roots) if root.apart}
    for (id_, index), one in found.items():
        if index in apart:
            for at, root in enumerate(roots):
                other = found.get((id_, at)) if root.facts else None
                for path, blob in other.files.items() if other else ():
                    if path.endswith("metadata.json"):
                        one.files.setdefault(path, blob)


def _trees(
    repo: Repo, roots: Sequence[Root], complain: Callable[[str, str], None]
) -> Iterator[_Place]:
    """The tree of each root's commit."""
    commits = repo.read_all(root.commit for root in roots)
    for index, (root, raw) in enumerate(zip(roots, commits, strict=True)):
        head = (raw or b"").partition(b"\n")[0]
        if head.startswith(b"tree ") and head[5:].isalnum():
            yield index, "", head[5:].decode("ascii", "replace")
        else:
            complain(root.ref, "no commit, or one that is not here")


def _read(repo: Repo, level: Sequence[_Place]) -> Iterator[bytes | None]:
    return repo.read_all(id_ for _, _, id_ in level)


def _entries(raw: bytes, size: int, most: int) -> Iterator[tuple[bytes, str, str]]:
    """Mode, name and id of the first ``most`` entries of a tree; ``ValueError`` if it is none.

    Each is ``MODE NAME NUL ID``, the id as ``size`` bytes.
    """
    at = 0
    while at < len(raw) and most > 0:
        space = raw.index(b" ", at, at + 8)
        end = raw.index(b"\0", space)
        mode, name, id_ = raw[at:space], raw[space + 1 : end], raw[end + 1 : end + 1 + size]
        if len(id_) < size:
            raise ValueError("torn")
        yield mode, name.decode("utf-8", "surrogateescape"), id_.hex()
        at = end + 1 + size
        most -= 1


def _leads_on(root: Root, path: str) -> bool:
    """Whether a tree may hold files of a checkpoint, or lead to them."""
    if root.id:
        return bool(_FOLDER.fullmatch(path))
    id_, inner = _split(path)
    return bool(_FOLDER.fullmatch(inner)) if inner else len(id_) == 2 or is_id(id_)


def _split(path: str) -> tuple[str, str]:
    """The id of the checkpoint that a path on a branch belongs to, and the path within it."""
    first, _, rest = path.partition("/")
    second, _, inner = rest.partition("/")
    return first + second, inner


def _keep(found: dict[tuple[str, int], Held], root: Root, index: int, path: str, blob: str) -> None:
    """Note a file of a checkpoint, under the name it has in all layouts."""
    id_, inner = (root.id, path) if root.id else _split(path)
    head, slash, name = inner.rpartition("/")
    if name.startswith("raw_transcript"):
        name = "content_hash.txt" if name == _RAW_HASH else _RAW.sub("full.jsonl", name)
    inner = f"{head}{slash}{name}"
    if not is_id(id_) or not _FILE.fullmatch(inner):
        return
    label = root.label if root.id else f"{root.label}{id_[:2]}/{id_[2:]}/"
    one = found.setdefault((id_, index), Held(id_, label))
    one.files.setdefault(inner, blob)
