"""What the hook adds to ``git commit``: without any, with an empty one, with ours.

    python -m bench.hook [ROUNDS]

The three take turns, commit by commit, in one repository each, so that whatever else the
machine does hits all alike. What counts is the difference to the empty hook of the same round:
starting a shell is git's own price for having a hook.

The repositories lie in a home of their own with one Claude Code session of 50 MB for them, so
that the worker, which is started and works as in earnest, has something to read.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROUNDS = 100
_TRANSCRIPT = 50 << 20
_KINDS = ("no hook", "empty hook", "ours")
_EMPTY = "#!/bin/sh\nexit 0\n"


def main() -> int:
    """Measure and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else _ROUNDS
    with tempfile.TemporaryDirectory(prefix="treadle-bench-") as folder:
        told = measure(Path(folder), rounds)
    print(json.dumps(told, indent=1))
    return 0


def measure(folder: Path, rounds: int = _ROUNDS) -> dict[str, object]:
    """The figures, in milliseconds."""
    env = _environment(folder)
    tops = {kind: _repository(folder, kind, env) for kind in _KINDS}
    _transcript(folder, tops["ours"])
    for top in tops.values():
        _commit(top, env, 0)
    taken: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    for number in range(1, rounds + 1):
        for kind in _KINDS if number % 2 else reversed(_KINDS):
            taken[kind].append(_commit(tops[kind], env, number) * 1000)
    waited = _until_drained(tops["ours"])
    over = [a - b for a, b in zip(taken["ours"], taken["empty hook"], strict=True)]
    noise = [a - b for a, b in zip(taken["empty hook"], taken["no hook"], strict=True)]
    return {
        "rounds": rounds,
        "commit_ms": {kind: _figures(taken[kind]) for kind in _KINDS},
        "empty_over_none_ms": _figures(noise),
        "ours_over_empty_ms": _figures(over),
        "queue_empty_after_s": round(waited, 2),
    }


def _figures(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 2),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 2),
        "least": round(ordered[0], 2),
    }


def _environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "Bench"), ("EMAIL", "bench@treadle.example"))}  # fmt: skip
    home = folder / "home"
    home.mkdir()
    plain = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(home)}
    return {**kept, **who, **plain}


def _repository(folder: Path, kind: str, env: dict[str, str]) -> Path:
    top = folder / kind.replace(" ", "-")
    for command in (["init", "--quiet", str(top)], ["-C", str(top), "config", "gc.auto", "0"]):
        subprocess.run(["git", *command], env=env, check=True)
    if kind == "empty hook":
        hook = top / ".git" / "hooks" / "post-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(_EMPTY)
        hook.chmod(0o755)
    elif kind == "ours":
        code = "from treadle.cli.main import main; main()"
        command = [sys.executable, "-c", code, "-C", str(top), "init"]
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    return top


def _transcript(folder: Path, top: Path) -> None:
    """A session that reads much and writes the file that the commits change."""
    name = "".join(char if char.isalnum() else "-" for char in str(top))
    path = folder / "home" / ".claude" / "projects" / name / "session.jsonl"
    path.parent.mkdir(parents=True)
    common = {"isSidechain": False, "cwd": str(top), "sessionId": "session", "version": "2.1.40"}
    size = number = 0
    with path.open("w") as file:
        while size < _TRANSCRIPT:
            said = {"role": "user", "content": f"Look at part {number}. " + "words of it " * 800}
            row = {**common, "type": "user", "uuid": f"u{number}", "message": said,
                   "timestamp": "2026-01-05T09:00:00.000Z"}  # fmt: skip
            size += file.write(json.dumps(row) + "\n")
            number += 1


def _commit(top: Path, env: dict[str, str], number: int) -> float:
    """Seconds of one commit of one small change."""
    (top / "file").write_text(f"{number}\n")
    git = shutil.which("git") or "git"
    subprocess.run([git, "-C", str(top), "add", "file"], env=env, check=True)
    command = [git, "-C", str(top), "commit", "--quiet", "-m", f"Change {number}"]
    begun = time.perf_counter()
    subprocess.run(command, env=env, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _until_drained(top: Path) -> float:
    """Seconds from the last commit until nothing is queued any more; a minute at most."""
    begun = time.perf_counter()
    queue = top / ".git" / "treadle" / "queue"
    while any(queue.iterdir()) and time.perf_counter() - begun < 60:
        time.sleep(0.01)
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
