"""Does it work? The script is run as a hook runs it, and the worker must take up what it noted.

No commit is made and no hook of others runs. The note carries a hook's name that git does not
have, so it means nothing to the worker, which removes it; that it is gone is the proof that
the worker starts. While the note is awaited the worker's lock is ours, so that a quick one
cannot remove what we have not seen yet.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from treadle.thread.hooks.enrolment import folder, script_path
from treadle.thread.hooks.initrecord import contents
from treadle.thread.hooks.script import flags, interpreter
from treadle.thread.plumbing.process import environment
from treadle.thread.repo import Repo

_NAME = "init"
"""The name of no hook."""
_SOON, _WITHIN = 2.0, 10.0
"""Seconds until the worker has started as a rule, and must have."""
_OLD = 3600
"""Seconds by which a note is made older, so that the worker does not wait for its last line."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a trial came to."""

    problem: str = ""
    """What does not work, ``""`` if all does."""
    hint: str = ""

    @property
    def good(self) -> bool:
        return not self.problem


def probe(repo: Repo) -> Probe:
    """Run the script twice: it must note something, and the worker must take it up."""
    from treadle.thread.waiting.lock import alone

    queue = os.path.join(folder(repo), "queue")
    try:
        with alone(folder(repo)) as mine:
            _clear(queue)
            _run(repo)
            noted = _notes(queue)
            if not noted:
                return _silent(repo) if mine else Probe()
            for path in noted:
                with suppress(OSError):
                    os.utime(path, (time.time() - _OLD,) * 2)
        _run(repo)
        taken = _until(lambda: not any(os.path.exists(path) for path in noted), _SOON)
        if taken or not mine:
            return Probe()
        return _asleep(repo, lambda: not any(os.path.exists(path) for path in noted))
    finally:
        _clear(queue)


def _run(repo: Repo) -> None:
    """As git runs a hook in the root of the work tree."""
    subprocess.run(
        ["/bin/sh", script_path(repo), _NAME],
        cwd=repo.top,
        env=environment({"GIT_DIR": repo.git_dir}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _notes(queue: str) -> list[str]:
    return [os.path.join(queue, name) for name in os.listdir(queue) if name.endswith(f".{_NAME}")]


def _clear(queue: str) -> None:
    for path in _notes(queue):
        with suppress(OSError):
            os.unlink(path)


def _until(true: Callable[[], bool], within: float) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def _silent(repo: Repo) -> Probe:
    python = interpreter(contents(script_path(repo)) or b"")
    if not os.access(python, os.X_OK):
        return Probe(f"the hook calls {python}, which is not there", "treadle init again")
    return Probe(
        f"the hook wrote nothing into {os.path.join(folder(repo), 'queue')}",
        f"see what /bin/sh {script_path(repo)} post-commit says",
    )


def _asleep(repo: Repo, taken: Callable[[], bool]) -> Probe:
    """Why the worker did not start: what its interpreter says when it is asked for it."""
    text = contents(script_path(repo)) or b""
    python = interpreter(text)
    done = subprocess.run(
        [python, *flags(text), "-c", "import treadle.cli.worker"],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode(errors="replace").strip().split("\n")[-1]
    if done.returncode:
        return Probe(f"{python} cannot load treadle: {said}", "install treadle anew, init again")
    if _until(taken, _WITHIN):
        return Probe()
    return Probe(
        "the worker did not start, though its interpreter has it",
        f"see {os.path.join(folder(repo), 'log')}",
    )
