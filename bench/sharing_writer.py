"""One of the writers of ``bench.sharing``: folder and pace as arguments, commits on standard input;
a JSON line for each sync on standard output."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from bench.process import TREADLE
from bench.sharing import document
from treadle.thread.redact import redact
from treadle.thread.repo import Repo
from treadle.thread.store import Store


def main(top: str, every: int) -> None:
    """Store documents one by one, and sync after every few."""
    with Repo.open(top) as repo:
        for number, commit in enumerate(sys.stdin.read().split(), 1):
            Store(repo).put({commit: redact(document(commit))})
            if number % every == 0:
                _sync(top)


def _sync(top: str) -> None:
    begun = time.perf_counter()
    command = [*TREADLE, "-C", top, "sync", "--push", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr + done.stdout)
    tries = json.loads(done.stdout)["remotes"][0]["tries"]
    print(json.dumps({"tries": tries, "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
