"""The rows of the table for one repository."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bench import peers
from bench.pages import longest_felt, weights
from bench.process import TREADLE, environment, several, single
from bench.rewriting import squash
from bench.versions import versions
from treadle.tangle.blame import blame
from treadle.tangle.capturing.intake import plan
from treadle.tangle.check import check
from treadle.tangle.learnt.index import Index
from treadle.tangle.result import Result, total
from treadle.tangle.upkeep.control import control
from treadle.thread.entire.checkpoints import BRANCH, Checkpoints
from treadle.thread.repo import Repo

_RUNS = 11
_NOTES = "refs/notes/treadle"


def measure(
    bundle: Path, folder: Path, say: Callable[[str], None], *, brief: bool = False
) -> dict[str, Any]:
    """Clone ``bundle`` into ``folder``, run everything, and return the figures; ``brief``: but for
    other programs beside ours."""
    say(f"{bundle.stem}: cloning")
    clone = folder / bundle.stem
    _git(folder, "clone", "-q", "-b", "main", str(bundle), str(clone))
    _git(clone, "fetch", "-q", "origin", f"{BRANCH}:{BRANCH}")
    where, env = str(clone), environment(str(folder / "bytecode"))
    say(f"{bundle.stem}: import")
    times = {"import": single([*TREADLE, "import", "entire"], where, env)}
    path, line = _question(clone)
    site = folder / f"{bundle.stem}-site"
    for name, command, runs in _commands(path, line, site, _newest(clone)):
        say(f"{bundle.stem}: {name}")
        full = [*TREADLE, *command]
        times[name] = several([full], where, env, runs)[0] if runs > 1 else single(full, where, env)
    say(f"{bundle.stem}: blame beside git blame")
    times["blame"], times["git blame"] = several(
        [[*TREADLE, "blame", path], ["git", "blame", "--porcelain", path]], where, env, _RUNS
    )
    say(f"{bundle.stem}: counting lines")
    return {
        "repository": bundle.stem,
        "file": path,
        "times": {name: figure.told() for name, figure in times.items()},
        "blame_ratio": round(times["blame"].median / times["git blame"].median, 2),
        "notes_packed_bytes": _packed(clone),
        "site": weights(site, _told_of(clone)),
        "longest_page": longest_felt(site),
        "lines": _lines(where),
        "peers": [] if brief else peers.measure(clone, folder, say),
        "squash": squash(clone, folder) if _merged(clone) else None,
        "versions": None if brief else versions(clone, folder),
    }


def _merged(clone: Path) -> bool:
    """Whether the history has merges that a forge could have squashed."""
    return bool(_git(clone, "rev-list", "--merges", "--first-parent", "-n", "1", "main"))


def _newest(clone: Path) -> str:
    """The last commit with a document that is no merge."""
    with Repo.open(clone) as repo, closing(Index(repo)) as index:
        plain = (c.id for c in repo.commits(["main"], "--no-merges") if c.id in index.notes())
        return deque(plain, maxlen=1)[0]


def _commands(path: str, line: int, site: Path, newest: str) -> list[tuple[str, list[str], int]]:
    """Name, arguments and number of runs, in an order in which each finds what it needs."""
    growing = ["weave", "-o", f"{site}-growing", "--rev"]
    return [
        ("import again", ["import", "entire"], 3),
        ("check", ["check", "--json"], 1),
        ("check again", ["check", "--json"], 5),
        ("log", ["log"], _RUNS),
        ("why", ["why", f"{path}:{line}"], _RUNS),
        ("first search", ["search", "error"], 1),
        ("search", ["search", "error"], _RUNS),
        ("help", ["--help"], _RUNS),
        ("weave", ["weave", "-o", str(site)], 1),
        ("weave again", ["weave", "-o", str(site)], 3),
        ("weave before", [*growing, f"{newest}~1"], 1),
        ("weave one more", [*growing, newest], 1),
        ("weave before last", [*growing, "HEAD~1"], 1),
        ("weave the last", [*growing, "HEAD"], 1),
    ]


def _question(clone: Path) -> tuple[str, int]:
    """The file with most lines, and of its lines that a step wrote the one in the middle."""
    counts = []
    for name in _git(clone, "ls-files", "-z").decode("utf-8", "surrogateescape").split("\0"):
        file = clone / name
        if name and file.is_file():
            content = file.read_bytes()
            if b"\0" not in content[:8000]:
                counts.append((content.count(b"\n"), name))
    lines, path = max(counts)
    with Repo.open(clone) as repo, closing(Index(repo)) as index:
        runs = [run for run in blame(index, path).runs if run.origin.part]
    told = [at for run in runs for at in range(run.start, run.start + run.count)]
    return path, (told[len(told) // 2] if told else lines // 2) + 1


def _told_of(clone: Path) -> int:
    """Bytes that a site tells of: the documents, and the files of today."""
    with Repo.open(clone) as repo, closing(Index(repo)) as index:
        documents = sum(len(blob or b"") for blob in repo.read_all(index.notes().values()))
    names = _git(clone, "ls-files", "-z").split(b"\0")
    files = [clone / os.fsdecode(name) for name in names if name]
    return documents + sum(file.stat().st_size for file in files if file.is_file())


def _packed(clone: Path) -> int:
    """Bytes of a pack that holds the notes and nothing else."""
    listed = _git(clone, "rev-list", "--objects", _NOTES)
    names = b"\n".join(row.split()[0] for row in listed.splitlines())
    return len(_git(clone, "pack-objects", "--stdout", "-q", feed=names + b"\n"))


def _lines(where: str) -> dict[str, Any]:
    """What is explained, and what a foreign transcript would claim."""
    with Repo.open(where) as repo, closing(Index(repo)) as index:
        commits = [c for c in repo.commits((), "--all") if c.id in index.notes()]
        results = [result for _, result in check(index, commits)]
        points = Checkpoints(repo)
        todo = plan(repo, points, anew=True)
        pairs = list(control(repo, points, todo))
    complete = total(result for result in results if result.complete)
    false = sum(pair.false for pair in pairs)
    added = sum(pair.result.added_lines for pair in pairs)
    return {
        "all": _shares(total(results)),
        "complete": _shares(complete),
        "commits_at_95": sum(_at_least(result, 95) for result in results),
        "false_claims_percent": round(100 * false / added, 3) if added else None,
    }


def _shares(whole: Result) -> dict[str, Any]:
    return {
        "commits": whole.commits,
        "exact": whole.exact,
        "added_lines": whole.added_lines,
        "explained": whole.explained,
        "explained_own": whole.explained_own,
        "evidence": whole.evidence,
        "files": whole.files,
        "files_proved": whole.files_proved,
        "agents": whole.agents,
    }


def _at_least(result: Result, percent: float) -> bool:
    return result.explained is not None and result.explained >= percent


def _git(folder: Path, *args: str, feed: bytes | None = None) -> bytes:
    done = subprocess.run(
        ["git", "-C", str(folder), *args], input=feed, capture_output=True, check=True
    )
    return done.stdout
