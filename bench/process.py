"""Whole processes, timed from outside: wall seconds and the memory of the largest one."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TREADLE = (sys.executable, "-c", "from treadle.cli.main import main; main()")
"""The program as this interpreter has it."""


def environment(bytecode: str) -> dict[str, str]:
    """Ours, with compiled modules kept in the folder ``bytecode``, as an install keeps them; and
    with nothing of the user's git settings."""
    kept = {key: value for key, value in os.environ.items() if key not in _ALTERING}
    plain = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return {**kept, **plain, "PYTHONPYCACHEPREFIX": bytecode}


_ALTERING = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "NO_COLOR", "COLUMNS", "LINES")


@dataclass(frozen=True, slots=True)
class Figure:
    """Several runs of one command."""

    seconds: tuple[float, ...]
    megabytes: float

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def told(self) -> dict[str, float]:
        """As JSON."""
        return {
            "median_s": round(self.median, 4),
            "min_s": round(min(self.seconds), 4),
            "max_s": round(max(self.seconds), 4),
            "runs": len(self.seconds),
            "peak_mb": round(self.megabytes, 1),
        }


def once(command: Sequence[str], folder: str, env: Mapping[str, str]) -> tuple[float, float]:
    """Seconds and peak megabytes of one run; ``RuntimeError`` where it fails.

    The system counts this process's own memory, some 25 MB, as the least of any child's.
    """
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return seconds, used.ru_maxrss / unit


def several(
    commands: Sequence[Sequence[str]], folder: str, env: Mapping[str, str], runs: int
) -> list[Figure]:
    """Each command ``runs`` times after a warm-up, in turn, so that drift hits all alike."""
    for command in commands:
        once(command, folder, env)
    seconds: list[list[float]] = [[] for _ in commands]
    peaks = [0.0] * len(commands)
    for _ in range(runs):
        for index, command in enumerate(commands):
            took, peak = once(command, folder, env)
            seconds[index].append(took)
            peaks[index] = max(peaks[index], peak)
    return [Figure(tuple(s), peak) for s, peak in zip(seconds, peaks, strict=True)]


def single(command: Sequence[str], folder: str, env: Mapping[str, str]) -> Figure:
    """One run, for what takes long or can be done only once."""
    seconds, peak = once(command, folder, env)
    return Figure((seconds,), peak)
