"""``python -m tests.fuzz [--first SEED] [--histories N] [--moves N]``: plays histories."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from multiprocessing import Pool
from pathlib import Path

from tests.fuzz.play import Tally, moves, play, shrink


def main() -> int:
    """Play histories, several at once; 1 where something was wrong."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--first", type=int, default=0, help="the first seed")
    asked.add_argument("--histories", type=int, default=0, help="how many (0: until stopped)")
    asked.add_argument("--moves", type=int, default=25, help="operations of a history")
    asked.add_argument("--jobs", type=int, default=1, help="how many are played at once")
    asked.add_argument("--log", type=Path, help="where all that is printed is written too")
    asked.add_argument("--shrink", action="store_true", help="look for the shortest failure")
    told = asked.parse_args()
    _quiet_git()
    seeds = range(told.first, told.first + (told.histories or sys.maxsize))
    deaf = (signal.SIGINT, signal.SIG_IGN)
    with (
        tempfile.TemporaryDirectory(prefix="treadle-fuzz-") as folder,
        Pool(told.jobs, signal.signal, deaf) as pool,
    ):
        one = partial(_one, folder=Path(folder), count=told.moves, shrinking=told.shrink)
        return _tell(pool.imap(one, seeds), told.moves, told.log)


def _one(seed: int, folder: Path, count: int, shrinking: bool) -> tuple[int, str, Tally]:
    """Play one seed: what went wrong, and what was done."""
    tally: Tally = Counter()
    todo, place = moves(seed, count), folder / f"world-{seed}"
    failed = play(place, todo, tally)
    if failed and shrinking:
        left = shrink(place, todo)
        failed += "".join(f"\n    {move}" for move in ("the shortest:", *left))
        failed += f"\n    {play(place, left)}"
    return seed, failed, tally


def _tell(played: Iterable[tuple[int, str, Tally]], count: int, log: Path | None) -> int:
    began, whole = time.monotonic(), Counter[tuple[str, str]]()
    wrong = done = 0
    try:
        for seed, failed, tally in played:
            whole.update(tally)
            wrong, done = wrong + bool(failed), done + count
            spent = time.monotonic() - began
            said = failed or "all well"
            _say(log, f"seed {seed}: {count} operations, {said} ({done}, {spent:.0f} s)")
    except KeyboardInterrupt:
        _say(log, "stopped")
    for line in _figures(whole):
        _say(log, line)
    _say(log, f"{done} operations, {wrong} histories in which something was wrong")
    return 1 if wrong else 0


def _figures(whole: Tally) -> Iterator[str]:
    """How often each operation changed something, and how often there was nothing to do."""
    names = sorted({name for kind, name in whole if kind in ("done", "nothing to do")})
    for name in names:
        yield f"{name:24}{whole['done', name]:6}{whole['nothing to do', name]:6}"
    for kind, name in sorted(set(whole) - {(kind, name) for kind, name in whole if name in names}):
        yield f"{kind}: {name}: {whole[kind, name]}"


def _say(log: Path | None, line: str) -> None:
    print(line, flush=True)
    if log:
        with log.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _quiet_git() -> None:
    """Git without the user's settings."""
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    for who in ("AUTHOR", "COMMITTER"):
        os.environ[f"GIT_{who}_NAME"] = "Tess Weaver"
        os.environ[f"GIT_{who}_EMAIL"] = "tess@treadle.example"


if __name__ == "__main__":
    sys.exit(main())
