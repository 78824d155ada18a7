"""What became of a line since the commit that was asked about.

Git's blame can look the other way: ``--reverse`` names the last commit in which a line
still stood. Where that is not today's, the next commit that changed the file took it away.
"""

from __future__ import annotations

from typing import NamedTuple

from treadle.thread.repo import Repo


class Later(NamedTuple):
    """How a line of an old commit fared up to ``HEAD``."""

    stands: bool
    """It is still there."""
    commit: str = ""
    """Id of the commit that took it away."""
    subject: str = ""


def later(repo: Repo, path: str, line: int, rev: str) -> Later | None:
    """What became of the 1-based ``line`` of ``path`` in ``rev``; None where ``HEAD`` does not
    follow from it."""
    begin, head = repo.resolve(rev), repo.resolve("HEAD")
    if begin == head:
        return Later(True)
    asked = ["blame", "--reverse", "--porcelain", f"-L{line},{line}", f"{begin}..{head}"]
    last = repo.run(*asked, "--", path, check=False)[: len(head)].decode("ascii", "replace")
    if len(last) < len(head):
        return None
    if last == head:
        return Later(True)
    form = ["--ancestry-path", "--topo-order", "--reverse", "--encoding=UTF-8", "--format=%H %s"]
    rows = repo.text("log", *form, f"{last}..{head}", "--", path)
    commit, _, subject = rows.split("\n", 1)[0].partition(" ")
    return Later(False, commit, subject) if commit else None
