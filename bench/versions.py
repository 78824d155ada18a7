"""What relinking finds again where documented commits are made anew with one more edit.

``python -m bench.versions CLONE`` takes documented commits of a clone, not all, but the same ones
each time, and makes each anew in two ways: amended by a block that somebody wrote into its files,
and rebased over such a block. Every line of its files is then asked whose it is, in the old commit
and in the new one. The clone gets the new commits, on no branch.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from treadle.tangle.blame import Run, runs_of
from treadle.tangle.blaming.rows import entries_of_all
from treadle.tangle.learnt.index import Index
from treadle.tangle.relink import relink
from treadle.thread.origin import split_lines
from treadle.thread.repo import Commit, Repo, decode
from treadle.thread.store import Store

COMMITS = 120
PATHS = 3
"""Files of each that somebody edits."""
_BLOCK = (
    "\n",
    "// somebody looked at this, and wrote %s\n",
    "func byHand() {\n",
    "\treturn\n",
    "}\n",
)
_ENV = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Tess Weaver"), ("EMAIL", "tess@treadle.example"))
}


class Version(NamedTuple):
    """A documented commit, and another one like it."""

    old: Commit
    new: str
    paths: tuple[str, ...]


def versions(clone: Path, folder: Path, commits: int = COMMITS) -> dict[str, Any]:
    """Make documented commits anew, relink them, and count what is told otherwise."""
    with Repo.open(clone) as repo:
        chosen = _chosen(repo, commits)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        tree = Path(place, "tree")
        _git(clone, "worktree", "add", "-q", "--detach", str(tree))
        try:
            made = {
                name: [one for old, paths in chosen if (one := make(tree, old, paths)) is not None]
                for name, make in (("amended", _amended), ("rebased", _rebased))
            }
        finally:
            _git(clone, "worktree", "remove", "--force", str(tree))
    return {name: _compared(clone, found) for name, found in made.items()}


def _chosen(repo: Repo, commits: int) -> list[tuple[Commit, tuple[str, ...]]]:
    """Documented commits, and those of their files that have text after them."""
    notes = Store(repo).notes()
    known = [c for c in repo.commits(["main"]) if c.id in notes and len(c.parents) == 1]
    random.Random(7).shuffle(known)
    found = []
    by_id = {commit.id: commit for commit in known[:commits]}
    for id_, deltas in repo.deltas(by_id):
        paths = tuple(delta.path for delta in deltas if delta.after and delta.added)
        found += [(by_id[id_], paths)] if paths else []
    return found


# -- the new commits ----------------------------------------------------------------


def _amended(tree: Path, old: Commit, paths: Sequence[str]) -> Version | None:
    _git(tree, "checkout", "-q", "--detach", "--force", old.id)
    _write(tree, old.id, paths)
    _git(tree, "commit", "-q", "--no-verify", "--all", "--amend", "--no-edit")
    return Version(old, _git(tree, "rev-parse", "HEAD").decode().strip(), tuple(paths))


def _rebased(tree: Path, old: Commit, paths: Sequence[str]) -> Version | None:
    """None where git finds a conflict."""
    _git(tree, "checkout", "-q", "--detach", "--force", old.parents[0])
    if not _write(tree, old.id, paths):
        return None
    _git(tree, "commit", "-q", "--no-verify", "--all", "--message", "By hand")
    try:
        _git(tree, "cherry-pick", "--allow-empty", old.id)
    except subprocess.CalledProcessError:
        _git(tree, "cherry-pick", "--abort")
        return None
    return Version(old, _git(tree, "rev-parse", "HEAD").decode().strip(), tuple(paths))


def _write(tree: Path, seed: str, paths: Sequence[str]) -> int:
    """Write a block into the first files that are there, behind a bare line; into how many."""
    chance, count = random.Random(seed), 0
    for path in paths:
        file = tree / path
        if count == PATHS or not file.is_file() or file.is_symlink():
            continue
        lines = split_lines(decode(file.read_bytes()))
        bare = [at + 1 for at, line in enumerate(lines) if not any(map(str.isalnum, line))]
        at = chance.choice(bare or [len(lines)])
        lines[at:at] = _block(path)
        file.write_bytes("".join(lines).encode("utf-8", "surrogateescape"))
        count += 1
    return count


def _block(path: str) -> list[str]:
    return [line.replace("%s", f"below, in {path}") for line in _BLOCK]


# -- whose lines they are -----------------------------------------------------------


def _compared(clone: Path, found: Sequence[Version]) -> dict[str, Any]:
    told: Counter[str] = Counter()
    with Repo.open(clone) as repo, closing(Index(repo)) as index:
        relink(repo, [commit for one in found for commit in repo.chosen([one.new])])
        for one in found:
            before = _runs(index, one.old.id, one.paths)
            after = _runs(index, one.new, one.paths)
            for path in one.paths:
                if path in before and path in after:
                    told.update(_told(one, before[path], after[path], path))
    return {"commits": len(found)} | {name: told[name] for name in sorted(told)}


_Lines = tuple[list[str], list[Run]]
"""The lines of a file, and for each the run in which it stands."""


def _runs(index: Index, rev: str, paths: Sequence[str]) -> dict[str, _Lines]:
    found: dict[str, _Lines] = {}
    for path, entries in entries_of_all(index.repo, paths, rev):
        lines = split_lines(decode(index.repo.run("show", f"{rev}:{path}")))
        runs = [run for run in runs_of(index, path, rev, entries)[0] for _ in range(run.count)]
        found[path] = lines, runs
    return found


def _told(one: Version, before: _Lines, after: _Lines, path: str) -> Iterator[str]:
    """For each line that the old commit has how it is told in the new one."""
    lines, runs = list(after[0]), list(after[1])
    block = _block(path)
    if block[1] in lines:
        at = lines.index(block[1]) - 1
        del lines[at : at + len(block)], runs[at : at + len(block)]
    if lines != before[0]:
        yield "files_left_out"
        return
    for line, old, new in zip(lines, before[1], runs, strict=True):
        same = (old.origin.part, old.origin.step) == (new.origin.part, new.origin.step)
        kind = "" if any(map(str.isalnum, line)) else "bare_"
        if old.commit != one.old.id:
            yield f"older_{kind}{'same' if same else 'changed'}"
        elif not old.origin.part:
            yield "newly_told" if new.origin.part else "unexplained"
        else:
            yield kind + ("same" if same else "another" if new.origin.part else "nobodys")


def _git(folder: Path, *args: str) -> bytes:
    command = ["git", "-c", f"core.hooksPath={os.devnull}", "-C", str(folder), *args]
    return subprocess.run(command, capture_output=True, check=True, env=os.environ | _ENV).stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="treadle-bench-") as scratch:
        print(versions(Path(sys.argv[1]), Path(scratch)))
