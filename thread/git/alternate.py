"""A folder of objects beside a repository's own: git writes there and reads here.

What is worked out with git's help, and thrown away, must not be written into somebody's
repository.
"""

from __future__ import annotations

import os

from treadle.thread.repo import Repo


def borrow(repo: Repo, folder: str) -> None:
    """Make ``folder`` one of objects that sees all of ``repo``."""
    os.makedirs(os.path.join(folder, "info"), exist_ok=True)
    with open(os.path.join(folder, "info", "alternates"), "wb") as file:
        file.write(os.fsencode(os.path.join(repo.common_dir, "objects")) + b"\n")
