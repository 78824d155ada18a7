"""Merges: made, edited, amended, rebased, squashed, and made by a forge far away."""

from __future__ import annotations

import shutil

from tests.fuzz.git import (
    ahead,
    branch,
    diverge,
    favour,
    finish,
    git,
    in_progress,
    other,
    resolve,
    settle,
    spine,
)
from tests.fuzz.world import World


def merge(world: World) -> None:
    """The other branch is merged; who resolves conflicts may be an agent."""
    diverge(world)
    if ahead(world):
        git(world, "merge", "--no-ff", "--no-edit", *favour(world), other(world))
        _end_merge(world)


def merge_and_edit(world: World) -> None:
    """Before the merge is committed an agent or a person edits."""
    diverge(world)
    if ahead(world):
        git(world, "merge", "--no-ff", "--no-commit", other(world))
        if in_progress(world):
            resolve(world)
            world.edit(("agent", "agent", "person")[world.pick(3)])
            world.scratch.git("add", "--all")
        _end_merge(world)


def _end_merge(world: World) -> None:
    if in_progress(world):
        resolve(world)
        git(world, "commit", "-q", "--no-edit")


def amend_merge(world: World) -> None:
    """The newest merge that is the last commit gets other words, or another line."""
    settle(world)
    if len(world.head().parents) < 2:
        merge(world)
        world.work()
    if len(world.head().parents) > 1:
        if world.pick(2):
            world.edit(("agent", "person")[world.pick(2)])
            world.scratch.git("add", "--all")
        git(world, "commit", "-q", "--amend", "-m", f"Merged {world.count}")


def rebase_merges(world: World) -> None:
    """A branch with a merge in it is rebased, and the merge is made again."""
    settle(world)
    commits = spine(world)
    if not any(len(world.head(commit).parents) > 1 for commit in commits[-6:]):
        merge(world)
        world.work()
        commits = spine(world)
    if len(commits) < 2:
        return
    back = commits[-min(len(commits), 2 + world.pick(4))]
    git(world, "checkout", "-q", "--detach", f"{back}^")
    world.edit("person")
    if not world.clean():
        world.scratch.commit("Below the merge")
    onto = world.scratch.git("rev-parse", "HEAD")
    git(world, "checkout", "-q", "-")
    done = git(world, "rebase", "--rebase-merges", "--onto", onto, f"{back}^")
    finish(world, "rebase", done)


def revert_merge(world: World) -> None:
    """A merge is reverted, and sometimes the revert."""
    settle(world)
    merges = [c for c in spine(world)[-6:] if len(world.head(c).parents) > 1]
    if merges:
        reverted = merges[world.pick(len(merges))]
        finish(world, "revert", git(world, "revert", "--no-edit", "-m", "1", reverted))
        world.work()
        world.check()
        if world.pick(2):
            finish(world, "revert", git(world, "revert", "--no-edit", *_mainline(world), "HEAD"))


def _mainline(world: World) -> list[str]:
    """Of a merge, that it is seen from its first parent."""
    return ["-m", "1"] if len(world.head().parents) > 1 else []


def merge_squash(world: World) -> None:
    diverge(world)
    if world.scratch.git("rev-list", f"HEAD..{other(world)}"):
        if not git(world, "merge", "--squash", *favour(world), other(world)):
            resolve(world)
        if not world.clean():
            git(world, "commit", "-q", "--no-edit", "-m", "Squashed")


# -- a forge ------------------------------------------------------------------------


def forge_squash(world: World) -> None:
    """A forge squashes the other branch; here arrive the new commit and the notes, nothing else."""
    if _may_leave(world):
        merge_squash(world)
        _arrive(world)


def forge_rebase(world: World) -> None:
    """A forge rebases the other branch on this one, and only the new commits arrive."""
    diverge(world)
    there = ahead(world)[::-1] if _may_leave(world) else []
    if there:
        finish(world, "cherry-pick", git(world, "cherry-pick", *there))
        _arrive(world)


def _may_leave(world: World) -> bool:
    settle(world)
    return not world.scratch.git("stash", "list")


def _arrive(world: World) -> None:
    """Go on in a fresh clone that has this branch and the notes."""
    top, here = world.scratch.top, branch(world)
    there = other(world)
    old = top.parent / f"{top.name}.forge"
    shutil.rmtree(old, ignore_errors=True)
    world.scratch.close()
    top.rename(old)
    top.mkdir()
    world.scratch.git("init", "--quiet", f"--initial-branch={there}", "--template=")
    refs = [f"{here}:refs/heads/{here}", "refs/notes/*:refs/notes/*"]
    world.scratch.git("fetch", "--quiet", "--no-tags", f"file://{old}", *refs)
    world.scratch.git("checkout", "--quiet", here)
    commits = spine(world)
    base = commits[-1 - world.pick(min(4, len(commits)))] if commits else "HEAD"
    world.scratch.git("branch", "--quiet", there, base)
    shutil.rmtree(old)
