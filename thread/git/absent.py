"""Which of some paths a commit does not have: one look at the few that are asked about."""

from __future__ import annotations

import os
from collections.abc import Iterable

from treadle.thread.repo import Repo


def absent(repo: Repo, commit: str, paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths at which a commit (its full id) has nothing."""
    wanted = frozenset(paths)
    if not wanted:
        return wanted
    asked = ("--literal-pathspecs", "ls-tree", "--name-only", "-z", "--full-tree", commit, "--")
    return wanted.difference(os.fsdecode(repo.run(*asked, *sorted(wanted))).split("\0"))
