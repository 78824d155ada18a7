"""What relinking finds again, and how fast: a rebase of many commits, and a forge's squash.

``python -m bench.rewriting [COMMITS]`` measures the rebase alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from treadle.tangle.blame import runs_of
from treadle.tangle.blaming.rows import entries_of_all
from treadle.tangle.learnt.index import Index
from treadle.tangle.record import Recorder, jobs
from treadle.tangle.relink import relink
from treadle.thread.model import Edit, Event, Session
from treadle.thread.repo import Repo
from treadle.thread.store import Store

_WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Tess Weaver"), ("EMAIL", "tess@treadle.example"))
}
_MERGES = 100
_PLACES = 10
"""Files over which the commits of the rebase go."""


# -- a rebase -----------------------------------------------------------------------


def rebase(folder: Path, commits: int = 100) -> dict[str, Any]:
    """Rebase commits with documents over changes in their files, and relink them all."""
    top = folder / "rebase"
    top.mkdir(parents=True)
    _git(top, "init", "-q", "-b", "main")
    for place in range(_PLACES):
        lines = [f"line {line} of file {place}, as it stood at first\n" for line in range(200)]
        (top / f"file{place}.txt").write_text("".join(lines))
    _commit(top, "Begin", 0)
    _git(top, "branch", "upstream")
    sessions = [_work(top, number) for number in range(commits)]
    _record(top, sessions)
    _git(top, "checkout", "-q", "upstream")
    for place in range(_PLACES):
        path = top / f"file{place}.txt"
        path.write_text("somebody else's first line\n" + path.read_text())
    _commit(top, "Upstream", commits + 1)
    _git(top, "checkout", "-q", "main")
    _git(top, "rebase", "-q", "upstream")
    with Repo.open(top) as repo:
        fresh = repo.commits(["upstream..main"])
        began = time.perf_counter()
        done = relink(repo, fresh)
        took = time.perf_counter() - began
    tied = [outcome for outcome in done.outcomes if outcome.sources]
    return {
        "commits": len(fresh),
        "tied": len(tied),
        "explained_lines": sum(outcome.explained for outcome in tied),
        "added_lines": sum(outcome.added for outcome in done.outcomes),
        "relink_s": round(took, 3),
    }


def _work(top: Path, number: int) -> Session:
    """An agent writes three lines in one file, and they are committed."""
    path = top / f"file{number % _PLACES}.txt"
    text = path.read_text()
    old = f"line {number % 190} of file {number % _PLACES}, as it stood at first\n"
    new = "".join(f"agent line {number}.{line}: the weft goes over the warp\n" for line in range(3))
    path.write_text(text.replace(old, old + new))
    _commit(top, f"Change {number}", number + 1)
    made = Edit(str(path), "replace", old, old + new)
    events = (
        Event("p", "prompt", _time(number), f"Do piece of work number {number}"),
        Event("s", "said", _time(number), "I add three lines at this place."),
        Event("e", "edited", _time(number), cwd=str(top), tool="Edit", edits=(made,)),
    )
    return Session("claude-code", f"s{number}", events=events)


def _record(top: Path, sessions: list[Session]) -> None:
    with Repo.open(top) as repo:
        recorder = Recorder(repo)
        for session in sessions:
            recorder.add(session.id, session)
        commits = repo.commits(["main"])[1:]
        named = {c.id: [session.id] for c, session in zip(commits, sessions, strict=True)}
        solved = {job.commit.id: recorder.solve(job) for job in jobs(repo, commits, named)}
        Store(repo).put({id_: one.redacted for id_, one in solved.items() if one is not None})


def _time(number: int) -> str:
    return f"2026-01-05T{9 + number // 60:02}:{number % 60:02}:00.000Z"


def _commit(top: Path, message: str, number: int) -> None:
    stamp = _time(number).replace(":00.000Z", ":30 +0000")
    _git(top, "add", "-A")
    dates = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
    _git(top, "commit", "-q", "-m", message, **dates)


# -- a forge's squash ---------------------------------------------------------------


def squash(clone: Path, folder: Path) -> dict[str, Any]:
    """Make each of the last merges of ``main`` one commit, relink in a clone that has only these
    and the notes, and compare who is named for the lines at the tip."""
    before = dict(_origins(clone, "main"))
    home = _squashed(clone)
    fresh = folder / f"{clone.name}-squashed"
    fresh.mkdir()
    _git(fresh, "init", "-q", "-b", "none")
    refs = ["squashed:refs/heads/squashed", "refs/notes/treadle:refs/notes/treadle"]
    _git(fresh, "fetch", "-q", f"file://{clone}", *refs)
    with Repo.open(fresh) as repo:
        began = time.perf_counter()
        done = relink(repo, repo.commits(["squashed"]))
        took = time.perf_counter() - began
    after = dict(_origins(fresh, "squashed"))
    known = [where for where, (origin, _) in before.items() if origin[0]]
    same = [where for where in known if before[where][0] == after[where][0]]
    other = [where for where in known if after[where][0][0] and before[where][0] != after[where][0]]
    blamed = [where for where in other if home(before[where][1]) == after[where][1]]
    return {
        "commits": len(done.outcomes),
        "tied": sum(bool(outcome.sources) for outcome in done.outcomes),
        "explained_lines": len(known),
        "same_percent": round(100 * len(same) / len(known), 2) if known else None,
        "another": len(other),
        "another_though_blame_agrees": len(blamed),
        "relink_s": round(took, 1),
    }


def _squashed(clone: Path) -> Any:
    """Write the branch ``squashed``; which of its commits holds what an old one did."""
    merges = _rows(clone, "rev-list", "--first-parent", "--merges", "-n", str(_MERGES), "main")
    merges.reverse()
    tip = old = _rows(clone, "rev-parse", f"{merges[0]}^1")[0]
    boxes: dict[str, str] = {}
    for merge in merges:
        when = _rows(clone, "log", "-1", "--format=%ct +0000", merge)[0]
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        told = _git(clone, "commit-tree", f"{merge}^{{tree}}", "-p", tip, "-m", "Squash", **dates)
        tip = told.decode().strip()
        boxes |= dict.fromkeys(_rows(clone, "rev-list", merge, f"^{old}"), tip)
        old = merge
    _git(clone, "branch", "-f", "squashed", tip)
    return lambda commit: boxes.get(commit, commit)


_Where = tuple[str, int]


def _origins(top: Path, rev: str) -> Iterator[tuple[_Where, tuple[tuple[str, str, str], str]]]:
    """For each line at ``rev`` part, step and evidence, and the commit that git's blame names."""
    with Repo.open(top) as repo, closing(Index(repo)) as index:
        tree = repo.tree(rev)
        paths = [path for path, entry in tree.items() if entry.mode != "160000"]
        for path, entries in entries_of_all(repo, paths, rev):
            for run in runs_of(index, path, rev, entries)[0]:
                origin = (run.origin.part, run.origin.step, run.origin.evidence)
                for line in range(run.start, run.start + run.count):
                    yield (path, line), (origin, run.commit)


def _rows(folder: Path, *args: str) -> list[str]:
    return _git(folder, *args).decode().split("\n")[:-1]


def _git(folder: Path, *args: str, **env: str) -> bytes:
    done = subprocess.run(
        ["git", "-C", str(folder), *args],
        capture_output=True,
        check=True,
        env={**os.environ, **_WHO, **env},
    )
    return done.stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="treadle-bench-") as place:
        print(rebase(Path(place), int(sys.argv[1]) if len(sys.argv) > 1 else 100))
