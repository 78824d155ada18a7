"""The program ``treadle-hook``: for who has hooks installed by a manager and not by ``init``.

It does what git's hooks do after ``treadle init``, through the same script, which it puts in
place for the interpreter that it runs in; so there is one way in which commits are noted. The
pre-commit framework calls it (``.pre-commit-hooks.yaml``) and says by its variables which of
git's hooks it is. It is no command of ``treadle``, since it must start fast and never fail.
"""

from __future__ import annotations

import os
import subprocess
import sys

_REWRITE, _MERGE = "PRE_COMMIT_REWRITE_COMMAND", "PRE_COMMIT_IS_SQUASH_MERGE"
"""What the framework sets in post-rewrite and in post-merge."""


def main() -> int:
    """Note the commit and start the worker. Always 0: a commit is done when hooks run."""
    from treadle.thread.errors import UserError

    try:
        _run(sys.argv[1] if len(sys.argv) > 1 else _hook())
    except (UserError, OSError) as error:
        sys.stderr.write(f"treadle: this commit is not noted: {error}\n")
    return 0


def _hook() -> str:
    """Which of git's hooks this is."""
    if os.environ.get(_REWRITE):
        return "post-rewrite"
    return "post-merge" if os.environ.get(_MERGE) else "post-commit"


def _run(name: str) -> None:
    from treadle.thread.hooks.enrolment import prepare, script_path
    from treadle.thread.hooks.initrecord import contents
    from treadle.thread.hooks.program import Program
    from treadle.thread.hooks.script import interpreter
    from treadle.thread.repo import Repo

    with Repo.open(named=True) as repo:
        path, top = script_path(repo), repo.top
        if not os.access(interpreter(contents(path) or b""), os.X_OK):
            for _ in prepare(repo, Program.this()):
                pass
    subprocess.run(["/bin/sh", path, name], cwd=top or None, stdin=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main())
