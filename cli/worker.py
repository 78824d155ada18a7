"""The process that hooks start in the background: it records what they queued.

``python -I -m treadle.cli.worker GITDIR``. Nobody waits for it and nobody reads what it
prints: what it has to say goes into the log and the news in treadle's folder.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress


def main(args: list[str] | None = None) -> int:
    """Drain the queue of the repository whose git directory is given."""
    given = sys.argv[1:] if args is None else args
    if len(given) != 1:
        return 2
    git_dir = os.path.abspath(given[0])
    _step_back()
    try:
        work(git_dir)
    except Exception:  # nobody sees a traceback of this process, so it goes where they look
        return _note(git_dir)
    return 0


def work(git_dir: str) -> None:
    """Take the lock and drain the queue; at once back where another worker has the lock."""
    from treadle.thread.plumbing.process import STAY
    from treadle.thread.repo import Repo
    from treadle.thread.waiting.lock import alone
    from treadle.thread.waiting.queue import Queue

    os.environ["GIT_DIR"] = git_dir
    os.environ[STAY] = "1"
    os.environ.pop("GIT_WORK_TREE", None)
    with Repo.open(git_dir, named=True) as repo:
        folder = os.path.join(repo.common_dir, "treadle")
        queue = Queue(folder)
        left: frozenset[str] = frozenset()
        while queue.names() - left:
            with alone(folder) as mine:
                if not mine:
                    return
                from treadle.tangle.capturing.drain import Drain
                from treadle.thread.hooks.enrolment import renew

                left = Drain(repo, folder).run()
                renew(repo)


def _step_back() -> None:
    """Into a session of our own, so that the terminal's end is not ours, and behind others."""
    with suppress(OSError, AttributeError):
        os.setsid()
    with suppress(OSError, AttributeError):
        os.nice(max(0, 10 - os.nice(0)))  # the hook may have put us there already


def _note(git_dir: str) -> int:
    """Write our own failure into the log."""
    import traceback

    from treadle.thread.waiting.outcomes import Outcome, Outcomes

    common = git_dir
    with suppress(OSError), open(os.path.join(git_dir, "commondir"), encoding="utf-8") as file:
        common = os.path.join(git_dir, file.read().strip())
    said = traceback.format_exc()
    line = f"the recording failed: {said.strip().splitlines()[-1]}; see treadle status"
    folder = os.path.join(common, "treadle")
    Outcomes(folder).add(Outcome("failed", line, reason=said), time.time())
    return 1


if __name__ == "__main__":
    sys.exit(main())
