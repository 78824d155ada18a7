"""A commit-graph with the filters of changed paths, for one walk after the other.

Git's blame asks of each commit on its way down whether it changed the file, and reads its trees to
know. A commit-graph answers mostly without, where it has filters; few repositories have one that
does. So it is made beside the repository where it pays, and thrown away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from treadle.thread.git.alternate import borrow
from treadle.thread.plumbing.process import STAY
from treadle.thread.repo import Repo

_WRITE = ("commit-graph", "write", "--stdin-commits", "--changed-paths", "--no-progress")


@contextmanager
def graph_of(repo: Repo, head: str) -> Iterator[Mapping[str, str]]:
    """The environment in which git sees a commit-graph of all that ``head`` reaches.

    Where none can be made, as in a shallow clone, git does without. A partial clone has none: git
    would download into the folder that is thrown away.
    """
    if repo.partial():
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="treadle-") as folder:
        borrow(repo, folder)
        env = {"GIT_OBJECT_DIRECTORY": folder}
        feed = f"{repo.find(head)}\n".encode()
        repo.run(*_WRITE, feed=feed, env={**env, STAY: "1"}, check=False)
        yield env
