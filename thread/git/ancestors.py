"""Which of some commits lie in a history: one walk for all of them."""

from __future__ import annotations

from collections.abc import Iterable

from treadle.thread.repo import Repo


def behind(repo: Repo, tip: str, commits: Iterable[str]) -> frozenset[str]:
    """Those of the commits that ``tip`` (a full id) has among its ancestors, or is. One that is not
    here is none."""
    here = frozenset(commit for commit in commits if repo.commit(commit) is not None)
    if not here:
        return here
    feed = "".join(f"{name}\n" for name in (f"^{tip}", *here)).encode()
    return here.difference(repo.run("rev-list", "--stdin", feed=feed).decode().split("\n"))
