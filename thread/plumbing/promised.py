"""What a partial clone left out, downloaded many objects at a time.

Git does so itself where it compares or blames, but ``cat-file`` asks for one object after the
other, and documents are read by the hundred. What is done here is what git does there: a fetch
of the very ids, without what they reach (``fetch_objects`` in its ``promisor-remote.c``).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache

from treadle.thread.plumbing.process import STAY, reach_git, run_git

_FETCH = (
    *("-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags"),
    *("--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none", "--stdin"),
)
_SECONDS = 300.0
"""How long a remote may take."""


def bring(where: Sequence[str], ids: Sequence[str], *, apart: bool) -> bool:
    """Download objects by id into a repository (``where``: the options that name it); whether any
    came. A remote refuses all where it lacks one: ``apart`` asks for halves then, and so on.

    Nothing is tried in a whole clone, or where nobody waits for the answer.
    """
    if os.environ.get(STAY, "1") != "0":
        return False
    return any(_fetched(where, remote, ids, apart) for remote in promising(tuple(where)))


@cache
def promising(where: tuple[str, ...]) -> tuple[str, ...]:
    """The remotes that promised what is missing, in a partial clone."""
    asked = ["git", *where, "config", "--type=bool", "--get-regexp", r"^remote\..*\.promisor$"]
    rows = (row.rpartition(" ") for row in os.fsdecode(run_git(asked).stdout).split("\n"))
    keys = (key for key, _, value in rows if value == "true")
    return tuple(key.removeprefix("remote.").removesuffix(".promisor") for key in keys)


def _fetched(where: Sequence[str], remote: str, ids: Sequence[str], apart: bool) -> bool:
    feed = "".join(f"{one}\n" for one in ids).encode()
    if reach_git(["git", *where, *_FETCH, "--", remote], seconds=_SECONDS, feed=feed).code == 0:
        return True
    if not apart or len(ids) < 2:
        return False
    half = len(ids) // 2
    came = [_fetched(where, remote, some, apart) for some in (ids[:half], ids[half:])]
    return any(came)
