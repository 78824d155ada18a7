"""Which of some commits lie in a history: one walk for all of them."""

from __future__ import annotations

import os
from collections.abc import Iterable

from treadle.thread.repo import Repo


def behind(repo: Repo, tips: Iterable[str], commits: Iterable[str]) -> frozenset[str]:
    """Those of the commits that one of ``tips`` (full ids) has among its ancestors, or is. One that
    is not here is none."""
    here = frozenset(commit for commit in commits if repo.commit(commit) is not None)
    if not here:
        return here
    feed = "".join(f"{name}\n" for name in (*(f"^{tip}" for tip in tips), *here)).encode()
    return here.difference(repo.run("rev-list", "--stdin", feed=feed).decode().split("\n"))


def merging(repo: Repo) -> tuple[str, ...]:
    """The commits that a merge in the work tree brings, while it is not committed: git's blame of
    the work tree takes them for parents as it does ``HEAD``."""
    try:
        with open(os.path.join(repo.git_dir, "MERGE_HEAD"), encoding="ascii") as file:
            return tuple(file.read().split())
    except FileNotFoundError:
        return ()
