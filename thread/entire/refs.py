"""Where the checkpoints of the Entire CLI may lie: its branches and refs, all that are here.

    refs/heads/entire/checkpoints/v1          aa/bbbbbbbbbb/0/full.jsonl      all checkpoints
    refs/remotes/origin/entire/checkpoints/v1                                 those of a remote
    refs/heads/entire/sessions, …/v1          the same, before it was renamed
    refs/entire/checkpoints/v2/main           aa/bbbbbbbbbb/0/transcript.jsonl
    refs/entire/checkpoints/v2/full/current   aa/bbbbbbbbbb/0/raw_transcript  beside ``main``
    refs/entire/checkpoints/ZN/01K…ZN         0/full.jsonl                    one checkpoint

Several of them hold the same checkpoint where somebody moved from one form to the next, or a
remote has what this clone does not; so all are read. Nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from treadle.thread.entire.trailers import is_id
from treadle.thread.errors import UserError
from treadle.thread.repo import Repo

BRANCH = "entire/checkpoints/v1"
SINGLE = "refs/entire/checkpoints/"

_NAMED = re.compile(r"refs/(?:heads/|remotes/(?:.+/)?)?entire/(checkpoints/.+|sessions(?:/v1)?)")
_SINGLE = re.compile(r"checkpoints/(..)/([^/]+)")
_BRANCHES = ("checkpoints/v1", "checkpoints/v2/main", "sessions/v1", "sessions")
_APART = re.compile(r"(?:^|/)checkpoints/v2/full/(?:current|\d{1,20})$")
_ULIDS = "^ *Entire-Checkpoint: *[0-7][0-9A-Z]{25}"


@dataclass(frozen=True, slots=True)
class Root:
    """A ref that holds checkpoints."""

    ref: str
    commit: str
    """The id of what the ref points to."""
    id: str = ""
    """Of a ref with one checkpoint: its id."""
    label: str = ""
    """What stands before a path of it where a person is told of that path."""

    @property
    def apart(self) -> bool:
        """It holds transcripts alone; whose they are stands in another ref."""
        return bool(_APART.search(self.ref))

    @property
    def facts(self) -> bool:
        """It holds the facts of such transcripts."""
        return self.ref.endswith("entire/checkpoints/v2/main")


def roots(repo: Repo, branch: str, complain: Callable[[str, str], None]) -> list[Root]:
    """All refs with checkpoints, this clone's own first; with ``branch`` that one alone.

    ``complain`` is told of refs that look like one and are none, with the reason. Raises
    ``UserError`` where there is nothing.
    """
    if branch:
        tip = repo.find(branch) or repo.find(f"origin/{branch}")
        found = [Root(branch, tip)] if tip else []
    else:
        found = _all(repo, complain)
    if not found:
        raise _nothing(repo, branch)
    return found


def _all(repo: Repo, complain: Callable[[str, str], None]) -> list[Root]:
    form = "--format=%(objectname) %(refname)"
    listed = repo.text("for-each-ref", form, "refs/heads/entire", "refs/entire", "refs/remotes")
    found: dict[tuple[str, str, str], Root] = {}
    for row in listed.split("\n"):
        commit, _, ref = row.partition(" ")
        named = _NAMED.fullmatch(ref)
        if not named:
            continue
        root = _root(ref, named[1], commit)
        if root is not None:
            found.setdefault((commit, root.id, named[1] if not root.id else ""), root)
        else:
            complain(ref, "ref of an unknown form, not read")
    return sorted(found.values(), key=lambda root: (root.ref.startswith("refs/remotes/"), root.ref))


def _root(ref: str, name: str, commit: str) -> Root | None:
    """What a ref holds, by its name below ``entire/``; None where nothing is known to be there."""
    if name in _BRANCHES or _APART.fullmatch(name):
        own = ref == f"refs/heads/{BRANCH}"
        return Root(ref, commit, label="" if own else ref.removeprefix("refs/remotes/") + ":")
    single = _SINGLE.fullmatch(name)
    if single and is_id(single[2]) and single[2].endswith(single[1]):
        return Root(ref, commit, single[2], f"{ref}:")
    return None


def _nothing(repo: Repo, branch: str) -> UserError:
    """What is missing, and how to fetch it: a trailer's form tells which layout it was."""
    branch = branch or BRANCH
    newest = ["log", "-1", "--all", "--extended-regexp", "--format=%H", f"--grep={_ULIDS}"]
    if branch == BRANCH and repo.text(*newest):
        return UserError(
            f"there are no checkpoints here, neither below {SINGLE} nor on a branch {branch}",
            f"fetch them: git fetch origin '{SINGLE}*:{SINGLE}*'",
        )
    return UserError(
        f"there is no branch {branch} here", f"fetch it: git fetch origin {branch}:{branch}"
    )
