"""``python -m bench.sharing``: many writers at once, and a sync that has nothing to do.

Writers work in clones of one bare remote, and in work trees of those clones. Each stores documents
one by one and runs ``treadle sync --push`` after every tenth. At the end every document must be
at the remote, none lost and none double. It needs no corpus; all documents are invented.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.process import TREADLE, environment, several
from treadle.thread.document import parse
from treadle.thread.model import Part, Placement, Step, Thread, Turn
from treadle.thread.redact import redact
from treadle.thread.repo import Repo
from treadle.thread.store import REF, Store

_KILOBYTES = 12
"""About what a document of real threads has."""


def main() -> int:
    """Measure, print, and keep the figures in ``bench/sharing.json``; 1 if a document was lost."""
    options = argparse.ArgumentParser(prog="bench.sharing", description=__doc__)
    options.add_argument("--writers", type=int, default=16)
    options.add_argument("--commits", type=int, default=100, help="documents of each writer")
    options.add_argument("--every", type=int, default=10, help="documents between two syncs")
    options.add_argument("--clones", type=int, default=8, help="clones the writers share")
    options.add_argument("--still", type=int, default=2000, help="documents of the quiet sync")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="treadle-bench-") as folder:
        env = environment(os.path.join(folder, "bytecode"))
        os.environ.clear()
        os.environ.update(env)
        # First what wants quiet: behind the crowd git still collects garbage in its clones.
        quiet = _still(Path(folder), given.still)
        busy = _crowd(Path(folder), given.writers, given.commits, given.every, given.clones)
    told = {"version": 1, "writers": busy, "nothing_to_do": quiet}
    Path(__file__).with_name("sharing.json").write_text(json.dumps(told, indent=1) + "\n")
    print(json.dumps(told, indent=1))
    return 0 if busy["lost"] == busy["double"] == 0 else 1


# -- many writers -------------------------------------------------------------------


def _crowd(folder: Path, writers: int, count: int, every: int, clones: int) -> dict[str, Any]:
    """All writers at once, and what the remote has afterwards."""
    bare, commits = _remote(folder / "crowd.git", writers * count)
    tops = _places(folder, bare, writers, clones)
    begun = time.perf_counter()
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.sharing_writer", str(top), str(every)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[1],
            text=True,
        )
        for top in tops
    ]
    for number, process in enumerate(running):
        assert process.stdin is not None
        process.stdin.write("\n".join(commits[number::writers]))
        process.stdin.close()
    said = []
    for process in running:
        assert process.stdout is not None
        said.append(process.stdout.read())
        if process.wait():
            raise RuntimeError(f"a writer ended with {process.returncode}")
    seconds = time.perf_counter() - begun
    syncs = [json.loads(row) for text in said for row in text.split("\n") if row]
    return {**_found(bare, commits), "seconds": round(seconds, 1), **_told(syncs)}


def _remote(bare: Path, count: int) -> tuple[Path, list[str]]:
    """A bare repository with so many commits."""
    _git(bare.parent, "init", "-q", "--bare", "--initial-branch=main", str(bare))
    lines = []
    for number in range(count):
        told = f"commit refs/heads/main\ncommitter B <b@b> {1767600000 + number} +0000\n"
        lines.append(told + f"data <<END\ncommit {number}\nEND\n")
    _git(bare, "fast-import", "--quiet", feed="\n".join(lines).encode())
    return bare, _git(bare, "rev-list", "main").split()


def _places(folder: Path, bare: Path, writers: int, clones: int) -> list[Path]:
    """A folder for each writer: clones first, then work trees of them."""
    tops = []
    for number in range(writers):
        top = folder / f"writer{number}"
        if number < clones:
            _git(folder, "clone", "-q", "--no-checkout", f"file://{bare}", str(top))
        else:
            home = tops[number % clones]
            _git(home, "worktree", "add", "-q", "--no-checkout", "--detach", str(top))
        tops.append(top)
    return tops


def _found(bare: Path, commits: Sequence[str]) -> dict[str, int]:
    """What is at the remote: documents, those that are lost, wrong or double."""
    with Repo.open(bare) as repo:
        store = Store(repo)
        right = {c for c, text in store.get_all(commits) if parse(text).parts[0].session == c}
        rows = _git(bare, "ls-tree", "-r", "--name-only", REF).split()
    return {
        "documents": len(rows),
        "lost": len(set(commits) - right),
        "double": len(rows) - len({row.replace("/", "") for row in rows}),
    }


def _told(syncs: Sequence[dict[str, float]]) -> dict[str, object]:
    """How the syncs went."""
    tries = sorted(int(sync["tries"]) for sync in syncs)
    seconds = sorted(sync["seconds"] for sync in syncs)
    return {
        "syncs": len(syncs),
        "tries_mean": round(sum(tries) / len(tries), 2),
        "tries_most": tries[-1],
        "sync_median_s": round(seconds[len(seconds) // 2], 2),
        "sync_most_s": round(seconds[-1], 2),
    }


def document(commit: str) -> Thread:
    """An invented document of some size, the same for the same commit."""
    words = random.Random(commit)
    said = " ".join("".join(words.choices("aeiourstnlm", k=6)) for _ in range(_KILOBYTES * 140))
    turn = Turn(1, "Do it", steps=(Step(1, "said", text=said),))
    return Thread((Part("claude-code", commit, turns=(turn,)),), Placement("a" * 40, "a" * 40))


# -- nothing to do ------------------------------------------------------------------


def _still(folder: Path, count: int) -> dict[str, object]:
    """A sync with nothing to do beside a plain fetch, with so many documents on both sides."""
    bare, commits = _remote(folder / "still.git", count)
    clone = folder / "still"
    _git(folder, "clone", "-q", "--no-checkout", f"file://{bare}", str(clone))
    with Repo.open(clone) as repo:
        Store(repo).put({commit: redact(document(commit)) for commit in commits})
    env = dict(os.environ)
    sync = [*TREADLE, "sync"]
    subprocess.run([*sync, "--push"], cwd=clone, env=env, check=True, capture_output=True)
    fetch = ["git", "fetch", "origin", f"+{REF}:refs/treadle/remotes/origin"]
    found = several([sync, fetch], str(clone), env, 11)
    times = {"sync": found[0].told(), "git fetch": found[1].told()}
    over = 1000 * (found[0].median - found[1].median)
    return {"documents": count, "over_fetch_ms": round(over), "times": times}


def _git(folder: Path, *args: str, feed: bytes = b"") -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *args], input=feed, capture_output=True, check=True
    )
    return done.stdout.decode()


if __name__ == "__main__":
    sys.exit(main())
