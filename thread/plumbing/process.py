"""How git is called: with argument lists, English messages and no surprises.

A hook, an alias or a shell may have set variables that point git at another repository than
the one that was opened; they are taken away. What a partial clone left out is not downloaded
behind the user's back, only for a command that somebody gave, as git does; and nobody is asked
for a password.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from treadle.thread.errors import UserError

STAY = "GIT_NO_LAZY_FETCH"
"""Git's own variable: whether it may not download what a partial clone left out. Unless somebody
says otherwise, it may not."""
NAMES = ("GIT_DIR", "GIT_WORK_TREE")
"""Variables that name a repository."""

_LOST = ("unable to read", "could not fetch", "bad object", "missing blob", "could not read")
"""Words by which git says that it lacks an object."""


def run_git(
    command: Sequence[str], feed: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end; ``UserError`` where there is none."""
    try:
        return subprocess.run(command, input=feed, capture_output=True, env=environment(env))
    except FileNotFoundError:
        raise UserError(
            "git is not installed or not in PATH", "install git 2.34 or newer"
        ) from None


@contextmanager
def stream_git(where: Sequence[str], args: Sequence[str], feed: bytes = b"") -> Iterator[IO[bytes]]:
    """Read what git prints while it prints it, to the end; for what may be larger than memory.

    Its input and its complaints stand in files, so that neither side waits for the other. Where git
    fails, that is the error, whatever the reader made of half an output.
    """
    from tempfile import TemporaryFile

    with TemporaryFile() as asked, TemporaryFile() as said:
        asked.write(feed)
        asked.seek(0)
        try:
            process = subprocess.Popen(
                ["git", *where, *args],
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=said,
                env=environment(),
            )
        except FileNotFoundError:
            raise UserError(
                "git is not installed or not in PATH", "install git 2.34 or newer"
            ) from None
        assert process.stdout is not None
        broken = None
        try:
            yield process.stdout
        except ValueError as error:
            broken = error
        finally:
            process.stdout.close()
            code = process.wait()
        if code:
            said.seek(0)
            words = said.read(10_000).decode(errors="replace").strip()
            raise failure(args, code, words) from broken
        if broken:
            raise broken


@dataclass(frozen=True, slots=True)
class Reached:
    """How a git that went over the network ended."""

    code: int
    said: str
    """All it printed."""


def reach_git(
    command: Sequence[str], ask: bool = False, seconds: float | None = None, feed: bytes = b""
) -> Reached:
    """Run a git that talks to a remote.

    Unless it may ``ask``, nobody is asked for anything: it has no terminal, so that neither git nor
    ssh can wait for a password. After ``seconds`` it and all it started are ended.
    """
    import signal

    silent = {"GIT_ASKPASS": "true", "SSH_ASKPASS": "true", "SSH_ASKPASS_REQUIRE": "never"}
    env = environment({"GIT_TERMINAL_PROMPT": "1"} if ask else silent)
    env.pop(STAY, None)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            start_new_session=not ask,
        )
    except FileNotFoundError:
        raise UserError(
            "git is not installed or not in PATH", "install git 2.34 or newer"
        ) from None
    try:
        said = process.communicate(feed, seconds)[0]
    except subprocess.TimeoutExpired:
        if ask:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Reached(-1, f"fatal: no answer within {seconds:g} seconds")
    return Reached(process.returncode, said.decode(errors="replace"))


def start_apart(command: Sequence[str]) -> None:
    """Start a program that nobody waits for and that outlives us; nothing if it cannot be."""
    with suppress(OSError):
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment({STAY: "1"}),
            start_new_session=True,
        )


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours, with git's messages in English, no prompt and no download that nobody asked for. What
    git prints is read to its end, so it need not be flushed row by row."""
    kept = {key: value for key, value in os.environ.items() if not _points_elsewhere(key)}
    fixed = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_FLUSH": "0"}
    return {STAY: "1", **kept, **fixed, "GIT_TERMINAL_PROMPT": "0", **(more or {})}


def _points_elsewhere(key: str) -> bool:
    """Variables by which a hook's git points at another repository than the one we opened."""
    return key in {
        *NAMES,
        "GIT_INDEX_FILE",
        "GIT_PREFIX",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_NAMESPACE",
    }


def no_repository(start: str | os.PathLike[str], said: str) -> UserError:
    """What to say where git finds no repository; ``said`` are its own words."""
    where = os.path.abspath(start)
    if "safe.directory" in said:
        return UserError(
            f"{where} belongs to somebody else, and git does not read it",
            f"if you trust it: git config --global --add safe.directory {where}",
        )
    why = said.split("\n", 1)[0].removeprefix("fatal: ")
    return UserError(
        f"{where} is not in a git repository"
        + (f" ({why})" if why and "not a git repository (or any" not in why else ""),
        "go to a repository, or name one: treadle -C DIR ...",
    )


def failure(args: Sequence[str], code: int, said: str) -> UserError:
    """What to say where ``git ARGS`` failed; ``said`` are its own words."""
    words = iter(args)
    name = next((word for word in words if word != "-c" or not next(words)), "")
    why = said or f"exit {code}"
    lost = any(sign in said for sign in _LOST)
    hint = "objects are missing: git fetch --refetch --no-filter, or see git fsck" if lost else ""
    return UserError(f"git {name} failed: {why}", hint)
