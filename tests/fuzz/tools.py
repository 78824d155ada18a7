"""What tools do to history beside git's own commands, and what comes from elsewhere."""

from __future__ import annotations

import shutil
import subprocess

from tests.fuzz.git import branch, finish, git, own, settle, spine
from tests.fuzz.world import World


def commit_tree(world: World) -> None:
    """Make the last commits anew as tools do that never touch the work tree."""
    settle(world)
    commits = spine(world)[-3:]
    if commits and world.head(commits[0]).parents:
        parent = world.scratch.git("rev-parse", f"{commits[0]}^")
        for commit in commits:
            world.scratch.clock.tick()
            others = [arg for id_ in world.head(commit).parents[1:] for arg in ("-p", id_)]
            args = [f"{commit}^{{tree}}", "-p", parent, *others, "-m", "Restacked"]
            parent = world.scratch.git("commit-tree", *args)
        world.scratch.git("update-ref", "HEAD", parent)


def collect_garbage(world: World) -> None:
    """Everything that no ref reaches goes away for ever. Who had opened it must open it anew."""
    git(world, "reflog", "expire", "--expire=now", "--all")
    git(world, "gc", "--quiet", "--prune=now")
    world.scratch.close()


def pull_rebase(world: World) -> None:
    """A colleague's commit arrives from a remote, and ours is rebased on it."""
    settle(world)
    top = world.scratch.top
    remote = top.parent / f"{top.name}.remote"
    shutil.rmtree(remote, ignore_errors=True)
    here = branch(world)
    subprocess.run(["git", "clone", "-q", "--bare", str(top), str(remote)], check=True)
    world.scratch.git("checkout", "-q", "--detach")
    start = own(world)[-2:][:1] or [world.root.id]
    git(world, "reset", "-q", "--hard", start[0])
    world.edit("person")
    if not world.clean():
        world.scratch.commit("A colleague's")
    world.scratch.git("push", "-q", "--force", str(remote), f"HEAD:refs/heads/{here}")
    world.scratch.git("checkout", "-q", here)
    finish(world, "rebase", git(world, "pull", "-q", "--rebase", str(remote), here))


def filter_repo(world: World) -> None:
    """The real git-filter-repo moves all below a folder, or away from it."""
    inner = any(path.startswith("inner/") for path in world.files())
    _filter(
        world, *(["--path-rename", "inner/:"] if inner else ["--to-subdirectory-filter", "inner"])
    )


def filter_a_file_out(world: World) -> None:
    """It takes a file out of the whole history."""
    files = world.files()
    if len(files) > 3:
        _filter(world, "--invert-paths", "--path", files[world.pick(len(files))])


def filter_messages(world: World) -> None:
    """It writes other messages, so that every id is a new one."""
    _filter(world, "--message-callback", "return b'Filtered: ' + message")


def _filter(world: World, *way: str) -> None:
    settle(world)
    if shutil.which("git-filter-repo") is None:
        return
    done = git(world, "filter-repo", "--force", "--quiet", *way, "--refs", "main", "side")
    world.scratch.close()
    if done:
        world.root = world.head(world.scratch.git("rev-list", "--max-parents=0", "HEAD"))
