"""``python -m tests.fuzz [--first SEED] [--histories N] [--moves N]``: plays histories."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.play import moves, play, shrink


def main() -> int:
    """Play histories one after the other; 1 where something was wrong."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--first", type=int, default=0, help="the first seed")
    asked.add_argument("--histories", type=int, default=0, help="how many (0: until stopped)")
    asked.add_argument("--moves", type=int, default=25, help="operations of a history")
    asked.add_argument("--log", type=Path, help="where a line a history is written")
    asked.add_argument("--shrink", action="store_true", help="look for the shortest failure")
    told = asked.parse_args()
    _quiet_git()
    wrong = done = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="treadle-fuzz-") as folder:
        for seed in itertools.count(told.first):
            if told.histories and seed == told.first + told.histories:
                break
            todo = moves(seed, told.moves)
            failed = play(Path(folder) / "world", todo)
            done += len(todo)
            line = f"seed {seed}: {len(todo)} operations, {failed or 'all well'}"
            print(f"{line} ({done} in {time.monotonic() - began:.0f} s)", flush=True)
            if told.log:
                with told.log.open("a", encoding="utf-8") as log:
                    log.write(line + "\n")
            if failed:
                wrong += 1
            if failed and told.shrink:
                left = shrink(Path(folder) / "world", todo)
                print("  the shortest:", *(f"    {move}" for move in left), sep="\n", flush=True)
                print(f"  {play(Path(folder) / 'world', left)}", flush=True)
    return 1 if wrong else 0


def _quiet_git() -> None:
    """Git without the user's settings."""
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    for who in ("AUTHOR", "COMMITTER"):
        os.environ[f"GIT_{who}_NAME"] = "Tess Weaver"
        os.environ[f"GIT_{who}_EMAIL"] = "tess@treadle.example"


if __name__ == "__main__":
    sys.exit(main())
